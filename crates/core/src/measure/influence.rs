//! Cells of a metric as estimates: how far each entity moves them, and the rows of each sample.
//!
//! Tests of change and intervals of what is made of several cells need more than a value and its interval: rows of one
//! customer depend on each other, and answers of one customer to two questions do. Here the rows of a cell are read once more,
//! summed by entity, and each becomes an influence (`stats::influence`). Arithmetic of measures goes by the delta method.

mod piece;
mod stock;
mod window;

use std::sync::Arc;

use bellwether_order::BTreeMap;
pub(crate) use piece::Reading;
use piece::{Kind, kind_of, piece};
pub(crate) use window::{WindowKey, WindowRows};

use super::algebra::{self, Node};
use super::cell::{CellKey, PeriodKey};
use super::executor::Dim;
use super::leaf::Time;
use super::pool::CellsKey;
use super::reach::Route;
use super::session::Session;
use crate::data::NO_ROW;
use crate::definition::{ArithmeticOp, MeasureFunction};
use crate::stats::exact::ExactMoments;
use crate::stats::influence::Influences;
use crate::stats::nps::NetCounts;
use crate::stats::survival::Lives;

/// A table of fewer rows does not count as one of entities: so few clusters tell little of how they vary.
const LEAST_ENTITIES: usize = 40;

/// A cut of more combinations than this keeps lists of those only that have rows.
const MOST_LISTS: usize = 1 << 16;

/// A cell as an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Its value.
    pub value: f64,
    /// Rows that it rests on; of a ratio the smaller of both.
    pub rows: u64,
    /// How far each entity moves it.
    pub influences: Influences,
    /// Its sample, where it is one simple sample without weights.
    pub sample: Sample,
}

/// The sample of an estimate, for tests that are better than the general one.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    /// A share: rows that hit, and rows.
    Share(u64, u64),
    /// A net score.
    Net(NetCounts),
    /// A mean.
    Mean(ExactMoments),
    /// A percentile: values in ascending order with their counts, and which.
    Percentile(Arc<[(f64, u64)]>, f64),
    /// The share that survives a time: lives, and the time.
    Survival(Arc<[Lives]>, f64),
    /// Agreement of raters, by the jackknife over items.
    Rated,
    /// A part of a finite population.
    Finite,
    /// Weighted, or made of several measures.
    Other,
}

impl Sample {
    fn bytes(&self) -> u64 {
        match self {
            Self::Percentile(values, _) => values.len() as u64 * 16,
            Self::Survival(lives, _) => lives.len() as u64 * 24,
            _ => 0,
        }
    }
}

/// What estimates are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// How far each entity moves them, also where they are part of a score.
    Influences,
    /// A comparison of two periods: the influences of a percentile are left out (0) where every row is an entity of its own.
    Comparison,
}

/// Why a metric has no estimates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEstimate {
    /// It is no estimate but a fact: a census, a sum, a count, a stock.
    Fact(String),
    /// How it varies is not known from its rows one by one.
    Unknown(String),
}

impl NoEstimate {
    /// The reason in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Fact(reason) | Self::Unknown(reason) => reason,
        }
    }
}

/// Estimates of a metric by cell.
pub type Estimates = BTreeMap<CellKey, Estimate>;

/// The pieces of an aggregate by combination of a cut.
pub(crate) type Pieces = BTreeMap<u32, Piece>;

/// A measure over a cell, on its way to an estimate.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    value: f64,
    rows: u64,
    influences: Influences,
    sample: Sample,
}

/// Why a change of a funnel has no test: it would tell the shorter time as a change.
const LESS_TIME: &str = "who began in the later period had less time to go on";

/// Where a fact is told from chance: how much it varies of itself only its own series says.
fn of_series(why: &str) -> String {
    format!("{why}; what is noise in it the limits of its series say")
}

impl Session<'_> {
    /// A metric's cells as estimates, for some cuts (lists of segments) and periods; cells without rows are not there, nor
    /// are cuts that need a way through another table.
    ///
    /// # Errors
    ///
    /// Why the metric has none, in words: a sum or a count is no estimate, a stock neither.
    pub fn estimates(
        &mut self,
        metric: usize,
        cuts: &[Vec<u16>],
        periods: &[Option<PeriodKey>],
        need: Need,
    ) -> Result<Estimates, NoEstimate> {
        let unknown = || NoEstimate::Unknown("no such metric".to_owned());
        let node = self.nodes.get(metric).cloned().ok_or_else(unknown)?;
        match self.degree(&node)? {
            0 => {}
            _ => {
                let why = self.nature(&node).no_interval;
                let sum = || "a sum of what is in the table, not an estimate".to_owned();
                return Err(NoEstimate::Fact(of_series(&why.unwrap_or_else(sum))));
            }
        }
        // What is calculated from a measure moves as its entities do.
        let plain = matches!(node, Node::Leaf(_));
        let need = if plain { need } else { Need::Influences };
        Ok(self.estimated(&node, cuts, periods, need))
    }

    /// The cells of a measure as estimates.
    fn estimated(&mut self, node: &Node, cuts: &[Vec<u16>], periods: &[Option<PeriodKey>], need: Need) -> Estimates {
        let mut pieces: BTreeMap<(usize, usize, usize), Arc<Pieces>> = BTreeMap::new();
        let slots: Vec<usize> = periods.iter().filter_map(|key| self.slots.find(*key)).collect();
        for at in node.leaves() {
            for &slot in &slots {
                for (cut, made) in self.leaf_pieces(at, slot, cuts, need).into_iter().enumerate() {
                    if let Some(made) = made {
                        pieces.insert((at, cut, slot), made);
                    }
                }
            }
        }
        let mut estimates = Estimates::new();
        for (cut, segments) in cuts.iter().enumerate() {
            let sizes: Vec<usize> = segments
                .iter()
                .map(|segment| self.size(&Dim::Segment(*segment)))
                .collect();
            for &slot in &slots {
                for combination in 0..sizes.iter().product::<usize>() {
                    let look = |at: usize| pieces.get(&(at, cut, slot))?.get(&(combination as u32)).cloned();
                    let Some(piece) = self.joined(node, slot, &look) else {
                        continue;
                    };
                    let values = super::evaluate::digits(combination, &sizes);
                    let key = CellKey {
                        period: self.slots.key(slot),
                        segments: segments
                            .iter()
                            .copied()
                            .zip(values.iter().map(|&value| value as u32))
                            .collect(),
                    };
                    estimates.insert(
                        key,
                        Estimate {
                            value: piece.value,
                            rows: piece.rows,
                            influences: piece.influences,
                            sample: piece.sample,
                        },
                    );
                }
            }
        }
        estimates
    }

    /// The pieces of an aggregate in a period, for each cut: those that a card with the same data made, or else made now.
    fn leaf_pieces(&mut self, at: usize, slot: usize, cuts: &[Vec<u16>], need: Need) -> Vec<Option<Arc<Pieces>>> {
        let pool = self.options.pool.clone();
        let mut reading: Option<Option<Arc<Reading>>> = None;
        let mut all = Vec::new();
        let lean = self.is_lean(at, need);
        let numbers = pool.as_ref().and_then(|pool| {
            let leaf = self.leaf_number(pool, at)?;
            Some((leaf, self.frame_number(pool, &self.slots)))
        });
        for segments in cuts {
            let key = numbers.and_then(|numbers| self.pieces_key(numbers, slot, segments, lean));
            let kept = pool.as_ref().zip(key.as_ref()).and_then(|(pool, key)| pool.pieces(key));
            if let Some(made) = kept {
                all.push(made);
                continue;
            }
            let reading = reading.get_or_insert_with(|| self.shared_reading(at, slot, numbers));
            let made = reading
                .as_deref()
                .and_then(|reading| self.cut_pieces(reading, segments, lean).map(Arc::new));
            if let (Some(pool), Some(key)) = (&pool, key)
                && self.options.budget.check().is_ok()
            {
                let entities = |piece: &Piece| piece.influences.entities() as u64 * 16 + piece.sample.bytes() + 256;
                let bytes = made.iter().flat_map(|made| made.values()).map(entities).sum();
                pool.keep_pieces(key, &made, bytes);
            }
            all.push(made);
        }
        all
    }

    /// The rows that an aggregate reads in a period: those that a card with the same data read, or else read now. `numbers`: what
    /// the aggregate and the windows of time are among cards that share them.
    fn shared_reading(&mut self, at: usize, slot: usize, numbers: Option<(u32, u32)>) -> Option<Arc<Reading>> {
        let pool = self.options.pool.clone().zip(numbers);
        let pool = pool.map(|(pool, (leaf, frame))| (pool, (leaf, frame, slot)));
        if let Some(known) = pool.as_ref().and_then(|(pool, key)| pool.reading(key)) {
            return known;
        }
        let made = self.reading(at, slot).map(Arc::new);
        if let Some((pool, key)) = pool
            && self.options.budget.check().is_ok()
        {
            pool.keep_reading(key, &made);
        }
        made
    }

    /// Whether a metric has influences that may be left out where it is only compared: see [`Need::Comparison`].
    pub(crate) fn is_lean_metric(&mut self, metric: usize) -> bool {
        match self.nodes.get(metric) {
            Some(Node::Leaf(at)) => self.is_lean(*at, Need::Comparison),
            _ => false,
        }
    }

    /// Whether the influences on an aggregate are left out: those of a percentile, where nobody asks for them.
    fn is_lean(&mut self, at: usize, need: Need) -> bool {
        use MeasureFunction as F;
        let leaf = self.leaf(at).filter(|leaf| {
            need == Need::Comparison
                && matches!(leaf.function, F::Median | F::Percentile)
                && leaf.weight.is_none()
                && leaf.population.is_none()
        });
        let table = leaf.map(|leaf| leaf.table.clone());
        table.is_some_and(|table| self.outer_table(&table).is_none())
    }

    fn pieces_key(
        &self,
        (leaf, frame): (u32, u32),
        slot: usize,
        segments: &[u16],
        lean: bool,
    ) -> Option<(CellsKey, usize)> {
        let cut = segments.iter().map(|segment| Dim::Segment(*segment)).collect();
        let key = CellsKey {
            leaf,
            frame,
            cut: self.cut_numbers(&cut)?,
            latest: false,
            // Pieces without errors by entity are others than those with.
            people: lean,
        };
        Some((key, slot))
    }

    /// Whether a metric is one simple sample of rows that each are an entity of their own and fall into one period only: its
    /// cells then say all that a test of change needs, and the rows need not be read again.
    pub fn is_simple(&mut self, metric: usize) -> bool {
        let Some(Node::Leaf(at)) = self.nodes.get(metric) else {
            return false;
        };
        let Some(leaf) = self.leaf(*at) else { return false };
        let one_period = matches!(leaf.time, Time::Dated { .. }) && leaf.past.is_none() && !leaf.stays;
        // Intervals of finite populations are no longer those of the sample alone.
        let simple = one_period
            && leaf.population.is_none()
            && leaf.weight.is_none()
            && !leaf.census
            && kind_of(leaf) == Some(Kind::Ratio);
        let table = leaf.table.clone();
        simple && self.outer_table(&table).is_none()
    }

    /// Whether a metric is calculated from several measures, so that its cells have no interval of their own.
    pub fn is_formula(&self, metric: usize) -> bool {
        fn joins(node: &Node) -> bool {
            match node {
                Node::Arithmetic(_, left, right) => match (left.as_ref(), right.as_ref()) {
                    (Node::Number(_), one) | (one, Node::Number(_)) => joins(one),
                    _ => true,
                },
                Node::Negate(inner) | Node::Per(inner, _) => joins(inner),
                _ => false,
            }
        }
        self.nodes.get(metric).is_some_and(joins)
    }

    /// Of what degree a measure is in the size of the data: 0 for means and ratios, 1 for sums and counts.
    fn degree(&self, node: &Node) -> Result<i32, NoEstimate> {
        use MeasureFunction as F;
        let unknown = |why: &str| Err(NoEstimate::Unknown(why.to_owned()));
        match node {
            Node::Number(_) => Ok(0),
            Node::Outside(_) => Err(NoEstimate::Fact("a value of another card".to_owned())),
            Node::Coverage(..) => unknown("a ratio of sums over the whole table"),
            Node::Across(..) => unknown("an extreme has no interval without a model"),
            Node::Steps { .. } => unknown(LESS_TIME),
            Node::Negate(inner) | Node::Per(inner, _) => self.degree(inner),
            Node::Leaf(at) => {
                let Some(leaf) = self.leaf(*at) else {
                    return unknown("its table is not there");
                };
                if leaf.census {
                    return Err(NoEstimate::Fact("the whole population, not a sample".to_owned()));
                }
                let why = leaf.no_interval().unwrap_or("no test for this measure yet");
                match (kind_of(leaf), leaf.function) {
                    (Some(Kind::Ratio | Kind::Whole), _) => Ok(0),
                    (Some(Kind::Total), _) => Ok(1),
                    (None, F::Level | F::CountDistinct) => Err(NoEstimate::Fact(of_series(why))),
                    (None, F::Funnel) => unknown(LESS_TIME),
                    (None, _) => unknown(why),
                }
            }
            Node::Arithmetic(op, left, right) => {
                let (a, b) = (self.degree(left)?, self.degree(right)?);
                match op {
                    ArithmeticOp::Multiply => Ok(a + b),
                    ArithmeticOp::Divide => Ok(a - b),
                    ArithmeticOp::Add | ArithmeticOp::Subtract if a == b => Ok(a),
                    ArithmeticOp::Add | ArithmeticOp::Subtract => unknown("a sum of measures of different size"),
                }
            }
        }
    }

    /// The pieces of a leaf for the combinations of a cut; `None` where the cut is not reached.
    fn cut_pieces(&mut self, reading: &Reading, segments: &[u16], lean: bool) -> Option<BTreeMap<u32, Piece>> {
        let by_combination = self.by_combination(reading, segments)?;
        let population = reading.leaf.population;
        // Segments are domains of one sample: they share the part of the whole (Cochran 1977, section 2.13).
        let asked = population.map(|population| reading.rows.len() as f64 / population as f64);
        let made = by_combination.into_iter().filter_map(|(combination, places)| {
            let of = places.iter().filter_map(|&place| reading.rows.get(place as usize));
            let piece = piece(reading, of, lean)?;
            let piece = match asked {
                Some(asked) => piece.finite(asked),
                None => piece,
            };
            Some((combination, piece))
        });
        Some(made.collect())
    }

    /// The places of a reading's rows in each combination of a cut; `None` where the cut is not reached.
    fn by_combination(&mut self, reading: &Reading, segments: &[u16]) -> Option<BTreeMap<u32, Vec<u32>>> {
        let (leaf, rows) = (&reading.leaf, &reading.rows);
        let mut codes = Vec::new();
        for &segment in segments {
            let dim = Dim::Segment(segment);
            if self.is_ignored(leaf, &dim) {
                return None;
            }
            codes.push((self.row_codes(&leaf.table, &dim)?, self.size(&dim)));
        }
        // Most cuts have few combinations: then each has a list at hand.
        let combinations = codes.iter().map(|(_, size)| *size).fold(1, usize::saturating_mul);
        let kept = if combinations <= MOST_LISTS { combinations } else { 0 };
        let each = rows.len() / kept.max(1);
        let mut lists: Vec<Vec<u32>> = (0..kept).map(|_| Vec::with_capacity(each + each / 8)).collect();
        let mut by_combination: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (place, &(_, row, ..)) in (0_u32..).zip(rows) {
            let mut combination = 0_usize;
            let mut placed = true;
            for (codes, size) in &codes {
                match codes.values.get(codes.codes.get(row as usize)) {
                    Some(&value) if (value as usize) < *size => combination = combination * size + value as usize,
                    _ => placed = false,
                }
            }
            if placed {
                match lists.get_mut(combination) {
                    Some(list) => list.push(place),
                    None => by_combination.entry(combination as u32).or_default().push(place),
                }
            }
        }
        let filled = (0_u32..).zip(lists).filter(|(_, list)| !list.is_empty());
        by_combination.extend(filled);
        Some(by_combination)
    }

    /// The outermost table of entities that a table leads to, other than itself; of several the one that the card declares
    /// first.
    fn outer_table(&mut self, table: &str) -> Option<String> {
        let names: Vec<String> = self.card.tables.iter().map(|table| table.name.value.clone()).collect();
        let mut ahead: Vec<String> = Vec::new();
        for name in names.iter().filter(|name| name.as_str() != table) {
            let rows = self.rows.data.table(name).map_or(0, |table| table.rows);
            if rows >= LEAST_ENTITIES && matches!(self.rows.route(table, name), Route::Along(_)) {
                ahead.push(name.clone());
            }
        }
        for name in &ahead {
            let mut leads_on = false;
            for other in ahead.iter().filter(|other| *other != name) {
                leads_on |= matches!(self.rows.route(name, other), Route::Along(_));
            }
            if !leads_on {
                return Some(name.clone());
            }
        }
        None
    }

    /// The entity of each row of a table: the row of the outermost table of entities that it leads to, else the row itself.
    fn entities(&mut self, table: &str) -> Arc<Vec<u64>> {
        if let Some(known) = self.entities.get(table) {
            return Arc::clone(known);
        }
        let kept = self.options.pool.as_ref().and_then(|pool| pool.entities(table));
        let entities = kept.unwrap_or_else(|| {
            let made = Arc::new(self.find_entities(table));
            if let Some(pool) = &self.options.pool {
                pool.keep_entities(table, &made);
            }
            made
        });
        self.entities.insert(table.to_owned(), Arc::clone(&entities));
        entities
    }

    fn find_entities(&mut self, table: &str) -> Vec<u64> {
        let names: Vec<String> = self.card.tables.iter().map(|table| table.name.value.clone()).collect();
        let outermost = self.outer_table(table);
        let tag = |name: &str| (names.iter().position(|other| other == name).unwrap_or(names.len()) as u64) << 40;
        let rows = self.rows.data.table(table).map_or(0, |table| table.rows);
        let own = tag(table);
        let Some(outer) = outermost else {
            return (0..rows as u64).map(|row| own | row).collect();
        };
        let Route::Along(way) = self.rows.route(table, &outer) else {
            return (0..rows as u64).map(|row| own | row).collect();
        };
        let tag = tag(&outer);
        (0..rows)
            .map(|row| match way.get(row) {
                Some(&parent) if parent != NO_ROW => tag | u64::from(parent),
                // Who belongs to nobody is alone.
                _ => own | row as u64,
            })
            .collect()
    }

    /// A measure over a cell from the pieces of its aggregates, by the delta method.
    fn joined(&self, node: &Node, slot: usize, look: &impl Fn(usize) -> Option<Piece>) -> Option<Piece> {
        match node {
            Node::Number(value) => Some(Piece {
                value: *value,
                rows: u64::MAX,
                influences: Influences::default(),
                sample: Sample::Other,
            }),
            Node::Leaf(at) => look(*at),
            Node::Negate(inner) => self.joined(inner, slot, look)?.scaled(-1.0),
            Node::Per(inner, unit) => {
                let factor = self.per(&algebra::number(1.0), *unit, &self.slots, slot).value?;
                self.joined(inner, slot, look)?.scaled(factor)
            }
            Node::Arithmetic(op, left, right) => {
                let (a, b) = (self.joined(left, slot, look)?, self.joined(right, slot, look)?);
                a.with(*op, &b)
            }
            Node::Coverage(..) | Node::Across(..) | Node::Outside(_) | Node::Steps { .. } => None,
        }
    }
}

impl Piece {
    /// Whether its error is not known: that of a percentile among equal values.
    fn is_still(&self) -> bool {
        matches!(self.sample, Sample::Percentile(..)) && self.influences.variance() == Some(0.0)
    }

    /// The piece of a sample that is this part of its population: its variance shrinks by 1 − n/N (Cochran 1977, section 2.6).
    fn finite(self, asked: f64) -> Self {
        if self.is_still() {
            return self;
        }
        let left = (1.0 - asked).max(0.0);
        Self {
            influences: self.influences.scaled(left.sqrt()),
            sample: Sample::Finite,
            ..self
        }
    }

    fn scaled(self, factor: f64) -> Option<Self> {
        (!self.is_still()).then(|| Self {
            value: factor * self.value,
            influences: self.influences.scaled(factor),
            sample: Sample::Other,
            rows: self.rows,
        })
    }

    fn with(self, op: ArithmeticOp, other: &Self) -> Option<Self> {
        let (a, b) = (self.value, other.value);
        let (value, of_a, of_b) = match op {
            ArithmeticOp::Add => (a + b, 1.0, 1.0),
            ArithmeticOp::Subtract => (a - b, 1.0, -1.0),
            ArithmeticOp::Multiply => (a * b, b, a),
            ArithmeticOp::Divide if b == 0.0 => return None,
            ArithmeticOp::Divide => (a / b, 1.0 / b, -a / (b * b)),
        };
        let known = value.is_finite() && !self.is_still() && !other.is_still();
        known.then(|| Self {
            value,
            rows: self.rows.min(other.rows),
            influences: self.influences.scaled(of_a).plus(&other.influences.scaled(of_b)),
            sample: Sample::Other,
        })
    }
}
