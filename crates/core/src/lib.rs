//! Scorecards for customer experience, as scripts: compile a card, evaluate it over tables, get a report.
//!
//! ```
//! use std::collections::BTreeMap;
//! use bellwether::{Engine, EvaluateOptions, Limits, Source};
//!
//! let text = r#"
//!     scorecard("Support").owner("Care").purpose("Solve it the first time").min_n(1);
//!     let tickets = table("tickets").rows(["contacts", "minutes"], [[1, 12], [1, 7], [3, 55], [1, 9]]);
//!     metric("solved_at_once", rate(tickets, |t| t.contacts == 1)).target(80).owner("Care");
//!     metric("minutes", mean(tickets.minutes)).lower_is_better().target(15).owner("Care");
//!     score("ease").mix("solved_at_once", 0.5, 50, 100).mix("minutes", 0.5, 60, 10).bands(50, 75);
//! "#;
//! let engine = Engine::new(Limits::default());
//! let (card, _) = engine.compile(&Source { name: "support", text, modules: &[], params: &[] })?;
//! let report = engine.evaluate(&card, BTreeMap::new(), &EvaluateOptions::default())?;
//! assert_eq!(report.results.metrics[0].headline.value, Some(75.0));
//! // 75 lies halfway from 50 to 100; 20.75 minutes earn 78.5 of 100.
//! assert_eq!(report.results.scores[0].headline.value, Some(64.25));
//! assert_eq!(report.results.scores[0].headline.band.as_deref(), Some("amber"));
//! # Ok::<(), bellwether::Error>(())
//! ```
//!
#![doc = include_str!("../../../ARCHITECTURE.md")]

// Cards made by rule serve benches and tests.
#[cfg(test)]
extern crate self as bellwether;

pub mod assist;
pub mod data;
pub mod definition;
pub mod diagnostic;
pub mod diff;
pub mod engine;
pub mod expr;
pub mod inference;
pub mod limits;
pub mod link;
pub mod measure;
pub mod proof;
pub mod report;
pub mod score;
pub mod script;
pub mod starter;
pub mod stats;

pub use data::Table;
pub use definition::Scorecard;
pub use engine::{Engine, Error, ErrorKind, EvaluateOptions, Question};
pub use limits::Limits;
pub use proof::TestReport;
pub use report::{Explanation, Report};
pub use script::Source;

/// The README's Rust runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
