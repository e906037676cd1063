//! What the language service answers, as plain data.
//!
//! Imports: diagnostic.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;

/// Something that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Completion {
    /// What a list shows and what is matched with the letters typed.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What takes the place of `span`; with `snippet` it has fields to fill in, `${1:name}`.
    pub insert: String,
    /// Whether `insert` has fields.
    pub snippet: bool,
    /// Beside the label: a signature, a type, the label of a metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// Whether a better word has taken its place.
    pub deprecated: bool,
    /// Its place in the list, from 0.
    pub order: u32,
    /// What is replaced: the letters typed, and the rest of the word behind the cursor.
    pub span: Span,
}

/// Kinds of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    /// A word that stands by itself: `metric`, `nps`.
    Function,
    /// A setting, behind a dot.
    Setting,
    /// A word of the script: `let`, `if`.
    Keyword,
    /// A name of the script: a param, a table's variable, a parameter of a closure.
    Variable,
    /// A table.
    Table,
    /// A column.
    Column,
    /// A path to the table that rows belong to.
    Path,
    /// A metric.
    Metric,
    /// An outcome.
    Outcome,
    /// A score.
    Score,
    /// A segment.
    Segment,
    /// A value of a column or segment.
    Value,
    /// A key of a map.
    Key,
    /// A word out of a fixed list: a calendar, a unit, a rule.
    Choice,
    /// A module.
    Module,
}

/// What is to be said about the thing under the pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hover {
    /// The thing.
    pub span: Span,
    /// How it is written: a signature, `survey.recommend`, `metric("nps", ..)`.
    pub title: String,
    /// What it is, in Markdown.
    pub docs: String,
    /// Facts, name and value: the type of a column, the owner of a metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// A fragment of a card; it compiles behind the reference's beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// A fact about a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// What is told.
    pub name: String,
    /// The value, as text.
    pub value: String,
}

/// The call around the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signature {
    /// How it is written: `metric.target(value)`.
    pub text: String,
    /// Its parameters, in order.
    pub params: Vec<SignatureParam>,
    /// The parameter at the cursor; none behind the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<u32>,
    /// What it does.
    pub docs: String,
}

/// A parameter of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignatureParam {
    /// Its name, as it stands in the signature.
    pub name: String,
    /// What kind of value it takes.
    pub kind: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether several may follow.
    pub several: bool,
}

/// Something that a card declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutlineItem {
    /// What it is.
    pub kind: DeclaredKind,
    /// Its name.
    pub name: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The statement that declares it.
    pub span: Span,
    /// Its name in the statement.
    pub name_span: Span,
    /// Of a param: what it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<ParamOutline>,
}

/// What a param may be: a slider of an editor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParamOutline {
    /// The value that the card was compiled with, or its default where it does not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<crate::definition::Literal>,
    /// What the card says when nobody sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<crate::definition::Literal>,
    /// Where the default is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_span: Option<Span>,
    /// Smallest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Kinds of things that a card declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeclaredKind {
    /// The scorecard itself.
    Scorecard,
    /// A named input.
    Param,
    /// A table.
    Table,
    /// A segment.
    Segment,
    /// A metric.
    Metric,
    /// An outcome.
    Outcome,
    /// A score.
    Score,
    /// An objective.
    Objective,
    /// A journey.
    Journey,
    /// An initiative.
    Initiative,
    /// A list of rows.
    List,
    /// An alert.
    Alert,
    /// A test of the card.
    Test,
    /// A function of the script.
    Function,
}

/// A change of a text: `text` takes the place of `span`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Something that an editor can do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Action {
    /// What it does, in a few words.
    pub title: String,
    /// The changes, in order.
    pub edits: Vec<Edit>,
}
