//! The engine with its tables, and what it remembers between calls: the card compiled last, and the report made last.
//!
//! What it is asked stands in rooms of its own: `tables`, `told` (the report and its cells), `drawn` (charts and pages), `asked`
//! (questions about a card) and `editor`.

mod asked;
mod drawn;
mod editor;
mod failure;
mod tables;
mod told;

pub use failure::Failure;
pub use told::{Shown, answered};

use std::collections::BTreeMap;
use std::rc::Rc;

use bellwether::data::{Needs, Table};
use bellwether::definition::{CivilDate, Scorecard, TableSource};
use bellwether::diagnostic::Diagnostic;
use bellwether::engine::{Progress, Workbench};
use bellwether::limits::{Budget, Host};
use bellwether::report::Report;
use bellwether::{Engine, Error, EvaluateOptions, Limits, Source};

use crate::answer::LimitsInfo;
use crate::options::{CardText, EvaluateSettings};
use crate::table::Kept;

/// A card that compiled.
struct Compiled {
    of: CardText,
    card: Scorecard,
    findings: Vec<Diagnostic>,
}

/// A report that was made, and of what.
struct Made {
    card: CardText,
    settings: EvaluateSettings,
    report: Rc<Report>,
}

/// An engine with its tables.
pub struct Session {
    engine: Engine,
    tables: bellwether_order::BTreeMap<String, Kept>,
    compiled: Option<Rc<Compiled>>,
    made: Option<Made>,
    /// What evaluations leave for the next one.
    bench: Workbench,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("engine", &self.engine)
            .field("tables", &self.tables.keys())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// An engine without tables, measured by the host's clock and memory.
    #[must_use]
    pub fn new(limits: Limits, host: Host) -> Self {
        Self {
            engine: Engine::new(limits).with_host(host),
            tables: bellwether_order::BTreeMap::new(),
            compiled: None,
            made: None,
            bench: Workbench::new(limits.memory_bytes / 2),
        }
    }

    /// The limits that hold.
    #[must_use]
    pub fn limits(&self) -> LimitsInfo {
        let limits = self.engine.limits();
        LimitsInfo {
            operations: limits.operations,
            row_operations: limits.row_operations,
            cells: limits.cells as u64,
            wall_time_ms: limits.wall_time.as_secs_f64() * 1_000.0,
            memory_bytes: limits.memory_bytes,
            growing_bytes: limits.growing_bytes,
            source_bytes: limits.source_bytes as u64,
        }
    }

    /// Compiles a card; one that is asked for again is compiled once.
    fn compile(&mut self, text: &CardText, budget: &Budget) -> Result<Rc<Compiled>, Error> {
        if let Some(compiled) = self.compiled.as_ref().filter(|compiled| compiled.of == *text) {
            return Ok(Rc::clone(compiled));
        }
        let modules: Vec<_> = text
            .modules
            .iter()
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect();
        let params: Vec<_> = text
            .params
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let source = Source {
            name: &text.name,
            text: &text.text,
            modules: &modules,
            params: &params,
        };
        let (card, findings) = self.engine.compile_within(&source, budget)?;
        let compiled = Rc::new(Compiled {
            of: text.clone(),
            card,
            findings,
        });
        self.compiled = Some(Rc::clone(&compiled));
        Ok(compiled)
    }

    /// The card with what the options of reading say of its tables, the columns that it needs, and what was said of them.
    fn bring(&mut self, card: &Scorecard) -> Result<Brought, Vec<Diagnostic>> {
        let mut card = card.clone();
        for table in card.tables.iter_mut().filter(|table| table.source == TableSource::Host) {
            if let Some(kept) = self.tables.get(&table.name.value).filter(|kept| kept.declares()) {
                kept.declare(table);
            }
        }
        let needs = self.engine.needs(&card);
        let all = Needs::all();
        let (mut tables, mut notes, mut errors) = (BTreeMap::new(), Vec::new(), Vec::new());
        for table in &card.tables {
            let name = &table.name.value;
            let Some(kept) = self.tables.get_mut(name) else {
                continue;
            };
            notes.extend_from_slice(kept.notes());
            match kept.for_card(needs.get(name).unwrap_or(&all)) {
                Ok(made) => {
                    tables.insert(name.clone(), made);
                }
                Err(finding) => errors.push(finding),
            }
        }
        if errors.is_empty() {
            Ok(Brought { card, tables, notes })
        } else {
            Err(errors)
        }
    }

    /// Compiles the card, brings its tables and hands both on.
    fn ready<T>(
        &mut self,
        text: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
        ask: impl FnOnce(&Engine, &Scorecard, BTreeMap<String, Table>, &EvaluateOptions) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let budget = self.engine.budget();
        let failed = |error: Error| Failure::of(error, text);
        let compiled = self.compile(text, &budget).map_err(failed)?;
        let brought = self
            .bring(&compiled.card)
            .map_err(|findings| Failure::data(findings, Some(text)))?;
        let as_of = match &settings.as_of {
            None => None,
            Some(day) => Some(
                CivilDate::parse(day)
                    .ok_or_else(|| Failure::usage(format!("`{day}` is no date: asOf is written `2026-06-30`")))?,
            ),
        };
        let options = EvaluateOptions {
            as_of,
            by: settings.by.clone(),
            period: settings.period.clone(),
            skip_links: !settings.links,
            values_from: settings.values_from.clone(),
            progress,
            budget: Some(budget),
            workbench: Some(self.bench.clone()),
            earlier: compiled.findings.iter().chain(&brought.notes).cloned().collect(),
            ..EvaluateOptions::default()
        };
        ask(&self.engine, &brought.card, brought.tables, &options).map_err(failed)
    }

    /// The report of a card; one that is asked for again is made once.
    ///
    /// # Errors
    /// As the engine's.
    pub fn report(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Rc<Report>, Failure> {
        let same = |made: &&Made| made.card == *card && made.settings == *settings;
        if let Some(made) = self.made.as_ref().filter(same) {
            return Ok(Rc::clone(&made.report));
        }
        let report = self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.evaluate(card, tables, options)
        })?;
        let report = Rc::new(report);
        self.made = Some(Made {
            card: card.clone(),
            settings: settings.clone(),
            report: Rc::clone(&report),
        });
        Ok(report)
    }
}

/// A card with its tables.
struct Brought {
    card: Scorecard,
    tables: BTreeMap<String, Table>,
    notes: Vec<Diagnostic>,
}
