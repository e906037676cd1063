//! One text for one value: the canonical JSON that hashes are made of (RFC 8785, the JSON canonicalization scheme).
//!
//! Keys are sorted by their UTF-16 code units, there is no white space, numbers are written as ECMAScript writes them
//! (shortest digits that read back to the same bits; −0 as 0), and text is escaped only where JSON asks for it. With any
//! JCS library in any language a report's `results_sha256` can be checked: see `report::digest`.

mod write;

use std::fmt::Write as _;

use serde::Serialize;
use serde::ser::Error as _;

use self::write::{Form, Writer};

/// The canonical JSON of a value.
///
/// # Errors
/// When the value cannot be JSON at all, such as a map with keys that are not text.
///
/// ```
/// use bellwether::report::canonical_json;
/// let value = serde_json::json!({ "b": 1.0, "a": [1e21, -0.0, 0.000001, 333.3], "é": "\u{1}" });
/// assert_eq!(canonical_json(&value).unwrap(), r#"{"a":[1e+21,0,0.000001,333.3],"b":1,"é":"\u0001"}"#);
/// ```
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    text(Writer::new(Form::Canonical), value)
}

/// The JSON of a value for a program that has no whole numbers beyond 2^53, as JavaScript: those come as text. Keys stay
/// in their order.
///
/// # Errors
/// As [`canonical_json`].
///
/// ```
/// use bellwether::report::canonical::plain_json;
/// assert_eq!(plain_json(&(1_u64, 1_i64 << 53, -0.5)).unwrap(), r#"[1,"9007199254740992",-0.5]"#);
/// ```
pub fn plain_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    text(Writer::new(Form::Plain), value)
}

fn text<T: Serialize>(mut writer: Writer, value: &T) -> Result<String, serde_json::Error> {
    writer.value(value)?;
    String::from_utf8(writer.into_text()).map_err(serde_json::Error::custom)
}

/// SHA-256 of the canonical JSON of a value, in hexadecimal. The text is hashed as it is written, and is not kept.
///
/// # Errors
/// As [`canonical_json`].
pub fn sha256<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut writer = Writer::new(Form::Canonical).hashing();
    writer.value(value)?;
    Ok(hex(&writer.into_hash()))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Short structs and long ones, one within the other.
    #[test]
    fn a_struct_of_any_length_is_written_as_its_tree_is() {
        #[derive(Serialize)]
        enum Named {
            Struct { z: String, a: u8 },
        }
        #[derive(Serialize)]
        struct Leaf {
            z: Option<f64>,
            text: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            left_out: Option<u8>,
            a: bool,
            named: Named,
        }
        #[derive(Serialize)]
        struct Node {
            second: Vec<Leaf>,
            map: std::collections::BTreeMap<String, Leaf>,
            first: Option<Box<Node>>,
            alone: Leaf,
        }
        let leaf = |length: usize| Leaf {
            z: Some(length as f64 / 8.0),
            text: "\u{1}é".repeat(length),
            left_out: (length % 2 == 1).then_some(1),
            a: length > 4,
            named: Named::Struct {
                z: "z".repeat(length),
                a: 3,
            },
        };
        let node = |lengths: &[usize], length: usize, first: Option<Box<Node>>| Node {
            second: lengths.iter().map(|length| leaf(*length)).collect(),
            map: lengths
                .iter()
                .map(|length| (format!("{length}"), leaf(*length)))
                .collect(),
            first,
            alone: leaf(length),
        };
        for length in [0, 1, 400, 512, 700, 5_000] {
            for lengths in [&[][..], &[length], &[1, length, 3], &[400, 400, 400, length]] {
                let inner = node(lengths, length, Some(Box::new(node(&[length], 2, None))));
                let outer = node(lengths, 1, Some(Box::new(inner)));
                let tree = serde_json::to_value(&outer).unwrap();
                assert_eq!(canonical_json(&outer).unwrap(), canonical_json(&tree).unwrap());
                let short = (leaf(length), outer, leaf(2));
                let tree = serde_json::to_value(&short).unwrap();
                assert_eq!(sha256(&short).unwrap(), sha256(&tree).unwrap());
            }
        }
    }

    /// The sample of RFC 8785, section 3.2.3: keys by UTF-16 code units.
    #[test]
    fn keys_sort_by_utf16() {
        let value = serde_json::json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let text = canonical_json(&value).unwrap();
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
        let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    }

    /// Structs, whose fields are written by walking them once for each, as trees of values are.
    #[test]
    fn a_struct_is_written_as_its_tree_is() {
        #[derive(Serialize)]
        struct Inner {
            zone: Option<f64>,
            alpha: (u8, &'static str),
            #[serde(skip_serializing_if = "Vec::is_empty")]
            left_out: Vec<u8>,
        }
        #[derive(Serialize)]
        #[serde(tag = "kind")]
        enum Tagged {
            Struct { zulu: char, b: Inner },
            Newtype(Inner),
        }
        #[derive(Serialize)]
        enum Plain {
            Unit,
            Newtype(Option<i64>),
            Tuple(f32, u64),
            Struct { b: (), a: bool },
        }
        #[derive(Serialize)]
        struct Outer {
            #[serde(flatten)]
            inner: Inner,
            tagged: Vec<Tagged>,
            plain: [Plain; 4],
            by_number: std::collections::BTreeMap<i32, Inner>,
            #[serde(rename = "\u{20ac}")]
            euro: f64,
            #[serde(rename = "\u{1f600}")]
            smile: f64,
            #[serde(rename = "\u{fb33}")]
            dalet: String,
        }
        let inner = || Inner {
            zone: None,
            alpha: (1, "\u{1}\t\"\\\u{7f}é"),
            left_out: Vec::new(),
        };
        let outer = Outer {
            inner: inner(),
            tagged: vec![Tagged::Struct { zulu: 'z', b: inner() }, Tagged::Newtype(inner())],
            plain: [
                Plain::Unit,
                Plain::Newtype(Some(-3)),
                Plain::Tuple(0.5, u64::MAX),
                Plain::Struct { b: (), a: true },
            ],
            by_number: [(10, inner()), (9, inner())].into(),
            euro: f64::NAN,
            smile: 1e300,
            dalet: "x".repeat(3),
        };
        let tree = serde_json::to_value(&outer).unwrap();
        assert_eq!(canonical_json(&outer).unwrap(), canonical_json(&tree).unwrap());
        assert_eq!(sha256(&outer).unwrap(), sha256(&tree).unwrap());
        let text = canonical_json(&outer).unwrap();
        let places: Vec<usize> = [
            "\"alpha\":[1,",
            "\"by_number\":{\"10\":",
            "\"plain\":[\"Unit\",{\"Newtype\":-3}",
            "\"tagged\"",
            "\"zone\":null,\"€\":null",
            "\u{1f600}",
            "\u{fb33}",
        ]
        .iter()
        .map(|part| text.find(part).unwrap())
        .collect();
        assert!(places.is_sorted(), "{text}");
        let plain = plain_json(&outer).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&plain).unwrap()["plain"][2]["Tuple"][1],
            "18446744073709551615"
        );
        assert!(plain.starts_with("{\"zone\":null,\"alpha\":[1,"), "{plain}");
        assert!(canonical_json(&std::collections::BTreeMap::from([((1, 2), 3)])).is_err());
    }

    /// Texts of many blocks, in structs that are walked, that are put in order at their end, and in maps.
    #[test]
    fn what_is_hashed_as_it_is_written_is_the_text() {
        #[derive(Clone, Serialize)]
        struct Leaf {
            zulu: f64,
            alpha: String,
        }
        #[derive(Clone, Serialize)]
        struct Branch {
            name: String,
            leaves: Vec<Leaf>,
            by_name: std::collections::BTreeMap<String, Leaf>,
            first: Leaf,
        }
        #[derive(Serialize)]
        struct Root {
            title: &'static str,
            branches: Vec<Branch>,
            about: Branch,
        }
        let leaf = |at: usize| Leaf {
            zulu: at as f64 / 7.0,
            alpha: format!("leaf \"{at}\""),
        };
        let branch = |at: usize| Branch {
            name: at.to_string(),
            leaves: (0..at * 40).map(leaf).collect(),
            by_name: (0..at * 40).map(|at| (format!("é{at}"), leaf(at))).collect(),
            first: leaf(at),
        };
        let root = Root {
            title: "root",
            branches: (0..20).map(branch).collect(),
            about: branch(3),
        };
        let text = canonical_json(&root).unwrap();
        assert!(text.len() > 1 << 19, "{}", text.len());
        assert_eq!(text, canonical_json(&serde_json::to_value(&root).unwrap()).unwrap());
        let hash = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
        assert_eq!(sha256(&root).unwrap(), hex(&hash));
    }

    #[test]
    fn minus_zero_and_zero_hash_alike() {
        assert_eq!(sha256(&-0.0_f64).unwrap(), sha256(&0.0_f64).unwrap());
        // printf '{"a":1}' | sha256sum
        let expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert_eq!(sha256(&serde_json::json!({ "a": 1.0 })).unwrap(), expected);
    }
}
