//! Where the numbers of a report come from, why two reports of one card differ, and what was printed before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canonical;
use crate::definition::{CivilDate, Param, SourceInfo};
use crate::measure::State;

/// Where the numbers come from: everything that is needed to compute them again, and no secret.
///
/// The texts and the data themselves are not in it; their hashes are, so that whoever has them can show that they are the
/// same ([`super::verify`]).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// Name and version of the engine.
    pub engine: String,
    /// The card and its modules with their hashes.
    pub sources: Vec<SourceInfo>,
    /// Params with the values used.
    pub params: Vec<Param>,
    /// What was asked beside the card: day, cuts, calendar, values of other cards.
    #[serde(default, skip_serializing_if = "Asked::is_nothing")]
    pub asked: Asked,
    /// Tables with the hashes of their source bytes.
    pub tables: Vec<TableProvenance>,
    /// The hash of `results`, over the hashes of their cells field by field (see docs/history.md).
    pub results_sha256: String,
    /// Of which report this is a slice; `None`: it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<SliceOf>,
}

/// The report that a slice is cut from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SliceOf {
    /// The segment.
    pub segment: String,
    /// Its value.
    pub value: String,
    /// The hash of the whole report's `results`.
    pub of_results_sha256: String,
    /// What the whole report has and a slice has not, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// What was asked of an evaluation beside the card and its params.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    /// The day; none: the latest date in the data, which stands in `results.as_of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<CivilDate>,
    /// Cuts beside the card's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// A calendar in place of the card's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Values kept in other cards: card, then metric, outcome or score.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values_from: BTreeMap<String, BTreeMap<String, f64>>,
    /// Baselines handed in, in place of the card's: metric, outcome or score, then value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, f64>,
}

impl Asked {
    /// Whether nothing was asked beside the card.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a table comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableProvenance {
    /// The table.
    pub table: String,
    /// The file as the host named it, or the database with the hash of the query; never a user or a password.
    pub origin: Option<String>,
    /// SHA-256 of its bytes; of a database: of the values that it answered.
    pub sha256: Option<String>,
    /// Rows read.
    pub rows: u64,
}

/// Why the number of one evaluation is not that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The text of the card, or of a module of it.
    Card,
    /// The value of a param.
    Params,
    /// The bytes of the data.
    Data,
    /// The version of the engine.
    Engine,
    /// The day as of which it was seen.
    AsOf,
    /// Cuts, calendar, baselines or values of other cards that were asked for.
    Asked,
}

impl Cause {
    /// It in words: `card changed`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Card => "card changed",
            Self::Params => "params changed",
            Self::Data => "data changed",
            Self::Engine => "engine changed",
            Self::AsOf => "seen from another day",
            Self::Asked => "asked otherwise",
        }
    }
}

impl Provenance {
    /// One hash of the texts of the card and its modules. Where the card lies does not count; the names of modules do.
    ///
    /// ```
    /// use bellwether::definition::SourceInfo;
    /// use bellwether::report::Provenance;
    /// let source = |name: &str| SourceInfo { name: name.into(), sha256: "ab".into() };
    /// let at = |name: &str| Provenance { sources: vec![source(name), source("shared")], ..Provenance::default() };
    /// assert_eq!(at("a/card.rhai").card_sha256(), at("b/card.rhai").card_sha256());
    /// ```
    #[must_use]
    pub fn card_sha256(&self) -> String {
        let texts: Vec<(&str, &str)> = self
            .sources
            .iter()
            .enumerate()
            .map(|(place, source)| {
                (
                    if place == 0 { "" } else { source.name.as_str() },
                    source.sha256.as_str(),
                )
            })
            .collect();
        hash(&texts)
    }

    /// One hash of the names and values of the params.
    #[must_use]
    pub fn params_sha256(&self) -> String {
        let values: Vec<_> = self.params.iter().map(|param| (&param.name, &param.value)).collect();
        hash(&values)
    }

    /// One hash of the bytes of all tables, by their names; none where the host gave no hash of a table that has rows
    /// from outside. Where the files lie does not count.
    #[must_use]
    pub fn data_sha256(&self) -> Option<String> {
        let tables: Option<Vec<(&str, &str)>> = self
            .tables
            .iter()
            .map(|table| Some((table.table.as_str(), table.sha256.as_deref()?)))
            .collect();
        tables.map(|tables| hash(&tables))
    }

    /// One hash of what was asked, the day aside.
    #[must_use]
    pub fn asked_sha256(&self) -> String {
        hash(&Asked {
            as_of: None,
            ..self.asked.clone()
        })
    }

    /// In what this evaluation is not that of `other`, the day aside. Data without a hash count as other data.
    ///
    /// ```
    /// use bellwether::report::{Cause, Provenance};
    /// let one = Provenance { engine: "bellwether 1.0.0".into(), ..Provenance::default() };
    /// let two = Provenance { engine: "bellwether 1.0.1".into(), ..Provenance::default() };
    /// assert_eq!(one.causes(&two), [Cause::Engine]);
    /// ```
    #[must_use]
    pub fn causes(&self, other: &Self) -> Vec<Cause> {
        let data = (self.data_sha256(), other.data_sha256());
        let found = [
            (Cause::Card, self.card_sha256() != other.card_sha256()),
            (Cause::Params, self.params_sha256() != other.params_sha256()),
            (Cause::Data, data.0.is_none() || data.0 != data.1),
            (Cause::Engine, self.engine != other.engine),
            (Cause::Asked, self.asked_sha256() != other.asked_sha256()),
        ];
        found
            .into_iter()
            .filter_map(|(cause, differs)| differs.then_some(cause))
            .collect()
    }
}

/// A hash of what always can be JSON; texts, numbers and lists can.
fn hash<T: Serialize>(value: &T) -> String {
    canonical::sha256(value).unwrap_or_default()
}

/// What a history of results says about the numbers of a report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryNote {
    /// The run of this card that was recorded before; none: this is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<PastRun>,
    /// Numbers that were printed before and are others now: totals first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restated: Vec<Restatement>,
}

/// A run in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PastRun {
    /// Its number in the history.
    pub run: i64,
    /// When it was recorded, by the host's clock: `2026-06-30T04:00:00Z`.
    pub recorded_at: String,
    /// The day as of which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<CivilDate>,
    /// SHA-256 of its results.
    pub results_sha256: String,
}

/// A number that was printed before and is another now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Restatement {
    /// The metric, outcome or score.
    pub name: String,
    /// Segment and its value; empty: the total.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub segments: BTreeMap<String, String>,
    /// Label of the period; none: the whole time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// What it was.
    pub was: PastValue,
    /// What it is now.
    pub now: PastValue,
    /// In what the two runs differ: one of these, or several together, made the difference.
    pub causes: Vec<Cause>,
    /// The run that said it before.
    pub before: PastRun,
    /// The run that says it now.
    pub after: PastRun,
}

/// What was said of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PastValue {
    /// The value, unrounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lower limit of its range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Rows used.
    pub n: u64,
    /// What it was worth.
    pub state: State,
}

impl From<&super::Cell> for PastValue {
    fn from(cell: &super::Cell) -> Self {
        Self {
            value: cell.value,
            low: cell.interval.as_ref().map(|interval| interval.low),
            high: cell.interval.as_ref().map(|interval| interval.high),
            n: cell.n,
            state: cell.state,
        }
    }
}
