//! One text for one value: the canonical JSON that hashes are made of (RFC 8785, the JSON canonicalization scheme).
//!
//! Keys are sorted by their UTF-16 code units, there is no white space, numbers are written as ECMAScript writes them
//! (shortest digits that read back to the same bits; −0 as 0), and text is escaped only where JSON asks for it. Any
//! JCS library in any language can check a report's `results_sha256`.

mod write;

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::write::Writer;

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
    let mut text = Vec::new();
    Writer::new(&mut text, false).value(value)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
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
    let mut text = Vec::with_capacity(1 << 12);
    Writer::new(&mut text, true).value(value)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// SHA-256 of the canonical JSON of a value, in hexadecimal.
///
/// # Errors
/// As [`canonical_json`].
pub fn sha256<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut hash = BufWriter::with_capacity(1 << 12, Hash(Sha256::new()));
    Writer::new(&mut hash, false).value(value)?;
    hash.flush().map_err(serde_json::Error::io)?;
    Ok(hex(&hash.get_ref().0.clone().finalize()))
}

/// What is written goes into the hash and is not kept.
struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A number as ECMAScript's `Number::toString` writes it (ECMA-262, section 6.1.6.1.20).
fn write_number(out: &mut String, value: f64) {
    if value == 0.0 || !value.is_finite() {
        out.push('0');
        return;
    }
    if value < 0.0 {
        out.push('-');
    }
    // serde_json has the digits that ECMAScript asks for: the shortest, the nearest of those, the even one of two as near.
    let shortest = Value::from(value.abs()).to_string();
    // Without an exponent it is written as ECMAScript writes it, but for the point of whole numbers.
    if !shortest.contains('e') {
        out.push_str(shortest.strip_suffix(".0").unwrap_or(&shortest));
        return;
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    let written = i32::try_from(whole.len()).unwrap_or(0) - i32::try_from(leading).unwrap_or(0);
    let point = written + exponent.parse::<i32>().unwrap_or(0);
    let exponent = point - 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if (count..=21).contains(&point) {
        out.push_str(digits);
        out.push_str(&zeros(point - count));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        let _ = write!(out, "{whole}.{fraction}");
    } else if (-5..=0).contains(&point) {
        let _ = write!(out, "0.{}{digits}", zeros(-point));
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let _ = write!(out, "{first}{dot}{rest}e{exponent:+}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> String {
        let mut text = String::new();
        write_number(&mut text, value);
        text
    }

    /// The samples of RFC 8785, appendix B (bits, text).
    #[test]
    fn numbers_of_the_rfc() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(number(f64::from_bits(bits)), expected);
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

    #[test]
    fn minus_zero_and_zero_hash_alike() {
        assert_eq!(sha256(&-0.0_f64).unwrap(), sha256(&0.0_f64).unwrap());
        // printf '{"a":1}' | sha256sum
        let expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert_eq!(sha256(&serde_json::json!({ "a": 1.0 })).unwrap(), expected);
    }
}
