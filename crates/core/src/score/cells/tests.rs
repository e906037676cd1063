//! Scores on cells made by hand; expected values are worked out in the comments.

use std::sync::Arc;

use super::parts::UNKNOWN;
use super::*;
use crate::definition::{
    Baseline, BinaryOp, CivilDate, Condition, Expr, ExprKind, IfUnknown, Limit, LimitKind, Literal, MixEach, Normalise,
    Override, Part, WeightsFor,
};
use crate::diagnostic::Span;
use crate::measure::{Axes, MeasuredCell, MetricCells, PeriodAxis, PeriodKey, PeriodStep, SegmentAxis};
use crate::score::fixture::{a_score, metric, part, spanned};
use crate::score::limit::Fate;

fn measured(value: f64, n: u64) -> MeasuredCell {
    MeasuredCell {
        value: Some(value),
        state: State::Ok,
        n,
        n_denominator: None,
        n_effective: None,
        skipped: 0,
        not_due: 0,
        interval: None,
        latest_day: None,
    }
}

fn hollow(state: State) -> MeasuredCell {
    MeasuredCell {
        value: None,
        state,
        ..measured(0.0, 0)
    }
}

/// Two complete months and one that is partial; one segment with two values.
fn axes() -> Axes {
    let step = |label: &str, start: &str, end: &str, complete| PeriodStep {
        label: label.into(),
        start: CivilDate::parse(start).unwrap(),
        end: CivilDate::parse(end).unwrap(),
        complete,
    };
    let period = crate::definition::Period {
        calendar: crate::definition::Calendar::Month,
        rolling: 1,
        to_date: None,
        span: Span::default(),
    };
    Axes {
        periods: vec![PeriodAxis {
            period,
            steps: vec![
                step("2026-04", "2026-04-01", "2026-04-30", true),
                step("2026-05", "2026-05-01", "2026-05-31", true),
                step("2026-06", "2026-06-01", "2026-06-30", false),
            ],
            headline: Some(1),
        }],
        segments: vec![SegmentAxis {
            name: "tier".into(),
            label: "tier".into(),
            values: vec!["enterprise".into(), "small".into(), UNKNOWN.into()],
        }],
        cuts: vec![vec![], vec![0]],
    }
}

fn at(step: u32) -> CellKey {
    CellKey {
        period: Some(PeriodKey { axis: 0, step }),
        segments: vec![],
    }
}

fn tier(step: u32, value: u32) -> CellKey {
    CellKey {
        segments: vec![(0, value)],
        ..at(step)
    }
}

fn measures(metrics: Vec<Vec<(CellKey, MeasuredCell)>>) -> Measures {
    Measures {
        axes: axes(),
        as_of: CivilDate::parse("2026-06-12"),
        metrics: metrics
            .into_iter()
            .map(|cells| {
                Arc::new(MetricCells {
                    cells: cells.into_iter().collect(),
                    ..MetricCells::default()
                })
            })
            .collect(),
    }
}

fn below(name: &str, value: f64) -> Condition {
    let number = Expr::new(ExprKind::Literal(Literal::Float(value)), Span::default());
    let metric = Expr::column(name, Span::default());
    Condition {
        expr: Expr::new(
            ExprKind::Binary(BinaryOp::Less, Box::new(metric), Box::new(number)),
            Span::default(),
        ),
        text: format!("|m| m.{name} < {value}"),
    }
}

fn cap(value: f64, condition: Condition) -> Limit {
    let reason = "first contact resolution has collapsed".into();
    Limit {
        kind: LimitKind::Cap,
        value,
        condition,
        reason,
        if_unknown: IfUnknown::Ignore,
        span: Span::default(),
    }
}

fn health_card() -> Scorecard {
    let mut health = a_score(
        "health",
        vec![
            part("nps", 0.4, 0.0, 60.0),
            part("csat", 0.3, 50.0, 95.0),
            part("effort", 0.3, 5.0, 2.0),
        ],
    );
    health.limits.push(cap(40.0, below("fcr", 60.0)));
    Scorecard {
        metrics: ["nps", "csat", "effort", "fcr"].map(metric).into(),
        scores: vec![health],
        ..Scorecard::default()
    }
}

/// The card of DESIGN.md section 2: nps 33 → 55, csat 77 → 60, effort 3.5 → 50; 0.4·55 + 0.3·60 + 0.3·50 = 55.
#[test]
fn the_example_of_the_design() {
    let card = health_card();
    let cells = |fcr: MeasuredCell| {
        measures(vec![
            vec![(at(1), measured(33.0, 300))],
            vec![(at(1), measured(77.0, 290))],
            vec![(at(1), measured(3.5, 250))],
            vec![(at(1), fcr)],
        ])
    };
    let fine = cells(measured(70.0, 200));
    let scorer = Scorer::new(&card, &fine);
    let detail = scorer.detail(0, &at(1), &scorer.all()).unwrap();
    assert_eq!(
        detail.cell,
        ScoreCell {
            value: Some(55.0),
            state: State::Ok,
            n: 250
        }
    );
    assert_eq!(detail.band, Some(1));
    let ranked: Vec<(&str, f64, f64)> = detail
        .parts
        .iter()
        .map(|part| {
            (
                part.of.as_str(),
                part.outcome.points.unwrap(),
                part.outcome.lost.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        ranked,
        vec![("nps", 22.0, 18.0), ("effort", 15.0, 15.0), ("csat", 18.0, 12.0)]
    );

    let capped = cells(measured(59.0, 12));
    let scorer = Scorer::new(&card, &capped);
    let detail = scorer.detail(0, &at(1), &scorer.all()).unwrap();
    assert_eq!(
        (detail.cell.value, detail.mixed, detail.band),
        (Some(40.0), Some(55.0), Some(0))
    );
    assert_eq!(
        detail.limits,
        vec![Ruling {
            fate: Fate::Applied,
            before: Some(55.0)
        }]
    );

    // A cap whose metric is missing is not checked and blanks nothing; one that is hidden hides the score.
    for (state, expected, fate) in [
        (
            State::Missing,
            ScoreCell {
                value: Some(55.0),
                state: State::Ok,
                n: 250,
            },
            Fate::NotChecked,
        ),
        (
            State::Suppressed,
            ScoreCell {
                value: None,
                state: State::Suppressed,
                n: 250,
            },
            Fate::NotChecked,
        ),
    ] {
        let unknown = cells(hollow(state));
        let scorer = Scorer::new(&card, &unknown);
        let detail = scorer.detail(0, &at(1), &scorer.all()).unwrap();
        assert_eq!((detail.cell, detail.limits[0].fate), (expected, fate));
    }
}

#[test]
fn a_cap_passes_its_flag_on_only_where_it_decides() {
    let card = health_card();
    for (fcr, state) in [(59.0, State::TooFew), (70.0, State::Ok)] {
        let flagged = MeasuredCell {
            state: State::TooFew,
            ..measured(fcr, 3)
        };
        let measures = measures(vec![
            vec![(at(1), measured(33.0, 300))],
            vec![(at(1), measured(77.0, 290))],
            vec![(at(1), measured(3.5, 250))],
            vec![(at(1), flagged)],
        ]);
        assert_eq!(score(&card, &measures).cell(0, &at(1)).unwrap().state, state);
    }
}

/// Scores of scores: inner = (20 + 60) / 2 = 40; outer = 0.5·40 + 0.5·80 = 60; declared outer first.
#[test]
fn scores_nest_in_any_order_of_the_card() {
    let own = |of: &str| Part {
        normalise: Normalise::OwnScale,
        ..part(of, 0.5, 0.0, 0.0)
    };
    let card = Scorecard {
        metrics: ["a", "b", "c"].map(metric).into(),
        scores: vec![
            a_score("outer", vec![own("inner"), part("c", 0.5, 0.0, 100.0)]),
            a_score("inner", vec![part("a", 1.0, 0.0, 100.0), part("b", 1.0, 0.0, 100.0)]),
        ],
        ..Scorecard::default()
    };
    let measures = measures(vec![
        vec![(at(1), measured(20.0, 50))],
        vec![(at(1), measured(60.0, 40))],
        vec![(at(1), measured(80.0, 70))],
    ]);
    let scores = score(&card, &measures);
    assert_eq!(
        scores.cell(1, &at(1)).unwrap(),
        &ScoreCell {
            value: Some(40.0),
            state: State::Ok,
            n: 40
        }
    );
    assert_eq!(
        scores.cell(0, &at(1)).unwrap(),
        &ScoreCell {
            value: Some(60.0),
            state: State::Ok,
            n: 40
        }
    );
}

#[test]
fn a_circle_fails() {
    let own = |of: &str| Part {
        normalise: Normalise::OwnScale,
        ..part(of, 0.5, 0.0, 0.0)
    };
    let card = Scorecard {
        scores: vec![a_score("egg", vec![own("hen")]), a_score("hen", vec![own("egg")])],
        ..Scorecard::default()
    };
    assert_eq!(
        score(&card, &measures(vec![]))
            .cell(0, &CellKey::default())
            .unwrap()
            .state,
        State::Failed
    );
}

/// Enterprise: 0.1·20 + 0.9·60 over 1.0 = 56; the total and small keep 0.5 and 0.9: (0.5·20 + 0.9·60) / 1.4.
#[test]
fn weights_for_a_segment_value() {
    let mut health = a_score("health", vec![part("a", 0.5, 0.0, 100.0), part("b", 0.9, 0.0, 100.0)]);
    health.weights_for.push(WeightsFor {
        segment: spanned("tier".into()),
        value: spanned("enterprise".into()),
        weights: vec![("a".into(), 0.1)],
    });
    let card = Scorecard {
        metrics: ["a", "b"].map(metric).into(),
        scores: vec![health],
        ..Scorecard::default()
    };
    let everywhere = |value: f64| {
        [at(1), tier(1, 0), tier(1, 1)]
            .map(|key| (key, measured(value, 50)))
            .into()
    };
    let scores = score(&card, &measures(vec![everywhere(20.0), everywhere(60.0)]));
    assert_eq!(scores.cell(0, &tier(1, 0)).unwrap().value, Some(56.0));
    assert_eq!(scores.cell(0, &tier(1, 1)).unwrap().value, Some(64.0 / 1.4));
    assert_eq!(scores.cell(0, &at(1)).unwrap().value, Some(64.0 / 1.4));
}

/// One part for each value of the segment, (unknown) left out: (25 + 75) / 2; in a cell of the segment its own value.
#[test]
fn a_mix_over_the_values_of_a_segment() {
    let mut overall = a_score("overall", vec![]);
    overall.mix_each = Some(MixEach {
        segment: spanned("tier".into()),
        of: spanned("level".into()),
        normalise: Normalise::Anchors {
            zero: 1.0,
            hundred: 5.0,
        },
    });
    let card = Scorecard {
        metrics: vec![metric("level")],
        scores: vec![overall],
        ..Scorecard::default()
    };
    let cells = vec![
        (at(1), measured(3.3, 90)),
        (tier(1, 0), measured(2.0, 40)),
        (tier(1, 1), measured(4.0, 35)),
        (tier(1, 2), measured(1.0, 5)),
    ];
    let measures = measures(vec![cells]);
    let scorer = Scorer::new(&card, &measures);
    let scores = scorer.all();
    assert_eq!(
        scores.cell(0, &at(1)).unwrap(),
        &ScoreCell {
            value: Some(50.0),
            state: State::Ok,
            n: 35
        }
    );
    assert_eq!(scores.cell(0, &tier(1, 1)).unwrap().value, Some(75.0));
    let detail = scorer.detail(0, &at(1), &scores).unwrap();
    assert_eq!(detail.parts[0].of, "level: enterprise");
}

#[test]
fn an_override_holds_from_the_headline_on_until_its_last_day() {
    let set = |cell: Option<(&str, &str)>, value, expires: &str| Override {
        cell: cell.map(|(segment, value)| (segment.into(), value.into())),
        value,
        author: "Kim".into(),
        reason: "merger".into(),
        expires: CivilDate::parse(expires).unwrap(),
        span: Span::default(),
    };
    let mut card = health_card();
    card.scores[0].overrides = vec![
        set(None, 70.0, "2026-06-30"),
        set(None, 10.0, "2026-06-11"),
        set(Some(("tier", "small")), 5.0, "2026-12-31"),
    ];
    let keys = [at(0), at(1), at(2), tier(1, 1)];
    let everywhere = |value: f64| keys.clone().map(|key| (key, measured(value, 50))).into();
    let measures = measures(vec![
        everywhere(33.0),
        everywhere(77.0),
        everywhere(3.5),
        everywhere(50.0),
    ]);
    let scorer = Scorer::new(&card, &measures);
    let scores = scorer.all();
    let value = |key: &CellKey| scores.cell(0, key).unwrap().value;
    assert_eq!(value(&at(0)), Some(40.0), "the past stays");
    assert_eq!(value(&at(1)), Some(70.0), "an override beats a cap");
    assert_eq!(value(&at(2)), Some(70.0));
    assert_eq!(value(&tier(1, 1)), Some(5.0));
    let detail = scorer.detail(0, &at(1), &scores).unwrap();
    assert_eq!(
        detail.overrides,
        vec![
            (
                0,
                Ruling {
                    fate: Fate::Applied,
                    before: Some(40.0)
                }
            ),
            (
                1,
                Ruling {
                    fate: Fate::Expired,
                    before: None
                }
            )
        ]
    );
}

/// 30 at the start (April), target 50: 40 in May is half of the way.
#[test]
fn baseline_to_target_reads_the_baseline_from_its_period() {
    let mut nps = metric("nps");
    nps.goal.baseline = Some(spanned(Baseline::At("2026-04".into())));
    nps.goal.target = Some(spanned(50.0));
    let to_target = Part {
        normalise: Normalise::BaselineToTarget,
        ..part("nps", 1.0, 0.0, 0.0)
    };
    let card = Scorecard {
        metrics: vec![nps],
        scores: vec![a_score("way", vec![to_target])],
        ..Scorecard::default()
    };
    let measures = measures(vec![vec![
        (at(0), measured(30.0, 50)),
        (at(1), measured(40.0, 50)),
        (tier(1, 0), measured(40.0, 50)),
    ]]);
    let scorer = Scorer::new(&card, &measures);
    let scores = scorer.all();
    assert_eq!(scores.cell(0, &at(1)).unwrap().value, Some(50.0));
    assert_eq!(
        scores.cell(0, &tier(1, 0)).unwrap().state,
        State::Missing,
        "no start for this value"
    );
    assert!(scorer.check().is_empty());
}

#[test]
fn n_below_the_least_of_the_score_is_flagged() {
    let mut card = health_card();
    card.scores[0].min_n = Some(spanned(251));
    let everywhere = |value: f64, n| vec![(at(1), measured(value, n))];
    let measures = measures(vec![
        everywhere(33.0, 300),
        everywhere(77.0, 290),
        everywhere(3.5, 250),
        everywhere(70.0, 3),
    ]);
    assert_eq!(score(&card, &measures).cell(0, &at(1)).unwrap().state, State::TooFew);
}

#[test]
fn what_has_no_scale_needs_anchors() {
    let own = Part {
        normalise: Normalise::OwnScale,
        ..part("nps", 1.0, 0.0, 0.0)
    };
    let card = Scorecard {
        metrics: vec![metric("nps")],
        scores: vec![a_score("s", vec![own])],
        ..Scorecard::default()
    };
    let measures = measures(vec![vec![(at(1), measured(33.0, 50))]]);
    let scorer = Scorer::new(&card, &measures);
    assert_eq!(scorer.check().len(), 1);
    assert_eq!(scorer.all().cell(0, &at(1)).unwrap().state, State::Failed);
}
