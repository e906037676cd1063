//! Words that all drawings of findings share.

use bellwether::diagnostic::{DataPlace, Diagnostic, Severity};

/// A place in the data in words: `survey.csv, row 7, column recommend, value `11``.
#[must_use]
pub fn place(place: &DataPlace) -> String {
    let parts: Vec<String> = [
        place.file.clone(),
        place.table.as_ref().map(|table| format!("table {table}")),
        place.row.map(|row| format!("row {row}")),
        place.column.as_ref().map(|column| format!("column {column}")),
        place.value.as_ref().map(|value| format!("value `{value}`")),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

/// One line that counts findings: `2 errors, 1 warning, 3 allowed`.
#[must_use]
pub fn tally(diagnostics: &[Diagnostic]) -> String {
    let told = |severity: Severity, word: &str| {
        let of_kind = |finding: &&Diagnostic| finding.is_told() && finding.severity == severity;
        let n = diagnostics.iter().filter(of_kind).count();
        (n > 0).then(|| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
    };
    let allowed = diagnostics.iter().filter(|finding| !finding.is_told()).count();
    let parts: Vec<String> = [
        told(Severity::Error, "error"),
        told(Severity::Warning, "warning"),
        told(Severity::Note, "note"),
        (allowed > 0).then(|| format!("{allowed} allowed")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "nothing to say".to_owned()
    } else {
        parts.join(", ")
    }
}
