//! `bellwether docs`: the reference of the language.

use bellwether::diagnostic::{Code, nearest};
use bellwether::script::reference::{self, FunctionDoc};

use crate::args::DocsArgs;
use crate::failure::Failure;
use crate::output;
use crate::pages;
use crate::terminal::Terminal;

/// Prints the reference: the list of words, one word, or all of it.
pub fn docs(args: &DocsArgs, terminal: Terminal) -> Result<(), Failure> {
    let words = reference::reference();
    let strong = |text: &str| strong(text, terminal.colour_out);
    if args.name.as_deref() == Some("codes") {
        return output::print(&if args.markdown {
            pages::document()
        } else {
            pages::list(&strong)
        });
    }
    if let Some(name) = args.name.as_deref().filter(|name| is_code(name)) {
        let code = Code::named(name).ok_or_else(|| {
            Failure::usage(format!(
                "no finding has the code `{name}`; `bellwether docs codes` lists all of them"
            ))
        })?;
        let page = if args.markdown {
            pages::markdown(code).map(str::to_owned)
        } else {
            pages::text(code, &strong)
        };
        return output::print(&page.unwrap_or_else(|| format!("{code}: {}\n", code.title())));
    }
    if args.markdown {
        return output::print(&reference::markdown());
    }
    if args.json {
        let mut text = serde_json::to_string_pretty(&words).map_err(|error| Failure::input(error.to_string()))?;
        text.push('\n');
        return output::print(&text);
    }
    match &args.name {
        None => output::print(&list(&words, terminal.colour_out)),
        Some(name) => output::print(&one(name, &words, terminal.colour_out)?),
    }
}

fn strong(text: &str, colour: bool) -> String {
    if colour {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// All words by group, each with the first sentence of its documentation.
fn list(words: &[FunctionDoc], colour: bool) -> String {
    let mut text = String::from(
        "The words of the language; `bellwether docs WORD` says more, `bellwether docs codes` lists what may be found.\n",
    );
    let mut group = "";
    let width = words
        .iter()
        .map(|word| word.signature.chars().count())
        .max()
        .unwrap_or(0)
        .min(44);
    for word in words {
        if word.group != group {
            group = &word.group;
            text.push_str(&format!("\n{}\n", strong(group, colour)));
        }
        let first = word.doc.split_inclusive(". ").next().unwrap_or_default().trim();
        text.push_str(&format!("  {:width$}  {first}\n", word.signature));
    }
    text
}

/// Everything about the words of that name.
fn one(name: &str, words: &[FunctionDoc], colour: bool) -> Result<String, Failure> {
    let name = name.trim_start_matches('.').trim_end_matches("()");
    let found: Vec<&FunctionDoc> = words.iter().filter(|word| word.name == name).collect();
    if !found.is_empty() {
        return Ok(found
            .into_iter()
            .map(|word| describe(word, colour))
            .collect::<Vec<_>>()
            .join("\n"));
    }
    let hint = nearest(name, words.iter().map(|word| word.name.as_str())).map_or_else(
        || "`bellwether docs` lists all of them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Failure::usage(format!("no word `{name}` in the language; {hint}")))
}

/// Whether a name is meant as a code.
fn is_code(name: &str) -> bool {
    let digits = name
        .get(..2)
        .filter(|start| start.eq_ignore_ascii_case("BW"))
        .and_then(|_| name.get(2..));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn describe(word: &FunctionDoc, colour: bool) -> String {
    let mut text = format!("{}\n", strong(&word.signature, colour));
    if !word.on.is_empty() {
        text.push_str(&format!("  a setting of: {}\n", word.on.join(", ")));
    }
    for param in &word.params {
        let optional = if param.optional { ", may be left out" } else { "" };
        let several = if param.several { ", several may follow" } else { "" };
        text.push_str(&format!("  {}: {}{optional}{several}\n", param.name, param.kind));
    }
    if !word.returns.is_empty() {
        text.push_str(&format!("  gives: {}\n", word.returns));
    }
    text.push_str(&format!("\n{}\n", word.doc));
    if word.in_closures {
        text.push_str("\nStands in closures over a row, and on columns outside of them.\n");
    }
    text.push_str("\nExample:\n");
    for line in word.example.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    text
}
