//! Scores: measured values on 0–100, mixed, limited, banded, and every point accounted for.
//!
//! Imports: definition, data, expr, measure, stats, limits, diagnostic. Never: script, report, any drawing.

pub mod band;
pub mod cells;
pub mod condition;
pub mod entity;
mod facts;
#[cfg(test)]
mod fixture;
pub mod goal;
pub mod limit;
pub mod mix;
pub mod normalise;
pub mod place;
pub mod plan;
pub mod rounds;

pub use band::{band_name, band_of};
pub use cells::{PartDetail, ScoreCell, ScoreDetail, Scorer, Scores, score};
pub use entity::{RowInputs, RowOverride, RowScore, metrics_of, score_rows};
pub use facts::{direction_of, scale_of};
pub use goal::progress;
pub use limit::{Fate, Ruling, apply_limits};
pub use mix::{Mixed, PartInput, PartOutcome, Rules, Treatment, mix};
pub use normalise::{Normaliser, NotNormalisable, PartFacts};
pub use plan::{Thing, check};
pub use rounds::{Rounds, rounds};
