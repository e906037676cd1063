//! Columns: paths that lead nowhere, and columns of tables whose columns are known without data.

use super::{Findings, suggestion};
use crate::definition::{BinaryOp, CivilDate, Expr, ExprKind, Literal, Scorecard, Table, TableSource};
use crate::diagnostic::{Span, Spanned, codes};

/// Checks every reference to a column.
pub(super) fn check(findings: &mut Findings<'_>) {
    let card = findings.card;
    for (table, expr) in card.row_exprs() {
        for (path, span) in expr.columns() {
            reference(findings, table, path, span);
        }
        dates(findings, table, expr);
    }
    for column in card.column_refs() {
        reference(findings, &column.table, &column.path, column.span);
    }
    for table in &card.tables {
        named(findings, table);
    }
    for list in &card.lists {
        let sort = list.sort.iter().map(|(column, _)| column);
        shown(findings, &list.table.value, list.show.iter().chain(sort));
    }
    for quotes in &card.quotes {
        shown(findings, &quotes.text.table, quotes.show.iter());
    }
}

/// Columns that rows are shown with.
fn shown<'a>(findings: &mut Findings<'_>, table: &str, columns: impl Iterator<Item = &'a Spanned<String>>) {
    let card = findings.card;
    let Some(known) = card.table(table).and_then(|table| known_columns(card, table)) else {
        return;
    };
    for column in columns.filter(|column| column.value != "reasons") {
        if !known.contains(&column.value.as_str()) {
            let help = suggestion(&column.value, known.iter().copied(), "columns");
            let message = format!("no column `{}` in `{table}`", column.value);
            findings.error(codes::UNKNOWN_COLUMN, column.span, message, help);
        }
    }
}

fn reference(findings: &mut Findings<'_>, table: &str, path: &[String], span: Span) {
    let card = findings.card;
    match card.home(table, path) {
        Err((number, here)) => no_path(findings, here, path, number, span),
        Ok(home) => {
            let Some((last, home)) = path.last().zip(card.table(home)) else {
                return;
            };
            if home
                .belongs_to
                .iter()
                .any(|step| step.path == *last && !has_column(card, home, last))
            {
                findings.error(
                    codes::UNREACHABLE_COLUMN,
                    span,
                    format!("`{last}` leads to another table, and a column is wanted"),
                    format!("name the column behind it: {}.some_column", path.join(".")),
                );
            } else if let Some(columns) = known_columns(card, home)
                && !columns.contains(&last.as_str())
            {
                let help = suggestion(last, columns, "columns");
                let message = format!("no column `{last}` in `{}`", home.name.value);
                findings.error(codes::UNKNOWN_COLUMN, span, message, help);
            }
        }
    }
}

/// Whether a table has a column that is also the name of a path: declared in some way.
fn has_column(card: &Scorecard, table: &Table, column: &str) -> bool {
    known_columns(card, table).is_some_and(|columns| columns.contains(&column))
        || table.added.iter().any(|added| added.name.value == column)
        || table.facts(column).is_some()
        || table
            .belongs_to
            .iter()
            .any(|step| step.columns.iter().any(|own| own.value == column))
}

fn no_path(findings: &mut Findings<'_>, here: &str, path: &[String], number: usize, span: Span) {
    let card = findings.card;
    let (Some(step), Some(table)) = (path.get(number), card.table(here)) else {
        return;
    };
    let paths: Vec<&str> = table.belongs_to.iter().map(|step| step.path.as_str()).collect();
    let rename = |better: &str| {
        let mut whole = path.to_vec();
        if let Some(word) = whole.get_mut(number) {
            better.clone_into(word);
        }
        let root = if number == 0 { format!("{here}.") } else { String::new() };
        format!("{root}{}", whole.join("."))
    };
    if let Some(other) = table.belongs_to.iter().find(|other| other.table.value == *step) {
        findings.error(
            codes::UNREACHABLE_COLUMN,
            span,
            format!("the path from `{here}` to `{step}` is called `{}`", other.path),
            rename(&other.path),
        );
        return;
    }
    let message = format!("no path `{step}` leads from `{here}` to another table");
    let help = if paths.is_empty() {
        format!("`{here}` belongs to no table: say {here}.belongs_to(.., \"..\") first")
    } else {
        suggestion(step, paths, &format!("paths of `{here}`"))
    };
    findings.error(codes::UNREACHABLE_COLUMN, span, message, help);
}

/// The columns of a table that needs no data to know them.
fn known_columns<'a>(card: &'a Scorecard, table: &'a Table) -> Option<Vec<&'a str>> {
    let mut columns: Vec<&str> = match &table.source {
        TableSource::Inline(rows) => rows.columns.iter().map(String::as_str).collect(),
        TableSource::Entities(column) => vec![column.path.last()?.as_str()],
        TableSource::Alias(of) => {
            let of = card.table(of)?;
            match &of.source {
                TableSource::Inline(rows) => rows.columns.iter().map(String::as_str).collect(),
                _ => return None,
            }
        }
        TableSource::Host | TableSource::Stack(_) => return None,
    };
    if table.unpivot.is_some() {
        return None;
    }
    for (from, to) in &table.renames {
        columns.retain(|column| *column != from.value);
        columns.push(to);
    }
    columns.extend(table.added.iter().map(|added| added.name.value.as_str()));
    Some(columns)
}

/// Columns that settings of a table name.
fn named(findings: &mut Findings<'_>, table: &Table) {
    let card = findings.card;
    let Some(columns) = known_columns(card, table) else {
        return;
    };
    let mut wanted: Vec<&crate::diagnostic::Spanned<String>> = table.key.iter().collect();
    wanted.extend(table.date.iter().map(|date| &date.column));
    wanted.extend(table.columns.iter().map(|facts| &facts.column));
    wanted.extend(table.belongs_to.iter().flat_map(|step| &step.columns));
    wanted.extend(table.latest_by.iter().chain(&table.distinct_by));
    for column in wanted {
        if !columns.contains(&column.value.as_str()) {
            let help = suggestion(&column.value, columns.iter().copied(), "columns");
            let message = format!("no column `{}` in `{}`", column.value, table.name.value);
            findings.error(codes::UNKNOWN_COLUMN, column.span, message, help);
        }
    }
}

/// Texts that are dates in another order, compared with something.
fn dates(findings: &mut Findings<'_>, table: &str, expr: &Expr) {
    let month_first = findings
        .card
        .table(table)
        .and_then(|table| table.dates.first())
        .is_some_and(|format| format.value.starts_with('M'));
    let mut wrong: Vec<(Span, String)> = Vec::new();
    expr.each(&mut |part| {
        let sides = match &part.kind {
            ExprKind::Binary(
                BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual
                | BinaryOp::Equal
                | BinaryOp::NotEqual,
                left,
                right,
            ) => [left, right],
            _ => return,
        };
        for side in sides {
            if let ExprKind::Literal(Literal::Text(text)) = &side.kind
                && let Some(date) = other_order(text, month_first)
            {
                wrong.push((side.span, date));
            }
        }
    });
    for (span, date) in wrong {
        findings.error(
            codes::TYPE_MISMATCH,
            span,
            "this is text, and a date is written as year, month and day",
            format!("a date is written \"{date}\""),
        );
    }
}

/// `1/3/2016` as a date of ours; none where the text is no such thing.
fn other_order(text: &str, month_first: bool) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let [first, second, year] = parts.as_slice() else {
        return None;
    };
    if year.len() != 4 || first.len() > 2 || second.len() > 2 {
        return None;
    }
    let (first, second, year): (u32, u32, i32) = (first.parse().ok()?, second.parse().ok()?, year.parse().ok()?);
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    CivilDate::new(year, month, day)
        .or_else(|| CivilDate::new(year, day, month))
        .map(|date| date.to_string())
}
