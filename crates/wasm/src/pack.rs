//! Cells on their way to JavaScript.
//!
//! The cells of segments are nine tenths of a report. As JSON each number of theirs would be written digit by digit, read so, and
//! stand behind a name that is told anew in each cell. Here they are one list of numbers, and each text in them is told once:
//! `js/cells.js` makes of it the objects that the JSON would be.

use std::collections::BTreeMap;
use std::sync::Arc;

use bellwether::measure::cell::Interval;
use bellwether::report::{Cell, Change, ChangeVerdict};
use serde::Serialize;

/// What a cell has, as bits of its first number; `js/cells.js` has the same.
mod has {
    pub const SEGMENTS: u32 = 1;
    pub const PERIOD: u32 = 1 << 1;
    pub const PARTIAL: u32 = 1 << 2;
    pub const VALUE: u32 = 1 << 3;
    pub const N_DENOMINATOR: u32 = 1 << 4;
    pub const N_EFFECTIVE: u32 = 1 << 5;
    pub const INTERVAL: u32 = 1 << 6;
    pub const TARGET: u32 = 1 << 7;
    pub const TARGET_MET: u32 = 1 << 8;
    pub const IS_MET: u32 = 1 << 9;
    pub const PROGRESS: u32 = 1 << 10;
    pub const BAND: u32 = 1 << 11;
    pub const CHANGE: u32 = 1 << 12;
    pub const CHANGE_FROM_BASELINE: u32 = 1 << 13;
    pub const BETTER: u32 = 1 << 14;
    pub const IS_BETTER: u32 = 1 << 15;
    pub const CHANGE_INTERVAL: u32 = 1 << 16;
    pub const P: u32 = 1 << 17;
    pub const REASON: u32 = 1 << 18;
}

/// How many of those told before are looked through for one that is told again.
const LOOKED_THROUGH: usize = 64;

/// Texts, or maps of them, that are told once; one of many may be told twice.
#[derive(Debug)]
struct Told<T> {
    all: Vec<T>,
    last: usize,
}

// Asks for no default of `T`.
impl<T> Default for Told<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            last: 0,
        }
    }
}

impl<T> Told<T> {
    /// The number of one. Cells come in order: it mostly is the last one again, or the one behind it.
    fn number(&mut self, one: T, same: fn(&T, &T) -> bool) -> f64 {
        let is = |at: usize| self.all.get(at).is_some_and(|other| same(other, &one));
        let known = [self.last, self.last + 1].into_iter().find(|at| is(*at));
        let known = known.or_else(|| (0..self.all.len().min(LOOKED_THROUGH)).find(|at| is(*at)));
        self.last = known.unwrap_or(self.all.len());
        if known.is_none() {
            self.all.push(one);
        }
        #[expect(clippy::cast_precision_loss, reason = "there are fewer cells than 2^53")]
        let number = self.last as f64;
        number
    }
}

/// Packs cells.
#[derive(Debug, Default)]
pub struct Packer<'a> {
    numbers: Vec<f64>,
    segments: Told<&'a Arc<BTreeMap<String, String>>>,
    periods: Told<&'a str>,
    /// Labels of earlier periods.
    earlier: Told<&'a str>,
    states: Told<&'a str>,
    methods: Told<&'a str>,
    verdicts: Told<&'a str>,
    /// Bands, and why there was no test.
    words: Told<&'a str>,
}

/// The texts of packed cells, each once.
#[derive(Debug, Serialize)]
pub struct Texts<'a> {
    segments: Vec<&'a BTreeMap<String, String>>,
    periods: Vec<&'a str>,
    earlier: Vec<&'a str>,
    states: Vec<&'a str>,
    methods: Vec<&'a str>,
    verdicts: Vec<&'a str>,
    words: Vec<&'a str>,
}

impl<'a> Packer<'a> {
    /// Packs those cells that are shown.
    pub fn list(&mut self, cells: &'a [Cell], shown: impl Fn(&Cell) -> bool) {
        let place = self.numbers.len();
        self.numbers.push(0.0);
        let mut count = 0;
        for cell in cells.iter().filter(|cell| shown(cell)) {
            self.cell(cell);
            count += 1;
        }
        if let Some(told) = self.numbers.get_mut(place) {
            *told = f64::from(count);
        }
    }

    /// The numbers, and the texts that they speak of.
    #[must_use]
    pub fn finish(self) -> (Vec<f64>, Texts<'a>) {
        let texts = Texts {
            segments: self.segments.all.into_iter().map(Arc::as_ref).collect(),
            periods: self.periods.all,
            earlier: self.earlier.all,
            states: self.states.all,
            methods: self.methods.all,
            verdicts: self.verdicts.all,
            words: self.words.all,
        };
        (self.numbers, texts)
    }

    fn cell(&mut self, cell: &'a Cell) {
        let place = self.numbers.len();
        self.numbers.push(0.0);
        let mut bits = 0;
        if !cell.segments.is_empty() {
            bits |= has::SEGMENTS;
            let number = self.segments.number(&cell.segments, |a, b| Arc::ptr_eq(a, b));
            self.numbers.push(number);
        }
        if let Some(period) = &cell.period {
            bits |= has::PERIOD;
            let number = self.periods.number(period, |a, b| a == b);
            self.numbers.push(number);
        }
        bits |= if cell.partial { has::PARTIAL } else { 0 };
        bits |= self.some(cell.value, has::VALUE);
        let state = self.states.number(cell.state.word(), |a, b| a == b);
        self.numbers.extend([state, rows(cell.n)]);
        bits |= self.some(cell.n_denominator.map(rows), has::N_DENOMINATOR);
        bits |= self.some(cell.n_effective, has::N_EFFECTIVE);
        self.numbers.extend([rows(cell.skipped), rows(cell.not_due)]);
        bits |= self.interval(cell.interval.as_ref(), has::INTERVAL);
        bits |= self.some(cell.target, has::TARGET);
        bits |= truth(cell.target_met, has::TARGET_MET, has::IS_MET);
        bits |= self.some(cell.progress, has::PROGRESS);
        if let Some(band) = &cell.band {
            bits |= has::BAND;
            let number = self.words.number(band, |a, b| a == b);
            self.numbers.push(number);
        }
        if let Some(change) = &cell.change {
            bits |= has::CHANGE | self.change(change);
        }
        bits |= self.some(cell.change_from_baseline, has::CHANGE_FROM_BASELINE);
        if let Some(first) = self.numbers.get_mut(place) {
            *first = f64::from(bits);
        }
    }

    fn change(&mut self, change: &'a Change) -> u32 {
        let from = self.earlier.number(&change.from, |a, b| a == b);
        let verdict = match change.verdict {
            ChangeVerdict::Up => "up",
            ChangeVerdict::Down => "down",
            ChangeVerdict::NoChangeShown => "no_change_shown",
            ChangeVerdict::NotTested => "not_tested",
        };
        let verdict = self.verdicts.number(verdict, |a, b| a == b);
        self.numbers.extend([from, plain(change.difference), verdict]);
        let mut bits = truth(change.better, has::BETTER, has::IS_BETTER);
        bits |= self.interval(change.interval.as_ref(), has::CHANGE_INTERVAL);
        bits |= self.some(change.p, has::P);
        if let Some(reason) = &change.reason {
            bits |= has::REASON;
            let number = self.words.number(reason, |a, b| a == b);
            self.numbers.push(number);
        }
        bits
    }

    fn interval(&mut self, interval: Option<&'a Interval>, bit: u32) -> u32 {
        let Some(Interval {
            low,
            high,
            level,
            method,
        }) = interval
        else {
            return 0;
        };
        let method = self.methods.number(method, |a, b| a == b);
        self.numbers.extend([plain(*low), plain(*high), plain(*level), method]);
        bit
    }

    fn some(&mut self, value: Option<f64>, bit: u32) -> u32 {
        let Some(value) = value else { return 0 };
        self.numbers.push(plain(value));
        bit
    }
}

/// As JSON has it, which knows no zero below zero.
fn plain(value: f64) -> f64 {
    if value.is_finite() { value + 0.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "no memory holds 2^53 rows")]
const fn rows(count: u64) -> f64 {
    count as f64
}

fn truth(value: Option<bool>, there: u32, is_true: u32) -> u32 {
    match value {
        None => 0,
        Some(false) => there,
        Some(true) => there | is_true,
    }
}
