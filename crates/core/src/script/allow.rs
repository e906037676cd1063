//! Comments that allow findings: `// bellwether: allow BW600 asked for by the board`.
//!
//! On a line of its own it covers the statement that follows or that it stands in; behind a statement, that statement.
//! `allow-file` covers the whole text.
//!
//! Imports: diagnostic, script::lexer, script::position. Never: the engine.

use super::lexer::{Token, TokenKind};
use super::position::Positions;
use crate::diagnostic::switch::Allow;
use crate::diagnostic::{Code, Diagnostic, Span, codes, nearest};

/// What a comment of ours starts with, behind `//`.
const MARK: &str = "bellwether:";

/// The comments of a text that allow findings, and what is wrong with those that do not.
pub(super) fn read(positions: &Positions) -> (Vec<Allow>, Vec<Diagnostic>) {
    let mut allows = Vec::new();
    let mut findings = Vec::new();
    for comment in comments(positions) {
        let Some(body) = instruction(positions.snippet(comment)) else {
            continue;
        };
        let start = comment.start + (positions.snippet(comment).len() - body.len()) as u32;
        let line = Line {
            positions,
            comment,
            body,
            start,
        };
        line.read(&mut allows, &mut findings);
    }
    (allows, findings)
}

/// The words behind `// bellwether:`.
fn instruction(comment: &str) -> Option<&str> {
    comment.trim_start_matches('/').trim_start().strip_prefix(MARK)
}

/// One comment of ours.
struct Line<'a> {
    positions: &'a Positions,
    comment: Span,
    body: &'a str,
    start: u32,
}

impl Line<'_> {
    fn read(&self, allows: &mut Vec<Allow>, findings: &mut Vec<Diagnostic>) {
        let mut words = self.words().peekable();
        let covers = match words.next() {
            Some(("allow", _)) => Some(self.statement()),
            Some(("allow-file", _)) => None,
            other => {
                findings.push(self.unknown_word(other));
                return;
            }
        };
        let first = allows.len();
        let known = findings.len();
        while let Some((word, span)) = words.peek().copied() {
            let name = word.trim_matches(',');
            if !looks_like_code(name) {
                break;
            }
            words.next();
            match Code::named(name) {
                Some(code) => allows.push(Allow {
                    code,
                    span,
                    covers,
                    reason: String::new(),
                    used: false,
                }),
                None => findings.push(unknown_code(name, span)),
            }
        }
        if allows.len() == first && findings.len() == known {
            findings.push(
                Diagnostic::warning(codes::ALLOW, "this comment allows nothing: it names no code")
                    .at(self.comment)
                    .help("name the code that the finding is drawn with: `// bellwether: allow BW600 why`"),
            );
        }
        let reason = words
            .next()
            .map_or("", |(_, span)| {
                self.positions.snippet(Span {
                    end: self.comment.end,
                    ..span
                })
            })
            .trim();
        if reason.is_empty() && allows.len() > first {
            findings.push(
                Diagnostic::note(codes::ALLOW, "this comment allows a finding and does not say why")
                    .at(self.comment)
                    .help("write the reason behind the code: who reads the card next will ask"),
            );
        }
        for allow in allows.iter_mut().skip(first) {
            allow.reason = if reason.is_empty() {
                "no reason given".to_owned()
            } else {
                reason.to_owned()
            };
        }
    }

    /// The words of the comment with their places.
    fn words(&self) -> impl Iterator<Item = (&str, Span)> {
        self.body.split_whitespace().map(|word| {
            let at = self.start + (word.as_ptr() as usize - self.body.as_ptr() as usize) as u32;
            let span = Span {
                source: self.comment.source,
                start: at,
                end: at + word.len() as u32,
            };
            (word, span)
        })
    }

    fn unknown_word(&self, word: Option<(&str, Span)>) -> Diagnostic {
        let (said, span) = word.map_or(("nothing", self.comment), |(word, span)| (word, span));
        let finding = Diagnostic::warning(
            codes::ALLOW,
            format!("a comment to bellwether says `allow` or `allow-file`, and this says `{said}`"),
        )
        .at(span);
        match nearest(said, ["allow", "allow-file"]) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`// bellwether: allow BW600 why`, on the line above what it is about"),
        }
    }

    /// The statement that the comment is about: empty where there is none.
    fn statement(&self) -> Span {
        let tokens = self.positions.tokens();
        let next = tokens.partition_point(|token| token.start < self.comment.start);
        let text = self.positions.text();
        let line = text
            .get(..self.comment.start as usize)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        let trails = next.checked_sub(1).filter(|before| {
            tokens
                .get(*before)
                .is_some_and(|token| token.end as usize > line && self.positions.text_of(token) != "{")
        });
        let at = trails.unwrap_or(next);
        let bounds = Bounds {
            positions: self.positions,
            tokens,
        };
        let (first, last) = (tokens.get(bounds.first(at)), tokens.get(bounds.last(at)));
        let (start, end) = first
            .zip(last)
            .map_or((self.comment.end, self.comment.end), |(first, last)| {
                (first.start, last.end)
            });
        Span {
            source: self.comment.source,
            start,
            end,
        }
    }
}

/// Where statements begin and end, by tokens.
struct Bounds<'a> {
    positions: &'a Positions,
    tokens: &'a [Token],
}

impl Bounds<'_> {
    fn text(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| self.positions.text_of(token))
    }

    fn partner(&self, index: usize) -> Option<usize> {
        let token = self.tokens.get(index).filter(|token| token.kind == TokenKind::Symbol)?;
        token.partner.map(|partner| partner as usize)
    }

    /// Whether a statement ends with the `}` before this token.
    fn starts_anew(&self, index: usize) -> bool {
        self.tokens.get(index).is_none_or(|token| {
            let word = matches!(token.kind, TokenKind::Word | TokenKind::ForeignWord);
            word && self.positions.text_of(token) != "else"
        })
    }

    /// The first token of the statement around a token.
    fn first(&self, mut at: usize) -> usize {
        while let Some(before) = at.checked_sub(1) {
            let text = self.text(before);
            match self.partner(before) {
                None if text == ";" => break,
                Some(opening) if opening < before => {
                    if self.text(opening) == "{" && self.starts_anew(at) {
                        break;
                    }
                    at = opening;
                    continue;
                }
                Some(_) if text == "{" => break,
                _ => {}
            }
            at = before;
        }
        at
    }

    /// The last token of the statement around a token.
    fn last(&self, mut at: usize) -> usize {
        loop {
            let text = self.text(at);
            if text == ";" || at >= self.tokens.len() {
                return at.min(self.tokens.len().saturating_sub(1));
            }
            match self.partner(at) {
                Some(closing) if closing > at => {
                    if text == "{" && self.starts_anew(closing + 1) {
                        return closing;
                    }
                    at = closing + 1;
                }
                // The block around the statement ends here.
                Some(opening) if self.text(opening) == "{" => return at.saturating_sub(1),
                _ => at += 1,
            }
        }
    }
}

fn looks_like_code(word: &str) -> bool {
    word.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("bw"))
        && word.len() > 2
        && word.bytes().skip(2).all(|byte| byte.is_ascii_digit())
}

fn unknown_code(name: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(codes::ALLOW, format!("no finding has the code `{name}`"))
        .at(span)
        .help("`bellwether docs codes` lists all of them")
}

/// The `//` comments of a text, each without its end of line. Between tokens there is white space and comments only.
fn comments(positions: &Positions) -> Vec<Span> {
    let text = positions.text();
    let starts = std::iter::once(0).chain(positions.tokens().iter().map(|token| token.end as usize));
    let ends = positions
        .tokens()
        .iter()
        .map(|token| token.start as usize)
        .chain([text.len()]);
    starts
        .zip(ends)
        .filter_map(|(start, end)| text.get(start..end).map(|gap| (start, gap)))
        .flat_map(|(start, gap)| comments_of(positions.source(), start, gap))
        .collect()
}

fn comments_of(source: u16, start: usize, gap: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(rest) = gap.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if depth > 0 && rest.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else if depth == 0 && rest.starts_with("//") {
            let line = rest.lines().next().unwrap_or_default();
            let from = start + at;
            found.push(Span {
                source,
                start: from as u32,
                end: (from + line.len()) as u32,
            });
            at += line.len();
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> Vec<(String, String, String)> {
        let positions = Positions::new(0, text);
        let (allows, findings) = read(&positions);
        assert!(findings.is_empty(), "{findings:?}");
        allows
            .into_iter()
            .map(|allow| {
                let covers = allow
                    .covers
                    .map_or("file".to_owned(), |span| positions.snippet(span).to_owned());
                let named = positions.snippet(allow.span).trim_matches(',').to_uppercase();
                assert_eq!(named, allow.code.to_string());
                (allow.code.to_string(), covers, allow.reason)
            })
            .collect()
    }

    fn one(text: &str) -> String {
        let found = covered(text);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].1.clone()
    }

    #[test]
    fn a_comment_above_covers_the_statement_below() {
        let text =
            "let a = 1;\n// bellwether: allow BW600 the board asked\n\nmetric(\"x\", a)\n    .target(4);\nlet b = 2;";
        assert_eq!(one(text), "metric(\"x\", a)\n    .target(4);");
        assert_eq!(covered(text)[0].2, "the board asked");
    }

    #[test]
    fn a_comment_behind_covers_the_statement_before() {
        assert_eq!(
            one("let a = 1;\nlet b = f(a)\n  .g(); // bellwether: allow BW600 why\nlet c = 2;"),
            "let b = f(a)\n  .g();"
        );
    }

    #[test]
    fn a_comment_inside_covers_the_statement_around() {
        assert_eq!(
            one("a();\nb(1,\n// bellwether: allow BW600 why\n 2).c();\nd();"),
            "b(1,\n// bellwether: allow BW600 why\n 2).c();"
        );
    }

    #[test]
    fn blocks_end_statements_where_rhai_ends_them() {
        let text = "for x in [1] {\n  a(x);\n  // bellwether: allow BW600 why\n  b(x);\n}\nc();";
        assert_eq!(one(text), "b(x);");
        assert_eq!(
            one("for x in [1] { a(x); }\n// bellwether: allow BW600 why\nfor y in [2] { b(y); }\nc();"),
            "for y in [2] { b(y); }"
        );
        assert_eq!(
            one("// bellwether: allow BW600 why\na(|r| { r.x }).b();\nc();"),
            "a(|r| { r.x }).b();"
        );
        assert_eq!(one("fn f() {\n  // bellwether: allow BW600 why\n}"), "");
    }

    #[test]
    fn a_card_as_a_whole_and_several_codes() {
        let found = covered("// bellwether: allow-file BW600, bw601 a draft\n");
        assert_eq!(found.len(), 2);
        assert!(
            found
                .iter()
                .all(|(_, covers, reason)| covers == "file" && reason == "a draft")
        );
        assert_eq!(found[1].0, "BW601");
    }

    #[test]
    fn text_and_block_comments_say_nothing() {
        assert!(covered("let a = \"// bellwether: allow BW600 x\"; /* // bellwether: allow BW600 x */ let b = `// bellwether: allow BW600`;").is_empty());
    }

    #[test]
    fn comments_that_do_nothing_are_told() {
        for (text, words) in [
            ("// bellwether: alow BW600 why\na();", "this says `alow`"),
            ("// bellwether: allow BW999 why\na();", "`BW999`"),
            ("// bellwether: allow drives why\na();", "names no code"),
            ("// bellwether: allow BW600\na();", "does not say why"),
            ("// bellwether:\na();", "this says `nothing`"),
        ] {
            let (_, findings) = read(&Positions::new(0, text));
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(findings[0].message.contains(words), "{}", findings[0].message);
            assert_eq!(findings[0].code, codes::ALLOW);
        }
    }

    #[test]
    fn broken_text_does_no_harm() {
        for text in [
            "// bellwether: allow BW600 x\n}}}",
            "((( // bellwether: allow BW600 x",
            "{ // bellwether: allow BW600 x",
            "\"abc // bellwether: allow BW600 x",
            "}; // bellwether: allow BW600 ä",
        ] {
            let _ = read(&Positions::new(0, text));
        }
    }
}
