//! Stocks as sums over entities, so that their change can be told from chance.
//!
//! A number of customers is a fact, and has no range. Its change is made by those who come and those who go: who is there in
//! both periods adds nothing to it. If coming and going were even, as many would come as go, give or take the root of their
//! number (McNemar 1947; for entities of several rows, or days, the sum of squares of what each adds to the change).

use super::{Estimates, Need};
use crate::definition::MeasureFunction;
use crate::measure::PeriodKey;
use crate::measure::algebra::Node;
use crate::measure::session::Session;

impl Session<'_> {
    /// What each entity adds to a stock, for some cuts and periods; `None` where the metric is no plain stock, or the whole
    /// population.
    pub fn stocks(&mut self, metric: usize, cuts: &[Vec<u16>], periods: &[Option<PeriodKey>]) -> Option<Estimates> {
        use MeasureFunction as F;
        let node = self.nodes.get(metric).cloned()?;
        let Node::Leaf(at) = &node else { return None };
        let leaf = self.leaf(*at)?;
        let plain = matches!(leaf.function, F::Active | F::ActiveAtEnd | F::ActiveEver) && !leaf.census;
        plain.then(|| self.estimated(&node, cuts, periods, Need::Influences))
    }
}
