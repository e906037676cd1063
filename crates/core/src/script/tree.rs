//! A card as a tree of pieces with exact spans: what `check` walks over and `closure` compiles. Made by `ast`.
//!
//! Imports: diagnostic. Never: the engine.

use std::sync::Arc;

use bellwether_order::BTreeMap;

use crate::diagnostic::Span;

/// A piece of script with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A constant, also of a `switch` label.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// `()`.
    Missing,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A character in single quotes.
    Char(char),
    /// `low..high`, `low..=high`.
    Range(i64, i64, bool),
    /// Anything else.
    Other,
}

/// A call: of a function, of a module's function, or of a setting behind a dot.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `cx` of `cx::f(..)`.
    pub module: Vec<Name>,
    /// The function.
    pub name: Name,
    /// The arguments, without the receiver of a setting.
    pub arguments: Vec<Node>,
    /// `f!(..)`.
    pub captures_scope: bool,
}

/// A closure: `|r| ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// The name that Rhai gave it; differs from run to run.
    pub name: String,
    /// Names from outside that it reads, in the order of the values that Rhai hands over.
    pub captures: Vec<Name>,
    /// Its parameters.
    pub parameters: Vec<String>,
    /// What it does.
    pub body: Vec<Node>,
    /// Where it stands.
    pub span: Span,
}

/// An arm of a `switch`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// The labels, sorted; none: the default.
    pub labels: Vec<Constant>,
    /// `if ..`.
    pub guard: Option<Node>,
    /// Its value.
    pub value: Node,
}

/// What a piece of script can be.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A literal.
    Constant(Constant),
    /// Text with `${..}`.
    Template(Vec<Node>),
    /// `[..]`.
    Array(Vec<Node>),
    /// `#{ .. }`.
    Map(Vec<(Name, Node)>),
    /// A variable: `x`, `cx::LIMIT`.
    Variable(Vec<Name>, Name),
    /// `this`.
    This,
    /// `x.name`; `true` for `x?.name`.
    Property(Box<Node>, Name, bool),
    /// `x[..]`; `true` for `x?[..]`.
    Index(Box<Node>, Box<Node>, bool),
    /// `f(..)`.
    Call(Call),
    /// `x.f(..)`.
    Method(Box<Node>, Call),
    /// `-x`, `!x`, `+x`.
    Unary(String, Box<Node>),
    /// Two operands and the operator, ranges included.
    Binary(Name, Box<Node>, Box<Node>),
    /// `a && b && ..`.
    And(Vec<Node>),
    /// `a || b || ..`.
    Or(Vec<Node>),
    /// `a ?? b ?? ..`.
    Coalesce(Vec<Node>),
    /// `x in y`; `true` for `x !in y`.
    In(Box<Node>, Box<Node>, bool),
    /// `|r| ..`.
    Closure(Arc<Closure>),
    /// `{ .. }`.
    Block(Vec<Node>),
    /// `if c {..} else {..}`.
    If(Box<Node>, Box<Node>, Option<Box<Node>>),
    /// `switch x { .. }`.
    Switch(Box<Node>, Vec<Arm>),
    /// `for x in y {..}`, perhaps with a counter.
    For(Name, Option<Name>, Box<Node>, Box<Node>),
    /// `let x = y`, `const x = y`.
    Let {
        /// The name.
        name: Name,
        /// The value.
        value: Option<Box<Node>>,
        /// `const`.
        constant: bool,
    },
    /// `x = y`, `x += y`: operator, target, value.
    Assign(Name, Box<Node>, Box<Node>),
    /// `return x`.
    Return(Option<Box<Node>>),
    /// `import "x" as y`.
    Import(Box<Node>, Option<Name>),
    /// `export x as y`.
    Export(Name, Option<Name>),
    /// Something that no card may use: its word and what is in it.
    Forbidden(&'static str, Vec<Node>),
}

impl Node {
    /// The pieces directly in it, in order of the text.
    #[must_use]
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Constant(_) | NodeKind::Variable(..) | NodeKind::This | NodeKind::Export(..) => Vec::new(),
            NodeKind::Template(nodes)
            | NodeKind::Array(nodes)
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes)
            | NodeKind::Coalesce(nodes)
            | NodeKind::Block(nodes)
            | NodeKind::Forbidden(_, nodes) => nodes.iter().collect(),
            NodeKind::Map(items) => items.iter().map(|(_, node)| node).collect(),
            NodeKind::Property(of, ..) | NodeKind::Unary(_, of) => vec![of],
            NodeKind::Index(one, other, _)
            | NodeKind::Binary(_, one, other)
            | NodeKind::In(one, other, _)
            | NodeKind::For(_, _, one, other)
            | NodeKind::Assign(_, one, other) => vec![one, other],
            NodeKind::Call(call) => call.arguments.iter().collect(),
            NodeKind::Method(of, call) => std::iter::once(of.as_ref()).chain(&call.arguments).collect(),
            NodeKind::Closure(closure) => closure.body.iter().collect(),
            NodeKind::If(condition, then, otherwise) => [Some(condition), Some(then), otherwise.as_ref()]
                .into_iter()
                .flatten()
                .map(AsRef::as_ref)
                .collect(),
            NodeKind::Switch(on, arms) => std::iter::once(on.as_ref())
                .chain(
                    arms.iter()
                        .flat_map(|arm| arm.guard.iter().chain(std::iter::once(&arm.value))),
                )
                .collect(),
            NodeKind::Let { value, .. } => value.iter().map(AsRef::as_ref).collect(),
            NodeKind::Return(value) => value.iter().map(AsRef::as_ref).collect(),
            NodeKind::Import(path, _) => vec![path],
        }
    }
}

/// A function of the script.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub parameters: Vec<String>,
    /// What it does.
    pub body: Vec<Node>,
    /// Whether it is made for one type of `this`: `fn int.f()`.
    pub typed_this: bool,
}

/// A card or a module as a tree.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The statements, in order.
    pub body: Vec<Node>,
    /// Its functions, by name and number of parameters.
    pub functions: BTreeMap<(String, usize), Function>,
    /// Every closure in it, by Rhai's name for it.
    pub closures: BTreeMap<String, Arc<Closure>>,
}

impl Program {
    /// The paths that `import "path" as alias` binds at the top of the text.
    #[must_use]
    pub fn imports(&self) -> BTreeMap<&str, &str> {
        self.body
            .iter()
            .filter_map(|node| match &node.kind {
                NodeKind::Import(path, Some(alias)) => match &path.kind {
                    NodeKind::Constant(Constant::Text(path)) => Some((alias.text.as_str(), path.as_str())),
                    _ => None,
                },
                _ => None,
            })
            .collect()
    }

    /// The value of a constant at the top of the text.
    #[must_use]
    pub fn constant(&self, wanted: &str) -> Option<&Node> {
        self.body.iter().find_map(|node| match &node.kind {
            NodeKind::Let {
                name,
                value: Some(value),
                constant: true,
            } if name.text == wanted => Some(value.as_ref()),
            _ => None,
        })
    }
}
