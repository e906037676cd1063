//! Signal and noise in the series of a total.

use crate::measure::{Axes, CellKey, PeriodKey};
use crate::stats::process::{ProcessLimits, process_limits};

/// The limits of a series of totals.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The steps of the first calendar that have a value, in order of time.
    pub steps: Vec<u32>,
    /// The value of each.
    pub values: Vec<f64>,
    /// The limits, and which steps stand out.
    pub limits: ProcessLimits,
}

/// The limits of the totals of the complete steps of the first calendar, up to the headline's. `None` for fewer values than
/// limits need, and for rolling and to-date calendars, whose steps share rows: neighbours are then alike by construction.
#[must_use]
pub fn series_of(axes: &Axes, value: impl Fn(&CellKey) -> Option<f64>) -> Option<Series> {
    let axis = axes.periods.first()?;
    (axis.period.rolling <= 1 && axis.period.to_date.is_none()).then_some(())?;
    let (mut steps, mut values) = (Vec::new(), Vec::new());
    for step in 0..=axis.headline? {
        let key = CellKey {
            period: Some(PeriodKey { axis: 0, step }),
            segments: Vec::new(),
        };
        let complete = axis.steps.get(step as usize).is_some_and(|step| step.complete);
        if let Some(value) = value(&key).filter(|_| complete) {
            steps.push(step);
            values.push(value);
        }
    }
    let limits = process_limits(&values)?;
    Some(Series { steps, values, limits })
}
