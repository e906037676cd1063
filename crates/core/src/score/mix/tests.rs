use proptest::prelude::*;

use super::*;

fn part(weight: f64, value: f64) -> PartInput {
    PartInput {
        weight,
        value: Some(value),
        normalised: Some(value),
        state: State::Ok,
        n: Some(40),
    }
}

fn without(weight: f64, state: State) -> PartInput {
    PartInput {
        weight,
        value: None,
        normalised: None,
        state,
        n: Some(0),
    }
}

fn flagged(weight: f64, value: f64, state: State, n: u64) -> PartInput {
    PartInput {
        state,
        n: Some(n),
        ..part(weight, value)
    }
}

fn rules(aggregation: Aggregation, missing: MissingParts, stale: StaleParts) -> Rules {
    Rules {
        aggregation,
        missing,
        stale,
    }
}

const PLAIN: Rules = Rules {
    aggregation: Aggregation::Arithmetic,
    missing: MissingParts::Fail,
    stale: StaleParts::Keep,
};

/// (rules, parts, score, state, n): worked out by hand.
#[test]
fn mixes_by_hand() {
    use Aggregation::{Arithmetic, Geometric, WorstOf};
    use MissingParts::{Fail, Reweight, Value};
    let keep = StaleParts::Keep;
    type Case = (Rules, Vec<PartInput>, Option<f64>, State, u64);
    let cases: Vec<Case> = vec![
        // 0.4·55 + 0.3·60 + 0.3·50
        (
            PLAIN,
            vec![part(0.4, 55.0), part(0.3, 60.0), part(0.3, 50.0)],
            Some(55.0),
            State::Ok,
            40,
        ),
        // weights are relative: (2·10 + 1·70) / 3
        (PLAIN, vec![part(2.0, 10.0), part(1.0, 70.0)], Some(30.0), State::Ok, 40),
        // equal parts mix to themselves, whatever the weights
        (
            PLAIN,
            vec![part(0.1, 75.0), part(0.7, 75.0), part(0.2, 75.0)],
            Some(75.0),
            State::Ok,
            40,
        ),
        (
            rules(WorstOf, Fail, keep),
            vec![part(0.9, 80.0), part(0.1, 35.0)],
            Some(35.0),
            State::Ok,
            40,
        ),
        (
            rules(Geometric, Fail, keep),
            vec![part(1.0, 0.0), part(9.0, 90.0)],
            Some(0.0),
            State::Ok,
            40,
        ),
        (
            rules(Geometric, Fail, keep),
            vec![part(1.0, 100.0), part(1.0, 100.0)],
            Some(100.0),
            State::Ok,
            40,
        ),
        // missing parts
        (
            PLAIN,
            vec![part(0.6, 50.0), without(0.4, State::Missing)],
            None,
            State::Missing,
            40,
        ),
        (
            rules(Arithmetic, Reweight(0.6), keep),
            vec![part(0.6, 50.0), without(0.4, State::Missing)],
            Some(50.0),
            State::Ok,
            40,
        ),
        (
            rules(Arithmetic, Reweight(0.7), keep),
            vec![part(0.6, 50.0), without(0.4, State::Missing)],
            None,
            State::Missing,
            40,
        ),
        // 0.7 + 0.1 is a hair less than 0.8 in binary, and is meant
        (
            rules(Arithmetic, Reweight(0.8), keep),
            vec![part(0.7, 40.0), part(0.1, 80.0), without(0.2, State::Missing)],
            Some(45.0),
            State::Ok,
            40,
        ),
        // (0.6·50 + 0.4·20)
        (
            rules(Arithmetic, Value(20.0), keep),
            vec![part(0.6, 50.0), without(0.4, State::Missing)],
            Some(38.0),
            State::Ok,
            40,
        ),
        (
            rules(Arithmetic, Value(20.0), keep),
            vec![without(1.0, State::Missing)],
            None,
            State::Missing,
            0,
        ),
        (
            rules(Arithmetic, Reweight(0.0), keep),
            vec![without(1.0, State::Missing)],
            None,
            State::Missing,
            0,
        ),
        // what is hidden, failed or does not apply spreads under every rule
        (
            rules(Arithmetic, Reweight(0.0), keep),
            vec![part(0.6, 50.0), without(0.4, State::Suppressed)],
            None,
            State::Suppressed,
            40,
        ),
        (
            rules(Arithmetic, Value(0.0), keep),
            vec![part(0.6, 50.0), without(0.4, State::NotApplicable)],
            None,
            State::NotApplicable,
            40,
        ),
        (
            PLAIN,
            vec![without(0.5, State::Missing), without(0.5, State::Failed)],
            None,
            State::Failed,
            0,
        ),
        // flags stay, the worst of them; n is the smallest
        (
            PLAIN,
            vec![
                flagged(0.5, 10.0, State::Stale, 90),
                flagged(0.5, 20.0, State::TooFew, 7),
            ],
            Some(15.0),
            State::TooFew,
            7,
        ),
        // stale: half the weight, (0.25·80 + 0.5·20) / 0.75
        (
            rules(Arithmetic, Fail, StaleParts::Half),
            vec![flagged(0.5, 80.0, State::Stale, 9), part(0.5, 20.0)],
            Some(40.0),
            State::Stale,
            9,
        ),
        (
            rules(Arithmetic, Fail, StaleParts::Drop),
            vec![flagged(0.5, 80.0, State::Stale, 9), part(0.5, 20.0)],
            None,
            State::Missing,
            9,
        ),
        (
            rules(Arithmetic, Reweight(0.5), StaleParts::Drop),
            vec![flagged(0.5, 80.0, State::Stale, 9), part(0.5, 20.0)],
            Some(20.0),
            State::Ok,
            40,
        ),
        // a part without weight is not there
        (
            PLAIN,
            vec![part(1.0, 30.0), without(0.0, State::Suppressed)],
            Some(30.0),
            State::Ok,
            40,
        ),
        (PLAIN, vec![part(0.0, 30.0)], None, State::Missing, 0),
        (PLAIN, vec![], None, State::Missing, 0),
    ];
    for (index, (rules, parts, value, state, n)) in cases.into_iter().enumerate() {
        let mixed = mix(&rules, &parts);
        assert_eq!(
            (mixed.value, mixed.state, mixed.n),
            (value, state, n),
            "case {index}: {parts:?}"
        );
        assert_eq!(mixed.parts.len(), parts.len());
    }
}

/// Geometric mean against its definition: 100·(0.25·0.64)^½ = 40.
#[test]
fn geometric_mean_and_its_losses() {
    let mixed = mix(
        &rules(Aggregation::Geometric, MissingParts::Fail, StaleParts::Keep),
        &[part(1.0, 25.0), part(1.0, 64.0)],
    );
    assert!((mixed.value.unwrap() - 40.0).abs() < 1e-12);
    // LMDI by hand: L(100, 40) = 60 / ln 2.5; lost = −½·ln 0.25·L and −½·ln 0.64·L.
    let ln = crate::stats::math::ln;
    let mean = 60.0 / ln(2.5);
    assert!((mixed.parts[0].lost.unwrap() - 0.5 * ln(4.0) * mean).abs() < 1e-9);
    assert!((mixed.parts[1].lost.unwrap() - 0.5 * ln(1.0 / 0.64) * mean).abs() < 1e-9);
}

#[test]
fn the_worst_part_loses_everything_and_ties_share_it() {
    let worst = rules(Aggregation::WorstOf, MissingParts::Fail, StaleParts::Keep);
    let mixed = mix(&worst, &[part(3.0, 40.0), part(1.0, 40.0), part(1.0, 90.0)]);
    let lost: Vec<f64> = mixed.parts.iter().map(|part| part.lost.unwrap()).collect();
    assert_eq!(lost, vec![30.0, 30.0, 0.0]);
}

fn any_part() -> impl Strategy<Value = PartInput> {
    let state = prop_oneof![
        6 => Just(State::Ok),
        1 => Just(State::TooFew),
        1 => Just(State::Stale),
        2 => Just(State::Missing),
    ];
    (0.01..5.0_f64, 0.0..=100.0_f64, state, 0..99_u64).prop_map(|(weight, value, state, n)| {
        let value = state.has_value().then_some(value);
        PartInput {
            weight,
            value,
            normalised: value,
            state,
            n: Some(n),
        }
    })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let aggregation = prop_oneof![
        Just(Aggregation::Arithmetic),
        Just(Aggregation::Geometric),
        Just(Aggregation::WorstOf)
    ];
    let missing = prop_oneof![
        Just(MissingParts::Fail),
        (0.0..1.0_f64).prop_map(MissingParts::Reweight),
        (0.0..100.0_f64).prop_map(MissingParts::Value),
    ];
    let stale = prop_oneof![Just(StaleParts::Keep), Just(StaleParts::Half), Just(StaleParts::Drop)];
    (aggregation, missing, stale).prop_map(|(aggregation, missing, stale)| Rules {
        aggregation,
        missing,
        stale,
    })
}

fn total(values: impl Iterator<Item = Option<f64>>) -> f64 {
    exact_sum(values.flatten()).to_f64().unwrap()
}

proptest! {
    /// Points given add up to the score, points lost to what is missing to 100, shares to 100: to the last bit, but for
    /// the points of a geometric mean, which may cancel (a part can cost more than its share).
    #[test]
    fn every_point_is_accounted_for(rules in any_rules(), parts in proptest::collection::vec(any_part(), 1..7)) {
        let mixed = mix(&rules, &parts);
        if let Some(value) = mixed.value {
            let points = total(mixed.parts.iter().map(|part| part.points));
            let room = if rules.aggregation == Aggregation::Geometric { 1e-12 } else { 0.0 };
            prop_assert!((points - value).abs() <= room, "{} for {}", points, value);
            prop_assert_eq!(total(mixed.parts.iter().map(|part| part.lost)), 100.0 - value);
            prop_assert_eq!(total(mixed.parts.iter().map(|part| Some(part.share))), 100.0);
        }
    }

    /// Asking what a score would be tells the same score as asking what each part gives.
    #[test]
    fn what_it_comes_to_does_not_depend_on_who_asks_for_its_parts(rules in any_rules(), parts in proptest::collection::vec(any_part(), 0..7)) {
        prop_assert_eq!(whole(&rules, &parts), mix(&rules, &parts).whole());
    }

    /// The score lies between its worst and its best part.
    #[test]
    fn a_mix_lies_within_its_parts(rules in any_rules(), parts in proptest::collection::vec(any_part(), 1..7)) {
        let mixed = mix(&rules, &parts);
        if let Some(value) = mixed.value {
            let counted: Vec<f64> = mixed.parts.iter().filter_map(|part| part.counted).collect();
            let low = counted.iter().copied().fold(f64::INFINITY, f64::min);
            let high = counted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(low - 1e-9 <= value && value <= high + 1e-9);
        }
    }

    /// The order of parts changes no bit of the score.
    #[test]
    fn order_never_changes_a_bit(rules in any_rules(), parts in proptest::collection::vec(any_part(), 1..7), turn in 0..7_usize) {
        let mut turned = parts.clone();
        turned.rotate_left(turn % parts.len());
        let (a, b) = (mix(&rules, &parts), mix(&rules, &turned));
        prop_assert_eq!(a.value.map(f64::to_bits), b.value.map(f64::to_bits));
        prop_assert_eq!((a.state, a.n), (b.state, b.n));
    }

    /// Weights are relative: doubling all of them (an exact operation) changes nothing.
    #[test]
    fn weights_are_relative(rules in any_rules(), parts in proptest::collection::vec(any_part(), 1..7)) {
        let doubled: Vec<PartInput> = parts.iter().map(|part| PartInput { weight: part.weight * 2.0, ..*part }).collect();
        prop_assert_eq!(mix(&rules, &parts).value, mix(&rules, &doubled).value);
    }

    /// Leaving a missing part out by the rule gives what a card without that part gives.
    #[test]
    fn reweighting_is_as_if_the_part_were_not_there(parts in proptest::collection::vec(any_part(), 1..7)) {
        let reweight = rules(Aggregation::Arithmetic, MissingParts::Reweight(0.0), StaleParts::Keep);
        let there: Vec<PartInput> = parts.iter().copied().filter(|part| part.state != State::Missing).collect();
        prop_assert_eq!(mix(&reweight, &parts).value, mix(&PLAIN, &there).value);
    }
}
