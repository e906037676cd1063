//! Sums of powers and products of a cell, mergeable, and what follows from them with one rounding.

use super::{Dyadic, Lane, Wide, Window};
use crate::stats::math;

/// n and Σx.
#[derive(Debug, Clone, Default)]
pub struct Total<L: Lane> {
    n: u64,
    sum: L::Sum,
}

impl<L: Lane> Total<L> {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: L::Value) {
        self.n += 1;
        L::add(&mut self.sum, value);
    }

    /// Adds the other part's values.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        L::merge(&mut self.sum, &other.sum);
    }

    /// How many values were added.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sum, exactly.
    #[must_use]
    pub fn exact(&self, window: Window) -> Dyadic {
        L::exact(&self.sum, window)
    }
}

/// n, Σx and Σx² of one column.
#[derive(Debug, Clone, Default)]
pub struct Moments<L: Lane> {
    pub(super) n: u64,
    pub(super) sum: L::Sum,
    pub(super) squares: L::Products,
}

impl<L: Lane> Moments<L> {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: L::Value) {
        self.n += 1;
        L::add(&mut self.sum, value);
        L::add_square(&mut self.squares, value);
    }

    /// Adds the other part's values.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        L::merge(&mut self.sum, &other.sum);
        L::merge_products(&mut self.squares, &other.squares);
    }

    /// How many values were added.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sums, exactly; `window` is that of the values added.
    #[must_use]
    pub fn exact(&self, window: Window) -> ExactMoments {
        ExactMoments {
            n: self.n,
            sum: L::exact(&self.sum, window),
            squares: L::exact_products(&self.squares, window, window),
        }
    }
}

/// n, Σx, Σy, Σx², Σy² and Σxy of two columns.
#[derive(Debug, Clone, Default)]
pub struct Comoments<L: Lane> {
    pub(super) n: u64,
    pub(super) x: L::Sum,
    pub(super) y: L::Sum,
    pub(super) xx: L::Products,
    pub(super) yy: L::Products,
    pub(super) xy: L::Products,
}

impl<L: Lane> Comoments<L> {
    /// Adds a pair of values of one row.
    #[inline]
    pub fn add(&mut self, x: L::Value, y: L::Value) {
        self.n += 1;
        L::add(&mut self.x, x);
        L::add(&mut self.y, y);
        L::add_square(&mut self.xx, x);
        L::add_square(&mut self.yy, y);
        L::add_product(&mut self.xy, x, y);
    }

    /// Adds the other part's pairs.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        L::merge(&mut self.x, &other.x);
        L::merge(&mut self.y, &other.y);
        L::merge_products(&mut self.xx, &other.xx);
        L::merge_products(&mut self.yy, &other.yy);
        L::merge_products(&mut self.xy, &other.xy);
    }

    /// How many pairs were added.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// n, Σy and Σy² alone.
    #[must_use]
    pub fn second(&self) -> Moments<L> {
        Moments {
            n: self.n,
            sum: self.y.clone(),
            squares: self.yy.clone(),
        }
    }

    /// The sums, exactly; the windows are those of the two columns.
    #[must_use]
    pub fn exact(&self, x: Window, y: Window) -> ExactComoments {
        ExactComoments {
            x: ExactMoments {
                n: self.n,
                sum: L::exact(&self.x, x),
                squares: L::exact_products(&self.xx, x, x),
            },
            y: ExactMoments {
                n: self.n,
                sum: L::exact(&self.y, y),
                squares: L::exact_products(&self.yy, y, y),
            },
            products: L::exact_products(&self.xy, x, y),
        }
    }
}

/// n, Σx and Σx² without any rounding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExactMoments {
    /// How many values.
    pub n: u64,
    /// Σx.
    pub sum: Dyadic,
    /// Σx².
    pub squares: Dyadic,
}

impl ExactMoments {
    /// The moments of a slice; values that are not finite are left out.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut moments = Moments::<Wide>::default();
        for value in values.iter().filter(|value| value.is_finite()) {
            moments.add(*value);
        }
        moments.exact(Window::EMPTY)
    }

    /// The moments of values with counts, such as a histogram of answers.
    #[must_use]
    pub fn of_counts(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let mut all = Self::default();
        for (value, count) in counts {
            let Some(value) = Dyadic::from_f64(value) else { continue };
            let times = value.times(&Dyadic::from(count));
            all.n += count;
            all.sum = all.sum.plus(&times);
            all.squares = all.squares.plus(&times.times(&value));
        }
        all
    }

    /// n·Σx² − (Σx)², never below 0; 0 exactly when all values are equal.
    #[must_use]
    pub fn spread(&self) -> Dyadic {
        self.squares
            .times(&Dyadic::from(self.n))
            .minus(&self.sum.times(&self.sum))
    }

    /// Σx, rounded once; 0 when n = 0, `None` where it is beyond the range of a float.
    #[must_use]
    pub fn total(&self) -> Option<f64> {
        self.sum.to_f64()
    }

    /// Σx / n, rounded once; `None` when n = 0.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.sum.ratio(&Dyadic::from(self.n))
    }

    /// (n·Σx² − (Σx)²) / (n(n−1)), rounded once; `None` when n < 2, 0 for equal values.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let pairs = Dyadic::from(self.n).times(&Dyadic::from(self.n.checked_sub(1)?));
        self.spread().ratio(&pairs)
    }

    /// The square root of the variance.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(math::sqrt)
    }
}

/// The exact sums of two columns over the rows where both have a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExactComoments {
    /// Of the first column.
    pub x: ExactMoments,
    /// Of the second.
    pub y: ExactMoments,
    /// Σxy.
    pub products: Dyadic,
}

impl ExactComoments {
    /// n·Σxy − Σx·Σy.
    #[must_use]
    pub fn cross_spread(&self) -> Dyadic {
        self.products
            .times(&Dyadic::from(self.x.n))
            .minus(&self.x.sum.times(&self.y.sum))
    }

    /// The covariance with n − 1, rounded once; `None` when n < 2.
    #[must_use]
    pub fn covariance(&self) -> Option<f64> {
        let pairs = Dyadic::from(self.x.n).times(&Dyadic::from(self.x.n.checked_sub(1)?));
        self.cross_spread().ratio(&pairs)
    }
}
