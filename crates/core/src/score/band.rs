//! Bands: the lower edge belongs to the band, and together they cover the scale once.

use crate::definition::{Bands, Score};
use crate::diagnostic::{Diagnostic, codes};

/// The index of the band that a value lies in, 0 for the lowest. `edges` ascend; a value on an edge is in the upper band.
///
/// ```
/// use bellwether::score::band_of;
/// assert_eq!(band_of(&[50.0, 75.0], 49.999), 0);
/// assert_eq!(band_of(&[50.0, 75.0], 50.0), 1);
/// assert_eq!(band_of(&[50.0, 75.0], 100.0), 2);
/// ```
#[must_use]
pub fn band_of(edges: &[f64], value: f64) -> usize {
    edges.partition_point(|edge| *edge <= value)
}

/// The name of the band that a value lies in.
#[must_use]
pub fn band_name(bands: &Bands, value: f64) -> Option<&str> {
    bands.names.get(band_of(&bands.edges, value)).map(String::as_str)
}

/// Proves that the bands of a score cover its scale once, or says where they do not. Code: `BANDS`.
///
/// Half-open bands between ascending edges cover every number once, whatever the numbers are; so the proof is that the
/// edges ascend, that each lies inside the scale (else a band is never reached), and that every band has its own name.
#[must_use]
pub fn check(score: &Score) -> Vec<Diagnostic> {
    let Some(bands) = &score.bands else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut say = |message: String, help: &str| {
        found.push(Diagnostic::error(codes::BANDS, message).at(bands.span).help(help));
    };
    if bands.names.len() != bands.edges.len() + 1 {
        say(
            format!(
                "{} edges make {} bands, and {} are named",
                bands.edges.len(),
                bands.edges.len() + 1,
                bands.names.len()
            ),
            "name one band more than there are edges",
        );
    }
    if bands.edges.is_empty() {
        say(
            "bands without an edge".into(),
            "give the lower edges of all bands but the first: `.bands(50, 75)`",
        );
    }
    for pair in bands.edges.windows(2) {
        if let [low, high] = pair
            && (low.is_nan() || high.is_nan() || low >= high)
        {
            say(
                format!("the edge {high} does not lie above the edge {low} before it"),
                "write the edges from low to high: `.bands(50, 75)`",
            );
        }
    }
    if !score.unclamped {
        for edge in bands.edges.iter().filter(|edge| !(**edge > 0.0 && **edge <= 100.0)) {
            say(
                format!("the edge {edge} lies outside the scale, so a band can never be reached"),
                "a score runs from 0 to 100; edges lie above 0 and at most at 100",
            );
        }
    }
    for (index, name) in bands.names.iter().enumerate() {
        if bands.names.iter().take(index).any(|earlier| earlier == name) {
            say(format!("two bands are called `{name}`"), "give every band its own name");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Every number lies in exactly one band: between its lower edge, included, and the next, excluded.
        #[test]
        fn bands_cover_the_scale_once(mut edges in proptest::collection::vec(0.1..100.0_f64, 1..6), value in -50.0..150.0_f64) {
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            let inside: Vec<usize> = (0..=edges.len())
                .filter(|&band| {
                    let low = band.checked_sub(1).map_or(f64::NEG_INFINITY, |edge| edges[edge]);
                    let high = edges.get(band).copied().unwrap_or(f64::INFINITY);
                    low <= value && value < high
                })
                .collect();
            prop_assert_eq!(inside, vec![band_of(&edges, value)]);
        }

        /// A value on an edge belongs to the band above it.
        #[test]
        fn an_edge_belongs_to_the_upper_band(edge in 0.1..100.0_f64) {
            prop_assert_eq!(band_of(&[edge], edge), 1);
            prop_assert_eq!(band_of(&[edge], f64::from_bits(edge.to_bits() - 1)), 0);
        }
    }
}
