//! A card bound to its data.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Error, ErrorKind, EvaluateOptions, settle};
use crate::data::{self, BindOptions, Dataset, Table, TableSummary};
use crate::definition::Scorecard;
use crate::diagnostic::Diagnostic;
use crate::measure::Pool;
use crate::report::TableProvenance;

/// What binding gives: the data, what was found, and each table in numbers.
pub(super) type Bound = (Dataset, Vec<Diagnostic>, Vec<TableSummary>);

/// The data bound for a card, and what was measured in them before, where the host keeps that.
pub(super) fn take_or_bind(
    working: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
) -> Result<(Bound, Option<Arc<Pool>>), Error> {
    match &options.workbench {
        Some(bench) => (bench.bind(working, tables, options)).map(|(bound, pool)| (bound, Some(pool))),
        None => bind(working, tables, options, false).map(|bound| (bound, None)),
    }
}

pub(super) fn bind(
    card: &Scorecard,
    tables: BTreeMap<String, Table>,
    options: &EvaluateOptions,
    sparse: bool,
) -> Result<Bound, Error> {
    if let Some(budget) = &options.budget {
        budget.exclude_data();
    }
    let how = BindOptions {
        as_of: options.as_of,
        sparse,
        budget: options.budget.clone().unwrap_or_default(),
        threads: options.threads,
        ..BindOptions::default()
    };
    data::bind(card, tables, &how).map_err(|mut findings| {
        settle(&mut findings);
        Error::new(ErrorKind::Data, findings)
    })
}

/// Where each table of the host comes from.
pub(super) fn origins(card: &Scorecard, tables: &BTreeMap<String, Table>) -> Vec<TableProvenance> {
    let names = card.tables.iter().map(|table| &table.name.value);
    names
        .filter_map(|name| {
            let table = tables.get(name)?;
            Some(TableProvenance {
                table: name.clone(),
                origin: table.origin.clone(),
                sha256: table.sha256.clone(),
                rows: table.rows as u64,
            })
        })
        .collect()
}
