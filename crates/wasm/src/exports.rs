//! The border to JavaScript: text in, text out. `js/engine.js` makes classes of it.

use std::sync::Arc;
use std::time::Duration;

use bellwether::engine::Progress;
use bellwether::limits::Host;
use bellwether::script::reference::reference;
use bellwether_alloc::{Counting, bytes_in_use};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::answer::ReportAnswer;
use crate::columns::Columns;
use crate::options::{CardText, EvaluateSettings, ExplainQuestion, LimitSettings, ReadSettings, WhatIfSettings};
use crate::pack::Texts;
use crate::session::{Failure, Session, Shown, answered};
use crate::table::Source;
use bellwether::report::canonical::plain_json as to_json;

/// What an evaluation takes is held against its limit of memory.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[wasm_bindgen(raw_module = "./host.js")]
extern "C" {
    /// Milliseconds since any moment.
    fn now() -> f64;
    /// Tells how far a call is; whether it goes on.
    fn progress(done: f64) -> bool;
    /// Keeps the words of a panic for the error that follows it.
    fn panicked(words: &str);
}

/// A panic ends the call with a trap; what it says would be lost with it.
#[wasm_bindgen(start)]
fn begin() {
    std::panic::set_hook(Box::new(|panic| panicked(&panic.to_string())));
}

type Answer = Result<String, JsValue>;

fn refused(failure: &Failure) -> JsValue {
    // A failure is plain texts and numbers, so this cannot fail.
    JsValue::from_str(&to_json(failure).unwrap_or_default())
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, JsValue> {
    serde_json::from_str(json)
        .map_err(|error| refused(&Failure::usage(format!("an option is not understood: {error}"))))
}

fn answer<T: Serialize>(outcome: Result<T, Failure>) -> Answer {
    let outcome = outcome.and_then(|value| to_json(&value).map_err(Failure::from));
    outcome.map_err(|failure| refused(&failure))
}

/// The callback of the call that runs; `None` where it has none.
fn hook(wanted: bool) -> Option<Progress> {
    wanted.then(|| {
        let told: Progress = Arc::new(progress);
        told
    })
}

/// The engine behind the class `Engine`.
#[wasm_bindgen]
pub struct RawEngine {
    session: Session,
    columns: Columns,
    /// Of the cells that were told last, until they are taken.
    numbers: Vec<f64>,
}

/// A report with its cells apart.
#[derive(Serialize)]
struct PackedReport<'a> {
    report: ReportAnswer<'a>,
    cells: Texts<'a>,
}

#[wasm_bindgen]
impl RawEngine {
    /// Makes an engine.
    #[wasm_bindgen(constructor)]
    pub fn new(limits: &str) -> Result<RawEngine, JsValue> {
        let settings: LimitSettings = read(limits)?;
        let limits = (settings.limits())
            .map_err(|name| refused(&Failure::usage(format!("there is no preset of limits `{name}`"))))?;
        let host = Host {
            clock: Some(Arc::new(|| {
                Duration::try_from_secs_f64(now() / 1_000.0).unwrap_or_default()
            })),
            meter: Some(Arc::new(bytes_in_use)),
        };
        Ok(Self {
            session: Session::new(limits, host),
            columns: Columns::default(),
            numbers: Vec::new(),
        })
    }

    pub fn version(&self) -> String {
        concat!("bellwether ", env!("CARGO_PKG_VERSION")).to_owned()
    }

    pub fn limits(&self) -> Answer {
        answer(Ok(self.session.limits()))
    }

    #[wasm_bindgen(js_name = setCsv)]
    pub fn set_csv(&mut self, name: &str, bytes: Vec<u8>, options: &str, told: bool) -> Answer {
        self.set(name, Source::Csv(bytes.into()), options, told)
    }

    #[wasm_bindgen(js_name = setJson)]
    pub fn set_json(&mut self, name: &str, bytes: Vec<u8>, options: &str, told: bool) -> Answer {
        self.set(name, Source::Json(bytes.into()), options, told)
    }

    fn set(&mut self, name: &str, source: Source, options: &str, told: bool) -> Answer {
        let settings: ReadSettings = read(options)?;
        answer((self.session).read_table(name, source, settings, &mut |done| !told || progress(done)))
    }

    #[wasm_bindgen(js_name = beginColumns)]
    pub fn begin_columns(&mut self) {
        self.columns = Columns::default();
    }

    #[wasm_bindgen(js_name = addInts)]
    pub fn add_ints(&mut self, name: &str, values: Vec<i32>, missing: Option<Vec<u8>>) -> Result<(), JsValue> {
        let values = values.into_iter().map(i64::from).collect();
        added(self.columns.ints(name, values, missing))
    }

    #[wasm_bindgen(js_name = addLongs)]
    pub fn add_longs(&mut self, name: &str, values: Vec<i64>, missing: Option<Vec<u8>>) -> Result<(), JsValue> {
        added(self.columns.ints(name, values, missing))
    }

    #[wasm_bindgen(js_name = addFloats)]
    pub fn add_floats(
        &mut self,
        name: &str,
        values: Vec<f64>,
        missing: Option<Vec<u8>>,
        whole: bool,
    ) -> Result<(), JsValue> {
        added(self.columns.floats(name, &values, missing, whole))
    }

    #[wasm_bindgen(js_name = addBools)]
    pub fn add_bools(&mut self, name: &str, values: Vec<u8>, missing: Option<Vec<u8>>) -> Result<(), JsValue> {
        added(self.columns.bools(name, &values, missing))
    }

    #[wasm_bindgen(js_name = addDays)]
    pub fn add_days(&mut self, name: &str, values: Vec<i32>, missing: Option<Vec<u8>>) -> Result<(), JsValue> {
        added(self.columns.days(name, values, missing))
    }

    #[wasm_bindgen(js_name = addMicros)]
    pub fn add_micros(&mut self, name: &str, values: Vec<i64>, missing: Option<Vec<u8>>) -> Result<(), JsValue> {
        added(self.columns.micros(name, values, missing))
    }

    #[wasm_bindgen(js_name = addCodes)]
    pub fn add_codes(
        &mut self,
        name: &str,
        codes: Vec<u32>,
        dictionary: &str,
        missing: Option<Vec<u8>>,
    ) -> Result<(), JsValue> {
        let dictionary: Vec<String> = read(dictionary)?;
        added(self.columns.codes(name, codes, &dictionary, missing))
    }

    #[wasm_bindgen(js_name = addValues)]
    pub fn add_values(&mut self, name: &str, codes: Vec<u32>, dictionary: &str) -> Result<(), JsValue> {
        let dictionary: Vec<String> = read(dictionary)?;
        added(self.columns.values(name, &codes, &dictionary))
    }

    #[wasm_bindgen(js_name = setColumns)]
    pub fn set_columns(&mut self, name: &str, options: &str) -> Answer {
        let settings: ReadSettings = read(options)?;
        let table = std::mem::take(&mut self.columns).finish();
        answer(self.session.take_table(name, table, settings))
    }

    #[wasm_bindgen(js_name = dropTable)]
    pub fn drop_table(&mut self, name: &str) -> bool {
        self.session.drop_table(name)
    }

    pub fn tables(&self) -> Answer {
        answer(Ok(self.session.tables()))
    }

    pub fn distribution(&self, table: &str, column: &str, top: usize, bins: usize) -> Answer {
        answer(self.session.distribution(table, column, top, bins))
    }

    pub fn rows(&self, table: &str, from: usize, to: usize) -> Answer {
        answer(self.session.rows(table, from, to))
    }

    pub fn check(&mut self, card: &str, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        answer(self.session.check(&card, &settings, hook(told)))
    }

    pub fn evaluate(&mut self, card: &str, options: &str, told: bool) -> Answer {
        self.told(card, options, told, Shown::All)
    }

    pub fn overview(&mut self, card: &str, options: &str, told: bool) -> Answer {
        self.told(card, options, told, Shown::Totals)
    }

    fn told(&mut self, card: &str, options: &str, told: bool, shown: Shown) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let numbers = &mut self.numbers;
        let told = (self.session).told(&card, &settings, hook(told), shown, |report, packer| {
            let cells;
            (*numbers, cells) = packer.finish();
            answer(Ok(PackedReport {
                report: answered(report, &card),
                cells,
            }))
        });
        told.map_err(|failure| refused(&failure))?
    }

    pub fn cells(&mut self, card: &str, name: &str, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let numbers = &mut self.numbers;
        let told = (self.session).cells(&card, name, &settings, hook(told), |packer| {
            let cells;
            (*numbers, cells) = packer.finish();
            answer(Ok(cells))
        });
        told.map_err(|failure| refused(&failure))?
    }

    /// The numbers of the cells that were told last.
    #[wasm_bindgen(js_name = takeNumbers)]
    pub fn take_numbers(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.numbers)
    }

    #[wasm_bindgen(js_name = evaluateJson)]
    pub fn evaluate_json(&mut self, card: &str, options: &str, told: bool) -> Result<Vec<u8>, JsValue> {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let json = self.session.results_json(&card, &settings, hook(told));
        json.map(String::into_bytes).map_err(|failure| refused(&failure))
    }

    pub fn explain(&mut self, card: &str, question: &str, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let question: ExplainQuestion = read(question)?;
        answer(self.session.explain(&card, question, &settings, hook(told)))
    }

    #[wasm_bindgen(js_name = whatIf)]
    pub fn what_if(&mut self, card: &str, question: &str, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let question: WhatIfSettings = read(question)?;
        answer(self.session.what_if(&card, question, &settings, hook(told)))
    }

    pub fn backtest(&mut self, card: &str, outcome: Option<String>, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        answer(self.session.backtest(&card, outcome.as_deref(), &settings, hook(told)))
    }

    pub fn markdown(&mut self, card: &str, options: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        answer(self.session.markdown(&card, &settings, hook(told)))
    }

    pub fn html(&mut self, card: &str, options: &str, audience: Option<String>, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        answer(self.session.html(&card, &settings, audience, hook(told)))
    }

    pub fn charts(&mut self, card: &str, options: &str, theme: &str, ids: &str, told: bool) -> Answer {
        let (card, settings): (CardText, EvaluateSettings) = (read(card)?, read(options)?);
        let ids: Option<Vec<String>> = read(ids)?;
        answer((self.session).charts(&card, &settings, (theme, ids.as_deref()), hook(told)))
    }

    pub fn complete(&self, card: &str, offset: u32) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.complete(offset))))
    }

    pub fn hover(&self, card: &str, offset: u32) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.hover(offset))))
    }

    pub fn signature(&self, card: &str, offset: u32) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.signature(offset))))
    }

    pub fn definition(&self, card: &str, offset: u32) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.definition(offset))))
    }

    pub fn references(&self, card: &str, offset: u32) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.references(offset))))
    }

    pub fn rename(&self, card: &str, offset: u32, name: &str) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.rename(offset, name))))
    }

    pub fn outline(&self, card: &str) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(self.session.assist(&card, |assist| assist.outline())))
    }

    pub fn format(&self, card: &str) -> Answer {
        let card: CardText = read(card)?;
        answer(Ok(Session::format(&card)))
    }

    pub fn starter(&self, title: &str, tables: &str) -> Answer {
        let tables: Vec<String> = read(tables)?;
        answer(self.session.starter(title, &tables))
    }

    pub fn reference(&self) -> Answer {
        answer(Ok(reference()))
    }
}

fn added(outcome: Result<(), String>) -> Result<(), JsValue> {
    outcome.map_err(|message| refused(&Failure::usage(message)))
}
