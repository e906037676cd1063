//! Metrics, parts and scores for tests, with nothing set that a test does not set.

use crate::definition::{
    Aggregate, Aggregation, Bands, Goal, Measure, MeasureFunction, MeasureKind, Metric, MissingParts, Normalise, Part,
    Role, Score, StaleParts,
};
use crate::diagnostic::{Span, Spanned};

pub fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

pub fn metric(name: &str) -> Metric {
    let aggregate = Aggregate::new(MeasureFunction::Mean, "survey", vec![], Span::default());
    Metric::new(
        spanned(name.into()),
        Role::Metric,
        Measure {
            kind: MeasureKind::Aggregate(Box::new(aggregate)),
            span: Span::default(),
        },
    )
}

pub fn part(of: &str, weight: f64, zero: f64, hundred: f64) -> Part {
    Part {
        of: spanned(of.into()),
        weight: spanned(weight),
        normalise: Normalise::Anchors { zero, hundred },
        span: Span::default(),
    }
}

pub fn a_score(name: &str, parts: Vec<Part>) -> Score {
    Score {
        name: spanned(name.into()),
        label: None,
        about: None,
        decimals: None,
        parts,
        mix_each: None,
        aggregation: Aggregation::Arithmetic,
        missing_parts: MissingParts::Fail,
        stale_parts: StaleParts::Keep,
        unclamped: false,
        limits: vec![],
        bands: Some(Bands {
            edges: vec![50.0, 75.0],
            names: vec!["red".into(), "amber".into(), "green".into()],
            span: Span::default(),
        }),
        overrides: vec![],
        override_table: None,
        each: None,
        only: None,
        weights_for: vec![],
        min_n: None,
        goal: Goal::default(),
        drives: vec![],
    }
}
