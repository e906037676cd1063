//! As much of Rust as finding paths needs: tokens without comments and text, items for tests, paths.

use std::collections::BTreeMap;
use std::path::Path;

/// A word or a sign of the source, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The words and signs of a source; comments and literals are left out, `::` is one sign.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let start = i;
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            '"' => i = text_end(&chars, i),
            '\'' => {
                // A lifetime has no second quote after one character; a literal has, or begins with a backslash.
                if at(i + 1) == '\\' {
                    i += 3;
                    while i < chars.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                } else if at(i + 2) == '\'' {
                    i += 3;
                } else {
                    i += 1;
                }
            }
            c if c.is_alphabetic() || c == '_' => {
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                let word: String = chars.iter().skip(start).take(i - start).collect();
                match (word.as_str(), at(i)) {
                    ("r" | "br" | "cr", '"' | '#') => match raw_end(&chars, i) {
                        Some(end) => i = end,
                        None => i += 1, // r#name: the name follows as a word of its own
                    },
                    ("b" | "c", '"') => i = text_end(&chars, i),
                    _ => found.push(Token { text: word, line }),
                }
            }
            ':' if at(i + 1) == ':' => {
                found.push(Token {
                    text: "::".into(),
                    line,
                });
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    found.push(Token { text: c.into(), line });
                }
                i += 1;
            }
        }
        line += chars.iter().skip(start).take(i - start).filter(|c| **c == '\n').count();
    }
    found
}

/// The index after a text literal that begins at `i`.
fn text_end(chars: &[char], mut i: usize) -> usize {
    i += 1;
    while let Some(c) = chars.get(i) {
        match c {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    i
}

/// The index after a raw text literal whose signs after `r` begin at `i`; none for a raw name.
fn raw_end(chars: &[char], i: usize) -> Option<usize> {
    let marks = chars.iter().skip(i).take_while(|c| **c == '#').count();
    if chars.get(i + marks) != Some(&'"') {
        return None;
    }
    let mut end = i + marks + 1;
    while end < chars.len() {
        let closes = chars.get(end) == Some(&'"')
            && chars.iter().skip(end + 1).take(marks).filter(|c| **c == '#').count() == marks;
        if closes {
            return Some(end + 1 + marks);
        }
        end += 1;
    }
    Some(end)
}

/// The tokens without items that exist only for tests: those under `#[cfg(test)]`, `#[cfg(all(test, ..))]` or
/// `#[cfg(doctest)]`.
pub fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    part_tests(tokens).0
}

/// The modules in files of their own that a source declares only for tests: `#[cfg(test)] mod name;`.
pub fn test_modules(source: &str) -> Vec<String> {
    let dropped = part_tests(tokens(source)).1;
    let text = |i: usize| dropped.get(i).map(|t| t.text.as_str());
    (0..dropped.len())
        .filter(|&i| text(i) == Some("mod") && text(i + 2) == Some(";"))
        .filter_map(|i| text(i + 1).map(str::to_owned))
        .collect()
}

/// The tokens of what is built for users, and of what is built only for tests.
fn part_tests(tokens: Vec<Token>) -> (Vec<Token>, Vec<Token>) {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    let mut i = 0;
    while i < tokens.len() {
        let Some(end) = attribute_end(&tokens, i) else {
            kept.extend(tokens.get(i).cloned());
            i += 1;
            continue;
        };
        let attribute: Vec<&str> = tokens.iter().skip(i).take(end - i).map(|t| t.text.as_str()).collect();
        let for_tests = attribute.get(2) == Some(&"cfg")
            && attribute.iter().any(|word| matches!(*word, "test" | "doctest"))
            && !attribute.contains(&"not")
            && !attribute.contains(&"any");
        let (part, after) = if for_tests {
            (&mut dropped, item_end(&tokens, end))
        } else {
            (&mut kept, end)
        };
        part.extend(tokens.iter().skip(i).take(after - i).cloned());
        i = after;
    }
    (kept, dropped)
}

/// The index after an outer attribute that begins at `i`.
fn attribute_end(tokens: &[Token], i: usize) -> Option<usize> {
    let text = |i: usize| tokens.get(i).map(|t| t.text.as_str());
    (text(i) == Some("#") && text(i + 1) == Some("[")).then(|| group_end(tokens, i + 1))
}

/// The index after the group whose opening sign stands at `i`.
fn group_end(tokens: &[Token], i: usize) -> usize {
    let mut depth = 0_i32;
    for (n, token) in tokens.iter().enumerate().skip(i) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return n + 1;
        }
    }
    tokens.len()
}

/// The index after the item that begins at `i`: after its further attributes, its `;` or its braces.
fn item_end(tokens: &[Token], mut i: usize) -> usize {
    while let Some(end) = attribute_end(tokens, i) {
        i = end;
    }
    let is_use = tokens.iter().skip(i).take(6).any(|t| t.text == "use");
    while let Some(token) = tokens.get(i) {
        match token.text.as_str() {
            ";" => return i + 1,
            "{" if !is_use => return group_end(tokens, i),
            "(" | "[" | "{" => i = group_end(tokens, i),
            _ => i += 1,
        }
    }
    i
}

/// The module of a file below `src`: `data/csv.rs` is `data`, `csv`.
pub fn module_path(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The names right below the root that the code reaches by `crate::` or enough `super::`, with their lines.
pub fn root_names(tokens: &[Token], depth: usize) -> Vec<(String, usize)> {
    let text = |i: usize| tokens.get(i).map(|t| t.text.as_str()).unwrap_or_default();
    let mut found = Vec::new();
    // Where the inline modules around a token end, and how many braces were open there.
    let (mut inline, mut braces) = (Vec::new(), 0_usize);
    let mut i = 0;
    while i < tokens.len() {
        match text(i) {
            "mod" if text(i + 2) == "{" => inline.push(braces),
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                if inline.last() == Some(&braces) {
                    inline.pop();
                }
            }
            "crate" if text(i + 1) == "::" => found.extend(heads(tokens, i + 2)),
            "super" if text(i + 1) == "::" => {
                let mut up = 1;
                while text(i + 2) == "super" && text(i + 3) == "::" {
                    (up, i) = (up + 1, i + 2);
                }
                if up == depth + inline.len() {
                    found.extend(heads(tokens, i + 2));
                }
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// The first name of each path at `i`: one name, or each of a braced group.
fn heads(tokens: &[Token], i: usize) -> Vec<(String, usize)> {
    let mut every: Vec<(String, usize)> = tree(tokens, i)
        .into_iter()
        .map(|(path, line)| (path.split("::").next().unwrap_or_default().to_owned(), line))
        .collect();
    every.dedup();
    every
}

/// Every path that begins at `i`, with groups written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn tree(tokens: &[Token], i: usize) -> Vec<(String, usize)> {
    let Some(first) = tokens.get(i) else { return Vec::new() };
    if first.text != "{" {
        let name = first.text.clone();
        if tokens.get(i + 1).is_none_or(|t| t.text != "::") {
            return vec![(name, first.line)];
        }
        return tree(tokens, i + 2)
            .into_iter()
            .map(|(rest, line)| (format!("{name}::{rest}"), line))
            .collect();
    }
    let end = group_end(tokens, i) - 1;
    let mut found = Vec::new();
    let mut start = i + 1;
    while start < end {
        found.extend(tree(tokens, start));
        while start < end && tokens.get(start).is_some_and(|t| t.text != ",") {
            start = if tokens.get(start).is_some_and(|t| t.text == "{") {
                group_end(tokens, start)
            } else {
                start + 1
            };
        }
        start += 1;
    }
    found
}

/// Every path of the code from its first name on, groups written out.
pub fn paths(tokens: &[Token]) -> Vec<(String, usize)> {
    let is_name = |t: &Token| t.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let follows = i > 0 && tokens.get(i - 1).is_some_and(|t| t.text == "::");
        let leads = tokens.get(i + 1).is_some_and(|t| t.text == "::");
        if is_name(token) && leads && !follows {
            found.extend(tree(tokens, i));
        }
    }
    found
}

/// What the root re-exports: each name and the module that it comes from.
pub fn reexports(root: &str) -> BTreeMap<String, String> {
    let tokens = without_tests(tokens(root));
    let mut found = BTreeMap::new();
    for (i, token) in tokens.iter().enumerate() {
        if token.text != "use" {
            continue;
        }
        let end = item_end(&tokens, i);
        for (path, _) in tree(&tokens, i + 1) {
            let mut parts = path.split("::").filter(|part| !matches!(*part, "crate" | "self"));
            if let (Some(module), Some(name)) = (parts.next(), path.rsplit("::").next()) {
                found.insert(name.to_owned(), module.to_owned());
                // `Span as Place`: the new name stands for the module too.
                let renamed = tokens
                    .iter()
                    .take(end)
                    .skip(i)
                    .zip(tokens.iter().skip(i + 1))
                    .zip(tokens.iter().skip(i + 2));
                found.extend(
                    renamed
                        .filter(|((old, word), _)| old.text == name && word.text == "as")
                        .map(|(_, new)| (new.text.clone(), module.to_owned())),
                );
            }
        }
    }
    found
}
