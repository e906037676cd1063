//! Drawing what was read.

use std::rc::Rc;

use super::{Comparison, Expr, Macro, Node, Template, Templates, Value};
use crate::html::css;
use crate::markdown::escape;

/// A template that is drawn: what stands so far, and what its names mean.
pub(super) struct Drawing<'a> {
    templates: &'a Templates,
    escapes: bool,
    names: Vec<(&'static str, Value)>,
    out: String,
}

type Drawn<T = ()> = Result<T, String>;

impl<'a> Drawing<'a> {
    pub(super) fn new(templates: &'a Templates, escapes: bool, names: Vec<(&'static str, Value)>) -> Self {
        Self {
            templates,
            escapes,
            names,
            out: String::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn template(&mut self, name: &str) -> Drawn {
        let found: Option<&'a Template> = self.templates.0.get(name);
        let template = found.ok_or_else(|| format!("no template `{name}`"))?;
        self.nodes(&template.body)
    }

    fn nodes(&mut self, nodes: &'a [Node]) -> Drawn {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &'a Node) -> Drawn {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Print(what) => {
                let value = self.value(what)?;
                self.print(&value)?;
            }
            Node::Set(name, what) => {
                let value = self.value(what)?;
                self.names.push((name, value));
            }
            Node::Include(name) => self.template(name)?,
            Node::If(arms, otherwise) => {
                for (condition, body) in arms {
                    if holds(&self.value(condition)?) {
                        return self.nodes(body);
                    }
                }
                self.nodes(otherwise)?;
            }
            Node::For {
                name,
                over,
                body,
                otherwise,
            } => {
                let over = self.value(over)?;
                let items = items(&over);
                if items.is_empty() {
                    return self.nodes(otherwise);
                }
                let around = self.names.len();
                for (at, item) in items.iter().enumerate() {
                    self.names.push(("loop", Value::Number(at)));
                    self.names.push((name, item.clone()));
                    self.nodes(body)?;
                    self.names.truncate(around);
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, value: &Value) -> Drawn {
        match value {
            Value::Markup(text) => self.out.push_str(text),
            Value::Text(text) if !self.escapes => self.out.push_str(text),
            Value::Text(text) => {
                for sign in text.chars() {
                    match sign {
                        '<' => self.out.push_str("&lt;"),
                        '>' => self.out.push_str("&gt;"),
                        '&' => self.out.push_str("&amp;"),
                        '"' => self.out.push_str("&quot;"),
                        '\'' => self.out.push_str("&#x27;"),
                        '/' => self.out.push_str("&#x2f;"),
                        _ => self.out.push(sign),
                    }
                }
            }
            Value::Number(number) => self.out.push_str(&number.to_string()),
            _ => return Err("what is no text is printed".to_owned()),
        }
        Ok(())
    }

    fn value(&mut self, what: &'a Expr) -> Drawn<Value> {
        Ok(match what {
            Expr::Text(text) => Value::Text((*text).into()),
            Expr::Number(number) => Value::Number(*number),
            Expr::List(items) => Value::List(self.values(items)?.into()),
            Expr::Name(name) => {
                let meant = self.names.iter().rfind(|(known, _)| known == name);
                meant.map_or(Value::Nothing, |(_, value)| value.clone())
            }
            Expr::Field(of, name) => field(&self.value(of)?, name),
            Expr::ItemOf(of, key) => match (self.value(of)?, self.value(key)?) {
                (of, Value::Text(name)) => field(&of, &name),
                (of, Value::Number(at)) => items(&of).get(at).cloned().unwrap_or(Value::Nothing),
                _ => Value::Nothing,
            },
            Expr::Item(of, at) => items(&self.value(of)?).get(*at).cloned().unwrap_or(Value::Nothing),
            Expr::Head(of, count) => {
                let all = text(&self.value(of)?)?;
                let end = all.char_indices().nth(*count).map_or(all.len(), |(at, _)| at);
                Value::Text(all.get(..end).unwrap_or_default().into())
            }
            Expr::Filter(of, name, args) => {
                let (of, args) = (self.value(of)?, self.values(args)?);
                filtered(name, &of, &args)?
            }
            Expr::Call(name, args) => {
                let args = self.values(args)?;
                self.call(name, args)?
            }
            Expr::Either(one, other) => {
                let one = self.value(one)?;
                if holds(&one) { one } else { self.value(other)? }
            }
            Expr::Both(one, other) => {
                let one = self.value(one)?;
                if holds(&one) { self.value(other)? } else { one }
            }
            Expr::Not(what) => Value::Bool(!holds(&self.value(what)?)),
            Expr::Compare(one, how, other) => {
                let (one, other) = (self.value(one)?, self.value(other)?);
                Value::Bool(match how {
                    Comparison::Same => same(&one, &other),
                    Comparison::Other => !same(&one, &other),
                    Comparison::Less => number(&one)? < number(&other)?,
                    Comparison::More => number(&one)? > number(&other)?,
                    Comparison::In => items(&other).iter().any(|item| same(&one, item)),
                })
            }
            Expr::Choice(parts) => {
                let [value, condition, otherwise] = &**parts;
                let chosen = if holds(&self.value(condition)?) {
                    value
                } else {
                    otherwise
                };
                self.value(chosen)?
            }
        })
    }

    fn values(&mut self, all: &'a [Expr]) -> Drawn<Vec<Value>> {
        all.iter().map(|one| self.value(one)).collect()
    }

    /// What a macro draws. It sees its arguments and nothing around.
    fn call(&mut self, name: &str, args: Vec<Value>) -> Drawn<Value> {
        let found: Option<&'a Macro> = self.templates.0.values().find_map(|template| {
            let of_this_kind = template.escapes == self.escapes;
            of_this_kind.then(|| template.macros.get(name)).flatten()
        });
        let called = found.ok_or_else(|| format!("no macro `{name}`"))?;
        let mut inner = Drawing::new(self.templates, self.escapes, Vec::new());
        let mut args = args.into_iter();
        for (name, default) in &called.params {
            let value = match (args.next(), default) {
                (Some(value), _) => value,
                (None, Some(default)) => inner.value(default)?,
                (None, None) => Value::Nothing,
            };
            inner.names.push((name, value));
        }
        inner.nodes(&called.body)?;
        Ok(Value::Markup(inner.out.into()))
    }
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Nothing => false,
        Value::Bool(is) => *is,
        Value::Number(number) => *number != 0,
        Value::Text(text) | Value::Markup(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(fields) => !fields.is_empty(),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Number(one), Value::Number(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Nothing, Value::Nothing) => true,
        _ => false,
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// A field of a map; of the number of a turn, what `loop` tells.
fn field(of: &Value, name: &str) -> Value {
    match (of, name) {
        (Value::Map(fields), _) => {
            let found = fields.iter().find(|(key, _)| key == name);
            found.map_or(Value::Nothing, |(_, value)| value.clone())
        }
        (Value::Number(at), "first") => Value::Bool(*at == 0),
        (Value::Number(at), "index0") => Value::Number(*at),
        (Value::Number(at), "index") => Value::Number(*at + 1),
        _ => Value::Nothing,
    }
}

fn text(value: &Value) -> Drawn<Rc<str>> {
    match value {
        Value::Text(text) | Value::Markup(text) => Ok(Rc::clone(text)),
        _ => Err("what is no text is taken for one".to_owned()),
    }
}

fn number(value: &Value) -> Drawn<usize> {
    match value {
        Value::Number(number) => Ok(*number),
        _ => Err("what is no number is taken for one".to_owned()),
    }
}

fn filtered(name: &str, of: &Value, args: &[Value]) -> Drawn<Value> {
    Ok(match name {
        "length" => Value::Number(match of {
            Value::Text(text) | Value::Markup(text) => text.chars().count(),
            other => items(other).len(),
        }),
        "join" => {
            let between = args.first().map_or_else(|| Ok("".into()), text)?;
            let parts = items(of).iter().map(text).collect::<Drawn<Vec<Rc<str>>>>()?;
            Value::Text(parts.join(&*between).into())
        }
        "safe" => Value::Markup(text(of)?),
        "trim" => Value::Text(text(of)?.trim().into()),
        "md" => Value::Text(escape(&text(of)?).into()),
        "css" => Value::Text(css(&text(of)?).into()),
        _ => return Err(format!("no filter `{name}`")),
    })
}
