use super::*;

#[test]
fn gives_the_known_answers_of_its_authors() {
    // kat_vectors of Random123 1.09, philox4x32 with 10 rounds.
    let ones = philox([u32::MAX; 4], [u32::MAX; 2]);
    assert_eq!(ones, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    let pi = philox(
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        [0xa409_3822, 0x299f_31d0],
    );
    assert_eq!(pi, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
}

#[test]
fn poisson_has_its_shares() {
    // P(0) = P(1) = 1/e, P(2) = 1/(2e): the ends of the table, times 2⁻³².
    let share = |count: u32| {
        let at = |word: u64| poisson_one(word as u32) == count;
        (0..1_u64 << 16).filter(|step| at(step << 16)).count() as f64 / 65_536.0
    };
    let e = std::f64::consts::E;
    assert!((share(0) - 1.0 / e).abs() < 3e-5);
    assert!((share(1) - 1.0 / e).abs() < 3e-5);
    assert!((share(2) - 0.5 / e).abs() < 3e-5);
    assert!((share(4) - 1.0 / 24.0 / e).abs() < 3e-5);
    assert_eq!(poisson_one(u32::MAX), 11);
    assert_eq!(poisson_one(0), 0);
}

#[test]
fn uniform_and_normal_have_their_moments() {
    let n = 20_000;
    let draws: Vec<f64> = (0..n).map(|draw| uniform(9, 1, draw)).collect();
    let mean = draws.iter().sum::<f64>() / n as f64;
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0_f64 / n as f64).sqrt(), "{mean}");
    assert!(draws.iter().all(|draw| *draw > 0.0 && *draw < 1.0));
    let draws: Vec<f64> = (0..n).map(|draw| normal(9, 2, draw)).collect();
    let mean = draws.iter().sum::<f64>() / n as f64;
    let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / n as f64;
    assert!(
        mean.abs() < 4.0 / (n as f64).sqrt() && (variance - 1.0).abs() < 0.04,
        "{mean} {variance}"
    );
}

#[test]
fn a_range_of_nothing_is_none() {
    assert_eq!(middle(&[], 0.95), None);
    assert_eq!(middle(&[f64::NAN], 0.95), None);
    assert_eq!(middle(&[1.0], 1.0), None);
    assert_eq!(
        middle(&[3.0], 0.95).map(|range| (range.low, range.high)),
        Some((3.0, 3.0))
    );
}
