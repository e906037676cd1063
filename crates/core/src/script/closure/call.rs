//! Calls in a closure: functions of the row language, and functions of the script, which are put in place.

use super::value::Value;
use super::{Binding, Compiled, Compiler, Refused, bound};
use crate::definition::{BinaryOp, Expr, ExprKind, Function, Literal, MeasureFunction};
use crate::diagnostic::{Diagnostic, Span, codes, nearest};
use crate::script::ast::{self, Call, Name, Node, Program};

/// Rhai's names for functions that have another one here.
const ALIASES: &[(&str, Function)] = &[
    ("to_string", Function::ToText),
    ("ceiling", Function::Ceil),
    ("to_decimal", Function::ToFloat),
    ("make_lower", Function::ToLower),
    ("make_upper", Function::ToUpper),
];

/// The function of the row language that a closure may call by this name.
#[must_use]
pub fn row_function(name: &str) -> Option<Function> {
    Function::named(name).or_else(|| {
        ALIASES
            .iter()
            .find(|(alias, _)| *alias == name)
            .map(|(_, function)| *function)
    })
}

impl<'a> Compiler<'a> {
    /// `f(..)`, `cx::f(..)`.
    pub(super) fn call(&mut self, call: &'a Call, span: Span) -> Compiled<Value> {
        let program = match self.module_of(&call.module)? {
            Some(module) => {
                let (path, program) = module;
                let key = (call.name.text.clone(), call.arguments.len());
                if !program.functions.contains_key(&key) {
                    return self.unknown_in_module(&call.module, &call.name, program);
                }
                Some(path)
            }
            None => self.module,
        };
        let within = program
            .and_then(|path| self.programs.modules.get(path))
            .unwrap_or(&self.programs.card);
        let key = (call.name.text.clone(), call.arguments.len());
        if let Some(function) = within.functions.get(&key) {
            let arguments: Vec<Compiled<Value>> = call.arguments.iter().map(|argument| self.value(argument)).collect();
            let arguments: Vec<Value> = arguments.into_iter().collect::<Compiled<_>>()?;
            return self.inline(program, function, arguments, span).map(Value::Expr);
        }
        let arguments: Vec<Compiled<Value>> = call.arguments.iter().map(|argument| self.value(argument)).collect();
        let arguments: Vec<Value> = arguments.into_iter().collect::<Compiled<_>>()?;
        self.native(&call.name, arguments, span).map(Value::Expr)
    }

    /// `x.f(..)`.
    pub(super) fn method(&mut self, of: &'a Node, call: &'a Call, span: Span) -> Compiled<Value> {
        if let ast::NodeKind::Variable(_, name) = &of.kind
            && !self.scope.iter().any(|(known, _)| *known == name.text)
            && self.program().imports().contains_key(name.text.as_str())
        {
            let help = format!("write `{}::{}(..)`", name.text, call.name.text);
            return self.refuse(of.span, format!("`{}` is a module", name.text), help);
        }
        let receiver = self.value(of);
        let arguments: Vec<Compiled<Value>> = call.arguments.iter().map(|argument| self.value(argument)).collect();
        let mut values = vec![receiver?];
        for argument in arguments {
            values.push(argument?);
        }
        let key = (call.name.text.clone(), values.len());
        if row_function(&call.name.text).is_none() && self.program().functions.contains_key(&key) {
            let message = format!("`{}` is a function of this script, not a setting", call.name.text);
            return self.refuse(call.name.span, message, format!("write `{}(..)`", call.name.text));
        }
        self.native(&call.name, values, span).map(Value::Expr)
    }

    /// A function of the row language.
    fn native(&mut self, name: &Name, arguments: Vec<Value>, span: Span) -> Compiled<Expr> {
        if name.text == "contains"
            && matches!(arguments.first(), Some(Value::List(..) | Value::Range(..)))
            && arguments.len() == 2
        {
            return self.contained(arguments, span);
        }
        if name.text == "is_empty" && arguments.len() == 1 {
            let text: Vec<Compiled<Expr>> = arguments.into_iter().map(|argument| self.single(argument)).collect();
            let text = text.into_iter().collect::<Compiled<_>>()?;
            let length = Expr::new(ExprKind::Call(Function::Len, text), span);
            let zero = Expr::new(ExprKind::Literal(Literal::Int(0)), span);
            return Ok(Expr::new(
                ExprKind::Binary(BinaryOp::Equal, Box::new(length), Box::new(zero)),
                span,
            ));
        }
        let Some(function) = row_function(&name.text) else {
            return self.unknown(name);
        };
        let arguments: Vec<Compiled<Expr>> = arguments.into_iter().map(|argument| self.single(argument)).collect();
        let arguments: Vec<Expr> = arguments.into_iter().collect::<Compiled<_>>()?;
        let (fewest, most) = function.arity();
        if (fewest..=most).contains(&arguments.len()) {
            return Ok(Expr::new(ExprKind::Call(function, arguments), span));
        }
        let takes = match (fewest, most) {
            (0, 0) => "nothing".to_owned(),
            (1, 1) => "1 value".to_owned(),
            (fewest, most) if fewest == most => format!("{fewest} values"),
            (fewest, most) => format!("{fewest} to {most} values"),
        };
        let message = format!("`{}` takes {takes}; here: {}", name.text, arguments.len());
        let help = match MeasureFunction::named(&name.text) {
            Some(_) => "inside a closure there is one row; make a column of the rows below it with `.add(..)` first",
            None => "a value before the dot counts as the first",
        };
        self.refuse(span, message, help)
    }

    /// `[..].contains(x)`.
    fn contained(&mut self, arguments: Vec<Value>, span: Span) -> Compiled<Expr> {
        let mut arguments = arguments.into_iter();
        let (Some(among), Some(value)) = (arguments.next(), arguments.next()) else {
            return Err(Refused);
        };
        let value = self.single(value)?;
        Ok(match among {
            Value::List(items, _) => Expr::new(ExprKind::In(Box::new(value), items), span),
            Value::Range(range, _) => {
                let (low, high, inclusive) = *range;
                let (low, high) = (Box::new(low), Box::new(high));
                Expr::new(
                    ExprKind::InRange {
                        value: Box::new(value),
                        low,
                        high,
                        inclusive,
                    },
                    span,
                )
            }
            other => self.single(other)?,
        })
    }

    fn unknown<T>(&mut self, name: &Name) -> Compiled<T> {
        let measure = MeasureFunction::named(&name.text).is_some();
        let diagnostic = if measure {
            Diagnostic::error(
                codes::NOT_COMPILED,
                format!("`{}` is a measure of many rows; a closure has one row", name.text),
            )
            .help(format!(
                "make a column of it first: `customers.add(\"x\", {}(orders.value))`",
                name.text
            ))
        } else {
            let known = self.program().functions.keys().map(|(name, _)| name.as_str());
            let known: Vec<&str> = Function::ALL
                .iter()
                .map(|function| function.name())
                .chain(known)
                .collect();
            let diagnostic = Diagnostic::error(
                codes::UNKNOWN_FUNCTION,
                format!("no function `{}` over the values of a row", name.text),
            );
            match nearest(&name.text, known) {
                Some(known) => diagnostic
                    .help(format!("did you mean `{known}`?"))
                    .fix(name.span, known),
                None => diagnostic.help("the reference lists the functions that closures may use"),
            }
        };
        self.diagnostics.push(diagnostic.at(name.span));
        Err(Refused)
    }

    /// The module that `cx::` names; nothing for a name without a module, and for `global::`.
    fn module_of(&mut self, module: &[Name]) -> Compiled<Option<(&'a str, &'a Program)>> {
        let [alias] = module else {
            return match module.first() {
                Some(first) => self.refuse(
                    first.span,
                    "a module in a module cannot be reached",
                    "import it under its own name",
                ),
                None => Ok(None),
            };
        };
        if alias.text == "global" {
            return Ok(None);
        }
        let imports = self.program().imports();
        let found = imports
            .get(alias.text.as_str())
            .and_then(|path| self.programs.modules.get_key_value(*path));
        match found {
            Some((path, program)) => Ok(Some((path.as_str(), program))),
            None => {
                let known = nearest(&alias.text, imports.keys().copied());
                let help = match known {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("import it first: `import \"..\" as {};`", alias.text),
                };
                let diagnostic = Diagnostic::error(codes::UNKNOWN_MODULE, format!("no module `{}`", alias.text));
                self.diagnostics.push(diagnostic.at(alias.span).help(help));
                Err(Refused)
            }
        }
    }

    fn unknown_in_module<T>(&mut self, module: &[Name], name: &Name, program: &Program) -> Compiled<T> {
        let module = module.first().map_or("", |name| name.text.as_str());
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_FUNCTION,
            format!("no function `{}` in module `{module}`", name.text),
        )
        .at(name.span);
        let arities: Vec<usize> = program
            .functions
            .keys()
            .filter(|(known, _)| *known == name.text)
            .map(|(_, arity)| *arity)
            .collect();
        let diagnostic = match (
            arities.as_slice(),
            nearest(&name.text, program.functions.keys().map(|(name, _)| name.as_str())),
        ) {
            ([arity, ..], _) => diagnostic.help(format!("it takes {arity} arguments")),
            (_, Some(known)) => diagnostic.help(format!("did you mean `{module}::{known}`?")),
            _ => diagnostic.help("a module offers the functions that it declares with `fn`"),
        };
        self.diagnostics.push(diagnostic);
        Err(Refused)
    }

    /// `cx::LIMIT`, `global::LIMIT`.
    pub(super) fn module_constant(&mut self, module: &[Name], name: &Name, span: Span) -> Compiled<Value> {
        let found = self.module_of(module)?;
        let (path, program) = match found {
            Some((path, program)) => (Some(path), program),
            None => (self.module, self.program()),
        };
        let Some(value) = program.constant(&name.text) else {
            let alias = module.first().map_or("", |name| name.text.as_str());
            return self.refuse(
                span,
                format!("no constant `{alias}::{}`", name.text),
                format!("declare it there: `const {} = 75;`", name.text),
            );
        };
        let key = (path.map(str::to_owned), name.text.clone(), usize::MAX);
        let value = self.elsewhere(path, key, name.span, |compiler| compiler.value(value))?;
        Ok(match value {
            Value::Expr(expr) => Value::Expr(Expr::new(expr.kind, span)),
            other => other,
        })
    }

    /// A function of the script, put in place of its call.
    fn inline(
        &mut self,
        module: Option<&'a str>,
        function: &'a ast::Function,
        arguments: Vec<Value>,
        span: Span,
    ) -> Compiled<Expr> {
        let key = (module.map(str::to_owned), function.name.text.clone(), arguments.len());
        let mut slots = Vec::new();
        let bindings: Vec<Binding> = arguments
            .into_iter()
            .map(|argument| {
                let (binding, slot) = self.binding(argument);
                slots.extend(slot);
                binding
            })
            .collect();
        let body = self.elsewhere(module, key, span, |compiler| {
            for (parameter, binding) in function.parameters.iter().zip(bindings) {
                compiler.bind(parameter, binding);
            }
            compiler.run(&function.body, None, span)
        })?;
        Ok(slots.into_iter().rev().fold(body, |body, slot| bound(Some(slot), body)))
    }

    /// Reads a piece of another place with none of the names of this one; what reads itself is refused.
    fn elsewhere<T>(
        &mut self,
        module: Option<&'a str>,
        key: (Option<String>, String, usize),
        span: Span,
        read: impl FnOnce(&mut Self) -> Compiled<T>,
    ) -> Compiled<T> {
        if self.stack.contains(&key) {
            let message = format!("`{}` calls itself, which a closure cannot do", key.1);
            return self.refuse(span, message, "write it without the call to itself");
        }
        let scope = std::mem::take(&mut self.scope);
        let here = std::mem::replace(&mut self.module, module);
        self.stack.push(key);
        self.depth += 1;
        let value = self.spend(span).and_then(|()| read(self));
        self.depth -= 1;
        self.stack.pop();
        self.module = here;
        self.scope = scope;
        value
    }
}
