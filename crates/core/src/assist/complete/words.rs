//! Words of the language, names of the script and columns, where no quotes stand.

use super::{Offer, is_plain, kind_detail};
use crate::assist::declared::{Card, functions};
use crate::assist::kind::{Closure, Kind, Thing};
use crate::assist::place::{CallPlace, Cursor, Wanted};
use crate::assist::reading::{NONE, Reading};
use crate::assist::wire::CompletionKind;
use crate::definition::ColumnType;
use crate::script::reference::{FunctionDoc, ParamDoc, words};
use crate::script::source::doc_before;

/// Words of the script behind which a value may stand.
pub(super) const KEYWORDS: &[&str] = &[
    "let", "const", "fn", "for", "in", "if", "else", "switch", "return", "import", "as", "export", "true", "false",
];
/// Words that Rhai keeps for itself: a column of that name is read in brackets.
pub(super) const RESERVED: &[&str] = &[
    "while",
    "loop",
    "do",
    "until",
    "break",
    "continue",
    "throw",
    "try",
    "catch",
    "case",
    "default",
    "match",
    "public",
    "protected",
    "new",
    "use",
    "with",
    "module",
    "package",
    "super",
    "thread",
    "spawn",
    "shared",
    "is",
    "goto",
    "exit",
    "this",
    "private",
    "global",
    "var",
    "static",
    "void",
    "null",
    "nil",
    "sync",
    "async",
    "await",
    "yield",
    "eval",
    "Fn",
    "call",
    "curry",
    "type_of",
    "print",
    "debug",
];

/// Words that begin most statements, in the order in which a card is written.
const OPENING: &[&str] = &[
    "metric",
    "outcome",
    "score",
    "segment",
    "period",
    "scorecard",
    "cross",
    "journey",
    "initiative",
    "link",
    "objective",
    "test",
    "alert",
    "list",
    "quick_wins",
];

impl Card<'_, '_> {
    /// What a statement begins with.
    pub(super) fn statements(&self, cursor: &Cursor) -> Vec<Offer> {
        let mut offers = Vec::new();
        for doc in words().iter().filter(|doc| doc.on.is_empty() && !doc.in_closures) {
            let Some(place) = OPENING.iter().position(|word| *word == doc.name) else {
                continue;
            };
            offers.push(self.word_offer(doc, 100 + place as u32, cursor.word));
        }
        for doc in words()
            .iter()
            .filter(|doc| matches!(doc.name.as_str(), "language" | "utc_offset" | "print") && doc.on.is_empty())
        {
            offers.push(self.word_offer(doc, 400, cursor.word));
        }
        let mut rank = 200;
        for table in self.known.tables {
            if !self.tables().any(|name| name == table.name) {
                let variable = if is_plain(&table.name) {
                    table.name.clone()
                } else {
                    "data".to_owned()
                };
                let text = format!("let {variable} = table(\"{}\");", super::escape(&table.name));
                let detail = format!("{} rows, {} columns", table.rows, table.columns.len());
                offers.push(
                    Offer::new(text.clone(), CompletionKind::Table, rank - 150)
                        .detail(detail)
                        .insert(text, false),
                );
                rank += 1;
            }
        }
        let snippets = [
            ("let", "let ${1:name} = ${2:value};", "a name for a value"),
            (
                "let table",
                "let ${1:name} = table(\"${2:name}\");",
                "a table with a name in the script",
            ),
            (
                "let param",
                "let ${1:name} = param(\"${1:name}\", ${2:0});",
                "a named input",
            ),
            (
                "for",
                "for ${1:item} in ${2:list} {\n    ${3:}\n}",
                "the same for each item of a list",
            ),
            (
                "fn",
                "fn ${1:name}(${2:row}) {\n    ${3:}\n}",
                "a function for closures",
            ),
            (
                "import",
                "import \"${1:module}\" as ${2:name};",
                "definitions of a module",
            ),
        ];
        for (label, insert, detail) in snippets {
            rank += 1;
            offers.push(
                Offer::new(label, CompletionKind::Keyword, rank)
                    .detail(detail)
                    .insert(insert, true),
            );
        }
        offers.extend(self.variables(cursor.before.map_or(0, |before| before + 1), 300, |_| true));
        offers
    }

    /// What may follow a dot.
    pub(super) fn members_of(&self, kind: &Kind, cursor: &Cursor) -> Vec<Offer> {
        let in_closure = self.closure_at(cursor).is_some();
        let argument = cursor.state.outer != NONE && !self.reading().is(cursor.state.outer, "{");
        match kind {
            Kind::Row(table) => self.columns_and_paths(table, 0),
            Kind::Table(table) => {
                let (columns, settings) = if argument { (0, 5_000) } else { (5_000, 0) };
                let mut offers = self.columns_and_paths(table, columns);
                offers.extend(self.settings(kind.word(), settings, cursor));
                offers
            }
            Kind::Cells => {
                let names = self.choices(&Wanted::Named);
                names.into_iter().filter(|offer| is_plain(&offer.label)).collect()
            }
            Kind::Column(table, column) => {
                let data = self.column_info(table, column).and_then(|info| self.data_of(info));
                self.row_functions(data.map(|data| data.column_type), cursor)
            }
            Kind::Text => self.row_functions(Some(ColumnType::Text), cursor),
            Kind::Number => self.row_functions(Some(ColumnType::Float), cursor),
            Kind::Date => self.row_functions(Some(ColumnType::Date), cursor),
            Kind::Bool => self.row_functions(Some(ColumnType::Bool), cursor),
            Kind::List | Kind::Map => self.plain_functions(kind.word(), cursor),
            Kind::Thing(_) => self.settings(kind.word(), 0, cursor),
            Kind::Module(_) => Vec::new(),
            Kind::Unknown if in_closure || self.in_function(cursor) => {
                let mut offers = self.row_functions(None, cursor);
                for table in self.columns.keys() {
                    offers.extend(self.columns_and_paths(table, 1_000));
                }
                offers
            }
            Kind::Unknown => {
                let all = words().iter().filter(|doc| !doc.on.is_empty());
                all.zip(0..)
                    .map(|(doc, rank)| self.word_offer(doc, rank, cursor.word))
                    .collect()
            }
        }
    }

    fn columns_and_paths(&self, table: &str, rank: u32) -> Vec<Offer> {
        let mut offers: Vec<Offer> = self
            .columns_of(table)
            .into_iter()
            .filter(|offer| is_plain(&offer.label))
            .collect();
        for offer in &mut offers {
            offer.rank += rank;
        }
        for (child, path, parent) in &self.names.paths {
            if child == table && is_plain(path) {
                let offer = Offer::new(path.clone(), CompletionKind::Path, rank + 400);
                offers.push(offer.detail(format!("row of {parent}")));
            }
        }
        offers
    }

    fn settings(&self, word: &str, rank: u32, cursor: &Cursor) -> Vec<Offer> {
        let used = self.used_in_chain(cursor);
        let own = words().iter().filter(|doc| doc.on.iter().any(|on| on == word));
        own.map(|doc| {
            // What is there once is seldom wanted again.
            let again = if used.contains(&doc.name.as_str()) { 1_000 } else { 0 };
            self.word_offer(doc, rank + again + usual(USUAL, &doc.name), cursor.word)
        })
        .collect()
    }

    /// Settings that the chain before the cursor has already.
    fn used_in_chain(&self, cursor: &Cursor) -> Vec<&str> {
        let reading = self.reading();
        let from = cursor.state.piece;
        let to = cursor.before.unwrap_or(0);
        (from..to)
            .filter(|at| reading.is(*at, ".") && reading.call(at + 1).is_some())
            .filter(|at| reading.state(*at).outer == cursor.state.outer)
            .map(|at| reading.word(at + 1))
            .collect()
    }

    /// Functions of rows that take a value of this type before the dot.
    fn row_functions(&self, column: Option<ColumnType>, cursor: &Cursor) -> Vec<Offer> {
        let fits = |doc: &&FunctionDoc| {
            let first = doc.params.first().map_or("", |param| param.kind.as_str());
            let any = first.contains("any value") || first == "value";
            match column {
                None => true,
                Some(ColumnType::Text) => any || first.contains("text"),
                Some(ColumnType::Int | ColumnType::Float) => any || first.contains("number"),
                Some(ColumnType::Date | ColumnType::Timestamp) => any || first.contains("date"),
                Some(ColumnType::Bool) => any,
            }
        };
        let all = words().iter().filter(|doc| doc.in_closures && !doc.params.is_empty());
        all.filter(fits)
            .map(|doc| self.behind_dot(doc, usual(COMMON, &doc.name), cursor.word))
            .collect()
    }

    fn plain_functions(&self, word: &str, cursor: &Cursor) -> Vec<Offer> {
        let all = words()
            .iter()
            .filter(|doc| doc.group == "plain values" && !doc.params.is_empty());
        all.filter(|doc| {
            doc.params
                .first()
                .is_some_and(|param| param.kind.contains(word) || param.kind == "plain value")
        })
        .zip(0..)
        .map(|(doc, rank)| self.behind_dot(doc, rank, cursor.word))
        .collect()
    }

    /// A function whose first value stands before the dot.
    fn behind_dot(&self, doc: &'static FunctionDoc, rank: u32, word: Option<usize>) -> Offer {
        let rest = doc.params.get(1..).unwrap_or_default();
        let insert = call_text(&doc.name, rest, None);
        self.offer(doc, rank, insert, word)
    }

    /// Functions of a module, by the token of its name.
    pub(super) fn functions_of(&self, module: usize) -> Vec<Offer> {
        let name = self.reading().word(module);
        let Some(Kind::Module(path)) = self.names.variable(name, module).map(|variable| &variable.kind) else {
            return Vec::new();
        };
        let Some((_, text)) = self.known.modules.iter().find(|(name, _)| name == path) else {
            return Vec::new();
        };
        let reading = Reading::new(text);
        let mut offers: Vec<Offer> = functions(&reading)
            .into_iter()
            .zip(0..)
            .map(|((name, _), rank)| function_offer(&reading, name, rank))
            .collect();
        for at in (0..reading.tokens().len()).filter(|at| reading.is(*at, "const")) {
            let value = reading.slice((at + 3, reading.statement_end(at).saturating_sub(1)));
            let offer = Offer::new(reading.word(at + 1), CompletionKind::Variable, 500);
            offers.push(offer.detail(value));
        }
        offers
    }

    /// Keys of a map that is the argument of a call.
    pub(super) fn key_offers(&self, call: &CallPlace) -> Vec<Offer> {
        let reading = self.reading();
        let used: Vec<&str> = (call.open..reading.end(call.open))
            .filter(|at| reading.is(at + 1, ":"))
            .map(|at| reading.word(at))
            .collect();
        self.choices(&self.keys(call))
            .into_iter()
            .filter(|offer| !used.contains(&offer.label.as_str()))
            .map(|offer| {
                let name = if is_plain(&offer.label) {
                    offer.label.clone()
                } else {
                    format!("\"{}\"", super::escape(&offer.label))
                };
                Offer {
                    kind: CompletionKind::Key,
                    ..offer
                }
                .insert(format!("{name}: ${{1:}}"), true)
            })
            .collect()
    }

    /// What may stand in the body of a closure.
    pub(super) fn in_closure(&self, closure: Closure, cursor: &Cursor) -> Vec<Offer> {
        let reading = self.reading();
        let kind = self.names.parameter_kind(closure, 0);
        let mut offers = Vec::new();
        for at in (closure.bar + 1..closure.end).filter(|at| reading.is_name(*at)) {
            let offer = Offer::new(reading.word(at), CompletionKind::Variable, 0);
            offers.push(offer.detail(kind_detail(&kind)));
        }
        if kind != Kind::Cells {
            for doc in words().iter().filter(|doc| doc.in_closures) {
                offers.push(self.word_offer(doc, 200 + usual(COMMON, &doc.name), cursor.word));
            }
        }
        for (name, _) in functions(reading) {
            offers.push(function_offer(reading, name, 150));
        }
        let at = cursor.before.map_or(0, |before| before + 1);
        let plain = |kind: &Kind| !matches!(kind, Kind::Table(_) | Kind::Thing(_));
        offers.extend(self.variables(at, 100, plain));
        for (word, rank) in [("if", 300), ("switch", 301), ("true", 302), ("false", 303)] {
            offers.push(Offer::new(word, CompletionKind::Keyword, rank));
        }
        offers
    }

    /// What may be an argument of a call.
    pub(super) fn arguments(&self, call: &CallPlace) -> Vec<Offer> {
        let Some((_, param)) = self.param_at(call) else {
            return self.values();
        };
        let mut offers = self.quoted(&self.wanted_in_call(call));
        let kind = param.kind.as_str();
        let takes = |word: &str| kind.contains(word);
        if takes("condition") {
            offers.push(self.closure_offer(call));
        }
        if takes("column") {
            offers.extend(self.columns_as_arguments(param));
        }
        let measures = takes("measure");
        for doc in words().iter().filter(|doc| doc.on.is_empty() && !doc.in_closures) {
            let gives = doc.returns.as_str();
            let rank = match gives {
                "measure" if measures => usual(COMMON, &doc.name),
                "buckets" | "cohort" if takes(gives) => 100,
                "column" if takes("column") => 400,
                _ => continue,
            };
            offers.push(self.word_offer(doc, rank, None));
        }
        if takes("measure or plain value") || takes("column") || measures {
            let rank = if measures { 2_000 } else { 600 };
            offers.extend(
                words()
                    .iter()
                    .filter(|doc| doc.in_closures)
                    .map(|doc| self.word_offer(doc, rank, None)),
            );
        }
        let fits = |found: &Kind| match found {
            Kind::Table(_) => takes("table") || takes("column") || measures,
            Kind::Text => takes("text") || takes("plain value") || takes("date"),
            Kind::Number => takes("number") || takes("plain value") || measures,
            Kind::List => takes("list"),
            Kind::Map => takes("map"),
            Kind::Bool => takes("plain value"),
            Kind::Thing(Thing { word, .. }) => takes(word),
            _ => true,
        };
        let rank = match kind {
            _ if kind.starts_with("table") => 0,
            _ if measures => 15,
            _ => 300,
        };
        offers.extend(self.variables(call.open, rank, fits));
        offers.extend(self.list_of_tables(param));
        offers
    }

    /// The variables of tables in brackets, where a list of tables is due.
    fn list_of_tables(&self, param: &ParamDoc) -> Option<Offer> {
        (param.kind == "list of tables").then(|| {
            let tables = self
                .names
                .variables
                .iter()
                .filter(|variable| matches!(variable.kind, Kind::Table(_)));
            let names: Vec<&str> = tables.map(|variable| variable.name.as_str()).collect();
            let text = format!("[{}]", names.join(", "));
            Offer::new(text.clone(), CompletionKind::Variable, 0).insert(text, false)
        })
    }

    /// Columns with their table before them, those of the right type first.
    fn columns_as_arguments(&self, param: &ParamDoc) -> Vec<Offer> {
        let mut offers = Vec::new();
        for variable in &self.names.variables {
            let Kind::Table(table) = &variable.kind else { continue };
            for info in self.columns.get(table).map(Vec::as_slice).unwrap_or_default() {
                let data = self.data_of(info);
                let fits = match data.map(|data| data.column_type) {
                    Some(ColumnType::Int | ColumnType::Float) => {
                        !param.kind.contains("date") || param.kind.contains("number")
                    }
                    Some(ColumnType::Date | ColumnType::Timestamp) => {
                        !param.kind.contains("number") || param.kind.contains("date")
                    }
                    Some(ColumnType::Text | ColumnType::Bool) => {
                        !param.kind.contains("number") && !param.kind.contains("date")
                    }
                    None => true,
                };
                let text = if is_plain(&info.name) {
                    format!("{}.{}", variable.name, info.name)
                } else {
                    format!("{}[\"{}\"]", variable.name, super::escape(&info.name))
                };
                let rank = if fits { 20 } else { 700 } + offers.len() as u32 / 100;
                let offer = Offer::new(text, CompletionKind::Column, rank);
                offers.push(
                    offer
                        .detail(self.column_detail(info))
                        .docs(self.column_docs(table, info)),
                );
            }
        }
        offers
    }

    /// `|t| ..` with the letter of the table.
    fn closure_offer(&self, call: &CallPlace) -> Offer {
        let open = call.open;
        let closure = Closure {
            bar: open,
            end: open,
            open,
        };
        let kind = self.names.parameter_kind(closure, 0);
        let letter = match &kind {
            Kind::Row(table) => table.chars().next().filter(char::is_ascii_lowercase).unwrap_or('r'),
            Kind::Cells => 'm',
            _ => 'r',
        };
        Offer::new(format!("|{letter}|"), CompletionKind::Keyword, 0)
            .detail(kind_detail(&kind))
            .insert(format!("|{letter}| {letter}.${{1:}}"), true)
    }

    /// What a value may be where nothing more is known.
    pub(super) fn values(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = words()
            .iter()
            .filter(|doc| doc.on.is_empty() && !doc.in_closures && doc.returns != "nothing")
            .map(|doc| {
                let rank = match doc.returns.as_str() {
                    "table" => 1 + u32::from(doc.name != "table"),
                    _ if doc.name == "param" => 1,
                    "measure" => 200 + usual(COMMON, &doc.name),
                    _ => 300,
                };
                self.word_offer(doc, rank, None)
            })
            .collect();
        offers.extend(self.variables(self.reading().tokens().len(), 10, |_| true));
        offers
    }

    fn variables(&self, at: usize, rank: u32, fits: impl Fn(&Kind) -> bool) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        for variable in &self.names.variables {
            let seen = self
                .names
                .variable(&variable.name, at)
                .is_some_and(|seen| seen.token == variable.token);
            if seen && variable.token + 1 != at && fits(&variable.kind) {
                let kind = match variable.kind {
                    Kind::Table(_) => CompletionKind::Table,
                    Kind::Module(_) => CompletionKind::Module,
                    _ => CompletionKind::Variable,
                };
                let rank = rank + if kind == CompletionKind::Table { 0 } else { 1 };
                offers.push(Offer::new(variable.name.clone(), kind, rank).detail(kind_detail(&variable.kind)));
            }
        }
        offers
    }

    /// A word with its arguments to fill in.
    pub(super) fn word_offer(&self, doc: &'static FunctionDoc, rank: u32, word: Option<usize>) -> Offer {
        let insert = call_text(&doc.name, &doc.params, Some(doc));
        self.offer(doc, rank, insert, word)
    }

    fn offer(&self, doc: &'static FunctionDoc, rank: u32, insert: String, word: Option<usize>) -> Offer {
        let called = word.is_some_and(|word| self.reading().call(word).is_some());
        let kind = if doc.on.is_empty() {
            CompletionKind::Function
        } else {
            CompletionKind::Setting
        };
        let snippet = !called && insert.contains("${");
        let insert = if called { doc.name.clone() } else { insert };
        Offer::new(doc.name.clone(), kind, rank)
            .detail(doc.signature.clone())
            .of_word(doc)
            .insert(insert, snippet)
    }
}

/// Settings that most chains have, by how often they are wanted.
const USUAL: &[&str] = &[
    "key",
    "date",
    "belongs_to",
    "column",
    "mix",
    "bands",
    "cap",
    "target",
    "owner",
    "drives",
    "label",
    "baseline",
    "by",
    "where",
    "lower_is_better",
    "purpose",
    "scale",
    "missing",
    "given",
    "expect",
    "starts",
    "costs",
    "moves",
    "order",
    "stages",
    "phase",
    "dated",
    "past",
    "per",
    "add",
    "columns",
    "file",
    "unit",
    "stage",
];

/// Measures and functions of rows, by how often they are wanted.
const COMMON: &[&str] = &[
    "nps",
    "mean",
    "rate",
    "count",
    "sum",
    "top_box",
    "median",
    "percentile",
    "share",
    "is_missing",
    "days_between",
    "hour",
    "day",
    "weekday",
    "year",
    "month",
    "hours_between",
    "contains",
    "starts_with",
    "to_lower",
    "or_else",
    "as_of",
    "done_within",
    "round",
];

/// The place of a word among those that are usual; behind all of them for another.
fn usual(words: &[&str], word: &str) -> u32 {
    words.iter().position(|usual| *usual == word).unwrap_or(words.len()) as u32
}

/// A call with fields for what it needs.
fn call_text(name: &str, params: &[ParamDoc], of: Option<&FunctionDoc>) -> String {
    let mut fields = Vec::new();
    for (param, number) in params.iter().filter(|param| !param.optional).zip(1..) {
        let field = format!("${{{number}:{}}}", param.name);
        let text = param.kind == "text" || param.kind.starts_with("text or") || param.kind == "date";
        fields.push(if param.kind == "condition" {
            // What the row is called does not matter.
            format!("|r| ${{{number}:condition}}")
        } else if text && of.is_none_or(|doc| !doc.in_closures) {
            format!("\"{field}\"")
        } else {
            field
        });
    }
    format!("{name}({})", fields.join(", "))
}

/// A function of the card or of a module.
fn function_offer(reading: &Reading<'_>, name: usize, rank: u32) -> Offer {
    let pieces = reading.call(name).map(|open| reading.pieces(open)).unwrap_or_default();
    let params: Vec<&str> = pieces.iter().map(|piece| reading.word(piece.0)).collect();
    let fields: Vec<String> = params
        .iter()
        .zip(1..)
        .map(|(param, n)| format!("${{{n}:{param}}}"))
        .collect();
    let word = reading.word(name);
    Offer::new(word, CompletionKind::Function, rank)
        .detail(format!("{word}({})", params.join(", ")))
        .docs(doc_above(reading, name))
        .insert(format!("{word}({})", fields.join(", ")), !fields.is_empty())
}

/// The `///` lines above the statement of a token.
pub(in crate::assist) fn doc_above(reading: &Reading<'_>, token: usize) -> String {
    let start = reading.span(reading.state(token).statement).start as usize;
    doc_before(reading.text.get(..start).unwrap_or_default())
}
