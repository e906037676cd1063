//! The end of a script: names that could be used before they were declared find what they mean.
//!
//! Imports: definition, diagnostic, script::builder.

use super::builder::Builder;
use crate::definition::{AddedColumn, AddedSource, ExprKind, MeasureFunction, validate};
use crate::diagnostic::{Code, Diagnostic, Spanned, codes};

/// Finishes a scorecard whose script has run.
pub fn finish(builder: &mut Builder) {
    if builder.header.is_none() {
        let title = builder.sources.name(0).to_owned();
        builder.card.header.title = Spanned::new(title, crate::diagnostic::Span::default());
    }
    unset_params(builder);
    score_columns(builder);
    coverage_paths(builder);
    check(builder);
}

/// Checks what was declared. Where the script itself had mistakes, advice would only confuse; where one of them may have
/// swallowed a declaration, only findings are told that no lost declaration can have caused.
fn check(builder: &mut Builder) {
    const SURE: [Code; 4] = [
        codes::DUPLICATE_NAME,
        codes::BANDS,
        codes::TARGET_OFF_SCALE,
        codes::CONFLICTING_SETTINGS,
    ];
    let failed = builder.failed();
    for finding in validate(&builder.card) {
        let told = match (failed, builder.lost) {
            (false, _) => true,
            (true, false) => finding.is_error(),
            (true, true) => finding.is_error() && SURE.contains(&finding.code),
        };
        if told {
            builder.push(finding);
        }
    }
}

/// Values that the host sets for params which the card does not have.
fn unset_params(builder: &mut Builder) {
    let known: Vec<String> = builder.card.params.iter().map(|param| param.name.clone()).collect();
    for (name, _) in builder.params.clone() {
        if !known.contains(&name) {
            let help = crate::diagnostic::nearest(&name, known.iter().map(String::as_str)).map_or_else(
                || {
                    if known.is_empty() {
                        "the card has no params".to_owned()
                    } else {
                        format!("its params: {}", known.join(", "))
                    }
                },
                |near| format!("did you mean `{near}`?"),
            );
            builder.push(Diagnostic::error(codes::BAD_PARAM, format!("no param `{name}` in this card")).help(help));
        }
    }
}

/// A score of each row is a column of the table, with its change and band.
fn score_columns(builder: &mut Builder) {
    let scores: Vec<(Spanned<String>, String)> = builder
        .card
        .scores
        .iter()
        .filter_map(|score| Some((score.name.clone(), score.each.as_ref()?.value.clone())))
        .collect();
    for (score, table) in scores {
        let Some(index) = builder.table_index(&table) else {
            continue;
        };
        let Some(table) = builder.card.tables.get_mut(index) else {
            continue;
        };
        for suffix in ["", "_change", "_band"] {
            table.added.push(AddedColumn {
                name: Spanned::new(format!("{}{suffix}", score.value), score.span),
                source: AddedSource::Score {
                    score: score.value.clone(),
                },
                hidden: false,
            });
        }
    }
}

/// `revenue_coverage(customers.arr, survey)`: the path from the answers to the parent whose value is meant.
fn coverage_paths(builder: &mut Builder) {
    let card = builder.card.clone();
    let mut findings = Vec::new();
    let mut resolve = |part: &mut crate::definition::Aggregate| {
        if part.function != MeasureFunction::RevenueCoverage {
            return;
        }
        let (Some(way), Some(input)) = (part.parent.as_mut(), part.inputs.first_mut()) else {
            return;
        };
        let parent = way.table.clone();
        let paths = card.paths(&part.table, &parent);
        match (paths.as_slice(), &mut input.kind) {
            ([path], ExprKind::Column(column)) => {
                way.path.clone_from(path);
                column.splice(..0, path.iter().cloned());
            }
            ([], _) => findings.push(
                Diagnostic::error(
                    codes::UNREACHABLE_COLUMN,
                    format!("`{}` does not belong to `{parent}`", part.table),
                )
                .at(part.span)
                .help(format!(
                    "say how: table(\"{}\").belongs_to({parent}, \"..\")",
                    part.table
                )),
            ),
            _ => findings.push(
                Diagnostic::error(
                    codes::AMBIGUOUS_PATH,
                    format!("more than one path leads from `{}` to `{parent}`", part.table),
                )
                .at(part.span),
            ),
        }
    };
    for metric in &mut builder.card.metrics {
        super::api::each_aggregate(&mut metric.measure, &mut resolve);
        if let Some(worth) = &mut metric.worth {
            super::api::each_aggregate(&mut worth.amount, &mut resolve);
        }
    }
    let added = builder.card.tables.iter_mut().flat_map(|table| &mut table.added);
    for column in added {
        if let AddedSource::RollUp(measure) = &mut column.source {
            super::api::each_aggregate(measure, &mut resolve);
        }
    }
    findings.into_iter().for_each(|finding| builder.push(finding));
}
