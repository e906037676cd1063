//! One card after another over the same data, as a person writes it: what an edit leaves as it was is not made again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Bound, Error, EvaluateOptions, bind};
use crate::data::{self, Table};
use crate::definition::plain::Plain;
use crate::definition::{CivilDate, Scorecard};
use crate::diagnostic::Diagnostic;
use crate::measure::Pool;

/// What evaluations and explanations of a card leave for those that follow: the data as its tables bind them, and what was
/// measured in them. After an edit of one metric only that metric is measured; what comes out has the same bits.
///
/// Handed in as [`EvaluateOptions::workbench`], by a host that evaluates at every key; clones are the same bench.
/// [`evaluate_many`](super::Engine::evaluate_many) serves many cards at once and reads none.
///
/// ```
/// use bellwether::engine::{EvaluateOptions, Workbench};
/// let bench = Workbench::new(64 << 20);
/// let options = EvaluateOptions { workbench: Some(bench.clone()), ..EvaluateOptions::default() };
/// // .. evaluate with these options, time and again; then, before the data change:
/// bench.clear();
/// # drop(options);
/// ```
#[derive(Clone)]
pub struct Workbench {
    kept: Arc<Mutex<Option<Kept>>>,
    most_bytes: u64,
}

struct Kept {
    as_of: Option<CivilDate>,
    /// What the card declares of its tables.
    declared: Plain,
    tables: BTreeMap<String, Table>,
    bound: Bound,
    pool: Arc<Pool>,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench")
            .field("most_bytes", &self.most_bytes)
            .finish_non_exhaustive()
    }
}

impl Workbench {
    /// An empty bench that keeps about so many bytes beside the data; when it is nearly full, it begins anew.
    #[must_use]
    pub fn new(most_bytes: u64) -> Self {
        Self {
            kept: Arc::default(),
            most_bytes,
        }
    }

    /// Gives back the memory of what is kept.
    pub fn clear(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        // Whoever panicked had put a whole thing in, or nothing.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data bound for a card, made ready: now, or before, with what was measured in them.
    pub(super) fn bind(
        &self,
        working: &Scorecard,
        tables: BTreeMap<String, Table>,
        options: &EvaluateOptions,
    ) -> Result<(Bound, Arc<Pool>), Error> {
        let declared = Plain::of(&(&working.tables, working.header.utc_offset_minutes))
            .ok_or_else(|| Error::internal("a card that cannot be written as data"))?;
        if let Some(kept) = &*self.lock()
            && let Some(findings) = kept.serves(working, &declared, &tables, options.as_of)
        {
            if let Some(budget) = &options.budget {
                budget.exclude_data();
            }
            let bound = (kept.bound.0.clone(), findings, kept.bound.2.clone());
            return Ok((bound, Arc::clone(&kept.pool)));
        }
        self.clear();
        let bound = bind(working, tables.clone(), options, false)?;
        let pool = Arc::new(Pool::new(self.most_bytes));
        *self.lock() = Some(Kept {
            as_of: options.as_of,
            declared,
            tables,
            bound: bound.clone(),
            pool: Arc::clone(&pool),
        });
        Ok((bound, pool))
    }
}

impl Kept {
    /// What binding the tables has to say about a card, where the data that are bound already are what it would make;
    /// `None`: they are not.
    fn serves(
        &self,
        working: &Scorecard,
        declared: &Plain,
        tables: &BTreeMap<String, Table>,
        as_of: Option<CivilDate>,
    ) -> Option<Vec<Diagnostic>> {
        let same = self.as_of == as_of
            && self.declared.text == declared.text
            && same_tables(&self.tables, tables)
            && !self.pool.is_nearly_full()
            && data::bind::serves(working, &self.bound.0);
        let findings = self.bound.1.iter();
        same.then(|| findings.map(|finding| self.declared.moved(declared, finding)).collect())?
    }
}

fn same_tables(before: &BTreeMap<String, Table>, now: &BTreeMap<String, Table>) -> bool {
    let same = |(name, one): (&String, &Table), (other_name, other): (&String, &Table)| {
        name == other_name
            && one.rows == other.rows
            && (&one.unread, &one.origin, &one.sha256) == (&other.unread, &other.origin, &other.sha256)
            && one.columns.len() == other.columns.len()
            && (one.columns.iter().zip(&other.columns)).all(|((a, of), (b, with))| a == b && of.shares(with))
    };
    before.len() == now.len() && before.iter().zip(now).all(|(one, other)| same(one, other))
}

#[cfg(test)]
mod tests;
