//! Ranges of formulas: ratios and sums of measures.
//!
//! A cell of one aggregate has the interval of its kind. What is calculated from several varies as their entities do: an
//! entity's influence on Σa/Σb is (a − R·b)/Σb, and so on through the formula (the delta method; Cochran 1977, section 6.5;
//! Deville 1999). Tickets of one customer, and two measures over the same customers, count with their covariance.

use bellwether_order::BTreeMap;

use super::composite::Range;
use super::{Ground, LEAST_ENTITIES, LEVEL};
use crate::measure::CellKey;
use crate::measure::influence::Estimate;
use crate::stats::mean::t_interval;

/// The ranges of a metric that is a formula, in the cells of the headline period, of the one before, and of the whole time
/// where there is no period. Nothing for a metric whose cells have intervals of their own, nor for a formula of facts or of a
/// part whose errors are not known.
pub(super) fn ranges(ground: &mut Ground<'_, '_>, metric: usize) -> BTreeMap<CellKey, Range> {
    let mut ranges = BTreeMap::new();
    if ground.session.is_formula(metric) {
        let measures = ground.measures;
        if let Ok(estimates) = &*ground.estimates(metric) {
            let of = estimates
                .iter()
                .filter(|(key, _)| measures.cell(metric, key).is_some_and(|cell| cell.value.is_some()));
            ranges.extend(of.map(|(key, estimate)| (key.clone(), range(estimate))));
        }
    }
    ranges
}

fn range(estimate: &Estimate) -> Range {
    let entities = estimate.influences.entities();
    if entities < LEAST_ENTITIES {
        return Range::None(format!(
            "it rests on {entities} entities, and a range needs {LEAST_ENTITIES}"
        ));
    }
    let apart = entities as u64 == estimate.rows;
    let error = estimate.influences.variance().map(f64::sqrt);
    let df = (entities - 1) as f64;
    match error.and_then(|error| t_interval(estimate.value, error, df, LEVEL)) {
        Some(range) if apart => Range::Of(range, "linearised"),
        Some(range) => Range::Of(range, "clustered by entity"),
        None => Range::None("beyond the range of numbers".to_owned()),
    }
}
