//! Which rows wait for a window that is not over.

use arrow_buffer::BooleanBuffer;

use super::super::rows::Rows;
use super::Shared;
use crate::definition::{AddedSource, Aggregate, CivilDate, Expr, ExprKind, Function};
use crate::diagnostic::Diagnostic;

/// Rows for which the window of a deadline in an input is not over: its start is known, and its answer is not.
pub(super) fn pending(
    rows: &mut Rows<'_>,
    shared: &mut Shared,
    aggregate: &Aggregate,
    as_of: CivilDate,
) -> Result<Option<BooleanBuffer>, Vec<Diagnostic>> {
    let mut all: Option<BooleanBuffer> = None;
    let mut open: Vec<Expr> = aggregate.inputs.clone();
    let mut seen = 0;
    while let Some(expr) = open.pop() {
        seen += 1;
        if seen > 64 {
            break;
        }
        let mut found: Vec<(Expr, Vec<Expr>)> = Vec::new();
        let mut nested = Vec::new();
        super::super::rows::visit_mut(&mut expr.clone(), &mut |expr| match &expr.kind {
            ExprKind::Call(Function::DoneWithin, items) => {
                found.push((expr.clone(), items.iter().take(1).cloned().collect()))
            }
            ExprKind::Call(Function::DoneBy, items) => {
                found.push((expr.clone(), items.iter().skip(1).take(1).cloned().collect()))
            }
            ExprKind::Column(path) => {
                if let Some((name, way)) = path.split_last()
                    && let Ok((table, _)) = rows.follow(&aggregate.table, way)
                    && let Some(table) = rows.card.table(&table)
                    && let Some(added) = table.added.iter().find(|added| added.name.value == *name)
                {
                    match &added.source {
                        AddedSource::Row(inner) => nested.push(along(way, inner.clone())),
                        AddedSource::FollowedWithin { key, date, .. } => {
                            let known = [key, date].map(|column| {
                                along(way, Expr::new(ExprKind::Column(column.path.clone()), column.span))
                            });
                            found.push((expr.clone(), known.to_vec()));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        });
        open.extend(nested);
        for (value, needed) in found {
            let mut pending = !&shared.input(rows, &aggregate.table, &value, as_of)?.known();
            for expr in needed {
                pending = &pending & &shared.input(rows, &aggregate.table, &expr, as_of)?.known();
            }
            all = Some(all.map_or_else(|| pending.clone(), |all| &all | &pending));
        }
    }
    Ok(all)
}

/// An expression over a parent's rows, as the rows that lead to it by a way read it.
fn along(way: &[String], mut expr: Expr) -> Expr {
    super::super::rows::visit_mut(&mut expr, &mut |expr| {
        if let ExprKind::Column(path) = &mut expr.kind {
            path.splice(..0, way.iter().cloned());
        }
    });
    expr
}
