//! A card is a checked subset of Rhai: this walks over its tree before anything runs, and reports every form that a
//! card may not use, every unknown function, and the traps of the language, each with what to write instead.
//!
//! Imports: diagnostic, script::{tree, position, closure}. Never: the engine.

mod call;
mod traps;

use bellwether_order::{BTreeMap, BTreeSet, Sort};

use super::position::Positions;
use super::tree::{Closure, Constant, Name, Node, NodeKind, Program};
use crate::diagnostic::{Diagnostic, Span, codes};

/// Most turns of a `for` over a range.
pub const MAX_TURNS: i64 = 1_000;

/// Functions of Rhai that no card may call, and what to do instead.
const FORBIDDEN_CALLS: &[(&str, &str)] = &[
    ("eval", "write the statements themselves"),
    ("Fn", "write a closure: `|r| r.plan == \"pro\"`"),
    ("call", "only the engine calls a closure"),
    ("curry", "a closure reads names from outside by itself"),
    ("is_def_var", "a card knows its names"),
    ("is_def_fn", "a card knows its functions"),
    ("is_shared", "a card has no shared values"),
    ("type_of", "a card knows what its names are"),
    ("sleep", "a card does not wait"),
    (
        "timestamp",
        "a card has no clock: `as_of()` is the day as of which data are seen",
    ),
    ("debug", "write `print(..)`: it goes into the log of the report"),
    ("exit", "a card is read to its end"),
];

/// The words that a card may use: functions, and settings behind a dot.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    functions: BTreeMap<String, Arity>,
    settings: BTreeMap<String, Arity>,
    better: BTreeMap<String, String>,
}

/// Fewest and most arguments.
type Arity = (usize, usize);

impl Vocabulary {
    /// A vocabulary without words.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            functions: BTreeMap::new(),
            settings: BTreeMap::new(),
            better: BTreeMap::new(),
        }
    }

    /// Says what to write in place of a word that people try and the language does not have.
    pub fn better(&mut self, name: &str, help: &str) -> &mut Self {
        self.better.insert(name.to_owned(), help.to_owned());
        self
    }

    /// Adds a function: `nps(..)`. A second form of the same name widens the number of its arguments.
    pub fn function(&mut self, name: &str, fewest: usize, most: usize) -> &mut Self {
        widen(&mut self.functions, name, fewest, most);
        self
    }

    /// Adds a setting: `.owner(..)`; the receiver is not counted as an argument.
    pub fn setting(&mut self, name: &str, fewest: usize, most: usize) -> &mut Self {
        widen(&mut self.settings, name, fewest, most);
        self
    }
}

fn widen(words: &mut BTreeMap<String, Arity>, name: &str, fewest: usize, most: usize) {
    words
        .entry(name.to_owned())
        .and_modify(|arity| *arity = (arity.0.min(fewest), arity.1.max(most)))
        .or_insert((fewest, most));
}

/// Checks a card or a module.
#[must_use]
pub fn check(program: &Program, positions: &Positions, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let mut checker = Checker {
        program,
        positions,
        vocabulary,
        diagnostics: Vec::new(),
        literals: Vec::new(),
        declared: declared(program),
        imports: program.imports(),
    };
    checker.literals = program.body.iter().filter_map(literal_name).collect();
    let top = Place {
        top: true,
        ..Place::default()
    };
    for node in &program.body {
        checker.node(node, top);
    }
    for function in program.functions.values() {
        checker.function(function);
    }
    checker.diagnostics.order_by_key(|diagnostic| diagnostic.span);
    checker.diagnostics
}

/// A name that a `let` or `const` binds to a list, map or range written out.
fn literal_name(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Let {
            name,
            value: Some(value),
            ..
        } if is_literal(value) => Some(&name.text),
        _ => None,
    }
}

/// Names that statements and parameters declare.
fn declared(program: &Program) -> BTreeSet<&str> {
    fn collect<'p>(node: &'p Node, found: &mut BTreeSet<&'p str>) {
        match &node.kind {
            NodeKind::Let { name, .. } => {
                found.insert(&name.text);
            }
            NodeKind::For(name, counter, ..) => {
                found.extend(std::iter::once(name).chain(counter).map(|name| name.text.as_str()));
            }
            NodeKind::Closure(closure) => found.extend(closure.parameters.iter().map(String::as_str)),
            _ => {}
        }
        for child in node.children() {
            collect(child, found);
        }
    }
    let mut found = BTreeSet::new();
    for node in program
        .body
        .iter()
        .chain(program.functions.values().flat_map(|function| &function.body))
    {
        collect(node, &mut found);
    }
    found.extend(
        program
            .functions
            .values()
            .flat_map(|function| &function.parameters)
            .map(String::as_str),
    );
    found
}

fn is_literal(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Constant(_) => true,
        NodeKind::Unary(op, of) => op == "-" && is_literal(of),
        NodeKind::Array(items) => items.iter().all(is_literal),
        NodeKind::Map(items) => items.iter().all(|(_, value)| is_literal(value)),
        _ => false,
    }
}

/// Where a piece stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place<'a> {
    /// At the top of the text.
    top: bool,
    /// In a function.
    function: bool,
    /// In a closure.
    closure: Option<&'a Closure>,
    /// Directly as an argument of a word of the card.
    argument: bool,
    /// In a loop.
    in_loop: bool,
}

impl Place<'_> {
    const fn inside(self) -> Self {
        Self {
            top: false,
            argument: false,
            ..self
        }
    }
}

struct Checker<'a> {
    program: &'a Program,
    positions: &'a Positions,
    vocabulary: &'a Vocabulary,
    diagnostics: Vec<Diagnostic>,
    /// Names bound to literals, that a `for` may go over.
    literals: Vec<&'a str>,
    /// Every name that something declares.
    declared: BTreeSet<&'a str>,
    /// Modules by their alias.
    imports: BTreeMap<&'a str, &'a str>,
}

impl<'a> Checker<'a> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::error(codes::REFUSED, message).at(span).help(help));
    }

    fn function(&mut self, function: &'a super::tree::Function) {
        if function.typed_this {
            self.refuse(
                function.name.span,
                "a function cannot be made for a type",
                "write a function with a parameter: `fn late(o) { o.days > 3 }`",
            );
        }
        if self.vocabulary.functions.contains_key(&function.name.text) {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::DUPLICATE_NAME,
                    format!("`{}` is a word of the language", function.name.text),
                )
                .at(function.name.span)
                .help("calls with as many arguments reach this function, not the word: give it another name"),
            );
        }
        let known = self.literals.len();
        self.literals.extend(function.body.iter().filter_map(literal_name));
        for node in &function.body {
            self.node(
                node,
                Place {
                    function: true,
                    ..Place::default()
                },
            );
        }
        self.literals.truncate(known);
    }

    fn node(&mut self, node: &'a Node, place: Place<'a>) {
        self.trap(node, place);
        match &node.kind {
            NodeKind::Closure(closure) => return self.closure(closure, place),
            NodeKind::Call(call) => return self.call(call, node, place),
            NodeKind::Method(of, call) => return self.method(of, call, place),
            NodeKind::For(name, counter, over, body) => {
                return self.for_loop(name, counter.as_ref(), over, body, place);
            }
            NodeKind::Variable(module, name) if module.is_empty() => self.function_as_value(name, place),
            NodeKind::Forbidden(word, _) => self.forbidden(word, node.span, place),
            NodeKind::This => self.refuse(
                node.span,
                "`this` has no meaning in a card",
                "give the function a parameter",
            ),
            NodeKind::Assign(_, target, _) if place.closure.is_none() => self.assignment(node, target),
            NodeKind::Import(path, _) => self.import(path, node.span, place),
            _ => {}
        }
        // Blocks at the top are still run from the top, but nothing in them is.
        for child in node.children() {
            self.node(child, place.inside());
        }
    }

    fn closure(&mut self, closure: &'a Closure, place: Place<'a>) {
        if place.closure.is_some() {
            // `closure` says so with a way out when it compiles; the check must not depend on that.
            self.refuse(
                closure.span,
                "a closure cannot stand in a closure",
                "make a column of it first, with `.add(..)`",
            );
        } else if !place.argument {
            self.refuse(
                closure.span,
                "a closure stands only as an argument of a word of the card",
                "write it where it is used: `rate(tickets, |t| t.contacts == 1)`; give it a name with `fn once(t) { t.contacts == 1 }`",
            );
        }
        for node in &closure.body {
            self.node(
                node,
                Place {
                    closure: Some(closure),
                    ..place.inside()
                },
            );
        }
    }

    fn forbidden(&mut self, word: &str, span: Span, place: Place<'_>) {
        let help = match word {
            "throw" | "break" | "continue" if place.closure.is_some() => return,
            "throw" => return,
            "break" | "continue" if place.in_loop => return,
            "while" | "loop" | "do" => "use `for x in [..]`; the engine goes over the rows by itself",
            "try" => "mistakes are reported with their place; nothing needs to be caught",
            _ => "a card declares; it needs no such form",
        };
        if place.closure.is_none() {
            self.refuse(span, format!("`{word}` cannot be used in a card"), help);
        }
    }

    fn assignment(&mut self, node: &Node, target: &Node) {
        match &target.kind {
            NodeKind::Index(..) => self.refuse(
                node.span,
                "a list or map cannot be changed",
                "write all of it where it is declared: `let goals = #{ pro: 80, team: 75 };`",
            ),
            NodeKind::Property(..) => self.refuse(
                node.span,
                "a property cannot be set with `=`",
                "use a setting: `metric(..).target(80)`; a new column: `orders.add(\"late\", |o| o.days > 3)`",
            ),
            _ => {}
        }
    }

    fn import(&mut self, path: &Node, span: Span, place: Place<'_>) {
        if !place.top {
            self.refuse(
                span,
                "`import` stands at the top of a card",
                "move it to the first lines",
            );
        }
        if !matches!(path.kind, NodeKind::Constant(Constant::Text(_))) {
            self.refuse(
                path.span,
                "the path of an import is a plain text",
                "write `import \"company/cx\" as cx;`",
            );
        }
    }

    /// A function of the script, named and not called.
    fn function_as_value(&mut self, name: &Name, place: Place<'_>) {
        let is_function = self.program.functions.keys().any(|(known, _)| *known == name.text);
        if !is_function || place.argument || self.declared.contains(name.text.as_str()) {
            return;
        }
        let help = format!(
            "call it: `{}(..)`, or hand it to a word of the card: `rate(tickets, {})`",
            name.text, name.text
        );
        self.refuse(
            name.span,
            format!("`{}` is a function, which cannot be kept as a value", name.text),
            help,
        );
    }

    fn for_loop(
        &mut self,
        name: &'a Name,
        counter: Option<&'a Name>,
        over: &'a Node,
        body: &'a Node,
        place: Place<'a>,
    ) {
        if place.closure.is_none() && !self.may_go_over(over) {
            self.refuse(
                over.span,
                "a `for` goes only over what is written out: a list, a map's `keys()`, or a range of plain numbers",
                "write `let items = [\"a\", \"b\"];` and `for item in items { .. }`",
            );
        }
        if let NodeKind::Binary(_, low, high) = &over.kind
            && let (Some(low), Some(high)) = (whole_number(low), whole_number(high))
            && high.saturating_sub(low) > MAX_TURNS
        {
            self.refuse(
                over.span,
                format!("this `for` takes more than {MAX_TURNS} turns"),
                "a card has no use for so many objects",
            );
        }
        self.node(over, place.inside());
        // What the loop binds hides a literal of that name.
        let hidden: Vec<&'a str> = [Some(name), counter]
            .into_iter()
            .flatten()
            .map(|name| name.text.as_str())
            .collect();
        let kept = self.literals.clone();
        self.literals.retain(|known| !hidden.contains(known));
        self.node(
            body,
            Place {
                in_loop: true,
                ..place.inside()
            },
        );
        self.literals = kept;
    }

    fn may_go_over(&self, over: &Node) -> bool {
        match &over.kind {
            NodeKind::Array(items) => items.iter().all(|item| !matches!(item.kind, NodeKind::Closure(_))),
            NodeKind::Variable(module, name) => module.is_empty() && self.literals.contains(&name.text.as_str()),
            NodeKind::Method(of, call) => {
                matches!(call.name.text.as_str(), "keys" | "values")
                    && call.arguments.is_empty()
                    && self.may_go_over(of)
            }
            NodeKind::Map(_) => true,
            NodeKind::Binary(op, low, high) => {
                matches!(op.text.as_str(), ".." | "..=") && whole_number(low).is_some() && whole_number(high).is_some()
            }
            _ => false,
        }
    }
}

fn whole_number(node: &Node) -> Option<i64> {
    match &node.kind {
        NodeKind::Constant(Constant::Int(value)) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
