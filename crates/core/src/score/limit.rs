//! Caps, floors, knock-outs and values set by hand.

use crate::definition::{IfUnknown, Limit, LimitKind, Override};

/// What became of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It changed the score.
    Applied,
    /// Its condition holds, and the score is what it would be without it.
    NoEffect,
    /// Its condition does not hold.
    NotApplied,
    /// Its condition is unknown.
    NotChecked,
    /// It is past its last day.
    Expired,
}

impl Fate {
    /// The words of the report.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NoEffect => "no effect",
            Self::NotApplied => "not applied",
            Self::NotChecked => "not checked",
            Self::Expired => "expired",
        }
    }
}

/// What became of a limit, with the score before it where it decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ruling {
    /// What became of it.
    pub fate: Fate,
    /// The score before it.
    pub before: Option<f64>,
}

impl Ruling {
    const fn of(fate: Fate) -> Self {
        Self { fate, before: None }
    }
}

/// Whether the condition of a limit holds; `None`: unknown.
pub type Holds = Option<bool>;

/// Applies limits to a score: floors first (the highest), then caps (the lowest), then knock-outs (the lowest), so that
/// where a floor and a cap both hold the cap wins, and a knock-out wins over both. A score that is missing stays so
/// under caps and floors; a knock-out holds whatever the parts say. The steps chain: each ruling's `before` is what the
/// step before it left, so the points of all steps lead from the mix to the score.
///
/// `holds` has an entry for each limit. Gives the score and a ruling for each limit.
///
/// ```
/// use bellwether::definition::{Condition, Expr, ExprKind, IfUnknown, Limit, LimitKind};
/// use bellwether::diagnostic::Span;
/// use bellwether::score::{apply_limits, Fate};
/// let cap = |value| Limit {
///     kind: LimitKind::Cap,
///     value,
///     condition: Condition { expr: Expr::new(ExprKind::Missing, Span::default()), text: String::new() },
///     reason: "a P1 is open".into(),
///     if_unknown: IfUnknown::Ignore,
///     span: Span::default(),
/// };
/// let limits = [cap(50.0), cap(40.0)];
/// let (score, rulings) = apply_limits(Some(72.0), &limits, &[Some(true), Some(true)]);
/// assert_eq!(score, Some(40.0)); // several caps: the lowest
/// assert_eq!(rulings[0].fate, Fate::NoEffect);
/// assert_eq!(rulings[1].before, Some(72.0));
/// ```
#[must_use]
pub fn apply_limits(score: Option<f64>, limits: &[Limit], holds: &[Holds]) -> (Option<f64>, Vec<Ruling>) {
    let mut rulings: Vec<Ruling> = limits
        .iter()
        .zip(holds.iter().copied().chain(std::iter::repeat(None)))
        .map(|(limit, holds)| Ruling::of(opening(limit, holds)))
        .collect();
    let mut score = score;
    for kind in [LimitKind::Floor, LimitKind::Cap, LimitKind::KnockOut] {
        let Some((index, value)) = strictest(kind, limits, &rulings) else {
            continue;
        };
        let decides = match (kind, score) {
            (LimitKind::KnockOut, Some(before)) => before != value,
            (LimitKind::KnockOut, None) => true,
            (LimitKind::Cap, Some(before)) => before > value,
            (LimitKind::Floor, Some(before)) => before < value,
            (LimitKind::Cap | LimitKind::Floor, None) => false,
        };
        if !decides {
            continue;
        }
        if let Some(ruling) = rulings.get_mut(index) {
            *ruling = Ruling {
                fate: Fate::Applied,
                before: score,
            };
        }
        score = Some(value);
    }
    (score, rulings)
}

/// Before anything is decided: whether the limit comes into play at all. `NoEffect` stands for "in play".
const fn opening(limit: &Limit, holds: Holds) -> Fate {
    match (holds, limit.if_unknown) {
        (Some(true), _) | (None, IfUnknown::Fire) => Fate::NoEffect,
        (Some(false), _) => Fate::NotApplied,
        (None, IfUnknown::Ignore) => Fate::NotChecked,
    }
}

/// Of the limits of a kind that are in play the one that binds: the highest floor, the lowest cap, the lowest
/// knock-out; of equal ones the first.
fn strictest(kind: LimitKind, limits: &[Limit], rulings: &[Ruling]) -> Option<(usize, f64)> {
    limits
        .iter()
        .zip(rulings)
        .enumerate()
        .filter(|(_, (limit, ruling))| limit.kind == kind && ruling.fate == Fate::NoEffect)
        .map(|(index, (limit, _))| (index, limit.value))
        .reduce(|best, next| {
            let better = if kind == LimitKind::Floor {
                next.1 > best.1
            } else {
                next.1 < best.1
            };
            if better { next } else { best }
        })
}

/// Of the values set by hand for a cell the one that holds on a day: the last declared that is not past its last day.
/// Without a day none expires.
#[must_use]
pub fn standing_override<'a>(
    overrides: impl Iterator<Item = &'a Override>,
    day: Option<crate::definition::CivilDate>,
) -> Option<&'a Override> {
    overrides.filter(|set| day.is_none_or(|day| day <= set.expires)).last()
}

#[cfg(test)]
mod tests;
