//! Tables of the same columns, one after the other.

use super::column::Column;
use super::dataset::Table;
use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// Joins tables of the same columns, one after the other, in any order of columns.
///
/// # Errors
/// BW310 naming a column that one has and another has not.
pub fn append(mut tables: Vec<Table>) -> Result<Table, Diagnostic> {
    if tables.len() < 2 {
        return Ok(tables.pop().unwrap_or_default());
    }
    let first = tables.first().cloned().unwrap_or_default();
    for other in tables.iter().skip(1) {
        let has = |table: &Table, name: &str| {
            table.column(name).is_some() || table.unread.iter().any(|unread| unread == name)
        };
        let all = |table: &Table| -> Vec<String> {
            table
                .columns
                .iter()
                .map(|(name, _)| name.clone())
                .chain(table.unread.iter().cloned())
                .collect()
        };
        let missing = all(&first).into_iter().find(|name| !has(other, name));
        let extra = all(other).into_iter().find(|name| !has(&first, name));
        let (name, file, where_it_is) = match (missing, extra) {
            (Some(name), _) => (name, &other.origin, &first.origin),
            (None, Some(name)) => (name, &first.origin, &other.origin),
            (None, None) => continue,
        };
        let shown = |origin: &Option<String>| origin.clone().unwrap_or_default();
        return Err(Diagnostic::error(
            codes::BAD_CSV,
            format!(
                "`{}` has no column `{name}`, and `{}` has",
                shown(file),
                shown(where_it_is)
            ),
        )
        .in_data(DataPlace {
            file: file.clone(),
            column: Some(name),
            ..DataPlace::default()
        })
        .help("files read together have the same columns; for others: one table each, then `stack`"));
    }
    let mut out = Table {
        rows: tables.iter().map(|table| table.rows).sum(),
        unread: first.unread.clone(),
        ..Table::default()
    };
    for (name, _) in &first.columns {
        let parts: Vec<&Column> = tables.iter().filter_map(|table| table.column(name)).collect();
        out.columns.push((name.clone(), Column::concat(&parts)));
    }
    let texts = |of: fn(&Table) -> Option<&String>, between: &str| {
        let all: Vec<String> = tables.iter().filter_map(of).cloned().collect();
        (!all.is_empty()).then(|| all.join(between))
    };
    out.origin = texts(|table| table.origin.as_ref(), ", ");
    out.sha256 = texts(|table| table.sha256.as_ref(), ",");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_differ_in_columns_are_not_joined() {
        let one = |name: &str| Table {
            columns: vec![(name.to_owned(), Column::ints(vec![Some(1)]))],
            rows: 1,
            origin: Some(format!("{name}.csv")),
            ..Table::default()
        };
        assert_eq!(append(vec![one("a"), one("a")]).unwrap().rows, 2);
        assert!(
            append(vec![one("a"), one("b")])
                .unwrap_err()
                .message
                .contains("`b.csv` has no column `a`")
        );
    }
}
