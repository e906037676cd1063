use proptest::prelude::*;

use super::*;

/// The moments of a lane, for values that fit it.
fn moments_in<L: Lane>(values: &[f64], window: Window) -> ExactMoments {
    let (scale, mut moments) = (window.scale(), Moments::<L>::default());
    values.iter().for_each(|value| moments.add(L::of_f64(scale, *value)));
    moments.exact(window)
}

/// The moments in the window's own lane.
fn moments(values: &[f64]) -> ExactMoments {
    let window = Window::scan(values, |_| true);
    match window.lane() {
        LaneKind::Narrow => moments_in::<Narrow>(values, window),
        LaneKind::Split => moments_in::<Split>(values, window),
        LaneKind::Wide => moments_in::<Wide>(values, window),
    }
}

fn list(text: &str) -> Vec<f64> {
    text.split(' ').map(|value| value.parse().unwrap()).collect()
}

/// Digits that agree, as NIST counts them.
fn digits(ours: f64, certified: f64) -> f64 {
    if ours == certified {
        return 15.0;
    }
    -math_log10((ours - certified).abs() / certified.abs())
}

fn math_log10(x: f64) -> f64 {
    crate::stats::math::log10(x)
}

#[test]
fn agrees_with_nist_observed_data() {
    for line in include_str!("../../../../../tests/reference/nist_univariate.csv")
        .lines()
        .skip(1)
    {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [_name, mean, sd, values, _source] = fields[..] else {
            panic!("{line}")
        };
        let ours = moments(&list(values));
        assert!(
            digits(ours.mean().unwrap(), mean.parse().unwrap()) > 14.5,
            "{line}: {:?}",
            ours.mean()
        );
        assert!(
            digits(ours.sd().unwrap(), sd.parse().unwrap()) > 12.0,
            "{line}: {:?}",
            ours.sd()
        );
    }
}

#[test]
fn agrees_with_nist_constructed_data() {
    // NumAcc2, 3 and 4: one value at the mean, then 500 pairs 0.1 below and above. The literals, not sums, are the data.
    let sets = [
        ([1.2, 1.1, 1.3], 1.2, 15.0, 14.0),
        ([1_000_000.2, 1_000_000.1, 1_000_000.3], 1_000_000.2, 15.0, 9.4),
        ([10_000_000.2, 10_000_000.1, 10_000_000.3], 10_000_000.2, 15.0, 8.2),
    ];
    for ([at, below, above], mean, mean_digits, sd_digits) in sets {
        let mut values = vec![at];
        (0..500).for_each(|_| values.extend([below, above]));
        let ours = moments(&values);
        assert!(digits(ours.mean().unwrap(), mean) >= mean_digits, "{:?}", ours.mean());
        // The decimal data are not binary: 8 digits is what a correct sum of them gives for NumAcc4.
        assert!(
            digits(ours.sd().unwrap(), 0.1) >= sd_digits,
            "{:?} {}",
            ours.sd(),
            digits(ours.sd().unwrap(), 0.1)
        );
    }
}

#[test]
fn rounds_as_fractions_do() {
    for line in include_str!("../../../../../tests/reference/exact.csv").lines().skip(1) {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [values, sum, mean, variance, _source] = fields[..] else {
            panic!("{line}")
        };
        let values = list(values);
        for ours in [moments(&values), ExactMoments::of(&values)] {
            assert_eq!(ours.total(), sum.parse().ok(), "{line}");
            assert_eq!(ours.mean(), mean.parse().ok(), "{line}");
            assert_eq!(ours.variance(), variance.parse().ok(), "{line}");
        }
    }
}

#[test]
fn lanes_by_width() {
    let lane = |values: &[f64]| Window::scan(values, |_| true).lane();
    assert_eq!(lane(&[]), LaneKind::Narrow);
    assert_eq!(lane(&[0.0, -0.0]), LaneKind::Narrow);
    assert_eq!(lane(&[0.0, 10.0, 3.0]), LaneKind::Narrow);
    assert_eq!(lane(&[0.25, 1e9]), LaneKind::Narrow);
    assert_eq!(lane(&[19.99, 0.01]), LaneKind::Split);
    assert_eq!(lane(&[1e-7, 1e3]), LaneKind::Split);
    assert_eq!(lane(&[1e-20, 1e3]), LaneKind::Wide);
    assert_eq!(lane(&[f64::MIN_POSITIVE]), LaneKind::Wide);
    assert_eq!(Window::of_integers(i64::MIN, i64::MAX).lane(), LaneKind::Split);
    assert_eq!(
        (
            Window::of_integers(-3, 10).unit_exponent(),
            Window::of_integers(-3, 10).bits()
        ),
        (0, 4)
    );
    // What is missing, and what is not finite, needs no bits.
    assert_eq!(Window::scan(&[1e300, 2.0], |row| row == 1).lane(), LaneKind::Narrow);
    assert_eq!(Window::scan_all(&[f64::NAN, 2.0, f64::INFINITY]), Window::of([2.0]));
    // The second block of a column counts too.
    let mut long = vec![1.0; 1000];
    long[999] = 0.1;
    assert_eq!(Window::scan_all(&long).lane(), LaneKind::Split);
}

#[test]
fn constant_columns_have_no_variance() {
    for value in [0.1, 1e16 + 2.0, -3e-300, 7.0] {
        assert_eq!(moments(&[value; 1000]).variance(), Some(0.0), "{value}");
        assert_eq!(moments(&[value; 1000]).mean(), Some(value));
    }
    assert_eq!(moments(&[]).mean(), None);
    assert_eq!(moments(&[]).total(), Some(0.0));
    assert_eq!(moments(&[5.0]).variance(), None);
}

#[test]
fn the_ends_of_the_range() {
    let mut sum = FloatSum::default();
    assert_eq!(sum.value(), Some(0.0));
    for value in [f64::MAX, f64::MAX, 5e-324, -f64::MAX, -f64::MAX] {
        sum.add(value);
    }
    assert_eq!(sum.value(), Some(5e-324));
    sum.add(-1e-323);
    assert_eq!(sum.value(), Some(-5e-324));
    sum.add(f64::NAN);
    sum.add(f64::INFINITY);
    assert_eq!(sum.value(), Some(-5e-324));
    let mut large = FloatSum::default();
    (0..3).for_each(|_| large.add(f64::MAX));
    assert_eq!(large.value(), None);
    assert_eq!(large.exact().ratio(&Dyadic::from(3_u64)), Some(f64::MAX));
    let mut products = FloatSum::default();
    products.add_product(5e-324, 5e-324);
    products.add_product(f64::MAX, -f64::MAX);
    products.add_product(f64::MAX, f64::MAX);
    assert_eq!(products.exact().ratio(&Dyadic::from_f64(5e-324).unwrap()), Some(5e-324));
    assert_eq!(products.value(), Some(0.0));
}

#[test]
fn many_adds_carry() {
    // More adds than lanes hold without a carry would take minutes; merging parts that claim as many does the same.
    let mut sum = FloatSum::default();
    for _ in 0..40 {
        let mut part = sum.clone();
        part.add(-1.5);
        sum.merge(&part);
    }
    // s ← 2s − 1.5: −1.5·(2⁴⁰ − 1).
    assert_eq!(sum.value(), Some(-1.5 * ((1_u64 << 40) - 1) as f64));
}

#[test]
fn whole_numbers_of_64_bits() {
    let values = [i64::MIN, i64::MAX, 12_345, -1, 1 << 44, -(1 << 44) - 1];
    let mut sums = Moments::<Split>::default();
    values.iter().for_each(|value| sums.add(Split::of_i64(*value)));
    let ours = sums.exact(Window::of_integers(i64::MIN, i64::MAX));
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    assert_eq!(ours.sum, Dyadic::scaled(sum, 0));
    let squares = values
        .iter()
        .map(|v| Dyadic::from(*v))
        .fold(Dyadic::default(), |all, v| all.plus(&v.times(&v)));
    assert_eq!(ours.squares, squares);
}

#[test]
fn weights_by_hand() {
    // x 1, 2, 4 with w 1, 1, 2: mean 11/4; Σw(x−m)² = (49 + 9 + 2·25)/16 = 108/16; variance 3/2 · 108/16 / 4.
    let mut sums = WeightedMoments::default();
    [
        (1.0, 1.0),
        (2.0, 1.0),
        (4.0, 2.0),
        (9.0, 0.0),
        (9.0, -1.0),
        (f64::NAN, 1.0),
    ]
    .into_iter()
    .for_each(|(x, w)| sums.add(x, w));
    let sums = sums.exact();
    assert_eq!(sums.n, 3);
    assert_eq!(sums.mean(), Some(2.75));
    assert_eq!(sums.variance(), Some(1.5 * 108.0 / 16.0 / 4.0));
    // Σw²(x−m)² = (49 + 9 + 4·25)/16 = 158/16; over (Σw)² = 16; times 3/2.
    assert_eq!(sums.variance_of_mean(), Some(1.5 * 158.0 / 16.0 / 16.0));
}

/// Floats of any exponent within a range, or of few bits.
fn floats(low: i32, high: i32) -> impl Strategy<Value = f64> {
    (any::<bool>(), 0_u64..1 << 53, low..high, 0_u32..53).prop_map(|(negative, mantissa, exponent, dropped)| {
        let magnitude = libm::ldexp((mantissa >> dropped << dropped) as f64, exponent);
        if negative { -magnitude } else { magnitude }
    })
}

fn columns() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec((-10_000_i32..10_000).prop_map(|v| f64::from(v) / 4.0), 0..60),
        prop::collection::vec((0_i32..100_000).prop_map(|v| f64::from(v) / 100.0), 0..60),
        prop::collection::vec(floats(-60, -30), 0..60),
        prop::collection::vec(floats(-1074, 900), 0..40),
    ]
}

proptest! {
    #[test]
    fn every_lane_that_fits_gives_the_same(values in columns()) {
        let window = Window::scan(&values, |_| true);
        let wide = moments_in::<Wide>(&values, window);
        if window.lane() <= LaneKind::Split {
            prop_assert_eq!(&moments_in::<Split>(&values, window), &wide);
        }
        if window.lane() == LaneKind::Narrow {
            prop_assert_eq!(&moments_in::<Narrow>(&values, window), &wide);
        }
        let counted = ExactMoments::of_counts(values.iter().map(|value| (*value, 1)));
        prop_assert_eq!(&counted, &wide);
    }

    #[test]
    fn order_and_grouping_change_no_bit(values in columns(), cut in 0_usize..60, turn in any::<bool>()) {
        let window = Window::scan(&values, |_| true);
        let whole = moments(&values);
        let (left, right) = values.split_at(cut.min(values.len()));
        let parts = |values: &[f64]| {
            let mut moments = Moments::<Wide>::default();
            values.iter().for_each(|value| moments.add(*value));
            moments
        };
        let (mut a, mut b) = (parts(left), parts(right));
        if turn {
            std::mem::swap(&mut a, &mut b);
        }
        a.merge(&b);
        prop_assert_eq!(a.exact(window), whole);
        let tight = Window::of(values.iter().copied());
        prop_assert_eq!(Window::of(left.iter().copied()).merge(Window::of(right.iter().copied())), tight);
        // A scan may be wider than need be, never narrower.
        prop_assert_eq!(window.merge(tight), window);
        prop_assert_eq!(Window::scan_all(&values), window);
    }

    #[test]
    fn two_columns(pairs in prop::collection::vec((floats(-60, -30), floats(-20, -10)), 0..40)) {
        let (x, y) = (Window::of(pairs.iter().map(|p| p.0)), Window::of(pairs.iter().map(|p| p.1)));
        let (mut wide, mut split) = (Comoments::<Wide>::default(), Comoments::<Split>::default());
        for (a, b) in &pairs {
            wide.add(*a, *b);
            if x.common_lane(y) <= LaneKind::Split {
                split.add(Split::of_f64(x.scale(), *a), Split::of_f64(y.scale(), *b));
            }
        }
        if x.common_lane(y) <= LaneKind::Split {
            prop_assert_eq!(wide.exact(x, y), split.exact(x, y));
        }
    }

    #[test]
    fn weights_in_groups_or_row_by_row(rows in prop::collection::vec((0_u8..4, floats(-60, -40)), 0..40)) {
        let mut by_row = WeightedMoments::default();
        let mut groups = vec![Moments::<Wide>::default(); 4];
        for (value, weight) in &rows {
            let weight = weight.abs();
            by_row.add(f64::from(*value), weight);
            if weight > 0.0 {
                groups[usize::from(*value)].add(weight);
            }
        }
        let groups: Vec<_> = groups.iter().map(|group| group.exact(Window::EMPTY)).collect();
        let grouped = ExactWeighted::of_groups((0_u8..4).map(f64::from).zip(&groups));
        prop_assert_eq!(by_row.exact(), grouped);
    }

    #[test]
    fn a_number_comes_back(value in floats(-1074, 970)) {
        prop_assert_eq!(Dyadic::from_f64(value).unwrap().to_f64(), Some(if value == 0.0 { 0.0 } else { value }));
    }

    #[test]
    fn sums_and_quotients_of_two_round_as_the_hardware_does(a in floats(-1074, 900), b in floats(-1074, 900)) {
        let (x, y) = (Dyadic::from_f64(a).unwrap(), Dyadic::from_f64(b).unwrap());
        prop_assert_eq!(x.plus(&y).to_f64().unwrap(), a + b);
        prop_assert_eq!(x.minus(&y).to_f64().unwrap(), a - b);
        prop_assert_eq!(x.times(&y).to_f64(), Some(a * b).filter(|v| v.is_finite()).map(|v| v + 0.0));
        let quotient = (b != 0.0).then(|| a / b).filter(|v| v.is_finite()).map(|v| v + 0.0);
        prop_assert_eq!(x.ratio(&y), quotient);
        // The same by the long way round: both scaled by an odd number of 60 bits.
        let odd = Dyadic::from((1_u64 << 60) - 1);
        prop_assert_eq!(x.times(&odd).ratio(&y.times(&odd)), quotient);
    }
}

/// The moments of each of some cells, gathered by exponent; row `i` is in cell `i % cells`.
fn by_exponent(values: &[f64], cells: usize, block: usize) -> Vec<ExactMoments> {
    let mut sums = [ExponentSums::new(cells), ExponentSums::new(cells)];
    for (at, part) in values.chunks(block).enumerate() {
        let start = at * block;
        sums[at % 2].add_all((start..).map(|row| row % cells), part);
    }
    let [mut all, other] = sums;
    all.merge(&other);
    let window = all.window();
    (0..cells)
        .map(|cell| match all.lane() {
            LaneKind::Wide => all.wide(cell).exact(window),
            _ => all.split(cell, window).exact(window),
        })
        .collect()
}

fn cells_of(values: &[f64], cells: usize) -> Vec<ExactMoments> {
    (0..cells)
        .map(|cell| ExactMoments::of(&values.iter().skip(cell).step_by(cells).copied().collect::<Vec<_>>()))
        .collect()
}

#[test]
fn sums_by_exponent_carry() {
    // More rows than squares of fractions fit without a carry, all with the greatest fraction.
    let rows = (1 << 22) + (1 << 20);
    let value = 2.0_f64.next_down();
    let mut sums = ExponentSums::new(1);
    let block = vec![value; 4096];
    for _ in 0..rows / 4096 {
        sums.add_all(std::iter::repeat(0), &block);
    }
    let exact = sums.split(0, sums.window()).exact(sums.window());
    let x = Dyadic::from_f64(value).unwrap();
    let n = Dyadic::from(rows as u64);
    assert_eq!(exact.sum, x.times(&n));
    assert_eq!(exact.squares, x.times(&x).times(&n));
}

proptest! {
    #[test]
    fn sums_by_exponent_are_those_of_superaccumulators(
        values in proptest::collection::vec(
            prop_oneof![
                -1e3..1e3_f64,
                0.0..1.0_f64,
                Just(0.0),
                Just(-0.0),
                any::<f64>().prop_filter("finite", |value| value.is_finite()),
                (0_u64..1 << 52).prop_map(f64::from_bits),
            ],
            0..300,
        ),
        cells in 1_usize..5,
        block in 1_usize..40,
    ) {
        prop_assert_eq!(by_exponent(&values, cells, block), cells_of(&values, cells));
    }

    #[test]
    fn measured_floats_by_exponent_are_those_of_superaccumulators(
        values in proptest::collection::vec(prop_oneof![0.01..200.0_f64, -5.0..5.0_f64], 0..300),
        cells in 1_usize..5,
    ) {
        let ours = by_exponent(&values, cells, 7);
        prop_assert_eq!(ours, cells_of(&values, cells));
    }

    #[test]
    fn pairs_by_exponent_are_those_of_superaccumulators(
        pairs in proptest::collection::vec(
            (
                any::<i8>(),
                prop_oneof![
                    -1e3..1e3_f64,
                    Just(0.0),
                    Just(-0.0),
                    any::<f64>().prop_filter("finite", |value| value.is_finite()),
                    (0_u64..1 << 52).prop_map(f64::from_bits),
                ],
            ),
            0..200,
        ),
        measured in any::<bool>(),
    ) {
        let pairs: Vec<(i8, f64)> = pairs
            .into_iter()
            .filter(|(_, y)| !measured || (y.abs() < 1e3 && (y.abs() > 0.01 || *y == 0.0)))
            .collect();
        let mut parts = [ExponentPairs::new(2), ExponentPairs::new(2)];
        for (at, chunk) in pairs.chunks(7).enumerate() {
            let values: Vec<f64> = chunk.iter().map(|(_, y)| *y).collect();
            parts[at % 2].add_beside(chunk.iter().map(|(x, _)| (1, *x)), &values);
        }
        let [mut all, other] = parts;
        all.merge(&other);
        let mut wide = Comoments::<Wide>::default();
        pairs.iter().for_each(|(x, y)| wide.add(f64::from(*x), *y));
        let (x, y) = (Window::of_integers(-128, 127), all.window());
        let wholes = pairs.iter().fold(Wholes::default(), |all, (x, _)| {
            let mut counts = [0; 256];
            counts[(i64::from(*x) + 128) as usize] = 1;
            let one = Wholes::of(-128, &counts);
            Wholes { n: all.n + one.n, sum: all.sum + one.sum, squares: all.squares + one.squares }
        });
        let ours = match all.lane() {
            LaneKind::Wide => all.wide(1, wholes).exact(x, y),
            _ => all.split(1, y, wholes).exact(x, y),
        };
        prop_assert_eq!(ours, wide.exact(x, y));
    }
}
