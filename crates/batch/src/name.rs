//! Names of files: safe anywhere, and one for each report.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Longer names are cut, and told apart by their hash.
const LONGEST: usize = 60;

/// Names that some systems keep for devices.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// What a whole report is called where a slice has its value.
pub const WHOLE: &str = "whole";

/// A name of small Latin letters, digits, `-` and `_`, and whether it says the text in full (but for capitals and spaces).
fn plain(text: &str) -> (String, bool) {
    let mut name = String::new();
    let mut full = true;
    for letter in text.chars() {
        match letter {
            'a'..='z' | '0'..='9' | '_' => name.push(letter),
            'A'..='Z' => name.push(letter.to_ascii_lowercase()),
            '-' | ' ' => name.push('-'),
            other => {
                full = false;
                match latin(other) {
                    Some(letters) => name.push_str(letters),
                    None if name.ends_with('-') => {}
                    None => name.push('-'),
                }
            }
        }
    }
    let trimmed = name.trim_matches('-');
    full &= trimmed.len() == name.len() && !trimmed.is_empty() && trimmed.len() <= LONGEST;
    let mut name: String = trimmed.chars().take(LONGEST).collect();
    if name.is_empty() {
        "value".clone_into(&mut name);
    }
    full &= !RESERVED.contains(&name.as_str()) && name != WHOLE;
    (name, full)
}

/// Letters of Latin alphabets without their marks.
fn latin(letter: char) -> Option<&'static str> {
    const LETTERS: [(&str, &str); 16] = [
        ("àáâãåāăąÀÁÂÃÅĀĂĄ", "a"),
        ("äæÄÆ", "ae"),
        ("çćčÇĆČ", "c"),
        ("ďđðĎĐÐ", "d"),
        ("èéêëēęěÈÉÊËĒĘĚ", "e"),
        ("ğģĞĢ", "g"),
        ("ìíîïīıİÌÍÎÏĪ", "i"),
        ("łľļŁĽĻ", "l"),
        ("ñńňÑŃŇ", "n"),
        ("òóôõōőÒÓÔÕŌŐ", "o"),
        ("öøœÖØŒ", "oe"),
        ("řŘ", "r"),
        ("śšşșŚŠŞȘ", "s"),
        ("ťţțŤŢȚ", "t"),
        ("ùúûūůűÙÚÛŪŮŰ", "u"),
        ("ýÿÝŸ", "y"),
    ];
    match letter {
        'ü' | 'Ü' => Some("ue"),
        'ß' => Some("ss"),
        'ź' | 'ż' | 'ž' | 'Ź' | 'Ż' | 'Ž' => Some("z"),
        _ => LETTERS
            .iter()
            .find(|(marked, _)| marked.contains(letter))
            .map(|(_, plain)| *plain),
    }
}

/// The first six hexadecimal digits of a text's SHA-256.
fn short_hash(text: &str) -> String {
    hex(text.as_bytes()).chars().take(6).collect()
}

/// SHA-256 in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name for each text, all different, also where capitals do not count. A text that its name does not say in full (`A/B`,
/// `../x`, `北京`) gets its hash behind it, so that the name of one does not depend on which others there are; of texts that
/// differ by capitals or spaces only, the one that is its name keeps it.
pub fn unique<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeMap<String, String> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in texts {
        let (name, full) = plain(text);
        let name = if full {
            name
        } else {
            format!("{name}-{}", short_hash(text))
        };
        let of_name = by_name.entry(name).or_default();
        if !of_name.iter().any(|other| other == text) {
            of_name.push(text.to_owned());
        }
    }
    let mut names = BTreeMap::new();
    for (name, texts) in by_name {
        let alone = texts.len() == 1;
        for text in texts {
            let own = if alone || text == name {
                name.clone()
            } else {
                format!("{name}-{}", short_hash(&text))
            };
            names.insert(text, own);
        }
    }
    names
}

/// The parts that a pattern may name.
pub const PARTS: [&str; 7] = ["job", "card", "data", "segment", "value", "audience", "format"];

/// A pattern of file names, in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Part(String),
}

impl Pattern {
    /// Reads a pattern such as `{card}/{segment}/{value}-{audience}`.
    ///
    /// # Errors
    /// What is wrong, and a way out.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        let parts = || format!("its parts are {}", PARTS.map(|part| format!("{{{part}}}")).join(", "));
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((part, after)) = after.split_once('}') else {
                return Err((format!("`{text}` has a `{{` without `}}`"), parts()));
            };
            if !PARTS.contains(&part) {
                let help = match bellwether::diagnostic::nearest(part, PARTS) {
                    Some(near) => format!("did you mean `{{{near}}}`?"),
                    None => parts(),
                };
                return Err((format!("`{{{part}}}` is no part of a file's name"), help));
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Part(part.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_. /".contains(letter);
        let literal = |piece: &Piece| match piece {
            Piece::Text(text) => !text.contains("..") && text.chars().all(safe),
            Piece::Part(_) => true,
        };
        if text.trim().is_empty() || text.starts_with('/') || !pieces.iter().all(literal) {
            return Err((
                format!("`{text}` is no safe name of a file"),
                "it stays in the folder of the reports: letters, digits, `-`, `_`, `.` and `/` between parts"
                    .to_owned(),
            ));
        }
        Ok(Self(pieces))
    }

    /// By card, segment and value.
    pub fn plain() -> Self {
        let part = |name: &str| Piece::Part(name.to_owned());
        let slash = || Piece::Text("/".to_owned());
        Self(vec![part("card"), slash(), part("segment"), slash(), part("value")])
    }

    /// Whether it names a part.
    pub fn has(&self, part: &str) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Part(own) if own == part))
    }

    /// The name with the parts filled in; folders and ends that come out empty vanish.
    pub fn fill(&self, parts: &BTreeMap<&str, String>) -> String {
        let filled: String = self
            .0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Part(part) => parts.get(part.as_str()).map_or("", String::as_str),
            })
            .collect();
        let folders = filled.split('/').map(|name| name.trim_matches(['-', ' ', '.', '_']));
        let kept: Vec<&str> = folders.filter(|name| !name.is_empty()).collect();
        if kept.is_empty() {
            WHOLE.to_owned()
        } else {
            kept.join("/")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        let names = unique(texts.iter().copied());
        texts.iter().map(|text| names[*text].clone()).collect()
    }

    #[test]
    fn names_are_safe_and_unique() {
        let texts = [
            "North",
            "north",
            "NORTH",
            "../x",
            "A/B",
            "a b",
            "A-B",
            "北京",
            "上海",
            "São Paulo",
            "CON",
            "whole",
            "",
            "..",
            "x.",
            "a\u{0}b",
            "Köln",
            "Koeln",
            "-x",
        ];
        let names = names(&texts);
        let mut seen: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), texts.len(), "{names:?}");
        for name in &names {
            assert!(!name.is_empty() && name.len() <= 70, "{name}");
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c)),
                "{name}"
            );
            assert!(!RESERVED.contains(&name.as_str()) && name != WHOLE, "{name}");
        }
        assert_eq!(names[1], "north", "the one that is its name keeps it");
        assert!(names[9].starts_with("sao-paulo-"), "{names:?}");
    }

    #[test]
    fn a_name_does_not_depend_on_the_others_unless_it_must() {
        assert_eq!(names(&["North", "South"]), ["north", "south"]);
        assert_eq!(names(&["A/B"]), [names(&["A/B", "East", "West"])[0].clone()]);
        let long = "x".repeat(200);
        assert_eq!(names(&[&long])[0].len(), LONGEST + 7);
    }

    #[test]
    fn patterns_are_filled_and_empty_folders_vanish() {
        let pattern = Pattern::read("{card}/{segment}/{value}-{audience}").unwrap();
        let parts =
            |pairs: &[(&'static str, &str)]| pairs.iter().map(|(part, text)| (*part, (*text).to_owned())).collect();
        let slice = parts(&[
            ("card", "health"),
            ("segment", "region"),
            ("value", "north"),
            ("audience", "team"),
        ]);
        assert_eq!(pattern.fill(&slice), "health/region/north-team");
        assert_eq!(
            pattern.fill(&parts(&[("card", "health"), ("value", "whole")])),
            "health/whole"
        );
        assert_eq!(pattern.fill(&BTreeMap::new()), "whole");
        for wrong in ["../{card}", "/x", "{crad}", "{card", "a\\b", ""] {
            assert!(Pattern::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Pattern::read("{crad}").unwrap_err().1, "did you mean `{card}`?");
    }
}
