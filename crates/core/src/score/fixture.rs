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
    let aggregate = Aggregate {
        function: MeasureFunction::Mean,
        table: "survey".into(),
        inputs: vec![],
        numbers: vec![],
        words: vec![],
        parent: None,
        filters: vec![],
        dated: None,
        past: None,
        ignoring: vec![],
        named: None,
        span: Span::default(),
    };
    Metric {
        name: spanned(name.into()),
        role: Role::Metric,
        measure: Measure {
            kind: MeasureKind::Aggregate(Box::new(aggregate)),
            span: Span::default(),
        },
        label: None,
        about: None,
        unit: None,
        decimals: None,
        direction: None,
        scale: None,
        goal: Goal::default(),
        worth: None,
        drives: vec![],
        no_outcome: None,
        min_n: None,
        stage: None,
        each_step: false,
        moment_of_truth: None,
        friction_point: None,
        fresh_for: None,
        fixed: vec![],
    }
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
