//! The engine with its tables, and what it remembers between calls: the card compiled last, and the report made last.

use std::collections::BTreeMap;
use std::rc::Rc;

use bellwether::assist::{Assist, Known, KnownTable, format};
use bellwether::data::{Needs, Table};
use bellwether::definition::{CivilDate, Scorecard, TableSource};
use bellwether::diagnostic::wire::{Finding, Findings};
use bellwether::diagnostic::{Diagnostic, codes};
use bellwether::engine::{Backtest, Progress, Question, WhatIf, WhatIfQuestion, Workbench};
use bellwether::limits::{Budget, Host};
use bellwether::report::chart::charts_where;
use bellwether::report::{Cell, Explanation, Report, canonical_json};
use bellwether::{Engine, Error, ErrorKind, EvaluateOptions, Limits, Source, starter};
use bellwether_report::chart::{Theme, vega_lite};
use bellwether_report::{HtmlOptions, compose, html, to_markdown};
use serde::Serialize;

use crate::answer::{
    CheckAnswer, ColumnDistribution, FormattedText, LimitsInfo, ReportAnswer, ReportChart, RowPage, TableInfo,
    WantedTable,
};
use crate::options::{CardText, EvaluateSettings, ExplainQuestion, ReadSettings, WhatIfSettings};
use crate::spread;
use crate::table::{Kept, Reading};

/// Why a call gave nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// Who can mend it: `card`, `data`, `options`, `usage`, `cancelled`, `limit`, `internal`.
    pub code: &'static str,
    /// In a sentence.
    pub message: String,
    /// Everything that was found, errors first.
    pub diagnostics: Vec<Finding>,
}

impl Failure {
    /// A mistake of the program that calls.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: "usage",
            message: message.into(),
            diagnostics: Vec::new(),
        }
    }

    fn of(error: Error, card: &CardText) -> Self {
        let is_limit = |finding: &Diagnostic| finding.is_error() && finding.code == codes::LIMIT;
        let code = match error.kind() {
            ErrorKind::Card | ErrorKind::Data if error.diagnostics().iter().any(is_limit) => "limit",
            ErrorKind::Card => "card",
            ErrorKind::Data => "data",
            ErrorKind::Options => "options",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Limit => "limit",
            _ => "internal",
        };
        let message = error.to_string();
        Self {
            code,
            message,
            diagnostics: found(card, error.into_diagnostics()),
        }
    }

    fn data(findings: Vec<Diagnostic>, card: Option<&CardText>) -> Self {
        let message = findings.iter().find(|finding| finding.is_error()).map_or_else(
            || "the data cannot be used".to_owned(),
            |finding| format!("{}: {}", finding.code, finding.message),
        );
        Self {
            code: "data",
            message,
            diagnostics: card.map_or_else(|| without_card(findings.clone()), |card| found(card, findings.clone())),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::usage(error.to_string())
    }
}

/// Findings with titles, lines and columns.
fn found(card: &CardText, diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    Findings::new(&card.name, true, diagnostics, &card.texts()).findings
}

fn without_card(diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    Findings::new("", true, diagnostics, &[]).findings
}

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

    /// Reads a table and keeps it.
    ///
    /// # Errors
    /// What is wrong with the source; the table of that name stays as it was.
    pub fn read_table(
        &mut self,
        name: &str,
        source: crate::table::Source,
        settings: ReadSettings,
        progress: Reading<'_>,
    ) -> Result<TableInfo, Failure> {
        if settings.delimiter.is_some_and(|sign| !sign.is_ascii()) {
            return Err(Failure::usage("a delimiter is one ASCII character"));
        }
        if !matches!(settings.encoding.as_deref(), None | Some("utf-8" | "latin-1")) {
            return Err(Failure::usage("an encoding is `utf-8` or `latin-1`"));
        }
        let mut stopped = false;
        let kept = Kept::read(name, source, settings, &mut |done| {
            stopped = !progress(done);
            !stopped
        });
        match kept {
            Ok(kept) => Ok(self.keep(name, kept)),
            Err(_) if stopped => Err(Failure {
                code: "cancelled",
                message: "stopped by the caller".to_owned(),
                diagnostics: Vec::new(),
            }),
            Err(findings) => Err(Failure::data(findings, None)),
        }
    }

    /// Keeps a table of columns.
    ///
    /// # Errors
    /// What the settings say of it and is not so.
    pub fn take_table(&mut self, name: &str, table: Table, settings: ReadSettings) -> Result<TableInfo, Failure> {
        let kept = Kept::of_columns(name, table, settings).map_err(|findings| Failure::data(findings, None))?;
        Ok(self.keep(name, kept))
    }

    fn keep(&mut self, name: &str, kept: Kept) -> TableInfo {
        let info = described(&kept);
        self.tables.insert(name.to_owned(), kept);
        self.forget();
        info
    }

    /// Forgets a table; whether it was there.
    pub fn drop_table(&mut self, name: &str) -> bool {
        self.forget();
        self.tables.remove(name).is_some()
    }

    /// Forgets what was made of tables that have changed.
    fn forget(&mut self) {
        self.made = None;
        self.bench.clear();
    }

    /// The tables by name.
    #[must_use]
    pub fn tables(&self) -> Vec<TableInfo> {
        self.tables.values().map(described).collect()
    }

    fn table(&self, name: &str) -> Result<&Kept, Failure> {
        (self.tables.get(name)).ok_or_else(|| Failure::usage(format!("there is no table `{name}`")))
    }

    /// The distribution of a column.
    ///
    /// # Errors
    /// For a table or column that is not there.
    pub fn distribution(
        &self,
        table: &str,
        column: &str,
        top: usize,
        bins: usize,
    ) -> Result<ColumnDistribution, Failure> {
        let kept = self.table(table)?;
        let found = kept.columns().iter().find(|(name, _)| name == column);
        let (_, values) = found.ok_or_else(|| Failure::usage(format!("`{table}` has no column `{column}`")))?;
        Ok(spread::distribution(table, column, values, top, bins))
    }

    /// Rows of a table.
    ///
    /// # Errors
    /// For a table that is not there.
    pub fn rows(&self, table: &str, from: usize, to: usize) -> Result<RowPage, Failure> {
        Ok(spread::page(table, self.table(table)?, from, to))
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

    /// Everything that is to be said about a card.
    ///
    /// # Errors
    /// Only when the caller stopped it, or for a mistake of the call.
    pub fn check(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<CheckAnswer, Failure> {
        let budget = self.engine.budget();
        let compiled = match self.compile(card, &budget) {
            Ok(compiled) => compiled,
            Err(error) => return checked(Failure::of(error, card)),
        };
        let tables = self.wanted(&compiled.card);
        let diagnostics = if settings.data {
            match self.report(card, settings, progress) {
                Ok(report) => found(card, report.diagnostics.clone()),
                Err(failure) => checked(failure)?.diagnostics,
            }
        } else {
            let options = EvaluateOptions {
                earlier: compiled.findings.clone(),
                ..EvaluateOptions::default()
            };
            found(card, self.engine.check(&compiled.card, None, &options))
        };
        Ok(CheckAnswer {
            ok: !diagnostics.iter().any(|finding| finding.diagnostic.is_error()),
            diagnostics,
            tables,
        })
    }

    fn wanted(&self, card: &Scorecard) -> Vec<WantedTable> {
        let needs = self.engine.needs(card);
        let hosts = card.tables.iter().filter(|table| table.source == TableSource::Host);
        hosts
            .map(|table| WantedTable {
                name: table.name.value.clone(),
                file: table.file.as_ref().map(|file| file.value.clone()),
                here: self.tables.contains_key(&table.name.value),
                columns: needs
                    .get(&table.name.value)
                    .map_or_else(Vec::new, |needs| needs.columns.keys().cloned().collect()),
            })
            .collect()
    }

    /// The canonical JSON of the results.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn results_json(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        canonical_json(&report.results).map_err(Failure::from)
    }

    /// The report without its cells of segment values, which are most of it: for a page that shows the rest at once.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn overview<T>(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
        tell: impl FnOnce(&Report) -> T,
    ) -> Result<T, Failure> {
        self.report(card, settings, progress)?;
        let made = (self.made.as_mut()).ok_or_else(|| Failure::usage("there is no report"))?;
        // Nobody else has it now, so that nothing is copied.
        let report = Rc::make_mut(&mut made.report);
        let whole: Vec<Vec<Cell>> = cells_of(report)
            .map(|cells| {
                let totals = cells.iter().filter(|cell| cell.segments.is_empty()).cloned();
                let totals = totals.collect();
                std::mem::replace(cells, totals)
            })
            .collect();
        let told = tell(report);
        cells_of(report).zip(whole).for_each(|(cells, whole)| *cells = whole);
        Ok(told)
    }

    /// All cells of a metric, outcome or score.
    ///
    /// # Errors
    /// As [`Session::report`], and for a name that the report does not have.
    pub fn cells(
        &mut self,
        card: &CardText,
        name: &str,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Vec<Cell>, Failure> {
        let report = self.report(card, settings, progress)?;
        let metrics = report
            .results
            .metrics
            .iter()
            .map(|metric| (&metric.name, &metric.cells));
        let scores = report.results.scores.iter().map(|score| (&score.name, &score.cells));
        let found = metrics.chain(scores).find(|(other, _)| *other == name);
        let (_, cells) = found.ok_or_else(|| Failure::usage(format!("the report has no `{name}`")))?;
        Ok(cells.clone())
    }

    /// The charts of a report, each with its Vega-Lite specification: all, or those whose ids begin with one of `ids`. `theme`
    /// is `light` or `dark`.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn charts(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        (theme, ids): (&str, Option<&[String]>),
        progress: Option<Progress>,
    ) -> Result<Vec<ReportChart>, Failure> {
        let theme = match theme {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            other => {
                return Err(Failure::usage(format!(
                    "there is no theme `{other}`: it is light or dark"
                )));
            }
        };
        let report = self.report(card, settings, progress)?;
        let wanted = |id: &str| ids.is_none_or(|ids| ids.iter().any(|beginning| id.starts_with(beginning.as_str())));
        let drawn = charts_where(&report.results, &wanted)
            .into_iter()
            .map(|chart| ReportChart {
                vega_lite: vega_lite(&chart, theme),
                chart,
            });
        Ok(drawn.collect())
    }

    /// The report as Markdown.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn markdown(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        Ok(to_markdown(&compose(&report)))
    }

    /// The report as a page: one HTML file without scripts, charts inside; for an audience of the card, or its own.
    ///
    /// # Errors
    /// As [`Session::report`], and for an audience that the card does not have.
    pub fn html(
        &mut self,
        card: &CardText,
        settings: &EvaluateSettings,
        audience: Option<String>,
        progress: Option<Progress>,
    ) -> Result<String, Failure> {
        let report = self.report(card, settings, progress)?;
        html(&report, &HtmlOptions { audience }).map_err(|finding| Failure {
            code: "options",
            message: format!("{}: {}", finding.code, finding.message),
            diagnostics: found(card, vec![finding]),
        })
    }

    /// How the value of a cell came about.
    ///
    /// # Errors
    /// As the engine's.
    pub fn explain(
        &mut self,
        card: &CardText,
        question: ExplainQuestion,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Explanation, Failure> {
        let question = Question {
            name: question.name,
            segments: question.segments.into_iter().collect(),
            period: question.period,
            rows: question.rows,
        };
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.explain(card, tables, options, &question)
        })
    }

    /// What would follow if metrics had other values.
    ///
    /// # Errors
    /// As the engine's.
    pub fn what_if(
        &mut self,
        card: &CardText,
        question: WhatIfSettings,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<WhatIf, Failure> {
        let question = WhatIfQuestion {
            set: question.set.into_iter().collect(),
            seek: question.seek.into_iter().collect(),
        };
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.what_if(card, tables, options, &question)
        })
    }

    /// Whether earlier scores told a later outcome.
    ///
    /// # Errors
    /// As the engine's.
    pub fn backtest(
        &mut self,
        card: &CardText,
        outcome: Option<&str>,
        settings: &EvaluateSettings,
        progress: Option<Progress>,
    ) -> Result<Backtest, Failure> {
        self.ready(card, settings, progress, |engine, card, tables, options| {
            engine.backtest(card, tables, options, outcome)
        })
    }
}

impl Session {
    /// Asks the language service: about the text as it is typed, with the card as it compiled last and the tables at hand.
    pub fn assist<T>(&self, card: &CardText, ask: impl FnOnce(&Assist<'_>) -> T) -> T {
        let tables: Vec<KnownTable> = self.tables.values().map(|kept| kept.known().clone()).collect();
        let modules: Vec<_> = card
            .modules
            .iter()
            .map(|(name, text)| (name.clone(), text.clone()))
            .collect();
        let known = Known {
            card: self.compiled.as_ref().map(|compiled| &compiled.card),
            tables: &tables,
            modules: &modules,
        };
        ask(&Assist::new(&card.text, known))
    }

    /// The text in good order; none where a bracket or a text never ends.
    #[must_use]
    pub fn format(card: &CardText) -> Option<FormattedText> {
        format(&card.text).map(|formatted| FormattedText {
            text: formatted.text,
            edits: formatted.edits,
        })
    }

    /// A card begun from the columns of tables: all of them, or those named.
    ///
    /// # Errors
    /// For a table that is not there.
    pub fn starter(&self, title: &str, names: &[String]) -> Result<String, Failure> {
        let all: Vec<String> = self.tables.keys().cloned().collect();
        let wanted = if names.is_empty() { &all } else { names };
        let sources = wanted.iter().map(|name| {
            let table = self.table(name)?.as_shown();
            Ok(starter::Source {
                name: name.clone(),
                file: table.origin.clone().unwrap_or_else(|| format!("{name}.csv")),
                table,
            })
        });
        Ok(starter::card(title, &sources.collect::<Result<Vec<_>, Failure>>()?))
    }
}

/// A card with its tables.
struct Brought {
    card: Scorecard,
    tables: BTreeMap<String, Table>,
    notes: Vec<Diagnostic>,
}

fn cells_of(report: &mut Report) -> impl Iterator<Item = &mut Vec<Cell>> {
    let results = &mut report.results;
    let metrics = results.metrics.iter_mut().map(|metric| &mut metric.cells);
    metrics.chain(results.scores.iter_mut().map(|score| &mut score.cells))
}

/// A report as it is answered.
#[must_use]
pub fn answered<'a>(report: &'a Report, card: &CardText) -> ReportAnswer<'a> {
    ReportAnswer {
        results: &report.results,
        diagnostics: found(card, report.diagnostics.clone()),
        provenance: &report.provenance,
    }
}

fn described(kept: &Kept) -> TableInfo {
    TableInfo {
        diagnostics: without_card(kept.notes().to_vec()),
        ..kept.info()
    }
}

/// What a check answers where nothing could be evaluated: the findings, unless nobody may look at them.
fn checked(failure: Failure) -> Result<CheckAnswer, Failure> {
    match failure.code {
        "card" | "data" | "options" | "limit" | "internal" if !failure.diagnostics.is_empty() => Ok(CheckAnswer {
            ok: false,
            diagnostics: failure.diagnostics,
            tables: Vec::new(),
        }),
        _ => Err(failure),
    }
}
