//! One text for one value: the canonical JSON that hashes are made of (RFC 8785, the JSON canonicalization scheme).
//!
//! Keys are sorted by their UTF-16 code units, there is no white space, numbers are written as ECMAScript writes them
//! (shortest digits that read back to the same bits; −0 as 0), and text is escaped only where JSON asks for it. Any
//! JCS library in any language can check a report's `results_sha256`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use sha2::{Digest, Sha256};

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
    write(value, &mut text, Canonical::default())?;
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
    let plain = Canonical {
        plain: true,
        ..Canonical::default()
    };
    write(value, &mut text, plain)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// One way for all of them, so that the code of each type is there once.
fn write<T: Serialize>(value: &T, out: &mut dyn Write, how: Canonical) -> Result<(), serde_json::Error> {
    value.serialize(&mut Serializer::with_formatter(out, how))
}

/// SHA-256 of the canonical JSON of a value, in hexadecimal.
///
/// # Errors
/// As [`canonical_json`].
pub fn sha256<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut hash = Hash(Sha256::new());
    write(value, &mut hash, Canonical::default())?;
    Ok(hex(&hash.0.finalize()))
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

/// Writes values as they come; only an object waits for its end, since its keys are sorted then. So a report is never in
/// memory as a tree, which takes ten times its text.
#[derive(Default)]
struct Canonical {
    /// Keys stay in their order, and whole numbers beyond 2^53 are text.
    plain: bool,
    /// Objects that are open, the innermost last.
    open: Vec<Object>,
    /// What stands in the open objects so far: keys and values, one after the other, without signs between them.
    text: Vec<u8>,
    /// Room for an object in order.
    sorted: Vec<u8>,
}

/// An object that is open.
#[derive(Default)]
struct Object {
    /// Where it begins in the text.
    start: usize,
    entries: Vec<Entry>,
}

/// Where a key and its value stand in the text.
#[derive(Clone, Copy)]
struct Entry {
    key: usize,
    value: usize,
    end: usize,
}

/// The largest whole number that a JavaScript number holds with all its neighbours.
const LARGEST: u64 = (1 << 53) - 1;

impl Canonical {
    fn put<W: ?Sized + Write>(&mut self, writer: &mut W, bytes: &[u8]) -> io::Result<()> {
        if self.open.is_empty() {
            writer.write_all(bytes)?;
        } else {
            self.text.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn whole<W: ?Sized + Write>(&mut self, writer: &mut W, value: &str, size: u64) -> io::Result<()> {
        if !self.plain || size <= LARGEST {
            return self.put(writer, value.as_bytes());
        }
        self.put(writer, b"\"")?;
        self.put(writer, value.as_bytes())?;
        self.put(writer, b"\"")
    }

    /// The entries of an object by the UTF-16 code units of what their keys say, not by how they are escaped.
    fn order(&self, entries: &mut [Entry]) -> io::Result<()> {
        let key = |entry: &Entry| self.text.get(entry.key..entry.value).unwrap_or_default();
        let is_plain = |key: &[u8]| key.is_ascii() && !key.contains(&b'\\');
        if entries.iter().all(|entry| is_plain(key(entry))) {
            // Without the quote at the end, which sorts behind a blank.
            let bare = |entry: &Entry| key(entry).strip_suffix(b"\"").unwrap_or_default();
            entries.sort_by(|a, b| bare(a).cmp(bare(b)));
            return Ok(());
        }
        let mut keyed = Vec::with_capacity(entries.len());
        for entry in &*entries {
            let said: String = serde_json::from_slice(key(entry))?;
            keyed.push((said.encode_utf16().collect::<Vec<u16>>(), *entry));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        for (slot, (_, entry)) in entries.iter_mut().zip(keyed) {
            *slot = entry;
        }
        Ok(())
    }
}

/// Whole numbers are written in full.
macro_rules! whole {
    ($($name:ident: $type:ty),*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W, value: $type) -> io::Result<()> {
            self.whole(writer, &value.to_string(), i128::from(value).unsigned_abs() as u64)
        })*
    };
}

/// Fixed text.
macro_rules! fixed {
    ($($name:ident: $text:literal),*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
            self.put(writer, $text)
        })*
    };
}

impl Formatter for Canonical {
    whole!(write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64);
    whole!(write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64);
    fixed!(write_null: b"null", begin_string: b"\"", end_string: b"\"", begin_array: b"[", end_array: b"]");

    fn write_bool<W: ?Sized + Write>(&mut self, writer: &mut W, value: bool) -> io::Result<()> {
        self.put(writer, if value { b"true" } else { b"false" })
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let mut text = String::new();
        write_number(&mut text, value);
        self.put(writer, text.as_bytes())
    }

    fn write_number_str<W: ?Sized + Write>(&mut self, writer: &mut W, value: &str) -> io::Result<()> {
        self.put(writer, value.as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.put(writer, fragment.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let text: &[u8] = match escape {
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::Solidus => b"/",
            CharEscape::Backspace => b"\\b",
            CharEscape::FormFeed => b"\\f",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
            CharEscape::AsciiControl(byte) => return self.put(writer, format!("\\u{byte:04x}").as_bytes()),
        };
        self.put(writer, text)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.put(writer, if first { b"" } else { b"," })
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.plain {
            return self.put(writer, b"{");
        }
        self.open.push(Object {
            start: self.text.len(),
            entries: Vec::new(),
        });
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.plain {
            return self.put(writer, b"}");
        }
        let Some(mut object) = self.open.pop() else {
            return Ok(());
        };
        self.order(&mut object.entries)?;
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        sorted.push(b'{');
        let said = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        for (place, entry) in object.entries.iter().enumerate() {
            if place > 0 {
                sorted.push(b',');
            }
            sorted.extend_from_slice(said(entry.key, entry.value));
            sorted.push(b':');
            sorted.extend_from_slice(said(entry.value, entry.end));
        }
        sorted.push(b'}');
        self.text.truncate(object.start);
        let outcome = self.put(writer, &sorted);
        self.sorted = sorted;
        outcome
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if self.plain {
            return self.put(writer, if first { b"" } else { b"," });
        }
        let key = self.text.len();
        if let Some(object) = self.open.last_mut() {
            let entry = Entry {
                key,
                value: key,
                end: key,
            };
            object.entries.push(entry);
        }
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.plain {
            return self.put(writer, b":");
        }
        let value = self.text.len();
        if let Some(entry) = self.open.last_mut().and_then(|object| object.entries.last_mut()) {
            entry.value = value;
        }
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.text.len();
        if let Some(entry) = self.open.last_mut().and_then(|object| object.entries.last_mut()) {
            entry.end = end;
        }
        Ok(())
    }
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

    #[test]
    fn minus_zero_and_zero_hash_alike() {
        assert_eq!(sha256(&-0.0_f64).unwrap(), sha256(&0.0_f64).unwrap());
        // printf '{"a":1}' | sha256sum
        let expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert_eq!(sha256(&serde_json::json!({ "a": 1.0 })).unwrap(), expected);
    }
}
