//! For whom a report is, and what customers say in their own words.

use serde::{Deserialize, Serialize};

use super::column::ColumnRef;
use super::expression::RowExpr;
use super::segment::Buckets;
use crate::diagnostic::Spanned;

/// The audiences that every report knows: one page of money and decisions; metrics and actions by owner; everything.
pub const BUILT_IN_AUDIENCES: [&str; 3] = ["executive", "team", "analyst"];

/// The parts of a report that an audience may name, in the order of the full report.
pub const SECTIONS: [&str; 17] = [
    "headline",
    "tiles",
    "outcomes",
    "metrics",
    "programme",
    "scores",
    "trends",
    "segments",
    "drivers",
    "links",
    "journey",
    "initiatives",
    "decisions",
    "lists",
    "alerts",
    "quotes",
    "method",
];

/// `audience("board").like("executive").shows("headline", "tiles", "quotes").only("retention")`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Audience {
    /// Its name.
    pub name: Spanned<String>,
    /// The built-in audience that it speaks like and starts from; `team` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Spanned<String>>,
    /// The parts of the report, in this order; empty: those of the audience it is like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Spanned<String>>,
    /// Only these outcomes, metrics and scores; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Spanned<String>>,
    /// Only what these own; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Spanned<String>>,
}

/// `quotes("in their words", survey.comment)`: what customers say, chosen by rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quotes {
    /// Its title.
    pub name: Spanned<String>,
    /// The column of texts.
    pub text: ColumnRef,
    /// Which rows: all must be true.
    pub filters: Vec<RowExpr>,
    /// How they are grouped.
    pub by: Option<QuoteGroups>,
    /// By which rule they are chosen.
    pub pick: QuotePick,
    /// Columns to show beside a quote.
    pub show: Vec<Spanned<String>>,
    /// Most quotes of a group.
    pub limit: Option<u32>,
    /// For whom.
    pub audience: Option<String>,
}

/// How quotes are grouped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuoteGroups {
    /// By the values of a segment.
    Segment(Spanned<String>),
    /// By a number cut at edges.
    Buckets(Buckets),
}

/// By which rule quotes are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuotePick {
    /// The newest first.
    #[default]
    Newest,
    /// Those that say what many say.
    Typical,
}

impl QuotePick {
    /// The word for it in a card.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Typical => "typical",
        }
    }
}
