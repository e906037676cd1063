use super::*;

fn units(text: &str) -> Vec<ContractUnit> {
    let unit = |entry: &str| {
        let (left, stayed) = entry.split_once(':').unwrap();
        ContractUnit {
            left: left.parse().unwrap(),
            stayed: stayed.parse().unwrap(),
        }
    };
    text.split(' ').map(unit).collect()
}

#[test]
fn agrees_with_scipy_and_mpmath() {
    for line in include_str!("../../../../../tests/reference/sbg.csv").lines().skip(1) {
        let fields: Vec<&str> = line.splitn(7, ',').collect();
        let [data, alpha, beta, height, discount, lifetime, _source] = fields[..] else {
            panic!("{line}")
        };
        let [alpha, beta, height, discount, lifetime] =
            [alpha, beta, height, discount, lifetime].map(|text| text.parse::<f64>().unwrap());
        let Fit::Model(model) = fit(&units(data)) else {
            panic!("{line}")
        };
        let (a, b) = model.alpha_beta().unwrap();
        // The reference search stops where the likelihood no longer changes: about half of the digits.
        assert!(
            (a / alpha - 1.0).abs() < 1e-5 && (b / beta - 1.0).abs() < 1e-5,
            "{line}: {a} {b}"
        );
        assert!(
            (model.ln_likelihood - height).abs() < 1e-7,
            "{line}: {}",
            model.ln_likelihood
        );
        assert!(model.ln_likelihood > height - 1e-9, "{line}");
        let ours = model.discounted_lifetime(discount).unwrap();
        assert!((ours / lifetime - 1.0).abs() < 1e-6, "{line}: {ours}");
    }
}

#[test]
fn the_published_example() {
    // Fader and Hardie 2007: parameters, likelihood, and the survival of year 12, which the model fitted to
    // 7 years tells to within 2 points.
    let cases = [
        ("131:0 126:0 90:0 60:0 42:0 34:0 26:491", 0.668, 3.806, -1611.2, 39.4),
        ("369:0 163:0 86:0 56:0 37:0 27:0 21:241", 0.704, 1.182, -1680.3, 17.3),
    ];
    for (data, alpha, beta, height, actual) in cases {
        let Fit::Model(model) = fit(&units(data)) else { panic!() };
        let (a, b) = model.alpha_beta().unwrap();
        assert!((a - alpha).abs() < 5e-4 && (b - beta).abs() < 5e-4, "{a} {b}");
        assert!((model.ln_likelihood - height).abs() < 0.05);
        assert!(
            (100.0 * model.survival(12) - actual).abs() < 2.0,
            "{}",
            model.survival(12)
        );
    }
}

#[test]
fn the_series_is_the_hypergeometric_function() {
    // mpmath.hyp2f1(1, beta, alpha + beta, 1/(1+d)) at alpha = 0.668, beta = 3.806.
    let model = ShiftedBetaGeometric {
        first_churn: 0.668 / 4.474,
        decline: 1.0 / 4.474,
        ln_likelihood: 0.0,
    };
    for (discount, lifetime) in [(0.1, 5.922_596_407_612_764), (0.001, 53.002_470_676_801_41)] {
        let ours = model.discounted_lifetime(discount).unwrap();
        assert!((ours / lifetime - 1.0).abs() < 1e-12, "{ours}");
    }
    assert_eq!(model.discounted_lifetime(0.0), None);
    assert_eq!(model.discounted_lifetime(f64::NAN), None);
    assert_eq!(
        model.lifetime_value(2.0, 0.1),
        model.discounted_lifetime(0.1).map(|units| 2.0 * units)
    );
}

#[test]
fn customers_who_do_not_differ_are_geometric() {
    // A quarter leaves each year; the likelihood is best at no decline, and the lifetime is (1+d) / (d + churn).
    let Fit::Model(model) = fit(&units("256:0 192:0 144:0 108:324")) else {
        panic!()
    };
    assert!(
        (model.first_churn - 0.25).abs() < 1e-6 && model.decline < 1e-5,
        "{model:?}"
    );
    let same = ShiftedBetaGeometric {
        first_churn: 0.25,
        decline: 0.0,
        ln_likelihood: 0.0,
    };
    assert!((same.discounted_lifetime(0.1).unwrap() - 1.1 / 0.35).abs() < 1e-12);
    assert_eq!(same.alpha_beta(), None);
    // Where churn grows, no decline is the best the model can do.
    let Fit::Model(grows) = fit(&units("10:0 50:0 200:740")) else {
        panic!()
    };
    assert_eq!(grows.decline, 0.0);
    assert!((grows.first_churn - 260.0 / (1000.0 + 990.0 + 940.0)).abs() < 1e-9);
}

#[test]
fn what_cannot_be_fitted() {
    assert_eq!(fit(&[]), Fit::NoData);
    assert_eq!(fit(&units("0:0 0:0")), Fit::NoData);
    assert_eq!(fit(&units("0:5 0:9")), Fit::NobodyLeft);
    assert_eq!(fit(&units("7:0")), Fit::EverybodyLeft);
    assert_eq!(fit(&units("7:3")), Fit::OneUnit);
    // Trailing empty units say nothing.
    assert_eq!(fit(&units("7:3 0:0")), Fit::OneUnit);
    // None left after the first unit: the likelihood climbs towards those who stay for ever.
    let Fit::Model(model) = fit(&units("40:0 0:60")) else {
        panic!()
    };
    assert!((model.survival(50) - 0.6).abs() < 1e-6);
    assert!(matches!(fit(&units("1:0 0:0 1:0")), Fit::Model(_)));
}

#[test]
fn discount_of_a_month() {
    let month = discount_of_unit(10.0, 1.0 / 12.0).unwrap();
    assert!((month - 0.007_974_140_428_903_764).abs() < 1e-16);
    assert_eq!(discount_of_unit(-100.0, 1.0), None);
}
