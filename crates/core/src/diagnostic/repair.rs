//! Misspelt names are repaired mechanically: where a finding asks `did you mean ..?` and stands at the very name, editors
//! and code review tools can change it.
//!
//! Imports: nothing.

use super::{Diagnostic, Fix, Span};

/// Adds the repair of a misspelt name to every finding that has none.
///
/// The span tells how the name is written: as long as the name, it stands by itself; two bytes longer, in quotes. Any other
/// span is of something else, and nothing is offered.
///
/// ```
/// use bellwether::diagnostic::{codes, repair, Diagnostic, Span};
/// let mut found = vec![
///     Diagnostic::error(codes::UNKNOWN_OBJECT, "no outcome `retentoin`").at(Span::new(40, 51)).help("did you mean `retention`?"),
/// ];
/// repair::spelling(&mut found);
/// assert_eq!(found[0].fix.as_ref().map(|fix| fix.replacement.as_str()), Some("\"retention\""));
/// ```
pub fn spelling(findings: &mut [Diagnostic]) {
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_none()) {
        let near = finding.help.as_deref().and_then(near);
        if let (Some(span), Some(near)) = (finding.span, near) {
            finding.fix = repair(&finding.message, span, near);
        }
    }
}

/// The name in `did you mean `name`?`.
fn near(help: &str) -> Option<&str> {
    let name = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    (!name.is_empty() && !name.contains('`')).then_some(name)
}

fn repair(message: &str, span: Span, near: &str) -> Option<Fix> {
    let length = span.end.checked_sub(span.start)? as usize;
    // Names of the user stand in backticks: every second piece.
    let names = || message.split('`').skip(1).step_by(2);
    let replacement = if names().any(|name| name.len() == length && is_plain(name)) && is_plain(near) {
        near.to_owned()
    } else if names().any(|name| name.len() + 2 == length) && !near.contains(['"', '\\']) {
        format!("\"{near}\"")
    } else {
        return None;
    };
    Some(Fix { span, replacement })
}

/// Whether a name can stand without quotes.
fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    fn fixed(message: &str, span: (u32, u32), help: &str) -> Option<String> {
        let finding = Diagnostic::error(codes::UNKNOWN_OBJECT, message)
            .at(Span::new(span.0, span.1))
            .help(help);
        let mut all = [finding];
        spelling(&mut all);
        let [finding] = all;
        finding.fix.map(|fix| fix.replacement)
    }

    #[test]
    fn a_name_is_repaired_as_it_is_written() {
        assert_eq!(
            fixed(
                "no column `recomend` in `survey`",
                (10, 18),
                "did you mean `recommend`?"
            )
            .as_deref(),
            Some("recommend")
        );
        assert_eq!(
            fixed("no metric `npss`", (10, 16), "did you mean `nps`?").as_deref(),
            Some("\"nps\"")
        );
        assert_eq!(
            fixed("no column `Q7` in `poll`", (10, 14), "did you mean `Q7-1`?").as_deref(),
            Some("\"Q7-1\"")
        );
    }

    #[test]
    fn what_is_not_the_name_is_left_alone() {
        assert_eq!(
            fixed("no metric `npss`", (10, 30), "did you mean `nps`?"),
            None,
            "the whole call"
        );
        assert_eq!(
            fixed("no column `q7` in `poll`", (10, 12), "did you mean `Q7-1`?"),
            None,
            "cannot stand behind a dot"
        );
        assert_eq!(
            fixed("no metric `npss`", (10, 16), "metrics: nps, csat"),
            None,
            "several are meant"
        );
        assert_eq!(fixed("a target of 0.8", (10, 13), "did you mean 80?"), None);
    }
}
