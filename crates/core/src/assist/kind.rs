//! What a name, a chain of settings or a property is, from the words of the text alone.
//!
//! Imports: script::{lexer, reference}, assist::{reading, card}.

use bellwether_order::BTreeMap;

use super::reading::{NONE, Reading};
use crate::script::lexer::TokenKind;
use crate::script::reference::{FunctionDoc, words};

/// What a piece of a card is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nobody knows.
    Unknown,
    /// A table, by its name.
    Table(String),
    /// A row of a table: the parameter of a closure, or what a path leads to.
    Row(String),
    /// The metrics of a cell: the parameter of a condition of a score or an alert.
    Cells,
    /// A column of a table.
    Column(String, String),
    /// What another word gives: a metric, a score, a segment.
    Thing(Thing),
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A date.
    Date,
    /// A list.
    List,
    /// A map.
    Map,
    /// A module.
    Module(String),
}

/// What a word gives, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thing {
    /// How the reference names it.
    pub word: String,
    /// The table whose rows it reads.
    pub table: Option<String>,
    /// Its name in the card.
    pub name: Option<String>,
}

impl Kind {
    /// How the reference names what settings are of.
    pub fn word(&self) -> &str {
        match self {
            Self::Unknown | Self::Row(_) | Self::Cells | Self::Module(_) => "",
            Self::Table(_) => "table",
            Self::Column(..) => "column",
            Self::Thing(thing) => &thing.word,
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "true or false",
            Self::Date => "date",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// The table whose rows it reads.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::Table(table) | Self::Row(table) | Self::Column(table, _) => Some(table),
            Self::Thing(thing) => thing.table.as_deref(),
            _ => None,
        }
    }
}

/// A name of the script.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// Its token.
    pub token: usize,
    /// The block that it lives in; [`NONE`]: the whole text.
    pub block: usize,
    /// What it is.
    pub kind: Kind,
}

/// A closure, with the call that it is given to.
#[derive(Debug, Clone, Copy)]
pub struct Closure {
    /// The `|` that opens its parameters.
    pub bar: usize,
    /// The `|` that closes them.
    pub end: usize,
    /// The bracket of the call.
    pub open: usize,
}

/// The names of a text and what hangs together: tables and the paths between them.
#[derive(Debug)]
pub struct Names<'r, 'a> {
    /// The text.
    pub reading: &'r Reading<'a>,
    /// Names made by `let`, `const`, `for` and as parameters of functions, in order.
    pub variables: Vec<Variable>,
    by_name: BTreeMap<String, Vec<usize>>,
    /// Table, path, parent.
    pub paths: Vec<(String, String, String)>,
    /// What functions of modules give.
    pub foreign: BTreeMap<(String, String), Kind>,
}

/// Longest chain that is followed.
const LONGEST: usize = 200;
/// Deepest nesting that is followed.
const DEEPEST: usize = 24;

impl<'r, 'a> Names<'r, 'a> {
    /// Finds the names of a text.
    pub fn new(reading: &'r Reading<'a>, foreign: BTreeMap<(String, String), Kind>) -> Self {
        let mut names = Self {
            reading,
            variables: Vec::new(),
            by_name: BTreeMap::new(),
            paths: Vec::new(),
            foreign,
        };
        for index in 0..reading.tokens().len() {
            if reading.is_name(index) {
                names.take(index);
            }
        }
        names
    }

    fn take(&mut self, index: usize) {
        let reading = self.reading;
        match reading.word(index) {
            "let" | "const" if reading.is_name(index + 1) => {
                let end = reading.statement_end(index);
                let end = if reading.is(end.saturating_sub(1), ";") {
                    end - 1
                } else {
                    end
                };
                let kind = if reading.is(index + 2, "=") {
                    self.of_piece((index + 3, end))
                } else {
                    Kind::Unknown
                };
                self.declare(index + 1, reading.state(index).outer, kind);
            }
            "for" if reading.is_name(index + 1) => {
                let mut at = index + 1;
                while reading.is_name(at) && reading.is(at + 1, ",") {
                    at += 2;
                }
                let block = (at..reading.tokens().len()).take(400).find(|at| reading.is(*at, "{"));
                let block = block.unwrap_or(NONE);
                for name in (index + 1..=at).filter(|at| reading.is_name(*at) && !reading.is(*at, "in")) {
                    self.declare(name, block, Kind::Unknown);
                }
            }
            "fn" if reading.is_name(index + 1) => {
                let Some(open) = reading.call(index + 1) else { return };
                let body = reading.past(open);
                let block = if reading.is(body, "{") { body } else { NONE };
                for piece in reading.pieces(open) {
                    self.declare(piece.0, block, Kind::Unknown);
                }
            }
            "import" if reading.kind(index + 1) == Some(TokenKind::Text) && reading.is(index + 2, "as") => {
                let module = reading.literal(index + 1).unwrap_or_default();
                self.declare(index + 3, NONE, Kind::Module(module));
            }
            "belongs_to" if reading.is(index.wrapping_sub(1), ".") => self.take_path(index),
            _ => {}
        }
    }

    /// The path that `.belongs_to(parent, columns, path)` makes.
    fn take_path(&mut self, index: usize) {
        let Some(open) = self.reading.call(index) else { return };
        let Kind::Table(child) = self.before(index - 1, 0) else {
            return;
        };
        let pieces = self.reading.pieces(open);
        let Some(Kind::Table(parent)) = pieces.first().map(|piece| self.of_piece(*piece)) else {
            return;
        };
        let path = pieces
            .get(2)
            .and_then(|piece| self.reading.only_literal(*piece))
            .unwrap_or_else(|| parent.clone());
        self.paths.push((child, path, parent));
    }

    fn declare(&mut self, token: usize, block: usize, kind: Kind) {
        if !self.reading.is_name(token) {
            return;
        }
        let name = self.reading.word(token).to_owned();
        self.by_name.entry(name.clone()).or_default().push(self.variables.len());
        self.variables.push(Variable {
            name,
            token,
            block,
            kind,
        });
    }

    /// The variable that a name means at a token.
    pub fn variable(&self, name: &str, at: usize) -> Option<&Variable> {
        let places = self.by_name.get(name)?;
        let seen = |variable: &&Variable| {
            variable.block == NONE
                || (variable.block <= at && at < self.reading.end(variable.block))
                || variable.token == at
        };
        let known = || {
            places
                .iter()
                .filter_map(|place| self.variables.get(*place))
                .filter(seen)
        };
        known()
            .rfind(|variable| variable.token <= at)
            .or_else(|| known().next())
    }

    /// The closures around a token, innermost first.
    pub fn closures(&self, at: usize, state: super::reading::State) -> Vec<Closure> {
        let mut found = Vec::new();
        let mut state = state;
        for _ in 0..LONGEST {
            if state.outer == NONE {
                break;
            }
            if self.reading.is(state.piece, "|")
                && state.piece < at
                && let Some(end) = self.bars_end(state.piece)
                && end < at
            {
                found.push(Closure {
                    bar: state.piece,
                    end,
                    open: state.outer,
                });
            }
            state = self.reading.state(state.outer);
        }
        found
    }

    /// The `|` that closes the parameters of a closure.
    fn bars_end(&self, bar: usize) -> Option<usize> {
        (bar + 1..bar + 20).find(|at| self.reading.is(*at, "|"))
    }

    /// The parameter of that name of a closure around a token, and what it is.
    fn parameter(&self, name: &str, at: usize, depth: usize) -> Option<Kind> {
        let closures = self.closures(at, self.reading.state(at));
        let closure = closures
            .into_iter()
            .find(|closure| (closure.bar + 1..closure.end).any(|at| self.reading.is(at, name)))?;
        Some(self.parameter_kind(closure, depth))
    }

    /// What the parameter of a closure is: a row of the table that the call around it reads.
    pub fn parameter_kind(&self, closure: Closure, depth: usize) -> Kind {
        let Some(name) = closure.open.checked_sub(1).filter(|name| self.reading.is_name(*name)) else {
            return Kind::Unknown;
        };
        if matches!(self.reading.word(name), "cap" | "floor" | "knock_out" | "alert") {
            return Kind::Cells;
        }
        let receiver = self.receiver(name, depth);
        let table = match receiver.as_ref().and_then(Kind::table) {
            Some(table) => Some(table.to_owned()),
            None => self.first_table(closure.open, depth),
        };
        table.map_or(Kind::Unknown, Kind::Row)
    }

    /// What stands before the dot of a setting; `None`: it stands by itself.
    pub fn receiver(&self, name: usize, depth: usize) -> Option<Kind> {
        let dot = name.checked_sub(1)?;
        matches!(self.reading.word(dot), "." | "?.").then(|| self.before(dot, depth))
    }

    /// The table of the first argument that has one.
    fn first_table(&self, open: usize, depth: usize) -> Option<String> {
        self.reading
            .pieces(open)
            .into_iter()
            .take(8)
            .filter(|piece| !self.reading.is(piece.0, "|"))
            .find_map(|piece| self.of(piece, depth + 1).table().map(str::to_owned))
    }

    /// What a piece of text is, judged by its end.
    pub fn of_piece(&self, piece: (usize, usize)) -> Kind {
        self.of(piece, 0)
    }

    fn of(&self, (from, to): (usize, usize), depth: usize) -> Kind {
        if to <= from || depth > DEEPEST {
            return Kind::Unknown;
        }
        // A list of columns stands for its first.
        if self.reading.is(from, "[") && self.reading.past(from) == to {
            let first = self.reading.pieces(from).first().copied();
            let inner = first.map_or(Kind::Unknown, |piece| self.of(piece, depth + 1));
            return if inner.table().is_some() { inner } else { Kind::List };
        }
        self.before(to, depth)
    }

    /// What the chain is that ends before a token.
    pub fn before(&self, end: usize, depth: usize) -> Kind {
        if depth > DEEPEST {
            return Kind::Unknown;
        }
        let Some(links) = self.links(end) else {
            return Kind::Unknown;
        };
        let mut kind = None;
        for link in links.into_iter().rev() {
            kind = Some(match kind {
                None => self.head(link, depth),
                Some(before) => self.follow(&before, link, depth),
            });
        }
        kind.unwrap_or(Kind::Unknown)
    }

    /// The links of a chain from its end to its head.
    fn links(&self, end: usize) -> Option<Vec<Link>> {
        let reading = self.reading;
        let mut links = Vec::new();
        let mut end = end;
        while links.len() < LONGEST {
            let last = end.checked_sub(1)?;
            let (link, first) = match reading.word(last) {
                ")" => {
                    let open = reading.opening(last)?;
                    match open.checked_sub(1).filter(|name| reading.is_name(*name)) {
                        Some(name) => (Link::Call(name, open), name),
                        None => (Link::Group(open), open),
                    }
                }
                "]" => {
                    let open = reading.opening(last)?;
                    let indexed = open
                        .checked_sub(1)
                        .is_some_and(|before| reading.is_name(before) || matches!(reading.word(before), ")" | "]"));
                    if !indexed {
                        links.push(Link::List);
                        return Some(links);
                    }
                    links.push(Link::Index(open));
                    end = open;
                    continue;
                }
                "}" => {
                    let open = reading.opening(last)?;
                    links.push(if reading.is(open, "#{") { Link::Map } else { Link::Other });
                    return Some(links);
                }
                _ => (Link::Word(last), last),
            };
            links.push(link);
            match first.checked_sub(1).map(|before| (before, reading.word(before))) {
                Some((before, "." | "?.")) => end = before,
                _ => return Some(links),
            }
        }
        None
    }

    fn head(&self, link: Link, depth: usize) -> Kind {
        let reading = self.reading;
        match link {
            Link::Word(at) => self.word(at, depth),
            Link::Call(name, open) => {
                if let Some(module) = name.checked_sub(2).filter(|_| reading.is(name - 1, "::")) {
                    let key = match self
                        .variable(reading.word(module), module)
                        .map(|variable| &variable.kind)
                    {
                        Some(Kind::Module(path)) => path.clone(),
                        _ => return Kind::Unknown,
                    };
                    let found = self.foreign.get(&(key, reading.word(name).to_owned()));
                    return found.cloned().unwrap_or(Kind::Unknown);
                }
                self.call(name, open, None, depth)
            }
            Link::Group(open) => self.of((open + 1, reading.end(open)), depth + 1),
            Link::List => Kind::List,
            Link::Map => Kind::Map,
            Link::Index(_) | Link::Other => Kind::Unknown,
        }
    }

    fn word(&self, at: usize, depth: usize) -> Kind {
        match self.reading.kind(at) {
            Some(TokenKind::Text | TokenKind::Template) => Kind::Text,
            Some(TokenKind::Number) => Kind::Number,
            Some(TokenKind::Word) => {
                let name = self.reading.word(at);
                match name {
                    "true" | "false" => Kind::Bool,
                    _ => match self.parameter(name, at, depth + 1) {
                        Some(kind) => kind,
                        None => self
                            .variable(name, at)
                            .map_or(Kind::Unknown, |variable| variable.kind.clone()),
                    },
                }
            }
            _ => Kind::Unknown,
        }
    }

    fn follow(&self, before: &Kind, link: Link, depth: usize) -> Kind {
        match link {
            Link::Word(at) => self.property(before, self.reading.word(at)),
            Link::Call(name, open) => self.call(name, open, Some(before), depth),
            Link::Index(open) => match (before, self.reading.literal(open + 1)) {
                (Kind::Table(_) | Kind::Row(_) | Kind::Cells, Some(name)) => self.property(before, &name),
                _ => Kind::Unknown,
            },
            _ => Kind::Unknown,
        }
    }

    /// What a property of something is.
    pub fn property(&self, before: &Kind, name: &str) -> Kind {
        match before {
            Kind::Table(table) | Kind::Row(table) => match self.parent(table, name) {
                Some(parent) => Kind::Row(parent.to_owned()),
                None => Kind::Column(table.clone(), name.to_owned()),
            },
            Kind::Cells => Kind::Number,
            _ => Kind::Unknown,
        }
    }

    /// The table that a path of a table leads to.
    pub fn parent(&self, table: &str, path: &str) -> Option<&str> {
        self.paths
            .iter()
            .find(|(child, name, _)| child == table && name == path)
            .map(|(_, _, parent)| parent.as_str())
    }

    /// What a call gives.
    fn call(&self, name: usize, open: usize, receiver: Option<&Kind>, depth: usize) -> Kind {
        let reading = self.reading;
        let word = reading.word(name);
        let pieces = reading.pieces(open);
        let literal = || pieces.first().and_then(|piece| reading.only_literal(*piece));
        let Some(doc) = doc_of(word, receiver, pieces.len()) else {
            return Kind::Unknown;
        };
        let thing = |word: &str| {
            let inherited = receiver.and_then(Kind::table).map(str::to_owned);
            Kind::Thing(Thing {
                word: word.to_owned(),
                table: inherited.or_else(|| self.first_table(open, depth)),
                name: literal(),
            })
        };
        let same = receiver.filter(|_| !doc.on.is_empty());
        match (doc.returns.as_str(), same) {
            ("the same", Some(kind)) => kind.clone(),
            ("table", Some(kind)) => kind.clone(),
            ("table", None) => Kind::Table(literal().unwrap_or_default()),
            ("list", None) if word == "list" => thing("list of rows"),
            ("list", Some(kind)) if kind.word() == "list of rows" => kind.clone(),
            ("list" | "list of texts", _) => Kind::List,
            ("number" | "whole number", _) => Kind::Number,
            ("text", _) => Kind::Text,
            ("true or false", _) => Kind::Bool,
            ("date", _) => Kind::Date,
            ("nothing", _) => Kind::Unknown,
            ("value", Some(kind)) => kind.clone(),
            ("plain value" | "value", _) => pieces.get(1).map_or(Kind::Unknown, |piece| self.of(*piece, depth + 1)),
            (given, Some(Kind::Thing(of))) if given == of.word => Kind::Thing(Thing {
                table: of.table.clone().or_else(|| match &thing(given) {
                    Kind::Thing(found) => found.table.clone(),
                    _ => None,
                }),
                ..of.clone()
            }),
            (given, _) => thing(given),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Link {
    /// A name or a constant.
    Word(usize),
    /// The name and the bracket of a call.
    Call(usize, usize),
    /// An index.
    Index(usize),
    /// Something in parentheses.
    Group(usize),
    /// `[..]`.
    List,
    /// `#{..}`.
    Map,
    /// A block.
    Other,
}

/// The documentation of a word: of the receiver's setting, else of the free word, else of a function of rows.
pub fn doc_of(name: &str, receiver: Option<&Kind>, given: usize) -> Option<&'static FunctionDoc> {
    let all = || words().iter().filter(|doc| doc.name == name);
    let of_rows = || all().find(|doc| doc.in_closures);
    let Some(receiver) = receiver else {
        let free = || all().find(|doc| doc.on.is_empty() && !doc.in_closures);
        // `min(a, b)` is of rows, `min(column)` a measure.
        let fits = |doc: &&FunctionDoc| doc.params.iter().any(|param| param.several) || given <= doc.params.len();
        return free().filter(fits).or_else(of_rows).or_else(free);
    };
    let word = receiver.word();
    let own = || all().find(|doc| doc.on.iter().any(|on| on == word));
    own()
        .or_else(of_rows)
        .or_else(|| all().find(|doc| doc.group == "plain values"))
        .or_else(|| {
            if word.is_empty() {
                all().find(|doc| !doc.on.is_empty())
            } else {
                None
            }
        })
}
