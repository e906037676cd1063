//! The small template language that the built-in pages are written in.
//!
//! A part of Jinja: texts, lists and truth, `if`, `for`, `set`, macros, blocks and includes. Users' own templates are drawn by
//! a full engine, which a browser would have to load for them; a test draws every built-in template by both.

mod draw;
mod read;

use std::rc::Rc;

use bellwether_order::BTreeMap;
use draw::Drawing;

/// What a template looks at.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Nothing,
    Bool(bool),
    Number(usize),
    Text(Rc<str>),
    /// Text that is markup already.
    Markup(Rc<str>),
    List(Rc<[Value]>),
    Map(Rc<[(String, Value)]>),
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Nothing,
            serde_json::Value::Bool(is) => Self::Bool(is),
            serde_json::Value::Number(number) => match number.as_u64().map(usize::try_from) {
                Some(Ok(whole)) => Self::Number(whole),
                _ => Self::Text(number.to_string().into()),
            },
            serde_json::Value::String(text) => Self::Text(text.into()),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(fields) => {
                Self::Map(fields.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}

/// A piece of a template.
enum Node {
    Text(&'static str),
    Print(Expr),
    Set(&'static str, Expr),
    Include(&'static str),
    If(Vec<(Expr, Vec<Node>)>, Vec<Node>),
    For {
        name: &'static str,
        over: Expr,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
}

enum Expr {
    Text(&'static str),
    Number(usize),
    List(Vec<Expr>),
    Name(&'static str),
    Field(Box<Expr>, &'static str),
    Item(Box<Expr>, usize),
    ItemOf(Box<Expr>, Box<Expr>),
    Head(Box<Expr>, usize),
    Filter(Box<Expr>, &'static str, Vec<Expr>),
    Call(&'static str, Vec<Expr>),
    Either(Box<Expr>, Box<Expr>),
    Both(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// The value where the condition holds, the condition, the value where it does not.
    Choice(Box<[Expr; 3]>),
}

#[derive(Clone, Copy, PartialEq)]
enum Comparison {
    Same,
    Other,
    Less,
    More,
    In,
}

struct Macro {
    params: Vec<(&'static str, Option<Expr>)>,
    body: Vec<Node>,
}

/// A template, read.
#[derive(Default)]
struct Template {
    /// Whether what it prints is escaped, as its name says.
    escapes: bool,
    body: Vec<Node>,
    macros: BTreeMap<&'static str, Macro>,
}

/// Templates that include and import one another.
pub(crate) struct Templates(BTreeMap<&'static str, Template>);

impl Templates {
    /// Reads templates, each under its name.
    ///
    /// # Errors
    /// What cannot be read.
    pub(crate) fn new(texts: &[(&'static str, &'static str)]) -> Result<Self, String> {
        let mut templates = BTreeMap::new();
        for (name, text) in texts {
            let mut read = read::template(text).map_err(|why| format!("{name}: {why}"))?;
            read.escapes = name.ends_with(".html");
            templates.insert(*name, read);
        }
        Ok(Self(templates))
    }

    /// Draws one, given values under their names; `.html` escapes what it prints.
    ///
    /// # Errors
    /// What cannot be drawn.
    pub(crate) fn draw(&self, name: &str, given: Vec<(&'static str, Value)>) -> Result<String, String> {
        let mut drawing = Drawing::new(self, name.ends_with(".html"), given);
        drawing.template(name)?;
        Ok(drawing.finish())
    }
}

#[cfg(test)]
mod tests;
