//! Names and values that stand in quotes.

use bellwether_order::BTreeSet;

use super::{Offer, escape};
use crate::assist::declared::Card;
use crate::assist::kind::Kind;
use crate::assist::place::Wanted;
use crate::assist::wire::{CompletionKind, DeclaredKind};
use crate::definition::CivilDate;

impl Card<'_, '_> {
    /// What a place asks for, without quotes.
    pub(super) fn choices(&self, wanted: &Wanted) -> Vec<Offer> {
        match wanted {
            Wanted::Nothing => Vec::new(),
            Wanted::Outcomes => self.names_of(&[DeclaredKind::Outcome, DeclaredKind::Metric]),
            Wanted::Named => self.names_of(&[DeclaredKind::Metric, DeclaredKind::Outcome, DeclaredKind::Score]),
            Wanted::Metrics => self.names_of(&[DeclaredKind::Metric, DeclaredKind::Score, DeclaredKind::Outcome]),
            Wanted::Segments => self.names_of(&[DeclaredKind::Segment]),
            Wanted::Objectives => self.names_of(&[DeclaredKind::Objective]),
            Wanted::Tables => self.table_names(),
            Wanted::Columns(table) => self.columns_of(table),
            Wanted::SegmentValues(segment) => values(self.segment_values(segment)),
            Wanted::ColumnValues(table, column) => values(self.column_values(table, column)),
            Wanted::Choice(words) => in_order(words.iter().map(|word| (*word).to_owned())),
            Wanted::Stages => in_order(self.stages(None)),
            Wanted::Steps(stage) => in_order(self.stages(Some(stage))),
            Wanted::Bands => in_order(self.bands()),
            Wanted::Days => in_order(self.days()),
            Wanted::People => in_order(self.people()),
            Wanted::Modules => {
                let modules = self.known.modules.iter().zip(0..);
                modules
                    .map(|((name, _), rank)| Offer::new(name.clone(), CompletionKind::Module, rank))
                    .collect()
            }
        }
    }

    /// The same with quotes, for a place where none is typed yet.
    pub(super) fn quoted(&self, wanted: &Wanted) -> Vec<Offer> {
        self.choices(wanted)
            .into_iter()
            .map(|offer| {
                let text = format!("\"{}\"", escape(&offer.label));
                Offer {
                    label: text.clone(),
                    ..offer
                }
                .insert(text, false)
            })
            .collect()
    }

    fn names_of(&self, kinds: &[DeclaredKind]) -> Vec<Offer> {
        let mut offers = Vec::new();
        for kind in kinds {
            for (name, label) in self.named(*kind) {
                let rank = offers.len() as u32;
                let offer = Offer::new(name.clone(), completion_kind(*kind), rank);
                let word = format!("{kind:?}").to_lowercase();
                let detail = label.map_or_else(|| word.clone(), |label| format!("{word}: {label}"));
                let docs = self.symbol(&[*kind], &name).map(|symbol| self.formula(symbol));
                offers.push(offer.detail(detail).docs(docs.unwrap_or_default()));
            }
        }
        offers
    }

    fn table_names(&self) -> Vec<Offer> {
        let mut names: Vec<(String, String)> = Vec::new();
        for table in self.known.tables {
            let detail = format!("{} rows, {} columns", table.rows, table.columns.len());
            names.push((table.name.clone(), detail));
        }
        for (name, _) in self.named(DeclaredKind::Table) {
            if !names.iter().any(|(known, _)| *known == name) {
                names.push((name, "table of the card".to_owned()));
            }
        }
        let offers = names.into_iter().zip(0..);
        offers
            .map(|((name, detail), rank)| Offer::new(name, CompletionKind::Table, rank).detail(detail))
            .collect()
    }

    /// The columns of a table with what is known of them.
    pub(super) fn columns_of(&self, table: &str) -> Vec<Offer> {
        let mut offers = Vec::new();
        for info in self.columns.get(table).map(Vec::as_slice).unwrap_or_default() {
            let at_hand = self.data_of(info).is_some();
            let rank = offers.len() as u32 + if at_hand || info.made.is_some() { 0 } else { 500 };
            let offer = Offer::new(info.name.clone(), CompletionKind::Column, rank);
            offers.push(
                offer
                    .detail(self.column_detail(info))
                    .docs(self.column_docs(table, info)),
            );
        }
        offers
    }

    fn stages(&self, of: Option<&str>) -> Vec<String> {
        let reading = self.reading();
        let mut found = Vec::new();
        for symbol in self
            .symbols
            .iter()
            .filter(|symbol| symbol.kind == DeclaredKind::Journey)
        {
            for word in &symbol.chain {
                let Some(open) = reading.call(*word) else { continue };
                let pieces = reading.pieces(open);
                let texts = |from: usize| pieces.iter().skip(from).flat_map(|piece| reading.literals(*piece));
                match (reading.word(*word), of) {
                    ("stages", None) => found.extend(texts(0).map(|(_, text)| text)),
                    ("phase", None) => found.extend(texts(0).take(1).map(|(_, text)| text)),
                    ("phase", Some(stage)) if reading.literal(open + 1).as_deref() == Some(stage) => {
                        found.extend(texts(1).map(|(_, text)| text));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    fn bands(&self) -> Vec<String> {
        let mut found: Vec<String> = ["green", "amber", "red"].map(str::to_owned).to_vec();
        let reading = self.reading();
        for symbol in self.symbols.iter().filter(|symbol| symbol.kind == DeclaredKind::Score) {
            for word in symbol.chain.iter().filter(|word| reading.is(**word, "bands")) {
                for piece in reading.call(*word).map(|open| reading.pieces(open)).unwrap_or_default() {
                    found.extend(reading.literals(piece).into_iter().map(|(_, text)| text));
                }
            }
        }
        found
    }

    /// Days that the card names, and ends of quarters behind the last of them.
    fn days(&self) -> Vec<String> {
        let mut named: BTreeSet<CivilDate> = BTreeSet::new();
        let reading = self.reading();
        for index in 0..reading.tokens().len() {
            if let Some(day) = reading.literal(index).filter(|text| text.len() == 10)
                && let Some(date) = CivilDate::parse(&day)
            {
                named.insert(date);
            }
        }
        let ranges = self.known.tables.iter().flat_map(|table| &table.columns);
        let last_of_data = ranges
            .filter_map(|column| CivilDate::parse(column.range.as_ref()?.1.get(..10)?))
            .max();
        let from = last_of_data.or_else(|| named.iter().next_back().copied());
        let mut found: Vec<String> = named.iter().rev().map(ToString::to_string).collect();
        let year = from
            .and_then(CivilDate::naive)
            .map_or(0, |date| chrono::Datelike::year(&date));
        for (year, end) in [year, year + 1]
            .into_iter()
            .flat_map(|year| ["03-31", "06-30", "09-30", "12-31"].map(|end| (year, end)))
        {
            if year > 0
                && let Some(date) = CivilDate::parse(&format!("{year:04}-{end}"))
                && from.is_some_and(|from| date > from)
                && !named.contains(&date)
            {
                found.push(date.to_string());
            }
        }
        found
    }

    /// Who owns what, as the card says elsewhere.
    fn people(&self) -> Vec<String> {
        let reading = self.reading();
        let mut found: Vec<String> = Vec::new();
        for word in (0..reading.tokens().len()).filter(|at| matches!(reading.word(*at), "owner" | "to")) {
            let Some(name) = reading.call(word).and_then(|open| reading.literal(open + 1)) else {
                continue;
            };
            if !name.is_empty() && reading.is(word.wrapping_sub(1), ".") && !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// Values that stand behind `==`, with quotes where they are text.
    pub(super) fn values_compared(&self, operator: usize) -> Vec<Offer> {
        match self.names.before(operator, 0) {
            Kind::Column(table, column) => {
                let text = self
                    .column_info(&table, &column)
                    .and_then(|info| self.data_of(info))
                    .is_none_or(|data| data.column_type == crate::definition::ColumnType::Text);
                let wanted = Wanted::ColumnValues(table, column);
                if text {
                    self.quoted(&wanted)
                } else {
                    self.choices(&wanted)
                }
            }
            _ => self.values(),
        }
    }
}

/// The kind of completion that offers a declared thing.
pub(super) fn completion_kind(kind: DeclaredKind) -> CompletionKind {
    match kind {
        DeclaredKind::Outcome => CompletionKind::Outcome,
        DeclaredKind::Metric => CompletionKind::Metric,
        DeclaredKind::Score => CompletionKind::Score,
        DeclaredKind::Segment => CompletionKind::Segment,
        DeclaredKind::Table => CompletionKind::Table,
        DeclaredKind::Function => CompletionKind::Function,
        _ => CompletionKind::Choice,
    }
}

fn in_order(words: impl IntoIterator<Item = String>) -> Vec<Offer> {
    let words = words.into_iter().zip(0..);
    words
        .map(|(word, rank)| Offer::new(word, CompletionKind::Choice, rank))
        .collect()
}

fn values(values: Vec<(String, Option<u64>)>) -> Vec<Offer> {
    let values = values.into_iter().zip(0..);
    values
        .map(|((value, n), rank)| {
            let detail = n.map_or_else(String::new, |n| format!("{n} rows"));
            Offer::new(value, CompletionKind::Value, rank).detail(detail)
        })
        .collect()
}
