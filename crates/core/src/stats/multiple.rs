//! Many tests at once.

use bellwether_order::Sort;

/// The p values of a family, adjusted so that those at or below q are called with a false-discovery rate of at most q:
/// p·m/rank, from the greatest down the least so far, at most 1.
///
/// Benjamini and Hochberg 1995, Controlling the false discovery rate; it holds for independent and for positively dependent
/// tests. In the order given; equal p stay equal. Empty for no tests. A p that is not from 0 to 1 counts as 1.
///
/// ```
/// use bellwether::stats::multiple::benjamini_hochberg;
///
/// let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.8]);
/// assert_eq!(adjusted, [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.8]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let proper = |p: f64| if (0.0..=1.0).contains(&p) { p } else { 1.0 };
    let mut order: Vec<(f64, usize)> = p.iter().enumerate().map(|(at, &p)| (proper(p), at)).collect();
    order.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let m = order.len() as f64;
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, (p, at)) in order.into_iter().enumerate().rev() {
        least = least.min(p * m / (rank + 1) as f64);
        if let Some(place) = adjusted.get_mut(at) {
            *place = least;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{close, rows};

    #[test]
    fn agrees_with_statsmodels() {
        for row in rows(include_str!("../../../../tests/reference/benjamini_hochberg.csv")) {
            let ours = benjamini_hochberg(&row.list("p"));
            let theirs = row.list("adjusted");
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                close(ours, theirs, 1e-14, &row);
            }
        }
    }

    #[test]
    fn the_ends() {
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[0.2]), [0.2]);
        assert_eq!(benjamini_hochberg(&[0.5; 3]), [0.5; 3]);
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);
    }
}
