use super::super::reference::{agrees, all_agree, lines, numbers};
use super::*;

fn of(y: &[f64], columns: &[Vec<f64>]) -> CrossProducts {
    let mut sums = CrossProducts::new(columns.len() + 1);
    for (row, y) in y.iter().enumerate() {
        // About a centre near the mean, as callers do, so that products keep their digits.
        let mut values: Vec<f64> = columns.iter().map(|column| column[row] - column[0]).collect();
        values.push(y - 50.0);
        sums.add(&values, 1.0);
    }
    sums
}

#[test]
fn agrees_with_relative_imp_and_with_all_orders() {
    for fields in lines(include_str!("../../../../../tests/reference/drivers.csv"), 7) {
        let [name, y, x, relative, orders, r_squared, _] = fields[..] else {
            panic!("{fields:?}")
        };
        let columns: Vec<Vec<f64>> = x.split(';').map(numbers).collect();
        let correlations = of(&numbers(y), &columns).correlations().unwrap();
        let relative_ours = relative_weights(&correlations).unwrap();
        all_agree(&relative_ours, &numbers(relative), 9, name);
        let shapley_ours = shapley(&correlations).unwrap();
        all_agree(&shapley_ours, &numbers(orders), 9, name);
        let whole: f64 = r_squared.parse().unwrap();
        agrees(relative_ours.iter().sum(), whole, 9, name);
        agrees(shapley_ours.iter().sum(), whole, 9, name);
        agrees(correlations.regression().unwrap().1, whole, 9, name);
    }
}

#[test]
fn sums_of_parts_are_the_sums() {
    let rows = [[1.0, 2.0, 5.0], [0.0, -1.0, 2.0], [3.0, 0.5, 1.0]];
    let (mut whole, mut parts) = (CrossProducts::new(3), CrossProducts::new(3));
    let mut first = CrossProducts::new(3);
    for (at, row) in rows.iter().enumerate() {
        whole.add(row, 2.0);
        let mut laid = Vec::new();
        CrossProducts::parts(row, &mut laid);
        if at == 0 {
            first.add_parts(&laid, 2.0)
        } else {
            parts.add_parts(&laid, 2.0)
        }
    }
    first.merge(&parts);
    assert_eq!(first, whole);
    agrees(whole.mean(0), 4.0 / 3.0, 12, "mean");
    agrees(
        whole.covariance(0, 2),
        (5.0 + 3.0) / 3.0 - 4.0 / 3.0 * 8.0 / 3.0,
        12,
        "covariance",
    );
}

#[test]
fn constants_and_repeats_have_no_weights() {
    assert_eq!(CrossProducts::new(2).correlations(), None);
    assert_eq!(of(&[1.0, 2.0, 3.0], &[vec![4.0; 3]]).correlations(), None);
    assert_eq!(of(&[1.0; 3], &[vec![4.0, 5.0, 7.0]]).correlations(), None);
    let x = vec![4.0, 5.0, 7.0, 1.0];
    let twice = of(&[1.0, 3.0, 2.0, 0.0], &[x.clone(), x]).correlations().unwrap();
    assert_eq!(relative_weights(&twice), None);
    assert_eq!(twice.regression(), Err(1));
    assert_eq!(twice.inflation(), None);
    // Two copies share what one would have.
    let shares = shapley(&twice).unwrap();
    assert!((shares[0] - shares[1]).abs() < 1e-12);
    let alone = of(&[1.0, 3.0, 2.0, 0.0], &[vec![4.0, 5.0, 7.0, 1.0]])
        .correlations()
        .unwrap();
    agrees(shares.iter().sum(), alone.with[0] * alone.with[0], 12, "both");
    all_agree(&relative_weights(&alone).unwrap(), &shapley(&alone).unwrap(), 12, "one");
    let many = Correlations {
        among: Matrix::zeros(16, 16),
        with: vec![0.0; 16],
    };
    assert_eq!(shapley(&many), None);
}

#[test]
fn inflation_of_two_that_move_together() {
    let among = Matrix::from_columns(&[vec![1.0, 0.6], vec![0.6, 1.0]]).unwrap();
    let correlations = Correlations {
        among,
        with: vec![0.5, 0.5],
    };
    all_agree(&correlations.inflation().unwrap(), &[1.0 / 0.64; 2], 12, "vif");
}

#[test]
fn places_of_the_matrix() {
    use Quadrant::{Ease, Improve, Keep, Watch};
    let placed = quadrants(&[(4.0, 10.0), (4.0, 90.0), (0.0, 10.0), (0.0, 90.0)]);
    assert_eq!(placed, [Improve, Keep, Watch, Ease]);
    assert_eq!(quadrants(&[(1.0, 1.0)]), [Keep]);
    assert!(quadrants(&[]).is_empty());
}
