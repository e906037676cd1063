//! Tables brought into the shape that a card asks for: renamed, with constants, stacked, unpivoted.

use super::column::{Codes, Column, Text, Values};
use super::facts::unknown_column;
use super::frame::{Frame, Piece};
use crate::definition::{AddedSource, ColumnType, ExprKind, Literal, Table, Unpivot};
use crate::diagnostic::{Diagnostic, codes};
use bellwether_order::BTreeMap;

/// Renames columns and adds constants.
pub(super) fn shape(frame: &mut Frame, table: &Table, sparse: bool, findings: &mut Vec<Diagnostic>) {
    for (from, to) in &table.renames {
        if frame.names().any(|name| name == to) && from.value != *to {
            // A test may give the column under either name.
            if !sparse {
                findings.push(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        format!(
                            "`{}` cannot be renamed to `{to}`: `{}` has that column already",
                            from.value, frame.name
                        ),
                    )
                    .at(from.span),
                );
            }
            continue;
        }
        if let Some((name, _)) = frame.columns.iter_mut().find(|(name, _)| *name == from.value) {
            name.clone_from(to);
        } else if let Some(name) = frame.unread.iter_mut().find(|name| **name == from.value) {
            name.clone_from(to);
        } else if !sparse {
            findings.push(unknown_column(frame, &from.value, from.span));
        }
    }
    for added in &table.added {
        let AddedSource::Row(expr) = &added.source else {
            continue;
        };
        let ExprKind::Literal(literal) = &expr.kind else {
            continue;
        };
        if frame.names().any(|name| name == added.name.value) {
            // The clash is reported with those of all other added columns.
            continue;
        }
        let column = constant(literal, frame.rows);
        frame.columns.push((added.name.value.clone(), column));
    }
}

/// A column of one value.
fn constant(literal: &Literal, rows: usize) -> Column {
    let text = |value: &str| {
        Column::full(Values::Text(Text {
            codes: Codes::U8(vec![0; rows].into()),
            dictionary: vec![value].into(),
        }))
    };
    match literal {
        Literal::Bool(value) => Column::bools(vec![Some(*value); rows]),
        Literal::Int(value) => Column::ints(vec![Some(*value); rows]),
        Literal::Float(value) => Column::floats(vec![Some(*value); rows]),
        Literal::Text(value) => match super::infer::inferred(value, ColumnType::Date, 0) {
            Some(super::infer::Typed::Date(day)) => Column::dates(vec![Some(day); rows]),
            _ => text(value),
        },
    }
}

/// Rows of several frames, one after the other. A column that some do not have is missing there.
pub(super) fn stack(name: &str, parts: Vec<Frame>) -> Frame {
    let mut out = Frame {
        name: name.to_owned(),
        rows: parts.iter().map(|part| part.rows).sum(),
        rows_read: parts.iter().map(|part| part.rows_read).sum(),
        ..Frame::default()
    };
    let mut names: Vec<String> = Vec::new();
    for (column, _) in parts.iter().flat_map(|part| &part.columns) {
        if !names.contains(column) {
            names.push(column.clone());
        }
    }
    for unread in parts.iter().flat_map(|part| &part.unread) {
        if !out.unread.contains(unread) && !names.contains(unread) {
            out.unread.push(unread.clone());
        }
    }
    for column in names {
        let filled: Vec<Column> = parts
            .iter()
            .map(|part| match part.column(&column) {
                Some(found) => found.clone(),
                None => Column::missing(ColumnType::Text, part.rows),
            })
            .collect();
        let joined = Column::concat(&filled.iter().collect::<Vec<_>>());
        let text = joined.column_type() == ColumnType::Text;
        let valued = filled.iter().filter(|part| part.missing_count() < part.len());
        if text && valued.clone().any(|part| part.column_type() != ColumnType::Text) {
            out.mixed.push(column.clone());
        }
        out.columns.push((column, joined));
    }
    join_rows(&mut out, &parts);
    out.origin = join_texts(parts.iter().map(|part| part.origin.as_deref()), ", ");
    out.sha256 = join_texts(parts.iter().map(|part| part.sha256.as_deref()), ",");
    out
}

fn join_texts<'a>(texts: impl Iterator<Item = Option<&'a str>>, between: &str) -> Option<String> {
    let all: Vec<&str> = texts.flatten().collect();
    if all.is_empty() { None } else { Some(all.join(between)) }
}

/// Where the rows of a stack come from, what is missing in them, and what their dates cover.
fn join_rows(out: &mut Frame, parts: &[Frame]) {
    let mut source_rows: Vec<u32> = Vec::new();
    let plain = parts.iter().all(|part| part.source_rows.is_none());
    let mut start = 0_u32;
    let mut row = 0_usize;
    for part in parts {
        for piece in &part.pieces {
            out.pieces.push(Piece {
                start: piece.start + start,
                origin: piece.origin.clone(),
            });
        }
        if !plain {
            source_rows.extend((0..part.rows).map(|row| part.source_row(row) as u32 + start));
        }
        for (column, counts) in &part.missing {
            let sum = out.missing.entry(column.clone()).or_default();
            sum.blank += counts.blank;
            sum.coded += counts.coded;
            sum.not_applicable += counts.not_applicable;
        }
        for (column, bits) in &part.not_applicable {
            let before = out.not_applicable.remove(column);
            let joined = arrow_buffer::BooleanBuffer::collect_bool(out.rows, |at| {
                before.as_ref().is_some_and(|before| before.value(at))
                    || at.checked_sub(row).is_some_and(|at| at < bits.len() && bits.value(at))
            });
            out.not_applicable.insert(column.clone(), joined);
        }
        out.covers
            .extend(part.covers.iter().map(|(column, months)| (column.clone(), *months)));
        row += part.rows;
        start += part.rows_read as u32;
    }
    if !plain {
        out.source_rows = Some(source_rows);
    }
}

/// Turns columns into rows: each row gives one for each of the columns, in their order.
pub(super) fn unpivot(frame: &mut Frame, unpivot: &Unpivot, sparse: bool, findings: &mut Vec<Diagnostic>) {
    let mut sources = Vec::new();
    let mut labels: Vec<&str> = Vec::new();
    for name in &unpivot.columns {
        match frame.column(&name.value) {
            Some(column) => {
                sources.push(column.clone());
                labels.push(&name.value);
            }
            None if sparse => {}
            None => findings.push(unknown_column(frame, &name.value, name.span)),
        }
    }
    let already = sparse && frame.column(&unpivot.value).is_some();
    if already || sources.is_empty() {
        return;
    }
    let width = sources.len();
    let from: Vec<u32> = (0..frame.rows * width).map(|row| (row / width) as u32).collect();
    let stacked = Column::concat(&sources.iter().collect::<Vec<_>>());
    let mixed = stacked.column_type() == ColumnType::Text
        && sources
            .iter()
            .any(|part| part.missing_count() < part.len() && part.column_type() != ColumnType::Text);
    let rows = frame.rows;
    let order: Vec<u32> = (0..rows * width)
        .map(|row| (row % width * rows + row / width) as u32)
        .collect();
    let codes: Vec<u32> = (0..rows * width).map(|row| (row % width) as u32).collect();
    let value = stacked.take(&order);
    let name = Column::full(Values::Text(Text {
        codes: Codes::pack(codes, width),
        dictionary: labels.into(),
    }));
    let gone = |column: &str| unpivot.columns.iter().any(|source| source.value == column);
    let read = frame.rows_read;
    frame.columns.retain(|(column, _)| !gone(column));
    frame.keep(&from);
    frame.rows_read = read;
    for (column, values) in [(&unpivot.name, name), (&unpivot.value, value)] {
        if frame.column(column).is_some() {
            findings.push(Diagnostic::error(
                codes::DUPLICATE_NAME,
                format!(
                    "unpivot makes a column `{column}`, and `{}` has one already",
                    frame.name
                ),
            ));
        } else {
            frame.columns.push((column.clone(), values));
        }
    }
    if mixed {
        frame.mixed.push(unpivot.value.clone());
    }
}

/// Reports columns that a stack or unpivot could not bring to one kind, once codes and types had their chance.
pub(super) fn check_mixed(
    frame: &Frame,
    table: &Table,
    parts: &BTreeMap<String, Vec<String>>,
    findings: &mut Vec<Diagnostic>,
) {
    for name in &frame.mixed {
        let declared = table
            .types
            .iter()
            .any(|(column, kind)| column.value == *name && *kind == ColumnType::Text)
            || table
                .facts(name)
                .is_some_and(|facts| facts.column_type.is_some_and(|kind| kind.value == ColumnType::Text));
        let text = frame
            .column(name)
            .is_some_and(|column| column.column_type() == ColumnType::Text);
        if !text || declared {
            continue;
        }
        let kinds = parts.get(name).map(|kinds| kinds.join(", ")).unwrap_or_default();
        let (message, help) = if kinds.is_empty() {
            (
                format!(
                    "the columns that make `{name}` of `{}` hold different kinds of values",
                    frame.name
                ),
                "declare the words among them missing, or their type".to_owned(),
            )
        } else {
            (
                format!("`{name}` of `{}` holds different kinds of values: {kinds}", frame.name),
                format!(
                    "declare the words among the numbers: `.column(\"{name}\").missing(..)`, or `.types(#{{ \"{name}\": \"text\" }})`"
                ),
            )
        };
        let mut finding = Diagnostic::error(codes::TYPE_MISMATCH, message)
            .at(table.name.span)
            .in_data(frame.column_place(name))
            .help(help);
        if let Some((row, value)) = frame.column(name).and_then(|column| {
            let odd = |row: &usize| column.is_valid(*row) && column.display(*row).trim().parse::<f64>().is_err();
            (0..column.len()).find(odd).map(|row| (row, column.display(row)))
        }) {
            finding = finding.in_data(frame.place(row, name, value));
        }
        findings.push(finding);
    }
}
