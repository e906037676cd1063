//! Texts and numbers of JSON, written quickly.
//!
//! A report is half a megabyte of short texts and numbers, and is written at every edit: once to be hashed, once to be
//! answered. What is done for each byte of it is gathered here, none of it generic, so that a build for size can still
//! compile these few functions for speed.

mod number;
mod object;

pub use number::{number, signed, unsigned};
pub use object::{Field, arrange};

/// Appends bytes. Most are a handful, for which a call that copies any length costs more than the copy.
#[inline]
pub fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > 32 {
        out.extend_from_slice(bytes);
        return;
    }
    out.reserve(bytes.len());
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        out.extend_from_slice(eight);
    }
    let (twos, rest) = rest.as_chunks::<2>();
    for two in twos {
        out.extend_from_slice(two);
    }
    out.extend(rest.first());
}

/// Appends a text in quotes, escaped only where JSON asks for it.
///
/// ```
/// let mut out = Vec::new();
/// bellwether_json::text(&mut out, "é \"\\\n\u{1}");
/// assert_eq!(out, r#""é \"\\\n\u0001""#.as_bytes());
/// ```
pub fn text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.push(b'"');
    if bytes.iter().any(|byte| needs_escape(*byte)) {
        bytes.iter().for_each(|byte| escaped(out, *byte));
    } else {
        put(out, bytes);
    }
    out.push(b'"');
}

/// Appends the key of an object, with its colon.
pub fn key(out: &mut Vec<u8>, name: &str) {
    text(out, name);
    out.push(b':');
}

const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escaped(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        0..0x20 => {
            let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
            out.extend_from_slice(b"\\u00");
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
            return;
        }
        _ => return out.push(byte),
    };
    out.push(b'\\');
    out.push(short);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// serde_json escapes as RFC 8785 asks.
        #[test]
        fn a_text_is_written_as_serde_json_writes_it(words in "(?s)[\\x00-\\x7f]{0,80}|.{0,40}") {
            let mut out = b"before".to_vec();
            text(&mut out, &words);
            let expected = format!("before{}", serde_json::to_string(&words).unwrap());
            prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
        }

        #[test]
        fn bytes_are_appended(all in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..10)) {
            let mut out = Vec::new();
            all.iter().for_each(|bytes| put(&mut out, bytes));
            prop_assert_eq!(out, all.concat());
        }
    }

    #[test]
    fn every_sign_of_one_byte() {
        for byte in 0..0x80_u8 {
            let sign = char::from(byte).to_string();
            let mut out = Vec::new();
            text(&mut out, &sign);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&sign).unwrap());
        }
    }
}
