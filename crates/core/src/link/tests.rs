use super::fit::{Sample, analyse};
use super::model::{Estimate, Evidence, LinkAnalysis};
use super::pace::{PaceVerdict, Series, pace};
use super::worth::{InitiativeAnalysis, initiative, rank};
use crate::definition::{CivilDate, Direction, Duration, Initiative, Link, Move, QuickWins, TimeUnit};
use crate::diagnostic::{Span, Spanned};

fn sample(metric: Vec<f64>, outcome: Vec<f64>) -> Sample {
    let binary = outcome.iter().all(|y| *y == 0.0 || *y == 100.0);
    Sample {
        outcome,
        metric,
        binary,
        ..Sample::default()
    }
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

#[test]
fn two_rates_differ_by_what_they_differ() {
    // 40 of 100 against 60 of 100: one point more of the share gives 0.2 points; the odds ratio of a point is 2.25^(1/100).
    let metric: Vec<f64> = (0..200).map(|row| if row < 100 { 0.0 } else { 100.0 }).collect();
    let outcome: Vec<f64> = (0..200)
        .map(|row| {
            if row % 100 < if row < 100 { 40 } else { 60 } {
                100.0
            } else {
                0.0
            }
        })
        .collect();
    let made = analyse(&sample(metric, outcome), "customers", true, 1.0);
    let effect = made.effect.unwrap();
    assert!((effect.value - 0.2).abs() < 1e-9, "{effect:?}");
    // The error of a difference of two proportions: sqrt(2·0.24/100) = 0.0693, times n/(n−1) for the sandwich.
    let error = (0.0048_f64 * 200.0 / 199.0).sqrt();
    assert!(
        (effect.high - 0.2 - 1.959_963_984_540_054 * error).abs() < 1e-9,
        "{effect:?}"
    );
    assert!((made.odds_ratio.unwrap().value - crate::stats::math::powf(2.25, 0.01)).abs() < 1e-9);
    assert_eq!((made.evidence, made.reversed, made.n), (Evidence::Leading, false, 200));
    let steps: Vec<(f64, f64, u64)> = made
        .curve
        .iter()
        .map(|step| (step.from, step.outcome, step.n))
        .collect();
    assert_eq!(steps, [(0.0, 40.0, 100), (100.0, 60.0, 100)]);
}

#[test]
fn what_cannot_be_told_is_said() {
    let words = |made: &LinkAnalysis| made.notes.join("; ");
    let few = analyse(&sample(vec![1.0; 5], vec![2.0; 5]), "t", true, 1.0);
    assert_eq!(few.evidence, Evidence::TooLittleData);
    assert!(words(&few).contains("at least 30"), "{}", words(&few));
    let flat = analyse(&sample(vec![1.0; 50], (0..50).map(f64::from).collect()), "t", true, 1.0);
    assert!(
        words(&flat).contains("the metric is the same for all"),
        "{}",
        words(&flat)
    );
    let same = analyse(&sample((0..50).map(f64::from).collect(), vec![3.0; 50]), "t", true, 1.0);
    assert!(
        words(&same).contains("the outcome is the same for all"),
        "{}",
        words(&same)
    );
    // Nine events in a hundred: too few for a slope.
    let rare = (0..100).map(|row| if row < 9 { 100.0 } else { 0.0 }).collect();
    let rare = analyse(
        &sample((0..100).map(|row| f64::from(row % 7)).collect(), rare),
        "t",
        true,
        1.0,
    );
    assert_eq!(rare.evidence, Evidence::TooLittleData);
    assert!(words(&rare).contains("only 9 of 100"), "{}", words(&rare));
    // Complete separation: no slope, but rates.
    let metric: Vec<f64> = (0..100).map(|row| f64::from(row / 50)).collect();
    let outcome = (0..100).map(|row| if row < 50 { 0.0 } else { 100.0 }).collect();
    let split = analyse(&sample(metric, outcome), "t", false, -1.0);
    assert!(words(&split).contains("separation"), "{}", words(&split));
    assert_eq!((split.evidence, split.reversed), (Evidence::Correlated, true));
    assert!((split.effect.unwrap().value - 100.0).abs() < 1e-9);
    assert!(words(&split).contains("reverse"), "{}", words(&split));
}

#[test]
fn a_control_that_repeats_is_left_out() {
    let x: Vec<f64> = (0..60).map(|row| f64::from(row % 10)).collect();
    let mut with = sample(
        x.clone(),
        (0..60)
            .map(|row| f64::from(row % 10) * 2.0 + f64::from(row % 3))
            .collect(),
    );
    with.controls = vec![
        ("twice".into(), x.iter().map(|x| 2.0 * x).collect()),
        ("third".into(), (0..60).map(|row| f64::from(row % 3)).collect()),
    ];
    let made = analyse(&with, "t", false, 1.0);
    assert!(
        made.notes.iter().any(|note| note.contains("`twice`")),
        "{:?}",
        made.notes
    );
    // With the third part held constant what is left is the line itself.
    assert!((made.effect.unwrap().value - 2.0).abs() < 1e-9);
}

fn series(values: &[f64], target: f64, direction: Direction) -> Series {
    let end = |at: usize| CivilDate(30 * (at as i32 + 1));
    Series {
        of: "nps".into(),
        values: values.iter().enumerate().map(|(at, value)| (end(at), *value)).collect(),
        target,
        due: CivilDate(30 * (values.len() as i32 + 6)),
        direction,
        scale: None,
    }
}

#[test]
fn a_line_tells_the_pace() {
    // One more each period, exactly: six periods on it stands at 12 + 6.
    let line: Vec<f64> = (1..=12).map(f64::from).collect();
    let on = pace(&series(&line, 17.0, Direction::Higher));
    assert_eq!(on.verdict, PaceVerdict::Ahead);
    assert!((on.forecast.unwrap().value - 18.0).abs() < 1e-9);
    assert_eq!(
        pace(&series(&line, 19.0, Direction::Higher)).verdict,
        PaceVerdict::WillMiss
    );
    assert_eq!(pace(&series(&line, 19.0, Direction::Lower)).verdict, PaceVerdict::Ahead);
    // About a level line, the range holds what the forecast does not reach.
    let flat = [50.0, 52.0, 48.0, 51.0, 49.0, 50.0, 52.0, 48.0, 51.0, 49.0, 50.0, 50.0];
    assert_eq!(
        pace(&series(&flat, 51.0, Direction::Higher)).verdict,
        PaceVerdict::Behind
    );
    assert_eq!(
        pace(&series(&flat, 49.0, Direction::Higher)).verdict,
        PaceVerdict::OnTrack
    );
    let short = pace(&series(&[1.0, 2.0, 3.0], 4.0, Direction::Higher));
    assert_eq!((short.verdict, short.forecast), (PaceVerdict::TooShort, None));
    assert_eq!(
        pace(&series(&[], 4.0, Direction::Higher)).verdict,
        PaceVerdict::TooShort
    );
}

fn action(low: f64, high: f64, costs: f64) -> Initiative {
    Initiative {
        name: spanned("one owner".into()),
        owner: None,
        starts: Some(spanned(CivilDate(0))),
        due: Some(spanned(CivilDate(0))),
        costs: Some(spanned(costs)),
        yearly_cost: None,
        person_days: Some(spanned(10.0)),
        moves: vec![Move {
            metric: spanned("fcr".into()),
            low,
            high,
        }],
        tested_by: None,
        horizon: Some(spanned(Duration {
            count: 2,
            unit: TimeUnit::Year,
        })),
        discount: None,
    }
}

fn returned(action: &Initiative, effect: Estimate) -> InitiativeAnalysis {
    let link = Link::claimed(spanned("fcr".into()), spanned("retention".into()));
    let analysis = LinkAnalysis {
        evidence: Evidence::Assumed,
        effect: Some(effect),
        ..LinkAnalysis::refused("t", "")
    };
    let worth = |name: &str| (name == "retention").then_some(1_000.0);
    initiative(0, action, &[(&link, &analysis)], &worth)
}

#[test]
fn a_certain_initiative_returns_what_arithmetic_says() {
    // 4 points of the metric, half a point of the outcome each, 1,000 a point: 2,000 a year, 4,000 in two, for 3,000.
    let made = returned(&action(4.0, 4.0, 3_000.0), Estimate::certain(0.5));
    assert!((made.a_year.unwrap().value - 2_000.0).abs() < 1e-6);
    assert!((made.net.unwrap().value - 1_000.0).abs() < 1e-6, "{:?}", made.net);
    assert!((made.roi.unwrap().value - 100.0 / 3.0).abs() < 1e-6);
    assert_eq!((made.payback_months, made.loss), (Some(18), Some(0.0)));
    assert_eq!(made.evidence, Some(Evidence::Assumed));
    assert!(made.notes.iter().any(|note| note.contains("assumption")));
}

#[test]
fn a_range_gives_a_range_and_a_chance_of_loss() {
    // Uniform from 0 to 8 points: 0 to 4,000 a year, 0 to 8,000 in two; with costs of 4,000 half of the draws lose.
    let made = returned(&action(0.0, 8.0, 4_000.0), Estimate::certain(0.5));
    let year = made.a_year.unwrap();
    assert!(
        (year.low - 100.0).abs() < 40.0 && (year.high - 3_900.0).abs() < 40.0,
        "{year:?}"
    );
    assert!((made.loss.unwrap() - 50.0).abs() < 2.0, "{:?}", made.loss);
    // The same draws every time.
    assert_eq!(made, returned(&action(0.0, 8.0, 4_000.0), Estimate::certain(0.5)));
}

#[test]
fn without_a_link_no_money_is_claimed_and_ranks_follow_gain_for_work() {
    let none = initiative(0, &action(1.0, 2.0, 10.0), &[], &|_| Some(1.0));
    assert_eq!((none.net, none.evidence), (None, None));
    let (large, small) = (action(4.0, 4.0, 3_000.0), action(2.0, 2.0, 100.0));
    let mut made = vec![
        returned(&large, Estimate::certain(0.5)),
        returned(&small, Estimate::certain(0.5)),
        none,
    ];
    let rule = QuickWins {
        payback: Some(Duration {
            count: 6,
            unit: TimeUnit::Month,
        }),
        person_days: Some(30.0),
        span: Span::default(),
    };
    rank(&[large, small, action(1.0, 2.0, 10.0)], &mut made, Some(&rule));
    let told: Vec<_> = made.iter().map(|one| (one.rank, one.quick_win)).collect();
    assert_eq!(told, [(Some(2), Some(false)), (Some(1), Some(true)), (None, None)]);
}
