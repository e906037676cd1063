//! Drawing diagnostics with excerpts of the card, and progress.

use std::io::IsTerminal as _;

use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, sources};
use bellwether::diagnostic::{Diagnostic, Severity, Span};
use bellwether_report::{TextOptions, findings};

use crate::args::When;

/// What the terminal can do.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Colour on standard output.
    pub colour_out: bool,
    /// Colour on standard error.
    pub colour_err: bool,
    /// Progress bars on standard error.
    pub progress: bool,
    /// Width of standard output, where it is a terminal.
    pub width: Option<u16>,
}

impl Terminal {
    /// Looks at the process's streams and the user's wishes (`NO_COLOR` is honoured).
    pub fn new(color: When, quiet: bool) -> Self {
        let wanted = |terminal: bool| match color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let out = std::io::stdout().is_terminal();
        let err = std::io::stderr().is_terminal();
        Self {
            colour_out: wanted(out),
            colour_err: wanted(err),
            progress: err && !quiet,
            width: None,
        }
    }

    /// How a text is drawn on standard output, or for a file: without colour.
    pub fn text_options(self, to_file: bool) -> TextOptions {
        TextOptions {
            colour: self.colour_out && !to_file,
            width: self.width,
        }
    }
}

/// Texts of a card and its modules: name and text, in the order of `Span::source`.
pub type Texts = Vec<(String, String)>;

/// Draws diagnostics for people: worst first as they come, with an excerpt of the card where there is one. What is
/// allowed is left out.
pub fn draw(diagnostics: &[Diagnostic], texts: &Texts, colour: bool) -> String {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_told())
        .map(|diagnostic| draw_one(diagnostic, texts, colour))
        .collect()
}

fn draw_one(diagnostic: &Diagnostic, texts: &Texts, colour: bool) -> String {
    let mut message = diagnostic.message.clone();
    if let Some(place) = diagnostic
        .place
        .as_ref()
        .map(findings::place)
        .filter(|place| !place.is_empty())
    {
        message.push_str(&format!("\n  in {place}"));
    }
    let Some(place) = diagnostic.span.and_then(|span| range(span, texts)) else {
        return plain(diagnostic, &message, colour);
    };
    let colours = |severity: Severity| match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Blue,
    };
    let kind = match diagnostic.severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
        // Drawn as `Advice`, which is renamed below: a kind of one's own is coloured whatever the configuration says.
        Severity::Note => ReportKind::Advice,
    };
    let label = Label::new(place.clone())
        .with_color(colours(diagnostic.severity))
        .with_message(
            diagnostic
                .help
                .as_deref()
                .filter(|help| help.chars().count() < 60 && !help.contains('\n'))
                .unwrap_or_else(|| diagnostic.code.title()),
        );
    let long_help = diagnostic
        .help
        .as_ref()
        .filter(|help| help.chars().count() >= 60 || help.contains('\n'));
    let mut report = Report::build(kind, place)
        .with_config(Config::default().with_color(colour).with_index_type(IndexType::Byte))
        .with_code(diagnostic.code)
        .with_message(&message)
        .with_label(label);
    if let Some(help) = long_help {
        report = report.with_help(help);
    }
    for related in &diagnostic.related {
        if let Some(place) = range(related.span, texts) {
            report = report.with_label(Label::new(place).with_color(Color::Cyan).with_message(&related.message));
        }
    }
    let mut bytes = Vec::new();
    let cache = sources(texts.iter().map(|(name, text)| (name.clone(), text.clone())));
    match report.finish().write(cache, &mut bytes) {
        Ok(()) => String::from_utf8_lossy(&bytes).replacen("Advice:", "Note:", 1),
        Err(_) => plain(diagnostic, &message, colour),
    }
}

/// A diagnostic in one or two lines, without an excerpt.
fn plain(diagnostic: &Diagnostic, message: &str, colour: bool) -> String {
    let (word, code) = match diagnostic.severity {
        Severity::Error => ("Error", "31"),
        Severity::Warning => ("Warning", "33"),
        Severity::Note => ("Note", "34"),
    };
    let head = format!("[{}] {word}:", diagnostic.code);
    let head = if colour {
        format!("\u{1b}[{code}m{head}\u{1b}[0m")
    } else {
        head
    };
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!("\n  help: {help}"))
        .unwrap_or_default();
    format!("{head} {message}{help}\n")
}

/// The bytes of a span, clipped to its text and moved to character borders; none when its text is not at hand.
fn range(span: Span, texts: &Texts) -> Option<(String, std::ops::Range<usize>)> {
    let (name, text) = texts.get(usize::from(span.source))?;
    let border = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = border(span.start as usize);
    let end = border(span.end as usize).max(start);
    Some((name.clone(), start..end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether::diagnostic::codes;

    #[test]
    fn an_excerpt_points_at_the_words_that_are_meant() {
        let texts = vec![(
            "card.rhai".to_owned(),
            "let größe = 1;\nmetric(\"nps\").traget(45);\n".to_owned(),
        )];
        let at = texts[0].1.find("traget").unwrap() as u32;
        let finding = Diagnostic::error(codes::UNKNOWN_FUNCTION, "no setting `traget`")
            .at(Span::new(at, at + 6))
            .help("did you mean `target`?");
        let drawn = draw(&[finding], &texts, false);
        assert!(drawn.contains("card.rhai:2:15"), "{drawn}");
        assert!(drawn.contains("did you mean `target`?"), "{drawn}");
    }

    #[test]
    fn a_finding_about_data_names_the_place() {
        let place = bellwether::diagnostic::DataPlace {
            file: Some("survey.csv".to_owned()),
            row: Some(7),
            column: Some("recommend".to_owned()),
            value: Some("11".to_owned()),
            ..Default::default()
        };
        let finding = Diagnostic::error(codes::BAD_VALUE, "`recommend` holds a value off its scale").in_data(place);
        let drawn = draw(&[finding], &Vec::new(), false);
        assert!(
            drawn.contains("survey.csv, row 7, column recommend, value `11`"),
            "{drawn}"
        );
    }
}
