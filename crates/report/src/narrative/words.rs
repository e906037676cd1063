//! Pieces of sentences.

use bellwether::report::{Cell, Estimate, Results};

use crate::format;

/// Something with a headline: a metric, an outcome or a score.
#[derive(Clone, Copy)]
pub(super) struct Subject<'r> {
    pub(super) name: &'r str,
    pub(super) label: &'r str,
    pub(super) unit: Option<&'r str>,
    pub(super) decimals: u32,
    pub(super) owner: Option<&'r str>,
    pub(super) cell: &'r Cell,
    pub(super) is_score: bool,
}

/// Scores, outcomes, metrics: what weighs most comes first.
pub(super) fn subjects(results: &Results) -> Vec<Subject<'_>> {
    use bellwether::definition::Role;
    let scores = results.scores.iter().map(|score| Subject {
        name: &score.name,
        label: &score.label,
        unit: Some("points"),
        decimals: score.decimals,
        owner: score.goal.owner.as_deref(),
        cell: &score.headline,
        is_score: true,
    });
    let of_role = |role: Role| {
        results
            .metrics
            .iter()
            .filter(move |metric| metric.role == role)
            .map(|metric| Subject {
                name: &metric.name,
                label: &metric.label,
                unit: metric.unit.as_deref(),
                decimals: metric.decimals,
                owner: metric.goal.owner.as_deref(),
                cell: &metric.headline,
                is_score: false,
            })
    };
    scores
        .chain(of_role(Role::Outcome))
        .chain(of_role(Role::Metric))
        .collect()
}

/// The name for people of a metric, outcome or score.
pub(super) fn label<'r>(results: &'r Results, name: &'r str) -> &'r str {
    let metric = results.metrics.iter().find(|metric| metric.name == name);
    let score = || results.scores.iter().find(|score| score.name == name);
    metric
        .map(|metric| metric.label.as_str())
        .or_else(|| score().map(|score| score.label.as_str()))
        .unwrap_or(name)
}

impl Subject<'_> {
    /// `40.7 points`, `74.5 %`.
    pub(super) fn amount(&self, value: f64) -> String {
        let unit = if self.is_score { None } else { self.unit };
        format::with_unit(&format::number(value, self.decimals), unit)
    }

    /// `80 %`, as the card states it.
    pub(super) fn stated(&self, value: f64) -> String {
        let unit = if self.is_score { None } else { self.unit };
        format::with_unit(&format::stated(value), unit)
    }

    /// A distance without its sign: of percentages and points in points, else in the unit.
    pub(super) fn distance(&self, value: f64) -> String {
        let text = format::number(value.abs(), self.decimals);
        match self.unit {
            Some("%" | "points") => format::with_unit(&text, Some("points")),
            unit => format::with_unit(&text, unit),
        }
    }

    /// Whether a difference shows at the decimals that are printed.
    pub(super) fn shows(&self, difference: f64) -> bool {
        format::number(difference, self.decimals).contains(|c: char| matches!(c, '1'..='9'))
    }
}

/// ` (33.2 to 47.4)` where there is a range.
pub(super) fn range(cell: &Cell, decimals: u32) -> String {
    match &cell.interval {
        Some(_) => format!(" ({})", format::interval(cell, decimals)),
        None => String::new(),
    }
}

/// Money to three digits that tell: `659,000 USD`.
pub(super) fn money(value: f64, currency: Option<&str>) -> String {
    format::with_unit(&rough(value), currency)
}

/// `96,600 USD (7,230 to 242,000)`, or the sum alone where it is certain.
pub(super) fn money_range(value: Estimate, currency: Option<&str>) -> String {
    if value.low == value.high {
        return money(value.value, currency);
    }
    format!(
        "{} ({} to {})",
        money(value.value, currency),
        rough(value.low),
        rough(value.high)
    )
}

/// A number to three digits that tell, written out: `659,000`.
pub(super) fn rough(value: f64) -> String {
    if value.abs() < 1_000.0 {
        return format::number(value, 0);
    }
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format::number(rounded, 0)
}

/// `0.125 (0.094 to 0.156)`.
pub(super) fn estimate(value: Estimate) -> String {
    format!(
        "{} ({})",
        format::significant(value.value),
        format::between(value.low, value.high)
    )
}

/// `A`, `A and B`, `A, B and C`.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", before.join(", "), last.as_ref())
        }
    }
}

/// The first few of many: `A, B and 4 more`.
pub(super) fn few<T: AsRef<str>>(items: &[T], most: usize) -> String {
    if items.len() <= most {
        return list(items);
    }
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    format!("{} and {} more", shown.join(", "), items.len() - most)
}

/// Begins with a capital and ends with a stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    // A name such as `eNPS` is written as it is.
    if chars.clone().next().is_some_and(char::is_uppercase) {
        return format!("{text}.");
    }
    format!("{}{}.", first.to_uppercase(), chars.as_str())
}

/// `1 metric`, `3 metrics`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", format::whole(n as u64), if n == 1 { "" } else { "s" })
}

/// A text of the engine with the names of metrics, outcomes and scores in the words for people.
pub(super) fn plain(results: &Results, text: &str) -> String {
    let mut parts = text.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut name = true;
    for part in parts {
        let told = label(results, part);
        match (name, told == part) {
            (true, true) => out.push_str(&format!("`{part}`")),
            (true, false) => out.push_str(told),
            (false, _) => out.push_str(part),
        }
        name = !name;
    }
    out
}

/// The currency of sums without one: the card's, else that of the first worth.
pub(super) fn currency(results: &Results) -> Option<&str> {
    let own = results.header.currency.as_ref().map(|code| code.value.as_str());
    own.or_else(|| results.worth.iter().find_map(|worth| worth.currency.as_deref()))
}

/// `one point more of NPS`, in the unit of a metric.
pub(super) fn one_more(results: &Results, name: &str) -> String {
    let unit = results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .and_then(|metric| metric.unit.as_deref());
    let label = label(results, name);
    match unit {
        Some("%" | "points") => format!("one point more of {label}"),
        _ => format!("one more of {label}"),
    }
}

/// An effect on an outcome, in its unit: `0.125 points (0.0938 to 0.156) of Renewals kept`.
pub(super) fn effect_on(results: &Results, name: &str, effect: Estimate) -> String {
    let unit = results
        .metrics
        .iter()
        .find(|metric| metric.name == name)
        .and_then(|metric| metric.unit.as_deref());
    let unit = match unit {
        Some("%" | "points") => Some("points"),
        other => other,
    };
    format!(
        "{} ({}) of {}",
        format::with_unit(&format::significant(effect.value), unit),
        format::between(effect.low, effect.high),
        label(results, name)
    )
}
