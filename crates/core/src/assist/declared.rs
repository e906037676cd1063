//! What a card declares: its tables with their columns, its metrics, scores and the like, from the words of the text.
//!
//! Imports: definition, script::{lexer, reference}, assist::{kind, known, reading}.

use bellwether_order::BTreeMap;

use super::kind::{Kind, Names};
use super::known::{Known, KnownColumn, KnownTable};
use super::reading::Reading;
use super::wire::DeclaredKind;
use crate::definition::Role;

/// Something declared in the text.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// What it is.
    pub kind: DeclaredKind,
    /// Its name.
    pub name: String,
    /// The token of its name.
    pub token: usize,
    /// The word that declares it.
    pub word: usize,
    /// The settings that follow, the token of each.
    pub chain: Vec<usize>,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Tokens that speak of it.
    pub tokens: Vec<usize>,
    /// The token that makes it, where the card does.
    pub made: Option<usize>,
    /// The name that the source has for it, where the tables at hand have it.
    pub source: Option<(String, String)>,
}

/// A card's declarations.
#[derive(Debug)]
pub struct Card<'r, 'a> {
    /// Names of the script.
    pub names: Names<'r, 'a>,
    /// What is declared, in order.
    pub symbols: Vec<Symbol>,
    /// Columns by table.
    pub columns: BTreeMap<String, Vec<ColumnInfo>>,
    /// What is known besides.
    pub known: Known<'a>,
}

/// The kind of thing that a word declares.
pub fn declares(word: &str) -> Option<DeclaredKind> {
    Some(match word {
        "scorecard" => DeclaredKind::Scorecard,
        "param" => DeclaredKind::Param,
        "table" | "alias" | "stack" | "entities" => DeclaredKind::Table,
        "segment" => DeclaredKind::Segment,
        "metric" => DeclaredKind::Metric,
        "outcome" => DeclaredKind::Outcome,
        "score" => DeclaredKind::Score,
        "objective" => DeclaredKind::Objective,
        "journey" => DeclaredKind::Journey,
        "initiative" => DeclaredKind::Initiative,
        "list" => DeclaredKind::List,
        "alert" => DeclaredKind::Alert,
        "test" => DeclaredKind::Test,
        _ => return None,
    })
}

/// What functions of modules give, by module and name.
pub fn foreign(known: &Known<'_>) -> BTreeMap<(String, String), Kind> {
    let mut found = BTreeMap::new();
    for (module, text) in known.modules {
        let reading = Reading::new(text);
        let names = Names::new(&reading, BTreeMap::new());
        for (name, body) in functions(&reading) {
            let last = reading.end(body);
            let last = if reading.is(last.wrapping_sub(1), ";") {
                last - 1
            } else {
                last
            };
            found.insert((module.clone(), reading.word(name).to_owned()), names.before(last, 0));
        }
    }
    found
}

/// The functions of a text: the name's token and the bracket of the body.
pub fn functions(reading: &Reading<'_>) -> Vec<(usize, usize)> {
    (0..reading.tokens().len())
        .filter(|at| reading.is(*at, "fn") && reading.is_name(at + 1))
        .filter_map(|at| {
            let body = reading.past(reading.call(at + 1)?);
            reading.is(body, "{").then_some((at + 1, body))
        })
        .collect()
}

impl<'r, 'a> Card<'r, 'a> {
    /// Reads what a text declares.
    pub fn new(reading: &'r Reading<'a>, known: Known<'a>) -> Self {
        let mut card = Self {
            names: Names::new(reading, foreign(&known)),
            symbols: Vec::new(),
            columns: BTreeMap::new(),
            known,
        };
        for index in 0..reading.tokens().len() {
            if !reading.is_name(index) {
                continue;
            }
            let behind_dot = matches!(reading.word(index.wrapping_sub(1)), "." | "?.");
            match (reading.call(index), behind_dot) {
                (Some(open), false) => card.take_declaration(index, open),
                (Some(open), true) => card.take_setting(index, open),
                (None, true) => card.take_property(index),
                (None, false) => {}
            }
        }
        card.take_data();
        card
    }

    /// The text.
    pub fn reading(&self) -> &'r Reading<'a> {
        self.names.reading
    }

    fn take_declaration(&mut self, word: usize, open: usize) {
        let reading = self.reading();
        let Some(kind) = declares(reading.word(word)) else {
            return;
        };
        let Some(name) = reading.literal(open + 1) else { return };
        if kind == DeclaredKind::Table {
            self.columns.entry(name.clone()).or_default();
            if reading.is(word, "entities")
                && let Some(piece) = reading.pieces(open).get(1)
                && let Kind::Column(_, column) = self.names.of_piece(*piece)
            {
                self.column(&name, &column, open + 1);
            }
        }
        self.symbols.push(Symbol {
            kind,
            name,
            token: open + 1,
            word,
            chain: reading.chain(reading.past(open)),
        });
    }

    /// Columns that a setting of a table names.
    fn take_setting(&mut self, word: usize, open: usize) {
        let reading = self.reading();
        let name = reading.word(word);
        let makes = matches!(name, "add" | "rename" | "unpivot");
        let columns: &[usize] = match name {
            "key" | "column" | "columns" | "latest_by" | "distinct_by" => &[],
            "add" | "date" | "rows" | "weight" | "rake" => &[0],
            "belongs_to" | "anonymous_below" | "rename" => &[1],
            "unpivot" => &[1, 2],
            _ => return,
        };
        let Some(Kind::Table(table)) = self.names.receiver(word, 0) else {
            return;
        };
        let pieces = reading.pieces(open);
        for (at, piece) in pieces.iter().enumerate() {
            if columns.is_empty() || columns.contains(&at) {
                for (token, column) in reading.literals(*piece) {
                    let info = self.column(&table, &column, token);
                    info.made = info.made.or(makes.then_some(token));
                }
            }
        }
    }

    /// A column that is read: `survey.recommend`, `s.customer.plan`.
    fn take_property(&mut self, word: usize) {
        let Some(receiver) = self.names.receiver(word, 0) else {
            return;
        };
        let name = self.reading().word(word);
        if let Kind::Column(table, column) = self.names.property(&receiver, name) {
            self.column(&table, &column, word);
        }
    }

    fn column(&mut self, table: &str, name: &str, token: usize) -> &mut ColumnInfo {
        let columns = self.columns.entry(table.to_owned()).or_default();
        let at = columns
            .iter()
            .position(|column| column.name == name)
            .unwrap_or_else(|| {
                columns.push(ColumnInfo {
                    name: name.to_owned(),
                    ..ColumnInfo::default()
                });
                columns.len() - 1
            });
        if token != usize::MAX
            && let Some(column) = columns.get_mut(at)
        {
            column.tokens.push(token);
        }
        #[expect(clippy::indexing_slicing, reason = "the place was just found or made")]
        &mut columns[at]
    }

    /// The columns of the tables at hand, under the names that the card gives them.
    fn take_data(&mut self) {
        let tables: Vec<String> = self.columns.keys().cloned().collect();
        for table in tables {
            for base in self.bases(&table) {
                let renames = self.renames(&base);
                let Some(known) = self.known_table(&base) else { continue };
                for column in &known.columns {
                    let name = renames.get(&column.name).unwrap_or(&column.name).clone();
                    let info = self.column(&table, &name, usize::MAX);
                    info.source = Some((base.clone(), column.name.clone()));
                }
            }
            let Some(card) = self.known.card.and_then(|card| card.table(&table)) else {
                continue;
            };
            let added = card.added.iter().filter(|column| !column.hidden);
            let declared = card.columns.iter().map(|facts| &facts.column.value);
            let all: Vec<&String> = added.map(|column| &column.name.value).chain(declared).collect();
            for name in all {
                self.column(&table, name, usize::MAX);
            }
        }
    }

    /// The tables whose rows a table has: itself, the one that it is an alias of, those that it stacks.
    fn bases(&self, table: &str) -> Vec<String> {
        let reading = self.reading();
        let declared = self
            .symbols
            .iter()
            .find(|symbol| symbol.kind == DeclaredKind::Table && symbol.name == table);
        match declared.map(|symbol| (symbol, reading.word(symbol.word))) {
            Some((symbol, "alias" | "stack")) => {
                let pieces = reading
                    .call(symbol.word)
                    .map(|open| reading.pieces(open))
                    .unwrap_or_default();
                let Some(of) = pieces.get(1).copied() else {
                    return Vec::new();
                };
                let parts = if reading.is(of.0, "[") {
                    reading.pieces(of.0)
                } else {
                    vec![of]
                };
                parts
                    .into_iter()
                    .filter_map(|piece| self.names.of_piece(piece).table().map(str::to_owned))
                    .collect()
            }
            Some((_, "entities")) => Vec::new(),
            _ => vec![table.to_owned()],
        }
    }

    fn renames(&self, table: &str) -> BTreeMap<String, String> {
        let reading = self.reading();
        let mut found = BTreeMap::new();
        for word in (0..reading.tokens().len()).filter(|at| reading.is(*at, "rename")) {
            let (Some(open), Some(Kind::Table(of))) = (reading.call(word), self.names.receiver(word, 0)) else {
                continue;
            };
            if of == table
                && let (Some(from), Some(to)) = (reading.literal(open + 1), reading.literal(open + 3))
            {
                found.insert(from, to);
            }
        }
        found
    }

    /// A table at hand.
    pub fn known_table(&self, name: &str) -> Option<&'a KnownTable> {
        self.known.tables.iter().find(|table| table.name == name)
    }

    /// A column of a table.
    pub fn column_info(&self, table: &str, column: &str) -> Option<&ColumnInfo> {
        self.columns.get(table)?.iter().find(|info| info.name == column)
    }

    /// What the data say of a column.
    pub fn data_of(&self, info: &ColumnInfo) -> Option<&'a KnownColumn> {
        let (table, column) = info.source.as_ref()?;
        self.known_table(table)?.column(column)
    }

    /// The tables of the card, by name.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.symbols
            .iter()
            .filter(|symbol| symbol.kind == DeclaredKind::Table)
            .map(|symbol| symbol.name.as_str())
    }

    /// The symbol of that name and one of these kinds.
    pub fn symbol(&self, kinds: &[DeclaredKind], name: &str) -> Option<&Symbol> {
        self.symbols
            .iter()
            .find(|symbol| kinds.contains(&symbol.kind) && symbol.name == name)
    }

    /// What is written as an argument of a setting of a symbol: `owner` of `.owner("CX")`.
    pub fn setting(&self, symbol: &Symbol, name: &str) -> Option<&'a str> {
        let reading = self.reading();
        let word = symbol.chain.iter().rev().find(|word| reading.is(**word, name))?;
        let open = reading.call(*word)?;
        (reading.end(open) > open + 1).then(|| reading.slice((open + 1, reading.end(open))))
    }

    /// The label of a symbol.
    pub fn label(&self, symbol: &Symbol) -> Option<String> {
        let word = symbol
            .chain
            .iter()
            .rev()
            .find(|word| self.reading().is(**word, "label"))?;
        self.reading().literal(self.reading().call(*word)? + 1)
    }

    /// Names of some kinds with their labels: those of the text, then those that only the compiled card has.
    pub fn named(&self, kind: DeclaredKind) -> Vec<(String, Option<String>)> {
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        for symbol in self.symbols.iter().filter(|symbol| symbol.kind == kind) {
            if !found.iter().any(|(name, _)| *name == symbol.name) {
                found.push((symbol.name.clone(), self.label(symbol)));
            }
        }
        let Some(card) = self.known.card else { return found };
        let role = |wanted: Role| {
            let metrics = card.metrics.iter().filter(move |metric| metric.role == wanted);
            metrics
                .map(|metric| (metric.name.value.clone(), metric.label.clone()))
                .collect()
        };
        let compiled: Vec<(String, Option<String>)> = match kind {
            DeclaredKind::Metric => role(Role::Metric),
            DeclaredKind::Outcome => role(Role::Outcome),
            DeclaredKind::Score => card
                .scores
                .iter()
                .map(|score| (score.name.value.clone(), score.label.clone()))
                .collect(),
            DeclaredKind::Segment => card
                .segments
                .iter()
                .map(|segment| (segment.name.value.clone(), segment.label.clone()))
                .collect(),
            DeclaredKind::Table => card
                .tables
                .iter()
                .map(|table| (table.name.value.clone(), None))
                .collect(),
            _ => Vec::new(),
        };
        // What the text declares under another kind now is not what the compiled card had.
        for (name, label) in compiled {
            if !self.symbols.iter().any(|symbol| symbol.name == name) && self.still_there(kind, &name) {
                found.push((name, label));
            }
        }
        found
    }

    /// Whether something that only the compiled card has can still be meant: its declaration was no plain text.
    fn still_there(&self, kind: DeclaredKind, name: &str) -> bool {
        let Some(card) = self.known.card else { return false };
        let span = match kind {
            DeclaredKind::Metric | DeclaredKind::Outcome => card.metric(name).map(|metric| metric.name.span),
            DeclaredKind::Score => card.score(name).map(|score| score.name.span),
            DeclaredKind::Segment => card.segment(name).map(|segment| segment.name.span),
            DeclaredKind::Table => card.table(name).map(|table| table.name.span),
            _ => None,
        };
        // A name of the card's own text in quotes would be found there, unless it was changed or taken out since.
        span.is_some_and(|span| span.source != 0 || (span.end - span.start) as usize != name.len() + 2)
    }

    /// The values that a segment has: in its own order, else as the data have them.
    pub fn segment_values(&self, name: &str) -> Vec<(String, Option<u64>)> {
        let reading = self.reading();
        let mut found: Vec<(String, Option<u64>)> = Vec::new();
        let mut add = |value: String, n: Option<u64>| {
            if !found.iter().any(|(known, _)| *known == value) {
                found.push((value, n));
            }
        };
        if let Some(symbol) = self.symbol(&[DeclaredKind::Segment], name) {
            for word in symbol.chain.iter().filter(|word| reading.is(**word, "order")) {
                for piece in reading.call(*word).map(|open| reading.pieces(open)).unwrap_or_default() {
                    reading
                        .literals(piece)
                        .into_iter()
                        .for_each(|(_, value)| add(value, None));
                }
            }
            for (value, n) in self.source_values(symbol) {
                add(value, n);
            }
        }
        let card = self.known.card.and_then(|card| card.segment(name));
        for value in card.map(|segment| segment.order.clone()).unwrap_or_default() {
            add(value, None);
        }
        found
    }

    /// Values of the columns that a segment is made from, and labels of its buckets.
    fn source_values(&self, segment: &Symbol) -> Vec<(String, Option<u64>)> {
        let reading = self.reading();
        let pieces = reading
            .call(segment.word)
            .map(|open| reading.pieces(open))
            .unwrap_or_default();
        let Some(of) = pieces.get(1).copied() else {
            return Vec::new();
        };
        if reading.is(of.0, "buckets") {
            let inner = reading.call(of.0).map(|open| reading.pieces(open)).unwrap_or_default();
            let labels = inner.get(2).map(|piece| reading.literals(*piece)).unwrap_or_default();
            return labels.into_iter().map(|(_, label)| (label, None)).collect();
        }
        let parts = if reading.is(of.0, "[") {
            reading.pieces(of.0)
        } else {
            vec![of]
        };
        let mut found = Vec::new();
        for part in parts {
            if let Kind::Column(table, column) = self.names.of_piece(part) {
                found.extend(self.column_values(&table, &column));
            }
        }
        found
    }

    /// Values of a column, the commonest first.
    pub fn column_values(&self, table: &str, column: &str) -> Vec<(String, Option<u64>)> {
        let data = self.column_info(table, column).and_then(|info| self.data_of(info));
        data.map(|data| data.values.iter().map(|(value, n)| (value.clone(), Some(*n))).collect())
            .unwrap_or_default()
    }
}
