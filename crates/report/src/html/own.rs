//! A user's own template, drawn by a full engine of Jinja.

use std::io::Write;
use std::sync::OnceLock;

use bellwether::diagnostic::{Diagnostic, Span, codes, nearest};
use bellwether::report::Report;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

use super::{HtmlOptions, TEMPLATES, css};
use crate::audience::Audience;
use crate::chart::{Theme, css_variables};
use crate::markdown::escape;
use crate::page::page;

/// Steps that a user's template may take; the largest built-in report takes a hundredth.
const FUEL: u64 = 50_000_000;
/// Templates that may stand inside one another: macros, includes, blocks.
const DEPTH: usize = 60;
/// The most that a user's template may write.
const LONGEST: usize = 64 << 20;
/// The longest template that is read.
const LONGEST_TEMPLATE: usize = 1 << 20;

/// A user's own template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its file name: `.html` and `.htm` escape what they print, others do not.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Draws a report by a user's own template.
///
/// # Errors
///
/// BW201 for an audience that the card does not have; BW850 for a template that cannot be read, BW851 for one that cannot
/// be drawn or reaches a limit. Places are bytes of the template's text.
pub fn draw(report: &Report, options: &HtmlOptions, template: &Template) -> Result<String, Diagnostic> {
    let audience = Audience::of(&report.results, options.audience.as_deref())?;
    if template.text.len() > LONGEST_TEMPLATE {
        let message = format!("template `{}` is longer than 1 MiB", template.name);
        return Err(Diagnostic::error(codes::TEMPLATE, message).help("keep pictures out of it, or include less"));
    }
    let mut environment = built_in_environment();
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment
        .add_template(&template.name, &template.text)
        .map_err(|error| finding(&error, template, &environment_names()))?;
    let drawn = environment
        .get_template(&template.name)
        .and_then(|drawn| {
            let mut out = Bounded::default();
            drawn.render_captured_to(given_all(report, &audience), &mut out)?;
            Ok(out)
        })
        .map_err(|error| finding(&error, template, &environment_names()))?;
    String::from_utf8(drawn.bytes).map_err(|_| {
        Diagnostic::error(
            codes::TEMPLATE_FAILED,
            format!("template `{}` writes no text", template.name),
        )
    })
}

/// What a template may use: the built-in templates, and filters for Markdown and style sheets.
pub(super) fn built_in_environment<'t>() -> Environment<'t> {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| {
        let name = name
            .trim_end_matches(".j2")
            .trim_end_matches(".jinja")
            .to_ascii_lowercase();
        let html = [".html", ".htm", ".xml", ".svg"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if html { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.add_filter("md", |text: &str| escape(text));
    environment.add_filter("css", css);
    for (name, text) in TEMPLATES {
        // They are checked by a test: a fault here would be seen there.
        if environment.add_template(name, text).is_err() {
            continue;
        }
    }
    environment
}

/// The context of the built-in templates.
fn given(report: &Report, audience: &Audience) -> Value {
    context! {
        page => Value::from(Serde(page(report, audience))),
        palette => context! {
            light => css_variables(Theme::Light),
            dark => css_variables(Theme::Dark),
        },
    }
}

/// The context of a user's own template: `report` besides, as its JSON is.
fn given_all(report: &Report, audience: &Audience) -> Value {
    // Most templates never look at it, and it is large.
    let whole = report.clone();
    context! {
        report => Value::from_object(Lazy {
            make: Box::new(move || Value::from(Serde(&whole))),
            made: OnceLock::new(),
        }),
        ..given(report, audience)
    }
}

/// A value that is made when a template first looks at it.
struct Lazy {
    make: Box<dyn Fn() -> Value + Send + Sync>,
    made: OnceLock<Value>,
}

impl std::fmt::Debug for Lazy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("report")
    }
}

impl Object for Lazy {
    fn get_value(self: &std::sync::Arc<Self>, key: &Value) -> Option<Value> {
        self.made.get_or_init(|| (self.make)()).get_item(key).ok()
    }
}

/// A writer that refuses what is too long.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST {
            return Err(std::io::Error::other("it writes more than 64 MiB"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Filters, tests and functions that templates are most often looking for.
fn environment_names() -> Vec<&'static str> {
    vec![
        "abs",
        "attr",
        "batch",
        "bool",
        "capitalize",
        "css",
        "default",
        "dictsort",
        "escape",
        "first",
        "float",
        "groupby",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "md",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "selectattr",
        "slice",
        "sort",
        "split",
        "sum",
        "title",
        "trim",
        "unique",
        "upper",
    ]
}

/// An error of a user's template as a finding, with its place and a way out.
fn finding(error: &Error, template: &Template, filters: &[&'static str]) -> Diagnostic {
    // The place nearest to the cause that lies in the user's own text.
    let mut at = error.range().filter(|_| error.name() == Some(template.name.as_str()));
    let mut cause = std::error::Error::source(error);
    let mut deepest = error;
    while let Some(next) = cause {
        if let Some(next) = next.downcast_ref::<Error>() {
            if next.name() == Some(template.name.as_str()) {
                at = next.range().or(at);
            }
            deepest = next;
        }
        cause = next.source();
    }
    let reading = matches!(
        deepest.kind(),
        ErrorKind::SyntaxError | ErrorKind::UnknownBlock | ErrorKind::BadEscape
    );
    let code = if reading {
        codes::TEMPLATE
    } else {
        codes::TEMPLATE_FAILED
    };
    let detail = deepest.detail().unwrap_or_default();
    let (message, help) = said(deepest, detail, filters);
    let mut finding = Diagnostic::error(code, format!("template `{}`: {message}", template.name)).help(help);
    if let Some(range) = at {
        finding = finding.at(Span::new(range.start as u32, range.end.max(range.start + 1) as u32));
    }
    finding
}

/// What is wrong, and a way out.
fn said(error: &Error, detail: &str, filters: &[&'static str]) -> (String, String) {
    let detail = detail.trim_end_matches('.');
    let known = |what: &str| format!("{what}; docs/reports.md lists what a template is given");
    match error.kind() {
        ErrorKind::SyntaxError | ErrorKind::BadEscape => (
            detail.to_owned(),
            "templates are written in Jinja: {{ value }}, {% for .. %} .. {% endfor %}, {% if .. %} .. {% endif %}"
                .to_owned(),
        ),
        ErrorKind::UndefinedError => (
            if detail.is_empty() {
                "a value that is not there".to_owned()
            } else {
                detail.to_owned()
            },
            known("look for a misspelt name"),
        ),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            let name = detail
                .split_whitespace()
                .nth(1)
                .unwrap_or_default()
                .trim_matches(['\'', '"', '`']);
            let help = nearest(name, filters.iter().copied())
                .map_or_else(|| known("no such word"), |near| format!("did you mean `{near}`?"));
            (detail.to_owned(), help)
        }
        ErrorKind::TemplateNotFound => (
            detail.to_owned(),
            "a template may extend or include `report.html`, `report.md`, `parts.html`, `parts.md` and `style.css`"
                .to_owned(),
        ),
        ErrorKind::OutOfFuel => (
            "it takes more steps than a template may".to_owned(),
            "loop over less: `page` holds what is shown".to_owned(),
        ),
        ErrorKind::WriteFailure => (
            "it writes more than a report may".to_owned(),
            "loop over less: `page` holds what is shown".to_owned(),
        ),
        kind => (
            if detail.is_empty() {
                kind.to_string()
            } else {
                detail.to_owned()
            },
            known("a step of the template cannot be done"),
        ),
    }
}
