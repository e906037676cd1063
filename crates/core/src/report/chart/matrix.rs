//! Two numbers of each thing against each other: drivers by performance and importance, initiatives by effort and worth.

use serde::{Deserialize, Serialize};

use super::axis::AxisInput;
use super::subject::{Subject, reach};
use super::{Axis, ChartKind, Level, Made, Maker, Measured};
use crate::link::{Drivers, Evidence};
use crate::report::model::{InitiativeResult, Results};
use crate::report::words::{counted, number, with_unit};

/// Things by two numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Matrix {
    /// What the points are: `driver`, `initiative`.
    pub of: String,
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// Where left and right part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_split: Option<Level>,
    /// Where below and above part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y_split: Option<Level>,
    /// Names of the corners: above left, above right, below left, below right. Empty without splits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corners: Vec<String>,
    /// The points.
    pub points: Vec<MatrixPoint>,
    /// What cannot be placed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_placed: Vec<(String, String)>,
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatrixPoint {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Its place across.
    pub x: Measured,
    /// Its place upwards.
    pub y: Measured,
    /// The corner that it is in: `improve`, `quick win`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// How good the evidence for its worth is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What is to be known besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Drivers of each outcome, initiatives by effort and by cost.
pub(super) fn add(maker: &mut Maker<'_>) {
    for drivers in &maker.results.drivers {
        let id = format!("matrix/drivers/{}", drivers.outcome);
        maker.add(id, |results| of_drivers(results, drivers));
    }
    let currency = |results: &Results| Some(results.header.currency.as_ref()?.value.clone());
    maker.add("matrix/initiatives/effort".to_owned(), |results| {
        let effort = |initiative: &InitiativeResult| Some(initiative.initiative.person_days.as_ref()?.value);
        of_initiatives(results, ("Work", Some("person days".to_owned())), &effort)
    });
    maker.add("matrix/initiatives/cost".to_owned(), |results| {
        // What is spent over the horizon.
        let cost = |initiative: &InitiativeResult| {
            let once = initiative.initiative.costs.as_ref().map(|costs| costs.value);
            let yearly = initiative.initiative.yearly_cost.as_ref().map(|cost| cost.value);
            (once.is_some() || yearly.is_some()).then_some(())?;
            Some(once.unwrap_or(0.0) + yearly.unwrap_or(0.0) * f64::from(initiative.analysis.horizon_months) / 12.0)
        };
        of_initiatives(results, ("Cost over the horizon", currency(results)), &cost)
    });
}

fn of_drivers(results: &Results, drivers: &Drivers) -> Option<Made> {
    let mut points = Vec::new();
    let mut not_placed: Vec<(String, String)> = Vec::new();
    let mut shares = Vec::new();
    for driver in &drivers.metrics {
        let label = Subject::label_of(results, &driver.metric).to_owned();
        let weight = driver.weight;
        let Some(performance) = driver.performance else {
            let why = format!(
                "no scale to tell how well it does; it explains {} % of the variance",
                number(weight.value * 100.0, 1)
            );
            not_placed.push((label, why));
            continue;
        };
        shares.push((driver.share, performance));
        points.push(MatrixPoint {
            name: driver.metric.clone(),
            label,
            x: Measured::known(performance, None),
            y: Measured::known(weight.value * 100.0, Some((weight.low * 100.0, weight.high * 100.0))),
            place: driver.place.clone(),
            evidence: None,
            note: Some(format!("{} % of what all explain", number(driver.share, 0))),
        });
    }
    not_placed.extend(drivers.without.iter().map(|(metric, why)| {
        let label = Subject::label_of(results, metric).to_owned();
        (label, why.clone())
    }));
    (!points.is_empty()).then_some(())?;
    // The corners part at the means, as the drivers' places do.
    let n = points.len() as f64;
    let mean = |of: &dyn Fn(&MatrixPoint) -> Option<f64>| points.iter().filter_map(of).sum::<f64>() / n;
    let (x_mean, y_mean) = (mean(&|point| point.x.value), mean(&|point| point.y.value));
    let splits = points.len() >= 2;
    let level = |value: f64| {
        splits.then(|| Level {
            value,
            label: "mean".to_owned(),
        })
    };
    let outcome = Subject::label_of(results, &drivers.outcome);
    let (mut values, ends) = reach(points.iter().map(|point| &point.y));
    values.extend(ends);
    let y = Axis::over(AxisInput {
        title: "Importance: share of the variance explained".to_owned(),
        unit: Some("%".to_owned()),
        decimals: 1,
        bounds: Some((0.0, 100.0)),
        values,
        ends: Vec::new(),
    });
    let (values, _) = reach(points.iter().map(|point| &point.x));
    let (low, high) = super::axis::extent(values.iter().copied()).unwrap_or((0.0, 100.0));
    let x = Axis::over(AxisInput {
        title: "Performance, 0 to 100 of the scale".to_owned(),
        decimals: 0,
        bounds: Some((0.0, 100.0)),
        // Points at the rim have no room for their names.
        values: vec![(low - 10.0).max(0.0).min(low), (high + 10.0).min(100.0).max(high)],
        ..AxisInput::default()
    });
    let explained = drivers.r_squared;
    let to_improve: Vec<&str> = points
        .iter()
        .filter(|point| point.place.as_deref() == Some("improve"))
        .map(|point| point.label.as_str())
        .collect();
    let mut about = format!(
        "What goes with {outcome}, by importance and performance. Together these explain {} % of its variance (range {} to {}).",
        number(explained.value * 100.0, 1),
        number(explained.low * 100.0, 1),
        number(explained.high * 100.0, 1)
    );
    if !to_improve.is_empty() {
        about.push_str(&format!(
            " Important and below the others' performance: {}.",
            to_improve.join(", ")
        ));
    }
    if !not_placed.is_empty() {
        about.push_str(&format!(" {} not placed.", counted(not_placed.len() as u64, "metric")));
    }
    Some(Made {
        title: format!("What drives {outcome}"),
        subtitle: format!(
            "{} of {}; importance tells what goes together, not what causes",
            number(drivers.n as f64, 0),
            drivers.of
        ),
        about,
        kind: ChartKind::Matrix(Matrix {
            of: "driver".to_owned(),
            x,
            y,
            x_split: level(x_mean),
            y_split: level(y_mean),
            corners: if splits {
                ["improve", "keep", "watch", "ease"].map(str::to_owned).to_vec()
            } else {
                Vec::new()
            },
            points,
            not_placed,
        }),
    })
}

fn of_initiatives(
    results: &Results,
    (title, unit): (&str, Option<String>),
    spent: &dyn Fn(&InitiativeResult) -> Option<f64>,
) -> Option<Made> {
    let mut points = Vec::new();
    let mut not_placed = Vec::new();
    for result in &results.initiatives {
        let name = result.initiative.name.value.clone();
        let analysis = &result.analysis;
        match (spent(result), analysis.a_year) {
            (Some(across), Some(year)) => {
                let place = match analysis.quick_win {
                    Some(true) => Some("quick win".to_owned()),
                    _ => None,
                };
                let note = analysis
                    .payback_months
                    .map(|months| format!("pays back in month {months}"));
                points.push(MatrixPoint {
                    name: name.clone(),
                    label: name,
                    x: Measured::known(across, None),
                    y: Measured::known(year.value, Some((year.low, year.high))),
                    place,
                    evidence: analysis.evidence,
                    note,
                });
            }
            (None, _) => not_placed.push((name, format!("the card does not say its {}", title.to_lowercase()))),
            (_, None) => {
                let why = analysis.notes.first().cloned();
                not_placed.push((name, why.unwrap_or_else(|| "its worth is not known".to_owned())));
            }
        }
    }
    (!points.is_empty()).then_some(())?;
    let money = results.header.currency.as_ref().map(|currency| currency.value.clone());
    let money = money.or_else(|| results.worth.iter().find_map(|worth| worth.currency.clone()));
    let (mut values, ends) = reach(points.iter().map(|point| &point.y));
    values.push(0.0);
    values.extend(ends);
    let y = Axis::over(AxisInput {
        title: "Worth a year".to_owned(),
        unit: money.clone(),
        values,
        ..AxisInput::default()
    });
    let most = points.iter().filter_map(|point| point.x.value).fold(0.0, f64::max);
    let x = Axis::over(AxisInput {
        title: title.to_owned(),
        unit,
        bounds: Some((0.0, f64::MAX)),
        values: vec![0.0, most * 1.25],
        ..AxisInput::default()
    });
    let best = points
        .iter()
        .filter_map(|point| Some((point.y.value?, point)))
        .reduce(|most, next| if next.0 > most.0 { next } else { most })?;
    let mut about = format!(
        "{} by worth a year and {}. Most: {} with {} (range {} to {}); evidence: {}.",
        counted(points.len() as u64, "initiative"),
        title.to_lowercase(),
        best.1.label,
        with_unit(&number(best.0, 0), money.as_deref()),
        number(best.1.y.low.unwrap_or(best.0), 0),
        number(best.1.y.high.unwrap_or(best.0), 0),
        best.1.evidence.map_or("none", Evidence::words)
    );
    if !not_placed.is_empty() {
        about.push_str(&format!(
            " {} cannot be placed.",
            counted(not_placed.len() as u64, "initiative")
        ));
    }
    Some(Made {
        title: format!("Initiatives by worth and {}", title.to_lowercase()),
        subtitle: "ranges carry the range of the links".to_owned(),
        about,
        kind: ChartKind::Matrix(Matrix {
            of: "initiative".to_owned(),
            x,
            y,
            x_split: None,
            y_split: None,
            corners: Vec::new(),
            points,
            not_placed,
        }),
    })
}
