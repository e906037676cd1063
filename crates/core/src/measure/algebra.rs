//! Arithmetic of measures over the cells of a cut.

use super::cell::State;
use super::finish::{Cell, Judged};
use crate::definition::{Across, ArithmeticOp, Direction, TimeUnit};

/// A measure whose aggregates are numbered.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// A plain number.
    Number(f64),
    /// An aggregate.
    Leaf(usize),
    /// Two measures joined.
    Arithmetic(ArithmeticOp, Box<Node>, Box<Node>),
    /// Two aggregates: the part of the second that the first is, in percent.
    Coverage(usize, usize),
    /// A funnel, and at each step of its journey the aggregate of that step.
    Steps {
        /// The journey, by the index of its segment.
        segment: u16,
        /// The whole funnel, where the journey does not cut.
        whole: usize,
        /// Steps by name.
        steps: Vec<(String, usize)>,
    },
    /// A measure negated.
    Negate(Box<Node>),
    /// Something over the values of a segment.
    Across(Box<Node>, u16, Across),
    /// A flow per unit of time.
    Per(Box<Node>, TimeUnit),
    /// A value of another card, once the host hands it in.
    Outside(Option<f64>),
}

impl Node {
    /// Visits the node and everything in it; `inner` holds the segments of the `Across` nodes around.
    pub(crate) fn visit(&self, inner: &mut Vec<u16>, visit: &mut impl FnMut(&Self, &[u16])) {
        visit(self, inner);
        match self {
            Self::Number(_) | Self::Leaf(_) | Self::Outside(_) => {}
            Self::Coverage(part, whole) => {
                visit(&Self::Leaf(*part), inner);
                visit(&Self::Leaf(*whole), inner);
            }
            Self::Steps { whole, steps, .. } => {
                visit(&Self::Leaf(*whole), inner);
                for (_, step) in steps {
                    visit(&Self::Leaf(*step), inner);
                }
            }
            Self::Arithmetic(_, left, right) => {
                left.visit(inner, visit);
                right.visit(inner, visit);
            }
            Self::Negate(node) | Self::Per(node, _) => node.visit(inner, visit),
            Self::Across(node, segment, _) => {
                inner.push(*segment);
                node.visit(inner, visit);
                inner.pop();
            }
        }
    }

    /// The numbers of its aggregates.
    pub(crate) fn leaves(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.visit(&mut Vec::new(), &mut |node, _| {
            if let Self::Leaf(leaf) = node {
                found.push(*leaf);
            }
        });
        found
    }
}

/// A number beside aggregates.
pub(crate) fn number(value: f64) -> Cell {
    Cell {
        judged: Judged::Never,
        ..Cell::of(Some(value), 0, 0)
    }
}

/// Which operand is a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    Neither,
    Left,
    Right,
    Both,
}

/// Two cells joined.
pub(crate) fn join(op: ArithmeticOp, left: &Cell, right: &Cell, plain: Plain) -> Cell {
    let state = left.state.min(right.state);
    if state == State::Suppressed {
        return Cell::without(state);
    }
    let value = left.value.zip(right.value).and_then(|(a, b)| match op {
        ArithmeticOp::Add => Some(a + b),
        ArithmeticOp::Subtract => Some(a - b),
        ArithmeticOp::Multiply => Some(a * b),
        ArithmeticOp::Divide => (b != 0.0).then(|| a / b),
    });
    let value = value.filter(|value| value.is_finite()).map(|value| value + 0.0);
    let state = if state.has_value() && value.is_none() {
        State::Missing
    } else {
        state
    };
    let ratio = op == ArithmeticOp::Divide && plain == Plain::Neither;
    let (n, n_denominator) = match plain {
        Plain::Left => (right.n, right.n_denominator),
        Plain::Right => (left.n, left.n_denominator),
        _ if ratio => (left.n, Some(right.n)),
        _ => (left.n.min(right.n), smaller(left.n_denominator, right.n_denominator)),
    };
    Cell {
        value: value.filter(|_| state.has_value()),
        state,
        n,
        n_denominator,
        n_effective: match plain {
            Plain::Left => right.n_effective,
            Plain::Right => left.n_effective,
            _ => smaller(left.n_effective, right.n_effective),
        },
        skipped: left.skipped + right.skipped,
        not_due: left.not_due + right.not_due,
        interval: carried(op, left, right, plain),
        latest: left.latest.max(right.latest),
        judged: left.judged.with(right.judged, ratio),
    }
}

/// An interval survives plain numbers.
fn carried(
    op: ArithmeticOp,
    left: &Cell,
    right: &Cell,
    plain: Plain,
) -> Option<(crate::stats::Interval, &'static str)> {
    let (interval, method, number) = match plain {
        Plain::Right => (left.interval?.0, left.interval?.1, right.value?),
        Plain::Left => (right.interval?.0, right.interval?.1, left.value?),
        _ => return None,
    };
    let apply = |end: f64| {
        Some(match (op, plain) {
            (ArithmeticOp::Add, _) => end + number,
            (ArithmeticOp::Subtract, Plain::Right) => end - number,
            (ArithmeticOp::Subtract, _) => number - end,
            (ArithmeticOp::Multiply, _) => end * number,
            (ArithmeticOp::Divide, Plain::Right) if number != 0.0 => end / number,
            (ArithmeticOp::Divide, _) => return None,
        })
    };
    let (a, b) = (apply(interval.low)?, apply(interval.high)?);
    Some((
        crate::stats::Interval {
            low: a.min(b),
            high: a.max(b),
        },
        method,
    ))
    .filter(|(ends, _)| ends.low.is_finite() && ends.high.is_finite())
}

fn smaller<T: PartialOrd + Copy>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// A cell times a number, without a change of what it counts.
pub(crate) fn scaled(cell: &Cell, factor: f64) -> Cell {
    join(ArithmeticOp::Multiply, cell, &number(factor), Plain::Right)
}

/// Something over the cells of a segment's values.
pub(crate) fn across<'c>(how: Across, cells: impl Iterator<Item = &'c Cell>) -> Cell {
    let mut made: Option<Cell> = None;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut worst = State::Missing;
    for cell in cells {
        let Some(value) = cell.value else {
            // A hidden part hides the whole; a part without rows does not.
            if matches!(cell.state, State::Suppressed | State::Failed | State::NotApplicable) {
                worst = worst.min(cell.state);
                made = None;
                if worst < State::Missing || cell.state == State::NotApplicable {
                    return Cell::without(cell.state);
                }
            }
            continue;
        };
        (low, high) = (low.min(value), high.max(value));
        made = Some(match made {
            None => cell.clone(),
            Some(before) => Cell {
                value: before.value,
                ..join(ArithmeticOp::Add, &before, cell, Plain::Neither)
            },
        });
    }
    let Some(made) = made else { return Cell::without(worst) };
    let value = match how {
        Across::Spread => high - low,
        Across::Lowest => low,
        Across::Highest => high,
    };
    Cell {
        value: Some(value + 0.0),
        interval: None,
        ..made
    }
}

/// Unit, direction and bounds of a measure.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nature {
    pub(crate) unit: Option<String>,
    pub(crate) direction: Option<Direction>,
    pub(crate) bounds: Option<(f64, f64)>,
    pub(crate) no_interval: Option<String>,
}

/// The nature of two measures joined.
pub(crate) fn join_natures(op: ArithmeticOp, left: &Nature, right: &Nature, plain: Plain, number: f64) -> Nature {
    let one = match plain {
        Plain::Left => right,
        _ => left,
    };
    let shifts = matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract);
    let turned = (op == ArithmeticOp::Subtract && plain == Plain::Left) || (!shifts && number < 0.0);
    match plain {
        Plain::Neither | Plain::Both => Nature {
            unit: left.unit.clone().filter(|_| shifts && left.unit == right.unit),
            direction: left
                .direction
                .filter(|_| op == ArithmeticOp::Add && left.direction == right.direction),
            bounds: None,
            no_interval: Some(
                if op == ArithmeticOp::Divide {
                    "a ratio of measures"
                } else {
                    "a sum of measures"
                }
                .to_owned(),
            ),
        },
        Plain::Left | Plain::Right => Nature {
            unit: one.unit.clone().filter(|_| shifts),
            direction: if op == ArithmeticOp::Divide && plain == Plain::Left {
                None
            } else {
                one.direction.map(|way| if turned { opposite(way) } else { way })
            },
            bounds: None,
            no_interval: one.no_interval.clone(),
        },
    }
}

const fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Higher => Direction::Lower,
        Direction::Lower => Direction::Higher,
    }
}
