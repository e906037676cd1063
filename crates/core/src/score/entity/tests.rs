//! Scores of rows by hand: four rows, two parts.

use super::*;
use crate::definition::{
    BinaryOp, Condition, Expr, ExprKind, IfUnknown, Limit, LimitKind, Literal, MissingParts, Normalise, Part,
    StaleParts, WeightsFor,
};
use crate::diagnostic::Span;
use crate::score::fixture::{a_score, metric, part, spanned};

const END: &str = "2026-06-28";

fn frame(values: [Option<f64>; 4], ages: [i32; 4]) -> EntityFrame {
    let end = CivilDate::parse(END).unwrap().0;
    EntityFrame {
        values: values.to_vec(),
        states: values
            .iter()
            .map(|value| if value.is_some() { State::Ok } else { State::Missing })
            .collect(),
        n: values.iter().map(|value| u64::from(value.is_some()) * 3).collect(),
        latest_days: ages.iter().map(|age| Some(end - age)).collect(),
    }
}

/// adoption on 0..100, nps on -100..100; the third row knows no nps, the fourth's adoption is eleven days old.
fn card() -> Scorecard {
    let mut health = a_score(
        "health",
        vec![part("adoption", 0.5, 0.0, 100.0), part("nps", 0.5, -100.0, 100.0)],
    );
    health.missing_parts = MissingParts::Reweight(0.5);
    health.stale_parts = StaleParts::Half;
    let mut adoption = metric("adoption");
    adoption.fresh_for = Some(spanned(Duration {
        count: 10,
        unit: TimeUnit::Day,
    }));
    Scorecard {
        metrics: vec![adoption, metric("nps")],
        scores: vec![health],
        ..Scorecard::default()
    }
}

fn inputs() -> RowInputs {
    RowInputs {
        rows: 4,
        metrics: BTreeMap::from([
            (
                0,
                frame([Some(80.0), Some(20.0), Some(60.0), Some(90.0)], [0, 10, 1, 11]),
            ),
            (1, frame([Some(20.0), Some(-20.0), None, Some(0.0)], [0, 0, 0, 0])),
        ]),
        end: CivilDate::parse(END),
        ..RowInputs::default()
    }
}

fn values(card: &Scorecard, inputs: &RowInputs) -> Vec<Option<f64>> {
    let scores = score_rows(card, &Measures::default(), 0, inputs);
    scores
        .iter()
        .map(|score| score.as_ref().and_then(|score| score.value))
        .collect()
}

/// (80 + 60) / 2; (20 + 40) / 2 with adoption ten days old and fresh; 60 alone; (0.25·90 + 0.5·50) / 0.75.
#[test]
fn rows_by_hand() {
    let rows = score_rows(&card(), &Measures::default(), 0, &inputs());
    assert_eq!(
        values(&card(), &inputs()),
        [Some(70.0), Some(30.0), Some(60.0), Some(47.5 / 0.75)]
    );
    let states: Vec<State> = rows.iter().flatten().map(|row| row.state).collect();
    assert_eq!(states, [State::Ok, State::Ok, State::Ok, State::Stale]);
    let bands: Vec<Option<usize>> = rows.iter().flatten().map(|row| row.band).collect();
    assert_eq!(bands, [Some(1), Some(0), Some(1), Some(1)]);
    // The first row loses 20 · 0.5 by adoption and 40 · 0.5 by nps.
    assert_eq!(rows[0].as_ref().unwrap().reasons, ["nps −20.0", "adoption −10.0"]);
}

#[test]
fn too_little_weight_leaves_a_row_without_a_score_and_says_what_is_not_known() {
    let mut card = card();
    card.scores[0].missing_parts = MissingParts::Reweight(0.6);
    let rows = score_rows(&card, &Measures::default(), 0, &inputs());
    let third = rows[2].as_ref().unwrap();
    assert_eq!(
        (third.value, third.state, third.reasons.as_slice()),
        (None, State::Missing, ["nps is not known".to_owned()].as_slice())
    );
}

#[test]
fn only_leaves_rows_out_and_a_value_set_by_hand_beats_all() {
    let by_hand = RowOverride {
        value: 12.0,
        author: "Kim".into(),
        reason: "merger".into(),
    };
    let inputs = RowInputs {
        only: Some(vec![true, false, true, true]),
        overrides: BTreeMap::from([(2, by_hand)]),
        ..inputs()
    };
    assert_eq!(
        values(&card(), &inputs),
        [Some(70.0), None, Some(12.0), Some(47.5 / 0.75)]
    );
    let rows = score_rows(&card(), &Measures::default(), 0, &inputs);
    assert!(rows[1].is_none());
    assert_eq!(rows[2].as_ref().unwrap().reasons[0], "set to 12 by Kim: merger");
}

/// The first row is an enterprise: 0.8·80 + 0.2·60 over 1.0; the others keep their weights.
#[test]
fn weights_for_some_rows() {
    let mut card = card();
    card.scores[0].weights_for.push(WeightsFor {
        segment: spanned("tier".into()),
        value: spanned("enterprise".into()),
        weights: vec![("adoption".into(), 0.8), ("nps".into(), 0.2)],
    });
    let weights = BTreeMap::from([(0, vec![vec![true, false, false, false]])]);
    assert_eq!(
        values(
            &card,
            &RowInputs {
                weights_for: weights,
                ..inputs()
            }
        )[..2],
        [Some(76.0), Some(30.0)]
    );
}

#[test]
fn a_cap_holds_the_rows_that_it_is_about() {
    let mut card = card();
    let number = Expr::new(ExprKind::Literal(Literal::Float(0.0)), Span::default());
    let below = ExprKind::Binary(
        BinaryOp::Less,
        Box::new(Expr::column("nps", Span::default())),
        Box::new(number),
    );
    card.scores[0].limits.push(Limit {
        kind: LimitKind::Cap,
        value: 25.0,
        condition: Condition {
            expr: Expr::new(below, Span::default()),
            text: "|m| m.nps < 0".into(),
        },
        reason: "a detractor".into(),
        if_unknown: IfUnknown::Ignore,
        span: Span::default(),
    });
    assert_eq!(
        values(&card, &inputs()),
        [Some(70.0), Some(25.0), Some(60.0), Some(47.5 / 0.75)]
    );
    let rows = score_rows(&card, &Measures::default(), 0, &inputs());
    assert_eq!(rows[1].as_ref().unwrap().reasons[0], "a detractor (at most 25)");
}

#[test]
fn scores_of_rows_nest() {
    let mut card = card();
    let own = Part {
        normalise: Normalise::OwnScale,
        ..part("health", 1.0, 0.0, 0.0)
    };
    card.scores
        .insert(0, a_score("outer", vec![own, part("adoption", 1.0, 0.0, 100.0)]));
    assert_eq!(metrics_of(&card, 0), [0, 1]);
    // (70 + 80) / 2 and (30 + 20) / 2.
    assert_eq!(values(&card, &inputs())[..2], [Some(75.0), Some(25.0)]);
}

#[test]
fn what_is_hidden_stays_hidden() {
    let mut hidden = inputs();
    hidden.metrics.get_mut(&1).unwrap().states[0] = State::Suppressed;
    hidden.overrides.insert(
        0,
        RowOverride {
            value: 12.0,
            author: "Kim".into(),
            reason: "merger".into(),
        },
    );
    let rows = score_rows(&card(), &Measures::default(), 0, &hidden);
    assert_eq!(
        rows[0].as_ref().map(|row| (row.value, row.state)),
        Some((None, State::Suppressed))
    );
}

/// Calendar arithmetic by hand: one month before 31 March is 28 February.
#[test]
fn stretches_of_time() {
    let day = |text: &str| CivilDate::parse(text).unwrap();
    for (from, count, unit, expected) in [
        ("2026-03-31", 1, TimeUnit::Month, "2026-02-28"),
        ("2026-03-31", 2, TimeUnit::Week, "2026-03-17"),
        ("2026-03-31", 1, TimeUnit::Quarter, "2025-12-31"),
        ("2024-02-29", 1, TimeUnit::Year, "2023-02-28"),
    ] {
        assert_eq!(earlier(day(from), Duration { count, unit }), Some(day(expected)));
    }
}
