//! Stocks as sums over entities, so that their change can be told from chance.
//!
//! A number of customers is a fact, and has no range. Its change is made by those who come and those who go: who is there in
//! both periods adds nothing to it. If coming and going were even, as many would come as go, give or take the root of their
//! number (McNemar 1947; for entities of several rows, or days, the sum of squares of what each adds to the change).

use bellwether_order::BTreeMap;

use super::{Estimate, Estimates, Need, Sample};
use crate::definition::MeasureFunction;
use crate::measure::algebra::Node;
use crate::measure::evaluate::digits;
use crate::measure::executor::Dim;
use crate::measure::leaf::Leaf;
use crate::measure::session::Session;
use crate::measure::{CellKey, PeriodKey};
use crate::stats::exact::ExactMoments;
use crate::stats::influence::Influences;

impl Session<'_> {
    /// What each entity adds to a stock, for some cuts and periods; `None` where the metric is no plain stock, or the whole
    /// population.
    pub fn stocks(&mut self, metric: usize, cuts: &[Vec<u16>], periods: &[Option<PeriodKey>]) -> Option<Estimates> {
        use MeasureFunction as F;
        let node = self.nodes.get(metric).cloned()?;
        if let Node::Coverage(part, whole) = node {
            return self.covered(part, whole, cuts, periods);
        }
        let Node::Leaf(at) = &node else { return None };
        let leaf = self.leaf(*at)?;
        let plain = matches!(leaf.function, F::Active | F::ActiveAtEnd | F::ActiveEver) && !leaf.census;
        plain.then(|| self.estimated(&node, cuts, periods, Need::Influences))
    }

    /// What each parent adds to the part of the whole that is covered: its value in percent of all, in the periods in which a
    /// row of it counts. `None` where rows are weighted, or all there are.
    fn covered(
        &mut self,
        part: usize,
        whole: usize,
        cuts: &[Vec<u16>],
        periods: &[Option<PeriodKey>],
    ) -> Option<Estimates> {
        let plain = |leaf: &Leaf| leaf.weight.is_none();
        (plain(self.leaf(part)?) && plain(self.leaf(whole)?) && !self.leaf(part)?.census).then_some(())?;
        let mut made = Estimates::new();
        for slot in periods
            .iter()
            .filter_map(|key| self.slots.find(*key))
            .collect::<Vec<_>>()
        {
            let (Some(rows), Some(all)) = (self.reading(part, slot), self.reading(whole, slot)) else {
                continue;
            };
            let [value, .., parent] = rows.leaf.inputs.as_slice() else {
                return None;
            };
            for segments in cuts {
                let sizes: Vec<usize> = segments.iter().map(|at| self.size(&Dim::Segment(*at))).collect();
                let (Some(places), Some(of_all)) = (
                    self.by_combination(&rows, segments),
                    self.by_combination(&all, segments),
                ) else {
                    continue;
                };
                for (combination, places) in places {
                    let of_all = of_all.get(&combination).into_iter().flatten();
                    let values: Vec<f64> = of_all
                        .filter_map(|place| Some(all.rows.get(*place as usize)?.3))
                        .collect();
                    let Some(worth) = ExactMoments::of(&values).total().filter(|worth| *worth > 0.0) else {
                        continue;
                    };
                    let row = |place: &u32| Some(rows.rows.get(*place as usize)?.1 as usize);
                    let known = |row: usize| Some((parent.number(row)? as u64, 100.0 * value.number(row)? / worth));
                    // A parent with several rows counts once.
                    let parents: BTreeMap<u64, f64> = places.iter().filter_map(|place| known(row(place)?)).collect();
                    let parts: Vec<(u64, f64)> = parents.into_iter().collect();
                    let total = ExactMoments::of(&parts.iter().map(|part| part.1).collect::<Vec<_>>()).total();
                    let Some(value) = total else { continue };
                    let values = digits(combination as usize, &sizes)
                        .into_iter()
                        .map(|value| value as u32);
                    let key = CellKey {
                        period: self.slots.key(slot),
                        segments: segments.iter().copied().zip(values).collect(),
                    };
                    made.insert(
                        key,
                        Estimate {
                            value,
                            rows: parts.len() as u64,
                            influences: Influences::of(parts),
                            sample: Sample::Other,
                        },
                    );
                }
            }
        }
        Some(made)
    }
}
