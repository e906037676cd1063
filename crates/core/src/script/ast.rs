//! The only file that names Rhai's AST types, which are volatile between releases: it turns them into a small tree of
//! our own, with exact spans, for `check` and `closure`.
//!
//! Rhai is built without its optimiser, which would fold `1 / 2` to 0 before we see it.
//!
//! Imports: diagnostic, script::{position, tree}. Never: definition, data.

mod expression;
mod place;

use std::sync::Arc;

use bellwether_order::{BTreeMap, Sort};
use rhai::{AST, ASTFlags, ASTNode, Dynamic, Engine, Expr, FlowControl, Position, Scope, Stmt};

use super::position::Positions;
pub use super::tree::{Arm, Call, Closure, Constant, Function, Name, Node, NodeKind, Program};
use crate::diagnostic::Span;

impl Program {
    /// Turns Rhai's tree into ours.
    #[must_use]
    pub fn read(ast: &AST, positions: &Positions) -> Self {
        let mut reader = Reader {
            positions,
            ast,
            closures: BTreeMap::new(),
        };
        let body = reader.statements(ast.statements());
        let mut functions = BTreeMap::new();
        let named: Vec<(String, Vec<String>, bool)> = ast
            .iter_functions()
            .filter(|function| !function.name.starts_with("anon$"))
            .map(|function| {
                let parameters = function.params.iter().map(|name| (*name).to_owned()).collect();
                (function.name.to_owned(), parameters, function.this_type.is_some())
            })
            .collect();
        for (name, parameters, typed_this) in named {
            let body = reader.function_body(&name, parameters.len());
            let key = (name.clone(), parameters.len());
            let name = Name {
                span: reader.function_name(&name),
                text: name,
            };
            functions.insert(
                key,
                Function {
                    name,
                    parameters,
                    body,
                    typed_this,
                },
            );
        }
        Self {
            body,
            functions,
            closures: reader.closures,
        }
    }
}

/// Runs the statements of a card one at a time, so that a mistake in one does not hide those in the next: variables,
/// imports and the count of operations are shared.
pub struct Steps<'a> {
    engine: &'a Engine,
    ast: &'a AST,
    global: rhai::GlobalRuntimeState,
    caches: rhai::Caches,
    scope: &'a mut Scope<'static>,
    next: usize,
}

impl<'a> Steps<'a> {
    /// Stands before the first statement.
    pub fn new(engine: &'a Engine, scope: &'a mut Scope<'static>, ast: &'a AST) -> Self {
        let mut global = engine.new_global_runtime_state();
        global.lib.push(ast.shared_lib().clone());
        global.source = ast.source().map(Into::into);
        Self {
            engine,
            ast,
            global,
            caches: rhai::Caches::new(),
            scope,
            next: 0,
        }
    }

    /// Hands a value to every call: the state of the compile.
    #[must_use]
    pub fn carrying(mut self, tag: Dynamic) -> Self {
        self.global.tag = tag;
        self
    }

    /// Binds an alias to an empty module, in place of an import that failed: calls through it are looked up by place,
    /// and the engine panics where there is none.
    pub fn stand_in_for_import(&mut self, alias: &str) {
        self.global.push_import(alias, rhai::Module::new());
    }

    /// The number of the statement just run.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.next.saturating_sub(1)
    }

    /// Runs the next statement; `None` behind the last.
    pub fn step(&mut self) -> Option<Result<Dynamic, Box<rhai::EvalAltResult>>> {
        let statement = self.ast.statements().get(self.next..=self.next)?;
        self.next += 1;
        // A statement may be left by an error from any depth of calls.
        (self.global.level, self.global.scope_level) = (0, 0);
        #[expect(
            deprecated,
            reason = "the only way to keep imports and the count of operations between statements"
        )]
        Some(
            self.engine
                .eval_statements_raw(&mut self.global, &mut self.caches, self.scope, statement),
        )
    }

    /// The name that the statement just run declares with `let` or `const`: where it failed, the name is unknown to
    /// the statements that follow, and a stand-in keeps one mistake from being told many times.
    #[must_use]
    pub fn declared(&self) -> Option<&str> {
        match self.ast.statements().get(self.next.checked_sub(1)?)? {
            Stmt::Var(variable, ..) => Some(variable.0.as_str()),
            _ => None,
        }
    }

    /// The variables.
    pub fn scope(&mut self) -> &mut Scope<'static> {
        self.scope
    }

    /// Where the statement just run starts.
    #[must_use]
    pub fn position(&self) -> Position {
        self.next
            .checked_sub(1)
            .and_then(|index| self.ast.statements().get(index))
            .map_or(Position::NONE, Stmt::position)
    }
}

struct Reader<'a> {
    positions: &'a Positions,
    ast: &'a AST,
    closures: BTreeMap<String, Arc<Closure>>,
}

/// Tokens from the first to the last.
type Stretch = (usize, usize);

impl Reader<'_> {
    fn statements(&mut self, statements: &[Stmt]) -> Vec<Node> {
        statements
            .iter()
            .filter_map(|statement| self.statement(statement))
            .collect()
    }

    fn function_body(&mut self, name: &str, arity: usize) -> Vec<Node> {
        // Not `clone_functions_only_filtered`: in 1.27.0 it forgets its filter.
        let mut alone = self.ast.clone_functions_only();
        alone.retain_functions(|_, _, other, parameters| other == name && parameters == arity);
        let mut statements: Vec<Stmt> = Vec::new();
        alone.walk(&mut |path: &[ASTNode]| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            true
        });
        self.statements(&statements)
    }

    fn function_name(&self, name: &str) -> Span {
        let tokens = self.positions.tokens();
        let found = tokens
            .iter()
            .zip(tokens.iter().skip(1))
            .find(|(before, token)| self.positions.text_of(before) == "fn" && self.positions.text_of(token) == name);
        found.map_or_else(|| self.positions.span(0, 0), |(_, token)| self.positions.span_of(token))
    }

    fn statement(&mut self, statement: &Stmt) -> Option<Node> {
        let node = match statement {
            Stmt::Noop(_) | Stmt::Share(_) => return None,
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::FnCall(call, at) => self.call(call, *at),
            Stmt::Block(block) => self.block(block.statements(), block.position()),
            Stmt::If(flow, at) => self.condition(flow, *at),
            Stmt::Switch(parts, at) => self.switch(&parts.0, &parts.1, *at),
            Stmt::For(parts, at) => {
                let (name, counter, flow) = parts.as_ref();
                let over = self.expr(&flow.expr);
                let body = self.block(flow.body.statements(), flow.body.position());
                let span = self.from(*at, body.span);
                let counter = counter.as_ref().map(|name| self.name(name));
                Node {
                    kind: NodeKind::For(self.name(name), counter, Box::new(over), Box::new(body)),
                    span,
                }
            }
            Stmt::While(flow, at) => {
                let word = if matches!(flow.expr, Expr::Unit(_)) {
                    "loop"
                } else {
                    "while"
                };
                self.forbidden(word, *at, Some(&flow.expr), &[flow.body.statements()])
            }
            Stmt::Do(flow, _, at) => self.forbidden("do", *at, Some(&flow.expr), &[flow.body.statements()]),
            Stmt::TryCatch(flow, at) => {
                self.forbidden("try", *at, None, &[flow.body.statements(), flow.branch.statements()])
            }
            Stmt::BreakLoop(value, flags, at) => {
                let word = if flags.contains(ASTFlags::BREAK) {
                    "break"
                } else {
                    "continue"
                };
                self.forbidden(word, *at, value.as_deref(), &[])
            }
            Stmt::Return(value, flags, at) if flags.contains(ASTFlags::BREAK) => {
                self.forbidden("throw", *at, value.as_deref(), &[])
            }
            Stmt::Return(value, _, at) => {
                let value = value.as_deref().map(|value| Box::new(self.expr(value)));
                let span = self.from(
                    *at,
                    value
                        .as_ref()
                        .map_or_else(|| self.positions.token(*at), |value| value.span),
                );
                Node {
                    kind: NodeKind::Return(value),
                    span,
                }
            }
            Stmt::Var(parts, flags, at) => {
                let (name, value, _) = parts.as_ref();
                let name = self.name(name);
                let absent = matches!(value, Expr::Unit(position) if position.is_none());
                let value = if absent { None } else { Some(Box::new(self.expr(value))) };
                let span = self.from(*at, value.as_ref().map_or(name.span, |value| value.span));
                Node {
                    kind: NodeKind::Let {
                        name,
                        value,
                        constant: flags.contains(ASTFlags::CONSTANT),
                    },
                    span,
                }
            }
            Stmt::Assignment(parts) => {
                let (operation, operands) = parts.as_ref();
                let (target, value) = (self.expr(&operands.lhs), self.expr(&operands.rhs));
                let operator = self.symbol(operation.position());
                let span = target.span.to(value.span);
                Node {
                    kind: NodeKind::Assign(operator, Box::new(target), Box::new(value)),
                    span,
                }
            }
            Stmt::Import(parts, at) => {
                let (path, alias) = parts.as_ref();
                let path = self.expr(path);
                let alias = (!alias.name.is_empty()).then(|| self.name(alias));
                let span = self.from(*at, alias.as_ref().map_or(path.span, |alias| alias.span));
                Node {
                    kind: NodeKind::Import(Box::new(path), alias),
                    span,
                }
            }
            Stmt::Export(parts, at) => {
                let (name, alias) = parts.as_ref();
                let alias = (!alias.name.is_empty()).then(|| self.name(alias));
                let name = self.name(name);
                let span = self.from(*at, alias.as_ref().map_or(name.span, |alias| alias.span));
                Node {
                    kind: NodeKind::Export(name, alias),
                    span,
                }
            }
            other => self.forbidden("this form", other.position(), None, &[]),
        };
        Some(node)
    }

    fn block(&mut self, statements: &[Stmt], at: Position) -> Node {
        let body = self.statements(statements);
        let mut span = self.bracketed(at);
        if self.positions.snippet(span).starts_with('{') {
            return Node {
                kind: NodeKind::Block(body),
                span,
            };
        }
        span = body.iter().fold(span, |span, node| span.to(node.span));
        // The value of a switch arm, or what follows `else`: one statement without braces.
        match <[Node; 1]>::try_from(body) {
            Ok([only]) => only,
            Err(body) => Node {
                kind: NodeKind::Block(body),
                span,
            },
        }
    }

    fn condition(&mut self, flow: &FlowControl, at: Position) -> Node {
        let condition = self.expr(&flow.expr);
        let then = self.block(flow.body.statements(), flow.body.position());
        let otherwise = (!flow.branch.position().is_none())
            .then(|| Box::new(self.block(flow.branch.statements(), flow.branch.position())));
        let span = self.from(at, otherwise.as_ref().map_or(then.span, |otherwise| otherwise.span));
        Node {
            kind: NodeKind::If(Box::new(condition), Box::new(then), otherwise),
            span,
        }
    }

    fn switch(&mut self, on: &Expr, cases: &rhai::SwitchCasesCollection, at: Position) -> Node {
        let on = self.expr(on);
        let mut labels: BTreeMap<usize, Vec<Constant>> = BTreeMap::new();
        #[expect(
            clippy::iter_over_hash_type,
            reason = "each label goes to its arm, and the labels of an arm are sorted"
        )]
        for case in cases.cases.values() {
            for &arm in &case.blocks {
                labels.entry(arm).or_default().push(constant(&case.value));
            }
        }
        let mut arms = Vec::new();
        for (index, arm) in cases.expressions.iter().enumerate() {
            let mut labels = labels.remove(&index).unwrap_or_default();
            // Rhai keeps them in a hash table: their order must not depend on it.
            labels.order_by_key(|label| format!("{label:?}"));
            let guard = match &arm.lhs {
                Expr::BoolConstant(true, at) if at.is_none() => None,
                guard => Some(self.expr(guard)),
            };
            if !labels.is_empty() || cases.def_case == Some(index) {
                arms.push(Arm {
                    labels,
                    guard,
                    value: self.expr(&arm.rhs),
                });
            }
        }
        let tokens = self.positions.tokens();
        let behind = tokens.partition_point(|token| token.start < on.span.end);
        let open = tokens
            .iter()
            .skip(behind)
            .position(|token| self.positions.text_of(token) == "{");
        let mut span = self.from(at, on.span);
        if let Some(open) = open {
            span.end = self.positions.closing_end(behind + open);
        }
        Node {
            kind: NodeKind::Switch(Box::new(on), arms),
            span,
        }
    }

    fn forbidden(&mut self, word: &'static str, at: Position, value: Option<&Expr>, bodies: &[&[Stmt]]) -> Node {
        let mut inside: Vec<Node> = value
            .filter(|value| !value.position().is_none())
            .map(|value| self.expr(value))
            .into_iter()
            .collect();
        for body in bodies {
            inside.extend(self.statements(body));
        }
        Node {
            kind: NodeKind::Forbidden(word, inside),
            span: self.positions.token(at),
        }
    }
}

/// A value of Rhai as a constant of ours.
fn constant(value: &Dynamic) -> Constant {
    use std::ops::{Range, RangeInclusive};
    if value.is_unit() {
        return Constant::Missing;
    }
    if let Ok(value) = value.as_bool() {
        return Constant::Bool(value);
    }
    if let Ok(value) = value.as_int() {
        return Constant::Int(value);
    }
    if let Ok(value) = value.as_float() {
        return Constant::Float(value);
    }
    if let Ok(value) = value.as_char() {
        return Constant::Char(value);
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Constant::Text(text.to_string());
    }
    if let Some(range) = value.read_lock::<Range<i64>>() {
        return Constant::Range(range.start, range.end, false);
    }
    if let Some(range) = value.read_lock::<RangeInclusive<i64>>() {
        return Constant::Range(*range.start(), *range.end(), true);
    }
    Constant::Other
}

#[cfg(test)]
mod tests;
