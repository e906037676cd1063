//! What is to be said about the thing under the pointer.
//!
//! Imports: definition, script::reference, assist.

use super::complete::words::doc_above;
use super::declared::{Card, ColumnInfo, Symbol};
use super::kind::{Kind, doc_of};
use super::place::{Cursor, Wanted};
use super::wire::{DeclaredKind, Fact, Hover};
use crate::definition::{Literal, Scorecard};
use crate::script::reference::FunctionDoc;

/// The kinds that share one space of names.
pub(super) const NAMED: &[DeclaredKind] = &[DeclaredKind::Metric, DeclaredKind::Outcome, DeclaredKind::Score];

/// What is to be said about the word at a byte; the word before the byte where none begins at it.
pub(super) fn hover(card: &Card<'_, '_>, offset: u32) -> Option<Hover> {
    let token = token_at(card, offset)?;
    if card.reading().is_name(token) {
        return card.hover_word(token);
    }
    card.hover_text(token)
}

/// The name or text at a byte.
pub(super) fn token_at(card: &Card<'_, '_>, offset: u32) -> Option<usize> {
    let reading = card.reading();
    let behind = reading.before(offset.saturating_add(1)).checked_sub(1);
    let holds = |index: &usize| {
        let span = reading.span(*index);
        span.start <= offset && offset < span.end && (reading.is_name(*index) || reading.literal(*index).is_some())
    };
    behind.filter(holds).or_else(|| {
        let cursor = Cursor::new(reading, offset);
        cursor.word.or(cursor.text)
    })
}

impl Card<'_, '_> {
    fn hover_word(&self, token: usize) -> Option<Hover> {
        let reading = self.reading();
        let span = reading.span(token);
        let word = reading.word(token);
        let receiver = self.names.receiver(token, 0);
        if let Some(open) = reading.call(token) {
            if reading.is(token.wrapping_sub(1), "::") {
                return None;
            }
            let given = reading.pieces(open).len();
            if receiver.is_none()
                && let Some((name, _)) = super::declared::functions(reading)
                    .into_iter()
                    .find(|(name, _)| reading.is(*name, word))
            {
                let title = reading.slice((name, reading.past(name + 1)));
                return Some(Hover {
                    span,
                    title: title.to_owned(),
                    docs: doc_above(reading, name),
                    facts: Vec::new(),
                    example: None,
                });
            }
            return doc_of(word, receiver.as_ref(), given).map(|doc| hover_doc(doc, span));
        }
        if let Some(receiver) = receiver {
            return match self.names.property(&receiver, word) {
                Kind::Column(table, column) => self.hover_column(&table, &column, token),
                Kind::Row(parent) => Some(self.hover_table(&parent, span, &format!("{word}: row of {parent}"))),
                Kind::Number if receiver == Kind::Cells => self.hover_named(word, token),
                _ => None,
            };
        }
        let kind = self.names.before(token + 1, 0);
        match &kind {
            Kind::Table(table) => Some(self.hover_table(table, span, &format!("{word}: table {table}"))),
            Kind::Unknown => None,
            Kind::Row(table) => Some(self.hover_table(table, span, &format!("{word}: row of {table}"))),
            other => {
                let variable = self.names.variable(word, token);
                let title = format!("{word}: {}", super::complete::kind_detail(other));
                let declared = variable.map(|variable| variable.token);
                let value = declared.filter(|at| reading.is(at + 1, "=")).map(|at| {
                    let end = reading.statement_end(at);
                    reading.slice((
                        at + 2,
                        end.saturating_sub(usize::from(reading.is(end.wrapping_sub(1), ";"))),
                    ))
                });
                Some(Hover {
                    span,
                    title,
                    docs: value.map(code).unwrap_or_default(),
                    facts: self.param_facts(word),
                    example: None,
                })
            }
        }
    }

    fn param_facts(&self, name: &str) -> Vec<Fact> {
        let Some(param) = self
            .known
            .card
            .and_then(|card| card.params.iter().find(|param| param.name == name))
        else {
            return Vec::new();
        };
        let mut facts = vec![fact("value", literal(&param.value))];
        if param.value != param.default {
            facts.push(fact("default", literal(&param.default)));
        }
        if let (Some(min), Some(max)) = (param.min, param.max) {
            facts.push(fact("range", format!("{min} to {max}")));
        }
        facts.extend(param.help.as_ref().map(|help| fact("help", help.clone())));
        facts
    }

    fn hover_text(&self, token: usize) -> Option<Hover> {
        let reading = self.reading();
        let name = reading.literal(token)?;
        if let Some(symbol) = self.symbols.iter().find(|symbol| symbol.token == token) {
            return match symbol.kind {
                DeclaredKind::Table => Some(self.hover_table(&name, reading.span(token), &format!("table {name}"))),
                DeclaredKind::Segment => Some(self.hover_segment(&name, token)),
                _ if NAMED.contains(&symbol.kind) => self.hover_named(&name, token),
                _ => None,
            };
        }
        match self.wanted_at(token) {
            Wanted::Outcomes | Wanted::Named | Wanted::Metrics => self.hover_named(&name, token),
            Wanted::Tables => Some(self.hover_table(&name, reading.span(token), &format!("table {name}"))),
            Wanted::Columns(table) => self.hover_column(&table, &name, token),
            Wanted::Segments => Some(self.hover_segment(&name, token)),
            _ => None,
        }
    }

    /// A metric, an outcome or a score: its formula, its goal, its owner.
    fn hover_named(&self, name: &str, token: usize) -> Option<Hover> {
        let reading = self.reading();
        let span = reading.span(token);
        let Some(symbol) = self.symbol(NAMED, name) else {
            let metric = self.known.card?.metric(name)?;
            let mut facts = Vec::new();
            facts.extend(metric.label.as_ref().map(|label| fact("label", label.clone())));
            facts.extend(
                metric
                    .goal
                    .owner
                    .as_ref()
                    .map(|owner| fact("owner", owner.value.clone())),
            );
            facts.extend(
                metric
                    .goal
                    .target
                    .map(|target| fact("target", target.value.to_string())),
            );
            return Some(Hover {
                span,
                title: format!("{:?} \"{name}\"", metric.role).to_lowercase(),
                docs: metric.about.clone().unwrap_or_default(),
                facts,
                example: None,
            });
        };
        let mut facts = Vec::new();
        facts.extend(self.label(symbol).map(|label| fact("label", label)));
        for setting in [
            "drives", "owner", "baseline", "target", "by", "worth", "unit", "bands", "about",
        ] {
            if let Some(value) = self.setting(symbol, setting) {
                facts.push(fact(setting, value.trim_matches('"').to_owned()));
            }
        }
        let doc = doc_above(reading, symbol.word);
        let formula = self.formula(symbol);
        Some(Hover {
            span,
            title: format!("{} \"{name}\"", reading.word(symbol.word)),
            docs: [doc, formula]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n\n"),
            facts,
            example: None,
        })
    }

    /// What a metric is of, or what a score mixes, as the card writes it.
    pub(super) fn formula(&self, symbol: &Symbol) -> String {
        let reading = self.reading();
        let Some(open) = reading.call(symbol.word) else {
            return String::new();
        };
        let measure = reading
            .pieces(open)
            .get(1)
            .copied()
            .map(|(from, _)| reading.slice((from, reading.end(open))));
        let filters = symbol.chain.iter().filter(|word| {
            matches!(
                reading.word(**word),
                "where" | "dated" | "past" | "per" | "mix" | "mix_each" | "cap" | "floor" | "knock_out"
            )
        });
        let settings: Vec<String> = filters
            .filter_map(|word| {
                Some(format!(
                    ".{}",
                    reading.slice((*word, reading.past(reading.call(*word)?)))
                ))
            })
            .collect();
        let parts: Vec<String> = measure.map(str::to_owned).into_iter().chain(settings).collect();
        if parts.is_empty() {
            String::new()
        } else {
            code(&parts.join("\n    "))
        }
    }

    fn hover_segment(&self, name: &str, token: usize) -> Hover {
        let reading = self.reading();
        let symbol = self.symbol(&[DeclaredKind::Segment], name);
        let values = self.segment_values(name);
        let listed: Vec<String> = values.iter().take(12).map(|(value, _)| value.clone()).collect();
        let mut facts = Vec::new();
        facts.extend(
            symbol
                .and_then(|symbol| self.label(symbol))
                .map(|label| fact("label", label)),
        );
        if !listed.is_empty() {
            facts.push(fact("values", listed.join(", ")));
        }
        Hover {
            span: reading.span(token),
            title: format!("segment \"{name}\""),
            docs: symbol.map(|symbol| self.formula(symbol)).unwrap_or_default(),
            facts,
            example: None,
        }
    }

    fn hover_table(&self, table: &str, span: crate::diagnostic::Span, title: &str) -> Hover {
        let mut facts = Vec::new();
        if let Some(known) = self.known_table(table) {
            facts.push(fact("rows", known.rows.to_string()));
        }
        if let Some(symbol) = self.symbol(&[DeclaredKind::Table], table) {
            for setting in ["key", "date"] {
                if let Some(value) = self.setting(symbol, setting) {
                    facts.push(fact(setting, value.replace('"', "")));
                }
            }
        }
        for (_, path, parent) in self.names.paths.iter().filter(|(child, _, _)| child == table) {
            facts.push(fact("belongs to", format!("{parent} as {path}")));
        }
        let columns: Vec<&str> = self
            .columns
            .get(table)
            .into_iter()
            .flatten()
            .map(|info| info.name.as_str())
            .collect();
        if !columns.is_empty() {
            facts.push(fact("columns", columns.join(", ")));
        }
        Hover {
            span,
            title: title.to_owned(),
            docs: String::new(),
            facts,
            example: None,
        }
    }

    fn hover_column(&self, table: &str, column: &str, token: usize) -> Option<Hover> {
        let info = self.column_info(table, column)?;
        let label = self
            .compiled_facts(table, column)
            .and_then(|(card, table)| card.table(table)?.facts(column)?.label.clone());
        Some(Hover {
            span: self.reading().span(token),
            title: format!("{table}.{column}"),
            docs: label.unwrap_or_default(),
            facts: self.column_facts(table, info),
            example: None,
        })
    }

    fn compiled_facts<'t>(&self, table: &'t str, _column: &str) -> Option<(&Scorecard, &'t str)> {
        self.known.card.map(|card| (card, table))
    }

    /// What is known of a column, in a line: `whole number, 12 missing`.
    pub(super) fn column_detail(&self, info: &ColumnInfo) -> String {
        let Some(data) = self.data_of(info) else {
            return if info.made.is_some() {
                "made by the card".to_owned()
            } else {
                String::new()
            };
        };
        let missing = if data.missing > 0 {
            format!(", {} missing", data.missing)
        } else {
            String::new()
        };
        format!("{}{missing}", data.column_type.word())
    }

    /// What is known of a column, in Markdown.
    pub(super) fn column_docs(&self, table: &str, info: &ColumnInfo) -> String {
        let facts = self.column_facts(table, info);
        let lines: Vec<String> = facts
            .into_iter()
            .map(|fact| format!("{}: {}", fact.name, fact.value))
            .collect();
        lines.join("  \n")
    }

    fn column_facts(&self, table: &str, info: &ColumnInfo) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(data) = self.data_of(info) {
            facts.push(fact("type", data.column_type.word().to_owned()));
            let rows = info
                .source
                .as_ref()
                .and_then(|(table, _)| self.known_table(table))
                .map_or(0, |table| table.rows);
            facts.push(fact("missing", format!("{} of {rows}", data.missing)));
            facts.extend(
                data.distinct
                    .map(|distinct| fact("different values", distinct.to_string())),
            );
            facts.extend(
                data.range
                    .as_ref()
                    .map(|(low, high)| fact("range", format!("{low} to {high}"))),
            );
            let top: Vec<String> = data
                .values
                .iter()
                .take(6)
                .map(|(value, n)| format!("{value} ({n})"))
                .collect();
            if !top.is_empty() {
                facts.push(fact("commonest", top.join(", ")));
            }
        }
        if let Some(made) = info.made {
            let reading = self.reading();
            let open = reading.state(made).outer;
            let source = reading
                .pieces(open)
                .get(1)
                .map(|(from, _)| reading.slice((*from, reading.end(open))));
            facts.extend(source.map(|source| fact("made by", source.to_owned())));
        }
        let declared = self.known.card.and_then(|card| card.table(table)?.facts(&info.name));
        if let Some(declared) = declared {
            facts.extend(
                declared
                    .scale
                    .map(|scale| fact("scale", format!("{} to {}", scale.value.0, scale.value.1))),
            );
            let codes: Vec<String> = declared.missing.iter().map(|code| literal(&code.value)).collect();
            if !codes.is_empty() {
                facts.push(fact("codes for missing", codes.join(", ")));
            }
        }
        facts
    }
}

fn hover_doc(doc: &FunctionDoc, span: crate::diagnostic::Span) -> Hover {
    let facts = doc.params.iter().map(|param| {
        let optional = if param.optional { ", optional" } else { "" };
        let several = if param.several { ", one or more" } else { "" };
        fact(&param.name, format!("{}{optional}{several}", param.kind))
    });
    let returns = (!doc.returns.is_empty()).then(|| fact("gives", doc.returns.clone()));
    Hover {
        span,
        title: doc.signature.clone(),
        docs: doc.doc.clone(),
        facts: facts.chain(returns).collect(),
        example: Some(doc.example.clone()),
    }
}

fn fact(name: &str, value: String) -> Fact {
    Fact {
        name: name.to_owned(),
        value,
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Text(value) => value.clone(),
    }
}

fn code(text: &str) -> String {
    format!("```rhai\n{text}\n```")
}
