//! Bands: the lower edge belongs to the band, and together they cover the scale once. (Half-open bands between ascending
//! edges cover every number once, whatever the numbers are; `definition::validate` proves that the edges ascend.)

use crate::definition::Bands;

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
