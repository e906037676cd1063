//! Reading templates.

use super::{Comparison, Expr, Macro, Node, Template};

/// A piece of the text.
enum Piece {
    Text(&'static str),
    /// What stands between `{{` and `}}`.
    Print(&'static str),
    /// What stands between `{%` and `%}`.
    Tag(&'static str),
}

type Read<T> = Result<T, String>;

/// Reads a template.
pub(super) fn template(text: &'static str) -> Read<Template> {
    let mut reader = Reader {
        pieces: pieces(text)?.into_iter(),
        read: Template::default(),
    };
    let (body, end) = reader.nodes()?;
    if !end.is_empty() {
        return Err(format!("`{end}` ends nothing"));
    }
    reader.read.body = body;
    Ok(reader.read)
}

/// Cuts a text where its tags are. A tag that stands alone in its line leaves nothing of it; a dash takes all space away.
fn pieces(text: &'static str) -> Read<Vec<Piece>> {
    let mut left = text.strip_suffix('\n').unwrap_or(text);
    let mut pieces = Vec::new();
    let mut line_begins = true;
    while let Some(start) = left.find("{{").into_iter().chain(left.find("{%")).min() {
        let (before, rest) = left.split_at(start);
        let is_tag = rest.starts_with("{%");
        let end = rest
            .find(if is_tag { "%}" } else { "}}" })
            .ok_or_else(|| "a tag has no end".to_owned())?;
        let inner = rest.get(2..end).unwrap_or_default();
        let (inner, trims_before) = inner.strip_prefix('-').map_or((inner, false), |inner| (inner, true));
        let (inner, trims_after) = inner.strip_suffix('-').map_or((inner, false), |inner| (inner, true));
        let indent = before.trim_end_matches([' ', '\t']);
        let alone = if indent.is_empty() {
            line_begins
        } else {
            indent.ends_with('\n')
        };
        pieces.push(Piece::Text(if trims_before {
            before.trim_end()
        } else if is_tag && alone {
            indent
        } else {
            before
        }));
        pieces.push(if is_tag {
            Piece::Tag(inner.trim())
        } else {
            Piece::Print(inner.trim())
        });
        left = rest.get(end + 2..).unwrap_or_default();
        let after = if trims_after {
            left.trim_start()
        } else if is_tag {
            left.strip_prefix('\n').unwrap_or(left)
        } else {
            left
        };
        line_begins = left.len() > after.len()
            && left
                .get(..left.len() - after.len())
                .is_some_and(|cut| cut.contains('\n'));
        left = after;
    }
    pieces.push(Piece::Text(left));
    Ok(pieces)
}

struct Reader {
    pieces: std::vec::IntoIter<Piece>,
    read: Template,
}

impl Reader {
    /// The nodes up to a tag that ends them, and that tag; nothing at the end of the text.
    fn nodes(&mut self) -> Read<(Vec<Node>, &'static str)> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let tag = match piece {
                Piece::Text("") => continue,
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Print(what) => {
                    nodes.push(Node::Print(expression(what)?));
                    continue;
                }
                Piece::Tag(tag) => tag,
            };
            let (word, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            match word {
                "if" => nodes.push(self.condition(rest)?),
                "for" => nodes.push(self.each(rest)?),
                "set" => {
                    let (name, what) = rest.split_once('=').ok_or("`set` sets a name")?;
                    nodes.push(Node::Set(name.trim(), expression(what)?));
                }
                "include" => nodes.push(Node::Include(rest.trim_matches('"'))),
                // Macros are known by their own names wherever they are.
                "import" => {}
                "block" => {
                    let (inner, _) = self.nodes()?;
                    nodes.extend(inner);
                }
                "macro" => self.macro_of(rest)?,
                _ => return Ok((nodes, tag)),
            }
        }
        Ok((nodes, ""))
    }

    fn condition(&mut self, first: &'static str) -> Read<Node> {
        let mut arms = Vec::new();
        let mut condition = first;
        loop {
            let (body, end) = self.nodes()?;
            arms.push((expression(condition)?, body));
            match end.split_once(' ') {
                Some(("elif", next)) => condition = next,
                _ if end == "else" => return Ok(Node::If(arms, self.nodes()?.0)),
                _ => return Ok(Node::If(arms, Vec::new())),
            }
        }
    }

    fn each(&mut self, rest: &'static str) -> Read<Node> {
        let (name, over) = rest.split_once(" in ").ok_or("`for` goes over something")?;
        let (body, end) = self.nodes()?;
        let otherwise = if end == "else" { self.nodes()?.0 } else { Vec::new() };
        Ok(Node::For {
            name: name.trim(),
            over: expression(over)?,
            body,
            otherwise,
        })
    }

    fn macro_of(&mut self, rest: &'static str) -> Read<()> {
        let (name, params) = rest.split_once('(').ok_or("a macro has parameters")?;
        let mut read = Vec::new();
        for param in params.trim_end_matches(')').split(',') {
            let (name, default) = param
                .split_once('=')
                .map_or((param, None), |(name, default)| (name, Some(default)));
            read.push((name.trim(), default.map(expression).transpose()?));
        }
        let (body, _) = self.nodes()?;
        self.read.macros.insert(name.trim(), Macro { params: read, body });
        Ok(())
    }
}

/// Reads an expression to its end.
fn expression(text: &'static str) -> Read<Expr> {
    let mut words = Words { left: text };
    let read = words.choice()?;
    if words.left.trim().is_empty() {
        Ok(read)
    } else {
        Err(format!("`{}` is too much", words.left))
    }
}

/// What is left of an expression.
struct Words {
    left: &'static str,
}

impl Words {
    fn choice(&mut self) -> Read<Expr> {
        let value = self.either()?;
        if !self.word("if") {
            return Ok(value);
        }
        let condition = self.either()?;
        if !self.word("else") {
            return Err("a choice has an `else`".to_owned());
        }
        Ok(Expr::Choice(Box::new([value, condition, self.choice()?])))
    }

    fn either(&mut self) -> Read<Expr> {
        let mut one = self.both()?;
        while self.word("or") {
            one = Expr::Either(Box::new(one), Box::new(self.both()?));
        }
        Ok(one)
    }

    fn both(&mut self) -> Read<Expr> {
        let mut one = self.not()?;
        while self.word("and") {
            one = Expr::Both(Box::new(one), Box::new(self.not()?));
        }
        Ok(one)
    }

    fn not(&mut self) -> Read<Expr> {
        if self.word("not") {
            return Ok(Expr::Not(Box::new(self.not()?)));
        }
        let one = self.filtered()?;
        let how = [
            ("==", Comparison::Same),
            ("!=", Comparison::Other),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        let sign = how.into_iter().find(|(sign, _)| self.sign(sign)).map(|(_, how)| how);
        let how = sign.or_else(|| self.word("in").then_some(Comparison::In));
        Ok(match how {
            Some(how) => Expr::Compare(Box::new(one), how, Box::new(self.filtered()?)),
            None => one,
        })
    }

    fn filtered(&mut self) -> Read<Expr> {
        let mut of = self.reached()?;
        while self.sign("|") {
            let name = self.name().ok_or("a filter has a name")?;
            let args = if self.sign("(") { self.list(")")? } else { Vec::new() };
            of = Expr::Filter(Box::new(of), name, args);
        }
        Ok(of)
    }

    fn reached(&mut self) -> Read<Expr> {
        let mut of = self.simple()?;
        loop {
            if self.sign(".") {
                let name = self.name().ok_or("a field has a name")?;
                of = Expr::Field(Box::new(of), name);
            } else if self.sign("(") {
                let args = self.list(")")?;
                of = match of {
                    Expr::Name(name) | Expr::Field(_, name) => Expr::Call(name, args),
                    _ => return Err("this is no macro".to_owned()),
                };
            } else if self.sign("[:") {
                of = Expr::Head(Box::new(of), self.number().ok_or("a number is missing")?);
                self.close("]")?;
            } else if self.sign("[") {
                of = match self.choice()? {
                    Expr::Number(at) => Expr::Item(Box::new(of), at),
                    key => Expr::ItemOf(Box::new(of), Box::new(key)),
                };
                self.close("]")?;
            } else {
                return Ok(of);
            }
        }
    }

    fn simple(&mut self) -> Read<Expr> {
        if self.sign("\"") {
            let (text, left) = self.left.split_once('"').ok_or("a text has no end")?;
            self.left = left;
            return Ok(Expr::Text(text));
        }
        if self.sign("(") {
            let inner = self.choice()?;
            self.close(")")?;
            return Ok(inner);
        }
        if self.sign("[") {
            return Ok(Expr::List(self.list("]")?));
        }
        if let Some(number) = self.number() {
            return Ok(Expr::Number(number));
        }
        match self.name() {
            Some(name) => Ok(Expr::Name(name)),
            None => Err(format!("`{}` is not understood", self.left)),
        }
    }

    /// Expressions up to what closes them.
    fn list(&mut self, close: &str) -> Read<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.sign(close) {
            items.push(self.choice()?);
            if !self.sign(",") {
                self.close(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn close(&mut self, close: &str) -> Read<()> {
        if self.sign(close) {
            Ok(())
        } else {
            Err(format!("`{close}` is missing before `{}`", self.left))
        }
    }

    /// Whether these signs come next; they are gone then.
    fn sign(&mut self, sign: &str) -> bool {
        let left = self.left.trim_start().strip_prefix(sign);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// Whether this word comes next; it is gone then.
    fn word(&mut self, word: &str) -> bool {
        let before = self.left;
        if self.name() == Some(word) {
            return true;
        }
        self.left = before;
        false
    }

    fn name(&mut self) -> Option<&'static str> {
        let left = self.left.trim_start();
        if left.starts_with(|sign: char| sign.is_ascii_digit()) {
            return None;
        }
        self.taken(left, |sign| sign.is_ascii_alphanumeric() || sign == '_')
    }

    fn number(&mut self) -> Option<usize> {
        let left = self.left.trim_start();
        self.taken(left, |sign| sign.is_ascii_digit())?.parse().ok()
    }

    /// The signs that come next in `left`; they are gone then.
    fn taken(&mut self, left: &'static str, is: impl Fn(char) -> bool) -> Option<&'static str> {
        let end = left.find(|sign| !is(sign)).unwrap_or(left.len());
        let (taken, rest) = left.split_at(end);
        if taken.is_empty() {
            return None;
        }
        self.left = rest;
        Some(taken)
    }
}
