use super::*;

#[test]
fn agrees_with_mpmath() {
    for line in include_str!("../../../../../tests/reference/math.csv").lines().skip(1) {
        let fields: Vec<&str> = line.splitn(6, ',').collect();
        let [function, a, b, c, value, _source] = fields[..] else {
            panic!("{line}")
        };
        let number = |text: &str| text.parse::<f64>().unwrap();
        let (ours, tolerance) = match function {
            "normal_cdf" => (normal_cdf(number(a)), 1e-13),
            "normal_quantile" => (normal_quantile(number(a)).unwrap(), 4e-16),
            "t_quantile" => (t_quantile(number(a), number(b)).unwrap(), 2e-13),
            "t_cdf" => (t_cdf(number(a), number(b)).unwrap(), 1e-12),
            "beta_inc" => (beta_inc(number(a), number(b), number(c)).unwrap(), 1e-11),
            _ => panic!("{line}"),
        };
        let value = number(value);
        assert!(
            (ours - value).abs() <= tolerance * value.abs() + 1e-16,
            "{line}: {ours:e}"
        );
    }
}

#[test]
fn what_has_no_answer() {
    for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
        assert_eq!(normal_quantile(p), None);
        assert_eq!(t_quantile(p, 5.0), None);
    }
    assert_eq!(t_quantile(0.9, 0.0), None);
    assert_eq!(t_cdf(1.0, -1.0), None);
    assert_eq!(t_cdf(f64::INFINITY, 3.0), Some(1.0));
    assert_eq!(beta_inc(1.0, 0.0, 0.5), None);
    assert_eq!(beta_inc(1.0, 1.0, 1.5), None);
    assert_eq!(t_quantile(0.5, 7.0), Some(0.0));
}
