//! Expressions: constants, names, calls, chains, closures.
//!
//! Imports: script::{ast, position, tree}.

use std::sync::Arc;

use rhai::{ASTFlags, Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::{Call, Closure, Constant, Name, Node, NodeKind, Reader, constant};

impl Reader<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Node {
        let at = expr.position();
        match expr {
            Expr::Unit(_) => self.constant(Constant::Missing, at),
            Expr::BoolConstant(value, _) => self.constant(Constant::Bool(*value), at),
            Expr::IntegerConstant(value, _) => self.constant(Constant::Int(*value), at),
            Expr::FloatConstant(value, _) => self.constant(Constant::Float(**value), at),
            Expr::CharConstant(value, _) => self.constant(Constant::Char(*value), at),
            Expr::StringConstant(value, _) => self.constant(Constant::Text(value.to_string()), at),
            Expr::DynamicConstant(value, _) => match value.read_lock::<FnPtr>() {
                Some(pointer) => self.closure(pointer.fn_name(), &[], at),
                None => self.constant(constant(value), at),
            },
            Expr::InterpolatedString(parts, _) => {
                let parts = parts.iter().map(|part| self.expr(part)).collect();
                Node {
                    kind: NodeKind::Template(parts),
                    span: self.bracketed(at),
                }
            }
            Expr::Array(items, _) => {
                let items = items.iter().map(|item| self.expr(item)).collect();
                Node {
                    kind: NodeKind::Array(items),
                    span: self.bracketed(at),
                }
            }
            Expr::Map(parts, _) => {
                let items = parts
                    .0
                    .iter()
                    .map(|(name, value)| (self.name(name), self.expr(value)))
                    .collect();
                Node {
                    kind: NodeKind::Map(items),
                    span: self.bracketed(at),
                }
            }
            Expr::Variable(parts, _, _) => {
                let module = self.names(&parts.2.path);
                let name = Name {
                    text: parts.1.to_string(),
                    span: self.positions.token(at),
                };
                let span = module.first().map_or(name.span, |first| first.span.to(name.span));
                Node {
                    kind: NodeKind::Variable(module, name),
                    span,
                }
            }
            Expr::ThisPtr(_) => Node {
                kind: NodeKind::This,
                span: self.positions.token(at),
            },
            // These two stand only in chains, which `chain` takes apart.
            Expr::Property(parts, _) => {
                let name = Name {
                    text: parts.2.to_string(),
                    span: self.positions.token(at),
                };
                Node {
                    span: name.span,
                    kind: NodeKind::Variable(Vec::new(), name),
                }
            }
            Expr::MethodCall(call, at) | Expr::FnCall(call, at) => self.call(call, *at),
            Expr::Stmt(block) => self.statement_expr(block.statements(), block.position()),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr),
            Expr::And(items, _) => self.list(items, NodeKind::And),
            Expr::Or(items, _) => self.list(items, NodeKind::Or),
            Expr::Coalesce(items, _) => self.list(items, NodeKind::Coalesce),
            other => self.forbidden("this form", other.position(), None, &[]),
        }
    }

    pub(super) fn constant(&self, value: Constant, at: Position) -> Node {
        let mut span = self.bracketed(at);
        if value == Constant::Missing && self.positions.snippet(self.positions.token(at)) != "(" {
            // The open end of a range.
            span = self.positions.end_before(at);
        } else if matches!(self.positions.snippet(span), "-" | "+") {
            // A signed number is one constant to Rhai.
            let tokens = self.positions.tokens();
            let index = self.positions.index(at).unwrap_or(0);
            if let Some(number) = tokens
                .iter()
                .skip(index)
                .find(|token| !matches!(self.positions.text_of(token), "-" | "+"))
            {
                span.end = number.end;
            }
        }
        Node {
            kind: NodeKind::Constant(value),
            span,
        }
    }

    /// A block used as a value: a real one, an `if`, a `switch`, or the wrapping of a closure with captures.
    pub(super) fn statement_expr(&mut self, statements: &[Stmt], at: Position) -> Node {
        match statements {
            [Stmt::Share(_), Stmt::Expr(curry)] => {
                if let Expr::FnCall(call, at) = curry.as_ref()
                    && let Some((Expr::DynamicConstant(pointer, _), captured)) = call.args.split_first()
                    && let Some(pointer) = pointer.read_lock::<FnPtr>()
                {
                    return self.closure(pointer.fn_name(), captured, *at);
                }
                self.block(statements, at)
            }
            [only @ (Stmt::If(..) | Stmt::Switch(..) | Stmt::For(..) | Stmt::While(..) | Stmt::Do(..))] => {
                let braced = self
                    .positions
                    .index(at)
                    .and_then(|index| self.positions.tokens().get(index));
                if braced.is_some_and(|token| self.positions.text_of(token) == "{") {
                    self.block(statements, at)
                } else {
                    self.statement(only).unwrap_or_else(|| self.block(statements, at))
                }
            }
            _ => self.block(statements, at),
        }
    }

    pub(super) fn closure(&mut self, name: &str, captured: &[Expr], at: Position) -> Node {
        let captures: Vec<Name> = captured
            .iter()
            .filter_map(|variable| match variable {
                Expr::Variable(parts, _, at) => Some(Name {
                    text: parts.1.to_string(),
                    span: self.positions.token(*at),
                }),
                _ => None,
            })
            .collect();
        let parameters: Vec<String> = self
            .ast
            .iter_functions()
            .find(|function| function.name == name)
            .map(|function| {
                function
                    .params
                    .iter()
                    .skip(captures.len())
                    .map(|name| (*name).to_owned())
                    .collect()
            })
            .unwrap_or_default();
        let body = self.function_body(name, captures.len() + parameters.len());
        let start = self.positions.token(at);
        let mut span = body.iter().fold(start, |span, node| span.to(node.span));
        if let Some(open) = self.positions.closure_block(at) {
            span.end = self.positions.closing_end(open);
        }
        let closure = Arc::new(Closure {
            name: name.to_owned(),
            captures,
            parameters,
            body,
            span,
        });
        self.closures.insert(name.to_owned(), Arc::clone(&closure));
        Node {
            kind: NodeKind::Closure(closure),
            span,
        }
    }

    pub(super) fn call(&mut self, call: &FnCallExpr, at: Position) -> Node {
        let operator = self.symbol(at);
        if matches!(operator.text.as_str(), "in" | "!in") && call.args.len() == 2 && call.name == "contains" {
            // Rhai stores `x in list` as `contains(list, x)`.
            let (value, list) = (call.args.get(1), call.args.first());
            if let (Some(value), Some(list)) = (value, list) {
                let (value, list) = (self.expr(value), self.expr(list));
                let span = self.around(value.span, at, list.span);
                return Node {
                    kind: NodeKind::In(Box::new(value), Box::new(list), operator.text == "!in"),
                    span,
                };
            }
        }
        if call.op_token.is_some() {
            match call.args.as_slice() {
                [operand] => {
                    let operand = self.expr(operand);
                    if operator.text == "!in"
                        && let NodeKind::In(value, list, _) = operand.kind
                    {
                        return Node {
                            kind: NodeKind::In(value, list, true),
                            span: operand.span,
                        };
                    }
                    let span = self.after(at, operand.span);
                    return Node {
                        kind: NodeKind::Unary(call.name.to_string(), Box::new(operand)),
                        span,
                    };
                }
                [left, right] => {
                    let (left, right) = (self.expr(left), self.expr(right));
                    let span = self.around(left.span, at, right.span);
                    let operator = Name {
                        text: call.name.to_string(),
                        span: operator.span,
                    };
                    return Node {
                        kind: NodeKind::Binary(operator, Box::new(left), Box::new(right)),
                        span,
                    };
                }
                _ => {}
            }
        }
        let module = self.names(&call.namespace.path);
        let whole = self.positions.call(at);
        let span = module.first().map_or(whole, |first| first.span.to(whole));
        let call = self.plain_call(call, at);
        Node {
            kind: NodeKind::Call(Call { module, ..call }),
            span,
        }
    }

    pub(super) fn plain_call(&mut self, call: &FnCallExpr, at: Position) -> Call {
        Call {
            module: Vec::new(),
            name: Name {
                text: call.name.to_string(),
                span: self.positions.token(at),
            },
            arguments: call.args.iter().map(|argument| self.expr(argument)).collect(),
            captures_scope: call.capture_parent_scope,
        }
    }

    /// Rhai nests `a.b[c].d` to the right; here every step holds what stands before it.
    pub(super) fn chain(&mut self, expr: &Expr) -> Node {
        let (Expr::Dot(parts, _, _) | Expr::Index(parts, _, _)) = expr else {
            return self.forbidden("this form", expr.position(), None, &[]);
        };
        let mut node = self.expr(&parts.lhs);
        let mut link = expr;
        loop {
            let (Expr::Dot(parts, flags, at) | Expr::Index(parts, flags, at)) = link else {
                return node;
            };
            let optional = flags.contains(ASTFlags::NEGATED);
            let indexed = matches!(link, Expr::Index(..));
            let next = match &parts.rhs {
                next @ (Expr::Dot(inner, ..) | Expr::Index(inner, ..))
                    if !(indexed && flags.contains(ASTFlags::BREAK)) =>
                {
                    Some((&inner.lhs, next))
                }
                _ => None,
            };
            let item = next.map_or(&parts.rhs, |(item, _)| item);
            let before = self.before(node.span, *at);
            node = if indexed {
                let span = before.to(self.bracketed(*at));
                Node {
                    kind: NodeKind::Index(Box::new(node), Box::new(self.expr(item)), optional),
                    span,
                }
            } else {
                match item {
                    Expr::MethodCall(call, at) => {
                        let call = self.plain_call(call, *at);
                        Node {
                            span: before.to(self.positions.call(*at)),
                            kind: NodeKind::Method(Box::new(node), call),
                        }
                    }
                    Expr::Property(parts, at) => {
                        let name = Name {
                            text: parts.2.to_string(),
                            span: self.positions.token(*at),
                        };
                        let span = before.to(name.span);
                        Node {
                            kind: NodeKind::Property(Box::new(node), name, optional),
                            span,
                        }
                    }
                    other => self.forbidden("this form", other.position(), None, &[]),
                }
            };
            match next {
                Some((_, next)) => link = next,
                None => return node,
            }
        }
    }

    pub(super) fn list(&mut self, items: &[Expr], kind: impl FnOnce(Vec<Node>) -> NodeKind) -> Node {
        let nodes: Vec<Node> = items.iter().map(|item| self.expr(item)).collect();
        let span = match (nodes.first(), nodes.last()) {
            (Some(first), Some(last)) => self.stretch(first.span, last.span),
            _ => self.positions.span(0, 0),
        };
        Node {
            kind: kind(nodes),
            span,
        }
    }
}
