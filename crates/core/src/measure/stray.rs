//! Values of a segment over several tables that only one of them has: most often a slip in how they are written.

use bellwether_order::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span, codes, nearest};

/// Most values that are named.
const NAMED: usize = 5;

/// The values of one table.
pub(super) struct Heard<'s> {
    /// The table.
    pub(super) table: &'s str,
    /// Its values, with the rows of each.
    pub(super) values: BTreeMap<&'s str, u64>,
}

/// Warns of values that look like another and stand in one of the tables only; notes the others that do.
pub(super) fn look_for_strays(segment: &str, span: Span, tables: &[Heard<'_>]) -> Vec<Diagnostic> {
    if tables.len() < 2 {
        return Vec::new();
    }
    let all: BTreeSet<&str> = tables.iter().flat_map(|table| table.values.keys().copied()).collect();
    let mut found = Vec::new();
    let mut alone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for value in &all {
        let mut in_tables = tables.iter().filter(|table| table.values.contains_key(value));
        let (Some(only), None) = (in_tables.next(), in_tables.next()) else {
            continue;
        };
        let others: BTreeSet<&str> = tables
            .iter()
            .filter(|table| table.table != only.table)
            .flat_map(|table| table.values.keys().copied())
            .collect();
        match twin(value, &others) {
            // Of two that stand alone and look alike one is told.
            Some(twin) if alone_in(tables, twin) && *value < twin => {}
            Some(twin) => {
                let rows = only.values.get(value).copied().unwrap_or(0);
                let message = format!(
                    "`{value}` of segment `{segment}` stands in `{}` alone ({rows} rows), and looks like `{twin}`",
                    only.table
                );
                found.push(
                    Diagnostic::warning(codes::STRAY_VALUE, message)
                        .at(span)
                        .help("values are compared letter by letter: write them alike in the data, or cut by a closure with `.trim()` and `.lower()`"),
                );
            }
            None => alone.entry(only.table).or_default().push(value),
        }
    }
    for (table, values) in alone {
        let mut named: Vec<String> = values.iter().take(NAMED).map(|value| format!("`{value}`")).collect();
        if values.len() > NAMED {
            named.push(format!("{} more", values.len() - NAMED));
        }
        let message = format!("of segment `{segment}`, `{table}` alone has {}", named.join(", "));
        found.push(
            Diagnostic::note(codes::STRAY_VALUE, message)
                .at(span)
                .help("measures over the other tables have no rows there"),
        );
    }
    found
}

/// Whether one table alone has a value.
fn alone_in(tables: &[Heard<'_>], value: &str) -> bool {
    tables.iter().filter(|table| table.values.contains_key(value)).count() == 1
}

/// The value among others that differs by blanks, capitals or one or two letters only.
fn twin<'o>(value: &str, others: &BTreeSet<&'o str>) -> Option<&'o str> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mine = plain(value);
    if let Some(same) = others.iter().find(|other| plain(other) == mine) {
        return Some(same);
    }
    // Codes such as `A1` and `A2` are near each other, and are not slips.
    if value.chars().any(|letter| letter.is_ascii_digit()) || value.chars().count() < 5 {
        return None;
    }
    let near = nearest(value, others.iter().copied())?;
    others.get(near).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard<'s>(table: &'s str, values: &[&'s str]) -> Heard<'s> {
        Heard {
            table,
            values: values.iter().map(|value| (*value, 2)).collect(),
        }
    }

    fn told(tables: &[Heard<'_>]) -> Vec<String> {
        look_for_strays("branch", Span::default(), tables)
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn a_blank_behind_a_name_is_told() {
        let tables = [heard("visits", &["Ulm ", "Bonn"]), heard("staff", &["Ulm", "Bonn"])];
        assert_eq!(
            told(&tables),
            ["`Ulm ` of segment `branch` stands in `visits` alone (2 rows), and looks like `Ulm`",]
        );
    }

    #[test]
    fn what_is_merely_elsewhere_is_noted_once_for_a_table() {
        let tables = [
            heard("visits", &["A1", "A2", "Bonn"]),
            heard("staff", &["A1", "Bonn", "Essen", "Trier"]),
        ];
        assert_eq!(
            told(&tables),
            [
                "of segment `branch`, `staff` alone has `Essen`, `Trier`",
                "of segment `branch`, `visits` alone has `A2`",
            ]
        );
        assert!(told(&[heard("visits", &["Ulm", "Bonn"]), heard("staff", &["Ulm", "Bonn"])]).is_empty());
        assert!(told(&[heard("visits", &["Ulm"])]).is_empty());
    }
}
