//! Times between two dates that run backwards: a slip in the data, or the dates the wrong way round.

use super::rows::{Rows, visit_mut};
use super::stock::instant;
use crate::definition::{CivilDate, Expr, ExprKind, Function};
use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// From this part of the rows that run either way on, in percent, the two dates are taken to be swapped.
const SWAPPED: u64 = 95;
/// Up to this part of the rows, in percent, the rows are taken to be wrong. Between the two a sign is meant: days late.
const SLIPS: u64 = 5;

/// Warns of the times between two dates in an expression where nearly all or a few of the rows run backwards.
pub(super) fn look_for_backwards(rows: &mut Rows<'_>, table: &str, expr: &Expr, as_of: CivilDate) -> Vec<Diagnostic> {
    let mut pairs: Vec<(Expr, Expr, Expr)> = Vec::new();
    visit_mut(&mut expr.clone(), &mut |expr| {
        if let ExprKind::Call(
            Function::DaysBetween
            | Function::HoursBetween
            | Function::MinutesBetween
            | Function::MonthsBetween
            | Function::DoneWithin,
            items,
        ) = &expr.kind
            && let [from, to, ..] = items.as_slice()
            && [from, to].iter().all(|date| matches!(date.kind, ExprKind::Column(_)))
        {
            pairs.push((from.clone(), to.clone(), expr.clone()));
        }
    });
    pairs
        .into_iter()
        .filter_map(|(from, to, whole)| backwards(rows, table, (&from, &to), &whole, as_of))
        .collect()
}

/// The finding of two dates, for what is written at an expression.
pub(super) fn backwards(
    rows: &mut Rows<'_>,
    table: &str,
    (from, to): (&Expr, &Expr),
    whole: &Expr,
    as_of: CivilDate,
) -> Option<Diagnostic> {
    let (start, end) = (
        rows.column_as_of(table, from, as_of).ok()?,
        rows.column_as_of(table, to, as_of).ok()?,
    );
    let bound = rows.data.table(table)?;
    let (mut known, mut wrong, mut right, mut first) = (0_u64, 0_u64, 0_u64, None);
    for row in 0..bound.rows {
        let (Some(start), Some(end)) = (instant(&start, row), instant(&end, row)) else {
            continue;
        };
        known += 1;
        right += u64::from(end > start);
        if end < start {
            wrong += 1;
            let source = bound.source_row(row);
            first = Some(first.map_or(source, |first: u64| first.min(source)));
        }
    }
    let first = first?;
    let [from, to] = [from, to].map(|date| match &date.kind {
        ExprKind::Column(path) => path.join("."),
        _ => String::new(),
    });
    let place = DataPlace {
        file: bound.origin.clone(),
        table: Some(table.to_owned()),
        row: Some(first),
        column: None,
        value: None,
    };
    // Rows of one instant run neither way.
    if wrong * 100 >= (wrong + right) * SWAPPED {
        let message = format!(
            "`{to}` is before `{from}` in {wrong} of {known} rows: the two dates seem to be the wrong way round"
        );
        let finding = Diagnostic::warning(codes::SWAPPED_DATES, message).at(whole.span);
        return Some(finding.help("the earlier date comes first: swap the two dates?"));
    }
    if wrong * 100 > known * SLIPS {
        return None;
    }
    let message =
        format!("`{to}` is before `{from}` in {wrong} of {known} rows of `{table}`, the first of them row {first}");
    Some(
        Diagnostic::warning(codes::SWAPPED_DATES, message)
            .at(whole.span)
            .in_data(place)
            .help("correct the rows, or leave them out with `.where(..)`: what ends before it starts has no duration"),
    )
}
