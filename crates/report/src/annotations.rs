//! Findings as workflow commands (`::error file=..::`), which GitHub and what follows it draw beside the lines of a
//! change.

use bellwether::diagnostic::Severity;
use bellwether::diagnostic::wire::{Finding, Findings, Location};

/// One line a finding; what is allowed is left out.
#[must_use]
pub fn to_annotations(found: &Findings) -> String {
    found
        .findings
        .iter()
        .filter(|finding| finding.diagnostic.is_told())
        .map(|finding| line(finding, found))
        .collect()
}

fn line(finding: &Finding, found: &Findings) -> String {
    let diagnostic = &finding.diagnostic;
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut message = diagnostic.message.clone();
    if let Some(place) = diagnostic
        .place
        .as_ref()
        .map(crate::findings::place)
        .filter(|place| !place.is_empty())
    {
        message.push_str(&format!("\nin {place}"));
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let title = format!("{} {}", diagnostic.code, finding.title);
    annotation(command, &found.card, finding.location.as_ref(), &title, &message)
}

/// A workflow command: `level` is `error`, `warning` or `notice`; `file` is named where there is no place in it.
///
/// ```
/// let line = bellwether_report::annotation("error", "card.rhai", None, "alert", "`low` is raised");
/// assert_eq!(line, "::error file=card.rhai,title=alert::`low` is raised\n");
/// ```
#[must_use]
pub fn annotation(level: &str, file: &str, location: Option<&Location>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    match location {
        Some(location) => {
            properties.push(("file", location.file.clone()));
            properties.push(("line", location.start.line.to_string()));
            properties.push(("endLine", location.end.line.to_string()));
            // Columns are taken within one line only.
            if location.start.line == location.end.line {
                properties.push(("col", location.start.column.to_string()));
                properties.push(("endColumn", location.end.column.to_string()));
            }
        }
        None => properties.push(("file", file.to_owned())),
    }
    properties.push(("title", title.to_owned()));
    let properties: Vec<String> = properties
        .into_iter()
        .map(|(name, value)| format!("{name}={}", escaped(&value, true)))
        .collect();
    format!("::{level} {}::{}\n", properties.join(","), escaped(message, false))
}

fn escaped(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property {
        text.replace(':', "%3A").replace(',', "%2C")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether::diagnostic::{DataPlace, Diagnostic, Span, codes};

    #[test]
    fn a_finding_is_one_line_with_its_place() {
        let texts = [("a,b.rhai".to_owned(), "let a = 1;\nmetric(x);".to_owned())];
        let place = DataPlace {
            file: Some("survey.csv".to_owned()),
            row: Some(7),
            ..DataPlace::default()
        };
        let mut allowed = Diagnostic::warning(codes::NO_OWNER, "nobody owns it");
        allowed.allowed = Some("a draft".to_owned());
        let findings = vec![
            Diagnostic::error(codes::UNKNOWN_NAME, "nothing is called `x`")
                .at(Span::new(18, 19))
                .help("100% sure?\nlook"),
            Diagnostic::warning(codes::BAD_VALUE, "5 values are odd").in_data(place),
            allowed,
        ];
        let found = Findings::new("a,b.rhai", true, findings, &texts);
        assert_eq!(
            to_annotations(&found),
            "::error file=a%2Cb.rhai,line=2,endLine=2,col=8,endColumn=9,title=BW101 a name that nothing declares::\
             nothing is called `x`%0Ahelp: 100%25 sure?%0Alook\n\
             ::warning file=a%2Cb.rhai,title=BW302 a value that does not fit its column::5 values are odd%0Ain survey.csv, row 7\n"
        );
    }
}
