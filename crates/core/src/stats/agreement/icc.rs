//! Intraclass correlations.

use crate::stats::Interval;
use crate::stats::distribution::{f_quantile, f_tail};

/// The six forms of Shrout and Fleiss 1979.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IccForm {
    /// ICC(1,1): each item has raters of its own; one rating.
    OneWay,
    /// ICC(2,1): the raters are a sample; absolute agreement of one rating.
    Agreement,
    /// ICC(3,1): these raters and no others; consistency of one rating.
    Consistency,
    /// ICC(1,k): as the first, of the mean of all raters.
    OneWayMean,
    /// ICC(2,k): as the second, of the mean of all raters.
    AgreementMean,
    /// ICC(3,k): as the third, of the mean of all raters (Cronbach's alpha).
    ConsistencyMean,
}

/// An intraclass correlation with its test and interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// The correlation, at most 1; may be below 0.
    pub value: f64,
    /// F of no correlation.
    pub f: f64,
    /// Its degrees of freedom.
    pub df: (f64, f64),
    /// The p value of no correlation.
    pub p: f64,
    /// Its range.
    pub interval: Interval,
}

/// The mean squares of a table of items × raters.
struct Squares {
    items: f64,
    raters: f64,
    within: f64,
    error: f64,
    n: f64,
    k: f64,
}

/// The intraclass correlation of a table of items, each with one rating by every rater, in the same order.
///
/// Shrout and Fleiss 1979, Intraclass correlations: uses in assessing rater reliability; limits by F as McGraw and Wong 1996
/// give them (for ICC(2,·) with Satterthwaite's degrees of freedom). An item with a gap is left out by the caller. `None` with
/// fewer than 2 items or raters, rows of different length, a number that is not finite, or where nothing varies. Perfect
/// agreement gives 1 with an interval of no width.
///
/// ```
/// use bellwether::stats::agreement::{IccForm, intraclass};
///
/// // Shrout and Fleiss 1979, table 2: six targets, four judges.
/// let table = [[9.0, 2.0, 5.0, 8.0], [6.0, 1.0, 3.0, 2.0], [8.0, 4.0, 6.0, 8.0], [7.0, 1.0, 2.0, 6.0], [10.0, 5.0, 6.0, 9.0], [6.0, 2.0, 4.0, 7.0]].map(Vec::from);
/// let icc = intraclass(&table, IccForm::Agreement, 0.95).unwrap();
/// assert!((icc.value - 0.29).abs() < 0.005);
/// ```
#[must_use]
pub fn intraclass(table: &[Vec<f64>], form: IccForm, level: f64) -> Option<Icc> {
    (level > 0.0 && level < 1.0).then_some(())?;
    let squares = Squares::of(table)?;
    let Squares { n, k, .. } = squares;
    let one_way = matches!(form, IccForm::OneWay | IccForm::OneWayMean);
    let (noise, df) = if one_way {
        (squares.within, (n - 1.0, n * (k - 1.0)))
    } else {
        (squares.error, (n - 1.0, (n - 1.0) * (k - 1.0)))
    };
    let single = squares.single(form);
    let mean = matches!(
        form,
        IccForm::OneWayMean | IccForm::AgreementMean | IccForm::ConsistencyMean
    );
    if noise <= 1e-14 * squares.items {
        // Nothing is left over: consistency is perfect, agreement as far as the raters' means agree.
        let value = if mean { stepped_up(single, k) } else { single };
        return Some(Icc {
            value,
            f: f64::MAX,
            df,
            p: 0.0,
            interval: Interval {
                low: value,
                high: value,
            },
        });
    }
    let f = squares.items / noise;
    let limits = match form {
        IccForm::Agreement | IccForm::AgreementMean => squares.agreement_limits(single, level)?,
        _ => f_limits(f, df, k, level)?,
    };
    let of = |single: f64| if mean { stepped_up(single, k) } else { single };
    Some(Icc {
        value: of(single),
        f,
        df,
        p: f_tail(f, df.0, df.1)?,
        interval: Interval {
            low: of(limits.low),
            high: of(limits.high),
        },
    })
}

/// The reliability of the mean of k ratings: Spearman and Brown 1910.
fn stepped_up(single: f64, k: f64) -> f64 {
    k * single / (1.0 + (k - 1.0) * single)
}

/// Limits of (F − 1)/(F + k − 1) from those of F.
fn f_limits(f: f64, df: (f64, f64), k: f64, level: f64) -> Option<Interval> {
    let p = f64::midpoint(1.0, level);
    let low = f / f_quantile(p, df.0, df.1)?;
    let high = f * f_quantile(p, df.1, df.0)?;
    Some(Interval {
        low: (low - 1.0) / (low + k - 1.0),
        high: (high - 1.0) / (high + k - 1.0),
    })
}

impl Squares {
    fn of(table: &[Vec<f64>]) -> Option<Self> {
        let (items, raters) = (table.len(), table.first()?.len());
        let proper = table
            .iter()
            .all(|row| row.len() == raters && row.iter().all(|rating| rating.is_finite()));
        (items >= 2 && raters >= 2 && proper).then_some(())?;
        let (n, k) = (items as f64, raters as f64);
        let grand = table.iter().flatten().sum::<f64>() / (n * k);
        let square = |away: f64| away * away;
        let row_means: Vec<f64> = table.iter().map(|row| row.iter().sum::<f64>() / k).collect();
        let column_means: Vec<f64> = (0..raters)
            .map(|at| table.iter().filter_map(|row| row.get(at)).sum::<f64>() / n)
            .collect();
        let between: f64 = k * row_means.iter().map(|mean| square(mean - grand)).sum::<f64>();
        let judges: f64 = n * column_means.iter().map(|mean| square(mean - grand)).sum::<f64>();
        let cells = || {
            table.iter().zip(&row_means).flat_map(|(row, mean)| {
                row.iter()
                    .zip(&column_means)
                    .map(move |(x, column)| (*x, *mean, *column))
            })
        };
        let within: f64 = cells().map(|(x, row, _)| square(x - row)).sum();
        let rest: f64 = cells().map(|(x, row, column)| square(x - row - column + grand)).sum();
        let whole = between + within;
        (whole > 1e-20 * square(grand).max(f64::MIN_POSITIVE)).then_some(())?;
        Some(Self {
            items: between / (n - 1.0),
            raters: judges / (k - 1.0),
            within: within / (n * (k - 1.0)),
            error: rest / ((n - 1.0) * (k - 1.0)),
            n,
            k,
        })
    }

    /// The correlation of one rating.
    fn single(&self, form: IccForm) -> f64 {
        let Self {
            items: b,
            raters: j,
            within: w,
            error: e,
            n,
            k,
        } = *self;
        match form {
            IccForm::OneWay | IccForm::OneWayMean => (b - w) / (b + (k - 1.0) * w),
            IccForm::Agreement | IccForm::AgreementMean => (b - e) / (b + (k - 1.0) * e + k * (j - e) / n),
            IccForm::Consistency | IccForm::ConsistencyMean => (b - e) / (b + (k - 1.0) * e),
        }
    }

    /// Limits of ICC(2,1): McGraw and Wong 1996, table 7.
    fn agreement_limits(&self, single: f64, level: f64) -> Option<Interval> {
        let Self {
            items: b,
            raters: j,
            error: e,
            n,
            k,
            ..
        } = *self;
        let f_raters = j / e;
        let above = k * single * f_raters + n * (1.0 + (k - 1.0) * single) - k * single;
        let below = (n - 1.0) * k * k * single * single * f_raters * f_raters
            + (n * (1.0 + (k - 1.0) * single) - k * single) * (n * (1.0 + (k - 1.0) * single) - k * single);
        let df = (n - 1.0) * (k - 1.0) * above * above / below;
        let p = f64::midpoint(1.0, level);
        let down = f_quantile(p, n - 1.0, df)?;
        let up = f_quantile(p, df, n - 1.0)?;
        let others = k * j + (k * n - k - n) * e;
        Some(Interval {
            low: n * (b - down * e) / (down * others + n * b),
            high: n * (up * b - e) / (others + n * up * b),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    fn form(text: &str) -> IccForm {
        match text {
            "ICC1" => IccForm::OneWay,
            "ICC2" => IccForm::Agreement,
            "ICC3" => IccForm::Consistency,
            "ICC1k" => IccForm::OneWayMean,
            "ICC2k" => IccForm::AgreementMean,
            "ICC3k" => IccForm::ConsistencyMean,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn agrees_with_pingouin() {
        for row in rows(include_str!("../../../../../tests/reference/icc.csv")) {
            let table: Vec<Vec<f64>> = row
                .text("table")
                .split('|')
                .map(|line| line.split_whitespace().map(|x| x.parse().unwrap()).collect())
                .collect();
            let ours = intraclass(&table, form(row.text("form")), 0.95).unwrap();
            for (value, name) in [
                (ours.value, "icc"),
                (ours.f, "f"),
                (ours.p, "p"),
                (ours.interval.low, "low"),
                (ours.interval.high, "high"),
            ] {
                close(value, row.number(name), row.number("tolerance"), &row);
            }
        }
    }

    #[test]
    fn the_ends() {
        let of = |table: &[Vec<f64>]| intraclass(table, IccForm::Consistency, 0.95);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[vec![1.0, 2.0]]), None);
        assert_eq!(of(&[vec![1.0], vec![2.0]]), None);
        assert_eq!(of(&[vec![1.0, 2.0], vec![2.0]]), None);
        assert_eq!(of(&[vec![3.0, 3.0], vec![3.0, 3.0]]), None);
        assert_eq!(of(&[vec![1.0, f64::NAN], vec![2.0, 1.0]]), None);
        let shifted = [vec![1.0, 2.0], vec![2.0, 3.0], vec![5.0, 6.0]];
        assert_eq!(of(&shifted).unwrap().value, 1.0);
        assert!(intraclass(&shifted, IccForm::Agreement, 0.95).unwrap().value < 1.0);
    }
}
