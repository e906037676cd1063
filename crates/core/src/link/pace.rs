//! Whether a goal is reached in time, from the line that the last periods draw.

use serde::{Deserialize, Serialize};

use super::model::Estimate;
use crate::definition::{CivilDate, Direction};
use crate::stats::linear_algebra::Matrix;
use crate::stats::math;
use crate::stats::regression::least_squares;

/// Fewer periods than this draw no line.
const LEAST_STEPS: usize = 6;
/// More periods than this are of another time.
const MOST_STEPS: usize = 12;

/// How a goal is getting on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaceVerdict {
    /// The whole forecast range reaches the target.
    Ahead,
    /// The forecast reaches the target, its range holds both.
    OnTrack,
    /// The forecast falls short, its range holds the target.
    Behind,
    /// The whole range falls short.
    WillMiss,
    /// The series is too short to say.
    TooShort,
}

impl PaceVerdict {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::OnTrack => "on track",
            Self::Behind => "behind",
            Self::WillMiss => "will miss",
            Self::TooShort => "too short to say",
        }
    }
}

/// The pace of a metric or outcome towards its target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pace {
    /// Metric or outcome.
    pub of: String,
    /// The verdict.
    pub verdict: PaceVerdict,
    /// The target.
    pub target: f64,
    /// By when.
    pub due: CivilDate,
    /// The value that the line has in the period of the due day, with its 95 % prediction range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Estimate>,
    /// How many periods the line was drawn through.
    pub periods: u64,
    /// How much a period changes the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Estimate>,
}

/// What a pace is computed from.
pub(super) struct Series {
    pub(super) of: String,
    /// Last day and value of each complete period, in order.
    pub(super) values: Vec<(CivilDate, f64)>,
    pub(super) target: f64,
    pub(super) due: CivilDate,
    pub(super) direction: Direction,
    pub(super) scale: Option<(f64, f64)>,
}

/// The pace of a series: a straight line by least squares through the last twelve periods at most, drawn on to the due day.
pub(super) fn pace(series: &Series) -> Pace {
    let from = series.values.len().saturating_sub(MOST_STEPS);
    let values = series.values.get(from..).unwrap_or_default();
    let mut made = Pace {
        of: series.of.clone(),
        verdict: PaceVerdict::TooShort,
        target: series.target,
        due: series.due,
        forecast: None,
        periods: values.len() as u64,
        trend: None,
    };
    let Some((forecast, trend)) = forecast(values, series.due) else {
        return made;
    };
    let clamp = |value: f64| series.scale.map_or(value, |(low, high)| value.clamp(low, high));
    let forecast = Estimate {
        value: clamp(forecast.value),
        low: clamp(forecast.low),
        high: clamp(forecast.high),
    };
    let (worst, best) = match series.direction {
        Direction::Higher => (forecast.low, forecast.high),
        Direction::Lower => (forecast.high, forecast.low),
    };
    let reaches = |value: f64| match series.direction {
        Direction::Higher => value >= series.target,
        Direction::Lower => value <= series.target,
    };
    made.verdict = match (reaches(worst), reaches(forecast.value), reaches(best)) {
        (true, ..) => PaceVerdict::Ahead,
        (_, true, _) => PaceVerdict::OnTrack,
        (.., true) => PaceVerdict::Behind,
        _ => PaceVerdict::WillMiss,
    };
    made.forecast = Some(forecast);
    made.trend = Some(trend);
    made
}

/// The value of the line at a day, with its prediction range, and its slope a period.
fn forecast(values: &[(CivilDate, f64)], due: CivilDate) -> Option<(Estimate, Estimate)> {
    (values.len() >= LEAST_STEPS).then_some(())?;
    let (last, first) = (values.last()?.0, values.first()?.0);
    let step = f64::from(last.0 - first.0) / (values.len() as f64 - 1.0);
    (step > 0.0 && due > last).then_some(())?;
    let at = |day: CivilDate| f64::from(day.0 - last.0) / step;
    let times: Vec<f64> = values.iter().map(|(day, _)| at(*day)).collect();
    let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let design = Matrix::from_columns(&[vec![1.0; times.len()], times])?;
    let fit = least_squares(&design, &numbers, None).ok()?;
    let covariance = fit.covariance(crate::stats::regression::Errors::Classical)?;
    let (a, b) = (*fit.coefficients.first()?, *fit.coefficients.get(1)?);
    let ahead = at(due);
    let value = a + b * ahead;
    let own = fit.residual_sum / fit.degrees as f64;
    let line = covariance.at(0, 0) + 2.0 * ahead * covariance.at(0, 1) + ahead * ahead * covariance.at(1, 1);
    let t = math::t_quantile(0.975, fit.degrees as f64)?;
    let reach = t * (own + line).max(0.0).sqrt();
    let slope = t * covariance.at(1, 1).max(0.0).sqrt();
    Some((
        Estimate {
            value,
            low: value - reach,
            high: value + reach,
        },
        Estimate {
            value: b,
            low: b - slope,
            high: b + slope,
        },
    ))
}
