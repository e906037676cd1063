//! A first card from the columns of files: keys, dates, relations, segments and measures that the columns suggest.

use std::fmt::Write as _;

use bellwether_order::{BTreeSet, Sort};

use crate::data::{Column, Table, Values};
use crate::definition::ColumnType;

/// A file that the card starts from.
pub struct Source {
    /// Name of the table.
    pub name: String,
    /// Its path as the card should name it.
    pub file: String,
    /// Its columns.
    pub table: Table,
}

/// Most distinct values of a text column that still makes a segment.
const MOST_SEGMENT_VALUES: usize = 12;
/// Words of Rhai that a variable or a `.column` may not be.
const RESERVED: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "extern",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "Fn",
];

/// Writes the card: a suggestion in every line, for someone who has data and no card yet.
///
/// ```
/// use bellwether::data::{Column, Table};
/// use bellwether::starter::{Source, card};
///
/// let mut table = Table::default();
/// table.columns.push(("ease".into(), Column::ints(vec![Some(1), Some(3), Some(5)])));
/// table.rows = 3;
/// let text = card("A first look", &[Source { name: "survey".into(), file: "survey.csv".into(), table }]);
/// assert!(text.contains("survey.column(\"ease\").scale(1, 5);"));
/// ```
#[must_use]
pub fn card(title: &str, sources: &[Source]) -> String {
    let keys: Vec<Option<&str>> = sources.iter().map(|source| key(&source.table)).collect();
    let mut card = format!(
        "// Started from the columns of {}. Every line is a suggestion: keep what you mean.\n\nscorecard({})\n    \
         .owner(\"who answers for it\")\n    .purpose(\"what it is for\");\n\n",
        sources
            .iter()
            .map(|source| source.file.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        text(title),
    );
    // Parents first: a table is declared before the tables that belong to it.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.order_by_key(|&index| parents(index, sources, &keys).len());
    let mut segments = BTreeSet::new();
    for &index in &order {
        if let (Some(source), Some(key)) = (sources.get(index), keys.get(index)) {
            card.push_str(&table_lines(index, source, *key, sources, &keys));
        }
    }
    card.push('\n');
    for &index in &order {
        if let (Some(source), Some(key)) = (sources.get(index), keys.get(index)) {
            card.push_str(&segment_lines(source, *key, &mut segments));
        }
    }
    if sources.iter().any(|source| date(&source.table).is_some()) {
        card.push_str("period(\"month\");\n");
    }
    card.push('\n');
    let mut names = BTreeSet::new();
    let mut metrics = String::new();
    for &index in &order {
        if let (Some(source), Some(key)) = (sources.get(index), keys.get(index)) {
            metrics.push_str(&metric_lines(source, *key, &mut names));
        }
    }
    card.push_str(&metrics);
    card.push_str(
        "\n// Say what these lead to: outcome(\"retention\", rate(..)), then .drives(\"retention\") on each metric.\n",
    );
    card
}

/// Tables that table `index` seems to belong to: those whose key is a column here.
fn parents(index: usize, sources: &[Source], keys: &[Option<&str>]) -> Vec<(usize, String)> {
    let Some(source) = sources.get(index) else {
        return Vec::new();
    };
    let own = keys.get(index).copied().flatten();
    keys.iter()
        .enumerate()
        .filter(|(other, _)| *other != index)
        .filter_map(|(other, key)| {
            let key = (*key)?;
            (own != Some(key) && source.table.column(key).is_some()).then(|| (other, key.to_owned()))
        })
        .collect()
}

fn table_lines(index: usize, source: &Source, key: Option<&str>, sources: &[Source], keys: &[Option<&str>]) -> String {
    let variable = identifier(&source.name);
    let mut lines = format!(
        "let {variable} = table({}).file({})",
        text(&source.name),
        text(&source.file)
    );
    if let Some(key) = key {
        let _ = write!(lines, ".key({})", text(key));
    }
    if let Some(date) = date(&source.table) {
        let _ = write!(lines, ".date({})", text(date));
    }
    for (parent, column) in parents(index, sources, keys) {
        if let Some(parent) = sources.get(parent) {
            let _ = write!(
                lines,
                "\n    .belongs_to({}, {})",
                identifier(&parent.name),
                text(&column)
            );
        }
    }
    lines.push_str(";\n");
    for (name, column) in &source.table.columns {
        if let Some((low, high)) = answer_scale(column).filter(|_| Some(name.as_str()) != key) {
            let _ = writeln!(lines, "{variable}.column({}).scale({low}, {high});", text(name));
        }
    }
    lines
}

fn segment_lines(source: &Source, key: Option<&str>, taken: &mut BTreeSet<String>) -> String {
    let mut lines = String::new();
    for (name, column) in &source.table.columns {
        let Values::Text(values) = &column.values else { continue };
        let distinct = values.distinct();
        if Some(name.as_str()) != key && (2..=MOST_SEGMENT_VALUES).contains(&distinct) && taken.insert(name.clone()) {
            let _ = writeln!(lines, "segment({}, {});", text(name), column_of(&source.name, name));
        }
    }
    lines
}

fn metric_lines(source: &Source, key: Option<&str>, names: &mut BTreeSet<String>) -> String {
    let mut lines = String::new();
    let variable = identifier(&source.name);
    let mut push = |name: &str, measure: String, more: &str| {
        let mut unique = identifier(name);
        while !names.insert(unique.clone()) {
            unique.push_str("_2");
        }
        let _ = writeln!(lines, "metric({}, {measure}){more};", text(&unique));
    };
    for (name, column) in &source.table.columns {
        let place = column_of(&source.name, name);
        if Some(name.as_str()) == key || name.to_lowercase().ends_with("id") {
            continue;
        }
        match (column.column_type(), answer_scale(column)) {
            (ColumnType::Bool, _) => {
                push(
                    name,
                    format!("rate({variable}, |row| {})", row_column(name)),
                    ".label(\"share of rows for which it is true\")",
                );
            }
            (ColumnType::Int, Some((0, 10))) => push(&format!("nps_{name}"), format!("nps({place})"), ""),
            (ColumnType::Int, Some((_, 5))) => push(&format!("top2_{name}"), format!("top_box({place}, 2)"), ""),
            (ColumnType::Int, Some(_)) => push(&format!("mean_{name}"), format!("mean({place})"), ""),
            (ColumnType::Float, _) => push(&format!("mean_{name}"), format!("mean({place})"), ""),
            _ => {}
        }
    }
    let counted = format!("{}_rows", source.name);
    push(
        &counted,
        format!("count({variable})"),
        ".no_target(\"a volume, not a success\")",
    );
    lines
}

/// The first column in which every row has a value of its own and that looks like a name of rows.
fn key(table: &Table) -> Option<&str> {
    table
        .columns
        .iter()
        .find(|(name, column)| {
            let named = name.to_lowercase().ends_with("id")
                || name.to_lowercase().ends_with("key")
                || name.to_lowercase().ends_with("number");
            named && table.rows > 0 && all_distinct(column)
        })
        .map(|(name, _)| name.as_str())
}

fn all_distinct(column: &Column) -> bool {
    if column.missing_count() > 0 {
        return false;
    }
    match &column.values {
        Values::Text(values) => values.distinct() == column.len(),
        Values::Int(values) => {
            let mut seen = BTreeSet::new();
            (0..values.len()).all(|row| seen.insert(values.get(row)))
        }
        Values::Bool(_) | Values::Float(_) | Values::Date(_) | Values::Timestamp(_) => false,
    }
}

fn date(table: &Table) -> Option<&str> {
    table
        .columns
        .iter()
        .find(|(_, column)| matches!(column.column_type(), ColumnType::Date | ColumnType::Timestamp))
        .map(|(name, _)| name.as_str())
}

/// The usual scale that whole numbers seem to be answers on: 0 to 10, 1 to 5 or 1 to 7.
fn answer_scale(column: &Column) -> Option<(i64, i64)> {
    let Values::Int(values) = &column.values else {
        return None;
    };
    let mut low = i64::MAX;
    let mut high = i64::MIN;
    let mut distinct = BTreeSet::new();
    for row in (0..values.len()).filter(|&row| column.is_valid(row)) {
        let value = values.get(row);
        low = low.min(value);
        high = high.max(value);
        if distinct.len() <= 11 {
            distinct.insert(value);
        }
    }
    match (low, high) {
        (0..=3, 8..=10) if distinct.len() >= 6 => Some((0, 10)),
        (1..=2, 4..=5) if distinct.len() >= 3 => Some((1, 5)),
        (1..=2, 6..=7) if distinct.len() >= 4 => Some((1, 7)),
        _ => None,
    }
}

fn column_of(table: &str, column: &str) -> String {
    if is_plain(column) {
        format!("{}.{column}", identifier(table))
    } else {
        format!("{}[{}]", identifier(table), text(column))
    }
}

fn row_column(column: &str) -> String {
    if is_plain(column) {
        format!("row.{column}")
    } else {
        format!("row[{}]", text(column))
    }
}

fn is_plain(name: &str) -> bool {
    !RESERVED.contains(&name)
        && name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name that Rhai takes as a variable.
fn identifier(name: &str) -> String {
    let mut plain: String = name
        .trim()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    while plain.contains("__") {
        plain = plain.replace("__", "_");
    }
    let plain = plain.trim_matches('_').to_owned();
    if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) || RESERVED.contains(&plain.as_str()) {
        format!("t_{plain}")
    } else {
        plain
    }
}

fn text(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: Vec<(&str, Column)>) -> Table {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        Table {
            columns: columns
                .into_iter()
                .map(|(name, column)| (name.to_owned(), column))
                .collect(),
            rows,
            ..Table::default()
        }
    }

    #[test]
    fn keys_relations_scales_and_segments_are_suggested() {
        let customers = table(vec![
            ("customer_id", Column::texts(&[Some("C1"), Some("C2"), Some("C3")])),
            ("region", Column::texts(&[Some("North"), Some("South"), Some("North")])),
        ]);
        let survey = table(vec![
            ("customer_id", Column::texts(&[Some("C1"), Some("C1"), Some("C2")])),
            ("answered on", Column::dates(vec![Some(1), Some(2), Some(3)])),
            ("ease", Column::ints(vec![Some(1), Some(3), Some(5)])),
            ("Solved?", Column::bools(vec![Some(true), None, Some(false)])),
        ]);
        let card = card(
            "A first look",
            &[
                Source {
                    name: "survey".into(),
                    file: "survey.csv".into(),
                    table: survey,
                },
                Source {
                    name: "customers".into(),
                    file: "customers.csv".into(),
                    table: customers,
                },
            ],
        );
        for line in [
            "let customers = table(\"customers\").file(\"customers.csv\").key(\"customer_id\");",
            "let survey = table(\"survey\").file(\"survey.csv\").date(\"answered on\")\n    .belongs_to(customers, \"customer_id\");",
            "survey.column(\"ease\").scale(1, 5);",
            "segment(\"region\", customers.region);",
            "metric(\"top2_ease\", top_box(survey.ease, 2));",
            "metric(\"solved\", rate(survey, |row| row[\"Solved?\"]))",
        ] {
            assert!(card.contains(line), "lacks {line}:\n{card}");
        }
        assert!(
            card.find("let customers") < card.find("let survey"),
            "parents come first:\n{card}"
        );
    }

    #[test]
    fn names_become_variables_that_rhai_takes() {
        assert_eq!(identifier("Customer ID"), "customer_id");
        assert_eq!(identifier("2026 wave"), "t_2026_wave");
        assert_eq!(identifier("case"), "t_case");
    }
}
