//! Closures become data: `|t| t.plan == "pro" && t.contacts <= 2` turns into an [`Expr`], once, and is never
//! interpreted. What cannot be compiled is refused at its place, with what to write instead.
//!
//! Imports: definition, diagnostic, script::ast. Never: data, expr.

mod call;
mod value;

pub use call::row_function;

use bellwether_order::BTreeMap;
use rhai::{Dynamic, FnPtr};

use super::ast::{Arm, Constant, Node, NodeKind, Program};
use crate::definition::{Expr, ExprKind, Literal, SwitchArm, SwitchPattern};
use crate::diagnostic::{Diagnostic, Span, codes};

/// Deepest expression that a closure may become, functions inlined.
const MAX_DEPTH: usize = 120;
/// Most pieces that a closure may become, functions inlined.
const MAX_NODES: usize = 20_000;

/// The card and the modules that it may import.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The card.
    pub card: Program,
    /// Modules by the path of their `import`.
    pub modules: BTreeMap<String, Program>,
}

/// What a closure took along from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Captured {
    /// `()`.
    Missing,
    /// A plain value.
    Value(Literal),
    /// A list of plain values.
    List(Vec<Literal>),
    /// An object of the card, which a closure cannot read.
    Object,
}

impl Captured {
    /// Reads a value of Rhai.
    #[must_use]
    pub fn read(value: &Dynamic) -> Self {
        let value = value.flatten_clone();
        if value.is_unit() {
            return Self::Missing;
        }
        if let Some(value) = literal(&value) {
            return Self::Value(value);
        }
        match value
            .into_array()
            .map(|items| items.iter().map(literal).collect::<Option<Vec<_>>>())
        {
            Ok(Some(items)) => Self::List(items),
            _ => Self::Object,
        }
    }
}

/// A plain value of Rhai.
fn literal(value: &Dynamic) -> Option<Literal> {
    if let Ok(value) = value.as_bool() {
        Some(Literal::Bool(value))
    } else if let Ok(value) = value.as_int() {
        Some(Literal::Int(value))
    } else if let Ok(value) = value.as_float() {
        value.is_finite().then_some(Literal::Float(value))
    } else if let Ok(value) = value.as_char() {
        Some(Literal::Text(value.to_string()))
    } else {
        value
            .as_immutable_string_ref()
            .ok()
            .map(|text| Literal::Text(text.to_string()))
    }
}

/// Compiles a closure, or a function of the script handed over by its name.
///
/// # Errors
/// `BW110` (or `BW102` for a function that does not exist), each with its place.
pub fn compile(programs: &Programs, pointer: &FnPtr) -> Result<Expr, Vec<Diagnostic>> {
    let captured: Vec<Captured> = pointer.curry().iter().map(Captured::read).collect();
    compile_named(programs, pointer.fn_name(), &captured)
}

/// Compiles the closure of that name with the values that it took along.
///
/// # Errors
/// As [`compile`].
pub fn compile_named(programs: &Programs, name: &str, captured: &[Captured]) -> Result<Expr, Vec<Diagnostic>> {
    let texts = std::iter::once((None, &programs.card)).chain(
        programs
            .modules
            .iter()
            .map(|(path, program)| (Some(path.as_str()), program)),
    );
    let mut compiler = Compiler::new(programs);
    for (module, program) in texts {
        compiler.module = module;
        if let Some(closure) = program.closures.get(name) {
            let parameter = compiler.only_parameter(&closure.parameters, closure.span)?;
            for (name, value) in closure.captures.iter().zip(captured) {
                compiler.bind(&name.text, Binding::captured(value, &name.text));
            }
            compiler.bind(parameter, Binding::Path(Vec::new(), closure.span));
            return compiler.finish(&closure.body, closure.span);
        }
        if let Some(function) = program.functions.get(&(name.to_owned(), 1)) {
            let parameter = compiler.only_parameter(&function.parameters, function.name.span)?;
            compiler.stack.push((module.map(str::to_owned), name.to_owned(), 1));
            compiler.bind(parameter, Binding::Path(Vec::new(), function.name.span));
            return compiler.finish(&function.body, function.name.span);
        }
    }
    Err(vec![
        Diagnostic::error(codes::NOT_COMPILED, "this is no condition over one row")
            .help("write a closure with one parameter, the row: `|r| r.plan == \"pro\"`"),
    ])
}

/// What a name stands for.
#[derive(Debug, Clone)]
enum Binding {
    /// The row (no steps), or what is reached from it.
    Path(Vec<String>, Span),
    /// A constant.
    Constant(ExprKind),
    /// A list of expressions.
    List(Vec<Expr>),
    /// A range.
    Range(Box<(Expr, Expr, bool)>),
    /// The value of a `let`.
    Slot(u32),
    /// An object of the card.
    Object(String),
}

impl Binding {
    fn captured(value: &Captured, name: &str) -> Self {
        let span = Span::default();
        match value {
            Captured::Missing => Self::Constant(ExprKind::Missing),
            Captured::Value(value) => Self::Constant(ExprKind::Literal(value.clone())),
            Captured::List(items) => Self::List(
                items
                    .iter()
                    .map(|item| Expr::new(ExprKind::Literal(item.clone()), span))
                    .collect(),
            ),
            Captured::Object => Self::Object(name.to_owned()),
        }
    }
}

/// A failure whose diagnostic is already kept.
struct Refused;

type Compiled<T> = Result<T, Refused>;

struct Compiler<'a> {
    programs: &'a Programs,
    /// Which text is being read: a module, or the card.
    module: Option<&'a str>,
    scope: Vec<(String, Binding)>,
    /// Functions that are being inlined.
    stack: Vec<(Option<String>, String, usize)>,
    slots: u32,
    depth: usize,
    nodes: usize,
    diagnostics: Vec<Diagnostic>,
}

/// What stands behind a statement, in the blocks around it.
#[derive(Clone, Copy)]
struct Rest<'r, 'a> {
    statements: &'a [Node],
    /// How many names were known there.
    names: usize,
    next: Option<&'r Rest<'r, 'a>>,
}

impl<'a> Compiler<'a> {
    const fn new(programs: &'a Programs) -> Self {
        Self {
            programs,
            module: None,
            scope: Vec::new(),
            stack: Vec::new(),
            slots: 0,
            depth: 0,
            nodes: 0,
            diagnostics: Vec::new(),
        }
    }

    fn only_parameter<'p>(&self, parameters: &'p [String], span: Span) -> Result<&'p str, Vec<Diagnostic>> {
        match parameters {
            [only] => Ok(only),
            _ => Err(vec![
                Diagnostic::error(codes::NOT_COMPILED, "a closure here has one parameter: the row")
                    .at(span)
                    .help("write `|r| r.plan == \"pro\"`"),
            ]),
        }
    }

    fn finish(mut self, body: &'a [Node], span: Span) -> Result<Expr, Vec<Diagnostic>> {
        match self.run(body, None, span) {
            Ok(expr) if self.diagnostics.is_empty() => Ok(expr),
            _ => Err(self.diagnostics),
        }
    }

    fn program(&self) -> &'a Program {
        self.module
            .and_then(|path| self.programs.modules.get(path))
            .unwrap_or(&self.programs.card)
    }

    fn bind(&mut self, name: &str, binding: Binding) {
        self.scope.push((name.to_owned(), binding));
    }

    fn refuse<T>(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Compiled<T> {
        self.diagnostics
            .push(Diagnostic::error(codes::NOT_COMPILED, message).at(span).help(help));
        Err(Refused)
    }

    /// Counts a piece of the expression.
    fn spend(&mut self, span: Span) -> Compiled<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || self.depth > MAX_DEPTH {
            self.diagnostics.retain(|diagnostic| diagnostic.code != codes::LIMIT);
            self.diagnostics.push(
                Diagnostic::error(codes::LIMIT, "this closure is too large")
                    .at(span)
                    .help("make columns of its parts first: `orders.add(\"days_late\", |o| ..)`"),
            );
            return Err(Refused);
        }
        Ok(())
    }

    /// The value of statements in order; `rest` is what follows them in the blocks around. An early `return` becomes
    /// the value of its branch, and what would have followed goes into the other branches.
    fn run(&mut self, statements: &'a [Node], rest: Option<&Rest<'_, 'a>>, span: Span) -> Compiled<Expr> {
        let Some((first, others)) = statements.split_first() else {
            return match rest {
                Some(rest) => {
                    let hidden = self.scope.split_off(rest.names.min(self.scope.len()));
                    let value = self.run(rest.statements, rest.next, span);
                    self.scope.truncate(rest.names);
                    self.scope.extend(hidden);
                    value
                }
                None => Ok(Expr::new(ExprKind::Missing, span)),
            };
        };
        let last = others.is_empty() && rest.is_none();
        match &first.kind {
            NodeKind::Let { name, value, .. } => self.declare(name, value.as_deref(), first.span, others, rest),
            NodeKind::Return(Some(value)) => self.scalar(value),
            NodeKind::Return(None) => Ok(Expr::new(ExprKind::Missing, first.span)),
            NodeKind::Block(_) | NodeKind::If(..) | NodeKind::Switch(..) if last || returns(first) => {
                let behind = Rest {
                    statements: others,
                    names: self.scope.len(),
                    next: rest,
                };
                self.branches(first, if last { None } else { Some(&behind) })
            }
            NodeKind::For(..)
            | NodeKind::Forbidden(..)
            | NodeKind::Assign(..)
            | NodeKind::Import(..)
            | NodeKind::Export(..) => self.statement_refused(first),
            _ if last => self.scalar(first),
            _ => self.refuse(
                first.span,
                "this value is not used: only the last one of a closure counts",
                "give it a name with `let`, or join two conditions with `&&`",
            ),
        }
    }

    fn statement_refused<T>(&mut self, node: &Node) -> Compiled<T> {
        let (message, help) = match &node.kind {
            NodeKind::For(..) => (
                "a closure reads one row and has no loops",
                "use `in [..]`, or a column made with `.add(..)`",
            ),
            NodeKind::Assign(..) => (
                "a closure cannot change a variable",
                "write a new `let`, or `let x = if a { 1 } else { 2 };`",
            ),
            NodeKind::Forbidden(word, _) => {
                let message = format!("`{word}` cannot stand in a closure");
                return self.refuse(node.span, message, "a closure computes one value from one row");
            }
            _ => (
                "this cannot stand in a closure",
                "a closure computes one value from one row",
            ),
        };
        self.refuse(node.span, message, help)
    }

    fn declare(
        &mut self,
        name: &super::ast::Name,
        value: Option<&'a Node>,
        span: Span,
        others: &'a [Node],
        rest: Option<&Rest<'_, 'a>>,
    ) -> Compiled<Expr> {
        let value = match value {
            Some(value) => self.value(value),
            None => Ok(value::Value::Expr(Expr::new(ExprKind::Missing, span))),
        };
        let (binding, slot) = match value {
            Ok(value) => self.binding(value),
            // What follows is read all the same, for its own mistakes.
            Err(Refused) => (Binding::Constant(ExprKind::Missing), None),
        };
        let names = self.scope.len();
        self.bind(&name.text, binding);
        self.depth += 1;
        let body = self.spend(span).and_then(|()| self.run(others, rest, span));
        self.depth -= 1;
        self.scope.truncate(names);
        Ok(bound(slot, body?))
    }

    /// How a value is kept under a name: as it is where that costs nothing, else in a slot.
    fn binding(&mut self, value: value::Value) -> (Binding, Option<(u32, Expr)>) {
        use value::Value;
        match value {
            Value::Path(path, span) => (Binding::Path(path, span), None),
            Value::List(items, _) => (Binding::List(items), None),
            Value::Range(range, _) => (Binding::Range(range), None),
            Value::Object(name, _) => (Binding::Object(name), None),
            Value::Expr(expr) if matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Missing) => {
                (Binding::Constant(expr.kind), None)
            }
            Value::Expr(expr) => {
                let slot = self.slots;
                self.slots += 1;
                (Binding::Slot(slot), Some((slot, expr)))
            }
        }
    }

    /// A block, `if` or `switch` whose branches go on with what stands behind it.
    fn branches(&mut self, node: &'a Node, behind: Option<&Rest<'_, 'a>>) -> Compiled<Expr> {
        self.depth += 1;
        let value = self.spend(node.span).and_then(|()| match &node.kind {
            NodeKind::If(condition, then, otherwise) => {
                let condition = self.scalar(condition);
                let then = self.branch(then, behind);
                let otherwise = match (otherwise, behind) {
                    (Some(otherwise), _) => self.branch(otherwise, behind).map(Some),
                    (None, Some(rest)) => self.run(&[], Some(rest), node.span).map(Some),
                    (None, None) => Ok(None),
                };
                Ok(join_if(condition?, then?, otherwise?, node.span))
            }
            NodeKind::Switch(on, arms) => self.switch(on, arms, node.span, behind),
            _ => self.branch(node, behind),
        });
        self.depth -= 1;
        value
    }

    fn branch(&mut self, node: &'a Node, behind: Option<&Rest<'_, 'a>>) -> Compiled<Expr> {
        let names = self.scope.len();
        let statements = match &node.kind {
            NodeKind::Block(statements) => statements.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let value = self.run(statements, behind, node.span);
        self.scope.truncate(names);
        value
    }

    fn switch(&mut self, on: &'a Node, arms: &'a [Arm], span: Span, behind: Option<&Rest<'_, 'a>>) -> Compiled<Expr> {
        let on = self.scalar(on);
        let mut compiled = Vec::with_capacity(arms.len());
        let mut default = None;
        let mut refused = on.is_err();
        for arm in arms {
            let patterns = self.patterns(arm);
            let guard = arm.guard.as_ref().map(|guard| self.scalar(guard)).transpose();
            match (patterns, guard, self.branch(&arm.value, behind)) {
                (Ok(_), Ok(_), Ok(value)) if arm.labels.is_empty() => default = Some(Box::new(value)),
                (Ok(patterns), Ok(guard), Ok(value)) => compiled.push(SwitchArm { patterns, guard, value }),
                _ => refused = true,
            }
        }
        if let (None, Some(rest)) = (&default, behind) {
            default = Some(Box::new(self.run(&[], Some(rest), span)?));
        }
        if refused {
            return Err(Refused);
        }
        Ok(Expr::new(
            ExprKind::Switch {
                on: Box::new(on?),
                arms: compiled,
                default,
            },
            span,
        ))
    }

    fn patterns(&mut self, arm: &Arm) -> Compiled<Vec<SwitchPattern>> {
        let pattern = |label: &Constant| match label {
            Constant::Bool(value) => Some(SwitchPattern::Value(Literal::Bool(*value))),
            Constant::Int(value) => Some(SwitchPattern::Value(Literal::Int(*value))),
            Constant::Float(value) => Some(SwitchPattern::Value(Literal::Float(*value))),
            Constant::Text(value) => Some(SwitchPattern::Value(Literal::Text(value.clone()))),
            Constant::Range(low, high, inclusive) => Some(SwitchPattern::Range {
                low: *low,
                high: *high,
                inclusive: *inclusive,
            }),
            Constant::Missing | Constant::Char(_) | Constant::Other => None,
        };
        let mut patterns = Vec::with_capacity(arm.labels.len());
        for label in &arm.labels {
            match (pattern(label), label) {
                (Some(pattern), _) => patterns.push(pattern),
                (None, Constant::Missing) => {
                    return self.refuse(
                        arm.value.span,
                        "a missing value takes no arm of a `switch`",
                        "ask first: `if is_missing(r.plan) { .. } else { switch r.plan { .. } }`",
                    );
                }
                (None, Constant::Char(c)) => {
                    let help = format!("write \"{c}\"");
                    return self.refuse(
                        arm.value.span,
                        "the label of this arm is in single quotes: text stands in double quotes",
                        help,
                    );
                }
                (None, _) => {
                    return self.refuse(
                        arm.value.span,
                        "the label of this arm is no number, text, true or false, or range of whole numbers",
                        "use `if .. else if ..` for other conditions",
                    );
                }
            }
        }
        Ok(patterns)
    }
}

/// Puts the value of a slot round what reads it.
fn bound(slot: Option<(u32, Expr)>, body: Expr) -> Expr {
    match slot {
        Some((slot, value)) => {
            let span = body.span;
            Expr::new(
                ExprKind::Let {
                    slot,
                    value: Box::new(value),
                    body: Box::new(body),
                },
                span,
            )
        }
        None => body,
    }
}

/// An `if`; one in its `else` becomes more arms of the same.
fn join_if(condition: Expr, then: Expr, otherwise: Option<Expr>, span: Span) -> Expr {
    let mut arms = vec![(condition, then)];
    let otherwise = match otherwise {
        Some(Expr {
            kind: ExprKind::If { arms: more, otherwise },
            ..
        }) => {
            arms.extend(more);
            otherwise
        }
        other => other.map(Box::new),
    };
    Expr::new(ExprKind::If { arms, otherwise }, span)
}

/// Whether a `return` stands in a statement, outside of values.
fn returns(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Return(_) => true,
        NodeKind::Block(statements) => statements.iter().any(returns),
        NodeKind::If(_, then, otherwise) => returns(then) || otherwise.as_deref().is_some_and(returns),
        NodeKind::Switch(_, arms) => arms.iter().any(|arm| returns(&arm.value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
