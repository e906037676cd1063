//! Reports as pages and Markdown, drawn by templates: the built-in ones, or a user's own.

#[cfg(feature = "templates")]
mod own;

use std::sync::OnceLock;

use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::report::Report;

#[cfg(feature = "templates")]
pub use own::{Template, draw};

use crate::audience::Audience;
use crate::chart::{Theme, css_variables};
use crate::page::page;
use crate::template::{Templates, Value};

/// The built-in templates by name. A user's template may extend or include them.
pub const TEMPLATES: [(&str, &str); 5] = [
    ("report.html", include_str!("../templates/report.html")),
    ("report.md", include_str!("../templates/report.md")),
    ("parts.html", include_str!("../templates/parts.html")),
    ("parts.md", include_str!("../templates/parts.md")),
    ("style.css", include_str!("../templates/style.css")),
];

/// How a page is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HtmlOptions {
    /// Name of the audience; `None`: the card's own, else the analyst.
    pub audience: Option<String>,
}

/// Draws a report as one HTML file: no script, nothing fetched; charts are inside.
///
/// ```
/// # fn show(report: &bellwether::report::Report) -> Result<(), bellwether::diagnostic::Diagnostic> {
/// use bellwether_report::{HtmlOptions, html};
/// let page = html(report, &HtmlOptions { audience: Some("executive".to_owned()) })?;
/// assert!(page.starts_with("<!doctype html>"));
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// BW201 for an audience that the card does not have.
pub fn html(report: &Report, options: &HtmlOptions) -> Result<String, Diagnostic> {
    let mut page = built_in(report, options, "report.html")?;
    page.push('\n');
    Ok(page)
}

/// Draws a report as Markdown with the same content, for pull requests and chat.
///
/// # Errors
///
/// As [`html`].
pub fn markdown(report: &Report, options: &HtmlOptions) -> Result<String, Diagnostic> {
    let text = built_in(report, options, "report.md")?;
    Ok(tidy(&text))
}

/// At most one blank line between pieces, a line feed at the end.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && blank) {
            out.push_str(line);
            out.push('\n');
        }
        blank = line.is_empty();
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn built_in(report: &Report, options: &HtmlOptions, name: &str) -> Result<String, Diagnostic> {
    static BUILT_IN: OnceLock<Result<Templates, String>> = OnceLock::new();
    let audience = Audience::of(&report.results, options.audience.as_deref())?;
    let templates = BUILT_IN.get_or_init(|| Templates::new(&TEMPLATES));
    let drawn = match templates {
        Ok(templates) => given(report, &audience).and_then(|given| templates.draw(name, given)),
        Err(why) => Err(why.clone()),
    };
    drawn.map_err(|why| {
        let message = format!("built-in template `{name}` failed: {why}");
        Diagnostic::error(codes::TEMPLATE_FAILED, message).help("this is a fault of the engine: please report it")
    })
}

/// What the built-in templates are given.
fn given(report: &Report, audience: &Audience) -> Result<Vec<(&'static str, Value)>, String> {
    let page = serde_json::to_value(page(report, audience)).map_err(|why| why.to_string())?;
    let colours = |name: &str, theme| (name.to_owned(), Value::Text(css_variables(theme).into()));
    let palette = [colours("light", Theme::Light), colours("dark", Theme::Dark)];
    Ok(vec![("page", page.into()), ("palette", Value::Map(palette.into()))])
}

/// Text for a string of a style sheet: all but plain letters and digits are written by number.
pub(crate) fn css(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == ' ' {
                c.to_string()
            } else {
                format!("\\{:x} ", u32::from(c))
            }
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
