use super::*;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
}

#[test]
fn solves_a_plain_system() {
    // y = 1 + 2x, exactly.
    let matrix = Matrix::from_columns(&[vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0]]).unwrap();
    let (x, residuals) = Qr::new(&matrix).unwrap().least_squares(&[1.0, 3.0, 5.0, 7.0]);
    close(x[0], 1.0);
    close(x[1], 2.0);
    assert!(residuals.iter().all(|r| r.abs() < 1e-14));
}

#[test]
fn names_the_column_that_repeats_others() {
    let x = vec![1.0, 2.0, 5.0, 7.0];
    let twice: Vec<f64> = x.iter().map(|x| 3.0 + 2.0 * x).collect();
    let matrix = Matrix::from_columns(&[vec![1.0; 4], x.clone(), twice]).unwrap();
    assert_eq!(Qr::new(&matrix).unwrap_err(), 2);
    let zero = Matrix::from_columns(&[vec![1.0; 4], vec![0.0; 4]]).unwrap();
    assert_eq!(Qr::new(&zero).unwrap_err(), 1);
    let short = Matrix::from_columns(&[vec![1.0], vec![2.0]]).unwrap();
    assert_eq!(Qr::new(&short).unwrap_err(), 1);
    let nan = Matrix::from_columns(&[vec![1.0, f64::NAN]]).unwrap();
    assert_eq!(Qr::new(&nan).unwrap_err(), 0);
}

#[test]
fn the_inverse_of_cross_products() {
    // X'X = [[3, 6], [6, 14]], its inverse [[14, -6], [-6, 3]] / 6.
    let matrix = Matrix::from_columns(&[vec![1.0; 3], vec![1.0, 2.0, 3.0]]).unwrap();
    let qr = Qr::new(&matrix).unwrap();
    let mut unit = Matrix::zeros(2, 2);
    unit.set(0, 0, 1.0);
    unit.set(1, 1, 1.0);
    let inverse = qr.carried(&unit);
    for (at, value) in [((0, 0), 14.0), ((0, 1), -6.0), ((1, 0), -6.0), ((1, 1), 3.0)] {
        close(inverse.at(at.0, at.1), value / 6.0);
    }
    let thin = qr.thin();
    let leverage: Vec<f64> = (0..3)
        .map(|row| thin.at(row, 0) * thin.at(row, 0) + thin.at(row, 1) * thin.at(row, 1))
        .collect();
    [5.0 / 6.0, 1.0 / 3.0, 5.0 / 6.0]
        .iter()
        .zip(leverage)
        .for_each(|(known, ours)| close(ours, *known));
}

#[test]
fn eigenvalues_of_a_known_matrix() {
    // [[2, 1], [1, 2]] has 1 and 3; the 3 × 3 second difference has 2 − √2, 2, 2 + √2.
    let (mut values, vectors) = eigen_symmetric(&Matrix::from_columns(&[vec![2.0, 1.0], vec![1.0, 2.0]]).unwrap());
    values.sort_by(f64::total_cmp);
    close(values[0], 1.0);
    close(values[1], 3.0);
    close(vectors.at(0, 0).abs(), std::f64::consts::FRAC_1_SQRT_2);
    let second = [vec![2.0, -1.0, 0.0], vec![-1.0, 2.0, -1.0], vec![0.0, -1.0, 2.0]];
    let (mut values, vectors) = eigen_symmetric(&Matrix::from_columns(&second).unwrap());
    let back = vectors.transposed().times(&vectors);
    (0..3).for_each(|at| close(back.at(at, at), 1.0));
    values.sort_by(f64::total_cmp);
    let root = std::f64::consts::SQRT_2;
    [2.0 - root, 2.0, 2.0 + root]
        .iter()
        .zip(values)
        .for_each(|(known, ours)| close(ours, *known));
}

#[test]
fn refuses_what_is_not_positive_definite() {
    let matrix = Matrix::from_columns(&[vec![1.0, 1.0], vec![1.0, 1.0]]).unwrap();
    assert_eq!(Cholesky::new(&matrix).unwrap_err(), 1);
    let inverse = Cholesky::new(&Matrix::from_columns(&[vec![4.0, 2.0], vec![2.0, 5.0]]).unwrap())
        .unwrap()
        .inverse();
    close(inverse.at(0, 0), 5.0 / 16.0);
    close(inverse.at(0, 1), -2.0 / 16.0);
}
