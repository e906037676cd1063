//! Questions that are asked of a card beside its report: they spend from the same budget.

use std::sync::atomic::AtomicU64;

use super::*;
use crate::limits::Host;

/// The limit of memory is for what the evaluation takes beyond the data. A host that begins its budget before it reads
/// tables larger than the limit still gets every answer.
#[test]
fn the_data_count_against_no_question() {
    let in_use = Arc::new(AtomicU64::new(0));
    let read = Arc::clone(&in_use);
    let engine = engine().with_host(Host {
        meter: Some(Arc::new(move || read.load(Ordering::Relaxed))),
        ..Host::default()
    });
    let card = compile(&example("scorecard.rhai"));
    let options = || {
        in_use.store(0, Ordering::Relaxed);
        let budget = engine.budget();
        in_use.store(1 << 40, Ordering::Relaxed);
        EvaluateOptions {
            budget: Some(budget),
            ..as_of("2026-06-30")
        }
    };
    let tables = || example_tables(&card);
    let told = |error: Option<Error>| error.map(|error| format!("{:?}", error.diagnostics()));
    let why = Question {
        name: "nps".into(),
        segments: Vec::new(),
        period: None,
        rows: 3,
    };
    let set = WhatIfQuestion {
        set: vec![("effort".into(), 2.5)],
        seek: Vec::new(),
    };
    let backtest = Some("retention");
    assert_eq!(told(engine.evaluate(&card, tables(), &options()).err()), None);
    assert_eq!(told(engine.explain(&card, tables(), &options(), &why).err()), None);
    assert_eq!(told(engine.what_if(&card, tables(), &options(), &set).err()), None);
    assert_eq!(told(engine.backtest(&card, tables(), &options(), backtest).err()), None);
}
