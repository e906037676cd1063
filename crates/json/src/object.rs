//! The fields of an object, put in order after they were written.

use crate::put;

/// A field that was written: its key, and where it begins, at the quote of the key.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The first eight bytes of its key, the first counting most: they tell most keys apart.
    begin: u64,
    key: &'static str,
    at: usize,
    /// Where it ends; known when the object does.
    end: usize,
}

impl Field {
    /// A field that is written from here on.
    #[must_use]
    pub fn new(key: &'static str, at: usize) -> Self {
        let begin = match key.as_bytes().first_chunk::<8>() {
            Some(eight) => u64::from_be_bytes(*eight),
            None => (key.bytes().chain(std::iter::repeat(0)).take(8)).fold(0, |sum, byte| sum << 8 | u64::from(byte)),
        };
        Self {
            begin,
            key,
            at,
            end: at,
        }
    }
}

/// Puts the fields of an object, written with commas between them up to the end of `out`, in the order of their keys'
/// UTF-16 code units. `spare` is room to write in.
///
/// ```
/// use bellwether_json::{Field, arrange};
/// let mut out = br#"{"b":1,"a":2"#.to_vec();
/// arrange(&mut out, &mut [Field::new("b", 1), Field::new("a", 7)], &mut Vec::new());
/// assert_eq!(out, br#"{"a":2,"b":1"#);
/// ```
pub fn arrange(out: &mut Vec<u8>, fields: &mut [Field], spare: &mut Vec<u8>) {
    let Some(start) = fields.first().map(|field| field.at) else {
        return;
    };
    let is_ascii = fields.iter().all(|field| field.key.is_ascii());
    let before = |a: &Field, b: &Field| {
        if is_ascii {
            (a.begin, a.key) < (b.begin, b.key)
        } else {
            a.key.encode_utf16().lt(b.key.encode_utf16())
        }
    };
    if fields.is_sorted_by(before) {
        return;
    }
    // Where each ends, without the comma that follows it, while they still stand as they were written.
    let mut end = out.len();
    for field in fields.iter_mut().rev() {
        field.end = end;
        end = field.at.saturating_sub(1);
    }
    // By insertion: they are a dozen, and mostly in order.
    for place in 1..fields.len() {
        let Some((field, sorted)) = fields.get(..=place).and_then(<[Field]>::split_last) else {
            return;
        };
        let to = sorted.len() - sorted.iter().rev().take_while(|other| before(field, other)).count();
        if let Some(moved) = fields.get_mut(to..=place) {
            moved.rotate_right(1);
        }
    }
    spare.clear();
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            spare.push(b',');
        }
        put(spare, out.get(field.at..field.end).unwrap_or_default());
    }
    out.truncate(start);
    out.extend_from_slice(spare);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Keys that share their first bytes, end early, or are sorted otherwise in UTF-8 than in UTF-16.
    const KEYS: [&str; 12] = [
        "change",
        "change_from_baseline",
        "change_from",
        "n",
        "not_due",
        "n_effective",
        "",
        "a",
        "\u{fb33}",
        "\u{1f600}",
        "targets_met",
        "target_met",
    ];

    proptest! {
        #[test]
        fn fields_come_in_the_order_of_utf16(keys in prop::sample::subsequence(&KEYS[..], 0..12).prop_shuffle()) {
            let mut out = b"before{".to_vec();
            let mut fields = Vec::new();
            for (place, name) in keys.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                fields.push(Field::new(name, out.len()));
                crate::key(&mut out, name);
                crate::unsigned(&mut out, place as u64 * 40);
            }
            arrange(&mut out, &mut fields, &mut vec![1]);
            let mut sorted: Vec<(Vec<u16>, String)> = (keys.iter().enumerate())
                .map(|(place, name)| (name.encode_utf16().collect(), format!("{}:{}", serde_json::json!(name), place * 40)))
                .collect();
            sorted.sort();
            let texts: Vec<String> = sorted.into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(String::from_utf8(out).unwrap(), format!("before{{{}", texts.join(",")));
        }
    }
}
