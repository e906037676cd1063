//! The pages of the codes: what each means, a card that gets it, and a way out. The texts are `crates/cli/pages`, one file
//! a code; a test runs every example.

use bellwether::diagnostic::Code;
use bellwether::diagnostic::codes::REGISTRY;

macro_rules! pages {
    ($($number:literal)*) => {
        const PAGES: &[(u16, &str)] = &[$(($number, include_str!(concat!("../pages/BW", $number, ".md")))),*];
    };
}

pages! {
    100 101 102 103 104 105 106 107 108 109 110 111
    200 201 202 203 204 205 209 210 211 212 213 214 215 216
    300 301 302 303 304 305 306 307 308 309 310 311 312 313 314
    400 402 403 404 405 406 407 408
    500 501
    600 601 602 603 604 605 606 607 608 610 611
    700 701
    800 801 850 851
    900 901 902 903
}

/// Lines of text are no wider than this.
const WIDTH: usize = 92;

/// The page of a code, as Markdown.
pub fn markdown(code: Code) -> Option<&'static str> {
    PAGES
        .iter()
        .find(|(number, _)| *number == code.0)
        .map(|(_, text)| *text)
}

/// The page of a code for a terminal.
pub fn text(code: Code, strong: &dyn Fn(&str) -> String) -> Option<String> {
    let mut drawn = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in markdown(code)?.lines().chain([""]) {
        match (fence, line.strip_prefix("```")) {
            (None, Some(info)) => {
                fence = Some(info);
                if let Some(file) = info
                    .split_once(' ')
                    .map(|(_, file)| file)
                    .filter(|file| *file != "fails")
                {
                    drawn.push_str(&format!("    {file}:\n"));
                }
            }
            (Some(_), Some(_)) => fence = None,
            (Some(info), None) => {
                let indent = if info.contains('.') { "        " } else { "    " };
                drawn.push_str(&format!("{indent}{line}\n"));
            }
            (None, None) => match line.trim_start_matches('#').trim_start() {
                "" if paragraph.is_empty() => {
                    if !drawn.ends_with("\n\n") {
                        drawn.push('\n');
                    }
                }
                "" => {
                    drawn.push_str(&wrapped(&paragraph.join(" ")));
                    drawn.push('\n');
                    paragraph.clear();
                }
                heading if line.starts_with('#') => drawn.push_str(&format!("{}\n", strong(heading))),
                text => paragraph.push(text),
            },
        }
    }
    Some(format!("{}\n", drawn.trim_end()))
}

/// Text in lines of [`WIDTH`] at most; what stands in backticks is not broken.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in pieces(text) {
        let letters = word.chars().count();
        if width > 0 && width + 1 + letters > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += letters;
    }
    lines.push('\n');
    lines
}

/// Words of a text; a piece of code with spaces is one.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut in_code = false;
    for (at, c) in text.char_indices() {
        in_code ^= c == '`';
        match (start, c.is_whitespace() && !in_code) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                pieces.extend(text.get(from..at));
                start = None;
            }
            _ => {}
        }
    }
    pieces.extend(start.and_then(|from| text.get(from..)));
    pieces
}

/// All codes with their titles, by stage.
pub fn list(strong: &dyn Fn(&str) -> String) -> String {
    let mut text = String::from("What may be found; `bellwether docs BW600` says more of a code.\n");
    let mut stage = "";
    for (code, title) in REGISTRY {
        if code.stage() != stage {
            stage = code.stage();
            text.push_str(&format!("\n{}\n", strong(stage)));
        }
        text.push_str(&format!("  {code}  {title}\n"));
    }
    text
}

/// All pages as one document: `docs/diagnostics.md`.
pub fn document() -> String {
    let mut text = String::from(DOCUMENT_HEAD);
    let mut stage = "";
    for (code, title) in REGISTRY {
        if code.stage() != stage {
            stage = code.stage();
            text.push_str(&format!("\n**{stage}**\n\n"));
        }
        text.push_str(&format!("- [{code}](#{}) {title}\n", anchor(*code, title)));
    }
    for page in REGISTRY.iter().filter_map(|(code, _)| markdown(*code)) {
        text.push('\n');
        // A page's title is a section here, and its sections are below it.
        let mut in_fence = false;
        for line in page.lines() {
            in_fence ^= line.starts_with("```");
            if line.starts_with('#') && !in_fence {
                text.push('#');
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

const DOCUMENT_HEAD: &str = "# What may be found\n\n\
    Everything that the engine says about a card or its data has a code. This document is made from the same pages as\n\
    `bellwether docs BW600`; every failing example is run by a test and gets exactly its code, and every way out is run and\n\
    is free of it. Write it anew with `bellwether docs codes --markdown > docs/diagnostics.md`.\n\n\
    Warnings and notes can be switched: `--deny warnings`, `--deny BW600`, `--allow BW600` on the command line, and in a card\n\
    a comment on the line above a statement, or behind it: `// bellwether: allow BW600 the board asked for it`.\n\
    `allow-file` covers the whole text. Errors cannot be allowed.\n";

/// The anchor that Markdown viewers give a heading `BW600: a metric that ..`.
fn anchor(code: Code, title: &str) -> String {
    format!("{code}: {title}")
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page_and_no_page_lacks_a_code() {
        for (code, title) in REGISTRY {
            let page = markdown(*code).unwrap_or_else(|| panic!("{code} has no page"));
            assert_eq!(page.lines().next(), Some(format!("# {code}: {title}").as_str()));
            let drawn = text(*code, &|heading| heading.to_owned()).unwrap();
            assert!(!drawn.contains("```"), "{drawn}");
            assert!(drawn.lines().count() > 8, "{drawn}");
        }
        for (number, _) in PAGES {
            assert!(!Code(*number).title().is_empty(), "BW{number} is not registered");
        }
    }

    #[test]
    fn code_is_not_broken_at_the_end_of_a_line() {
        let text = format!("{} `a piece of code` behind it", "x".repeat(WIDTH - 5));
        assert_eq!(wrapped(&text).lines().nth(1), Some("`a piece of code` behind it"));
    }
}
