//! The reference of the language: what each word is, as data. The command line prints it, `docs/reference.md` is made
//! from it, and an editor completes from it.
//!
//! Imports: script::api.

use std::fmt::Write;
use std::sync::OnceLock;

use bellwether_order::Sort;
use serde::{Deserialize, Serialize};

use super::api::{self, Param, row};
use super::value::Kind;

/// A word of the language, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionDoc {
    /// The word.
    pub name: String,
    /// The group that it stands in.
    pub group: String,
    /// What it is a setting of; empty for words that stand by themselves.
    pub on: Vec<String>,
    /// How it is written: `metric.target(value)`.
    pub signature: String,
    /// Its parameters, in order.
    pub params: Vec<ParamDoc>,
    /// What it returns.
    pub returns: String,
    /// What it does.
    pub doc: String,
    /// A fragment of a card; it compiles behind [`PREAMBLE`].
    pub example: String,
    /// Whether it stands in closures over a row.
    pub in_closures: bool,
}

/// A parameter, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParamDoc {
    /// Its name.
    pub name: String,
    /// What kind of value it takes.
    pub kind: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether several may follow.
    pub several: bool,
}

/// What stands before every example.
pub const PREAMBLE: &str = r#"let customers = table("customers").key("customer_id");
let survey = table("survey").date("answered_on").belongs_to(customers, "customer_id", "customer");
survey.column("recommend").scale(0, 10);
survey.columns("satisfaction").scale(1, 5);
survey.columns("ease", "effort").scale(1, 7);
let tickets = table("tickets").key("ticket_id").date("opened_at").belongs_to(customers, "customer_id", "customer");
"#;

/// Every word of the language, group by group, in order of name.
///
/// ```
/// use bellwether::script::reference::reference;
/// let nps = reference().into_iter().find(|word| word.name == "nps").expect("nps is a word");
/// assert_eq!(nps.signature, "nps(column)");
/// ```
#[must_use]
pub fn reference() -> Vec<FunctionDoc> {
    let mut words: Vec<FunctionDoc> = Vec::new();
    for (group, entries) in api::GROUPS {
        let mut docs: Vec<FunctionDoc> = entries.iter().map(|word| describe(group, word)).collect();
        docs.order_by(|a, b| a.name.cmp(&b.name));
        words.extend(docs);
    }
    let mut rows: Vec<FunctionDoc> = row::ROWS.iter().map(describe_row).collect();
    rows.order_by(|a, b| a.name.cmp(&b.name));
    words.extend(rows);
    words
}

/// The same, made once.
pub fn words() -> &'static [FunctionDoc] {
    static WORDS: OnceLock<Vec<FunctionDoc>> = OnceLock::new();
    WORDS.get_or_init(reference)
}

fn describe(group: &str, word: &api::Word) -> FunctionDoc {
    let params: Vec<Param> = word.parameters().collect();
    let on: Vec<String> = word
        .on
        .iter()
        .filter(|kind| **kind != Kind::Free)
        .map(|kind| kind.word().to_owned())
        .collect();
    let receiver = on.first().map(|kind| format!("{kind}.")).unwrap_or_default();
    FunctionDoc {
        name: word.name.into(),
        group: group.into(),
        signature: signature(&receiver, word.name, &params),
        on,
        params: params.iter().map(param).collect(),
        returns: word.returns.into(),
        doc: word.doc.into(),
        example: word.example.into(),
        in_closures: false,
    }
}

fn describe_row(row: &row::RowFunction) -> FunctionDoc {
    let params: Vec<Param> = api::parameters(row.params).collect();
    FunctionDoc {
        name: row.function.name().into(),
        group: "rows".into(),
        on: Vec::new(),
        signature: signature("", row.function.name(), &params),
        params: params.iter().map(param).collect(),
        returns: row.returns.into(),
        doc: row.doc.into(),
        example: row.example.into(),
        in_closures: true,
    }
}

fn param(param: &Param) -> ParamDoc {
    ParamDoc {
        name: param.name.into(),
        kind: param.kind.into(),
        optional: param.optional,
        several: param.several,
    }
}

fn signature(receiver: &str, name: &str, params: &[Param]) -> String {
    let mut text = format!("{receiver}{name}(");
    for (number, param) in params.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let dots = if param.several { ", .." } else { "" };
        let _ = if param.optional {
            write!(text, "[{comma}{}]{dots}", param.name)
        } else {
            write!(text, "{comma}{}{dots}", param.name)
        };
    }
    text.push(')');
    text
}

/// The reference as a page of Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Reference\n\nEvery word of the language. This page is made from the words themselves, and a test keeps it current: \
         `UPDATE_REFERENCE=1 cargo test -p bellwether --lib reference` writes it.\n\n\
         Examples stand behind this beginning:\n\n```rhai\n",
    );
    page.push_str(PREAMBLE);
    page.push_str("```\n");
    let mut group = String::new();
    for word in reference() {
        if word.group != group {
            group.clone_from(&word.group);
            let title = match group.as_str() {
                "rows" => "Functions of a row",
                other => other,
            };
            let _ = write!(
                page,
                "\n## {}{}\n",
                title.get(..1).unwrap_or("").to_uppercase(),
                title.get(1..).unwrap_or("")
            );
            if group == "rows" {
                page.push_str(
                    "\nThey stand in closures, `|t| hour(t.opened_at) < 6`, and on columns outside of them.\n",
                );
            }
        }
        write_word(&mut page, &word);
    }
    page
}

fn write_word(page: &mut String, word: &FunctionDoc) {
    let _ = write!(page, "\n### `{}`\n\n{}\n", word.signature, word.doc);
    if word.on.len() > 1 {
        let _ = write!(page, "\nA setting of: {}.\n", word.on.join(", "));
    }
    if !word.params.is_empty() {
        page.push('\n');
    }
    for param in &word.params {
        let optional = if param.optional { ", optional" } else { "" };
        let several = if param.several { ", one or more" } else { "" };
        let _ = writeln!(page, "- `{}`: {}{optional}{several}", param.name, param.kind);
    }
    let _ = write!(page, "\nReturns: {}.\n\n```rhai\n{}\n```\n", word.returns, word.example);
}
