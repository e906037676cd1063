use super::*;
use crate::definition::{CivilDate, Condition, Expr, ExprKind};
use crate::diagnostic::Span;

fn limit(kind: LimitKind, value: f64, if_unknown: IfUnknown) -> Limit {
    let expr = Expr::new(ExprKind::Missing, Span::default());
    let condition = Condition {
        expr,
        text: String::new(),
    };
    Limit {
        kind,
        value,
        condition,
        reason: "why".into(),
        if_unknown,
        span: Span::default(),
    }
}

fn ignore(kind: LimitKind, value: f64) -> Limit {
    limit(kind, value, IfUnknown::Ignore)
}

use Fate::{Applied, NoEffect, NotApplied, NotChecked};
use LimitKind::{Cap, Floor, KnockOut};

/// (score, limits with what their conditions say, the score after, fates), by hand.
#[test]
fn limits_by_hand() {
    type Case<'a> = (Option<f64>, &'a [(LimitKind, f64, Holds)], Option<f64>, &'a [Fate]);
    let cases: &[Case] = &[
        (Some(72.0), &[(Cap, 40.0, Some(true))], Some(40.0), &[Applied]),
        (Some(72.0), &[(Cap, 40.0, Some(false))], Some(72.0), &[NotApplied]),
        (Some(72.0), &[(Cap, 40.0, None)], Some(72.0), &[NotChecked]),
        (Some(30.0), &[(Cap, 40.0, Some(true))], Some(30.0), &[NoEffect]),
        (Some(40.0), &[(Cap, 40.0, Some(true))], Some(40.0), &[NoEffect]),
        (
            Some(72.0),
            &[(Cap, 50.0, Some(true)), (Cap, 40.0, Some(true))],
            Some(40.0),
            &[NoEffect, Applied],
        ),
        (
            Some(20.0),
            &[(Floor, 30.0, Some(true)), (Floor, 25.0, Some(true))],
            Some(30.0),
            &[Applied, NoEffect],
        ),
        (
            Some(20.0),
            &[(Cap, 40.0, Some(true)), (Floor, 60.0, Some(true))],
            Some(40.0),
            &[Applied, Applied],
        ),
        (
            Some(72.0),
            &[(KnockOut, 0.0, Some(true)), (Cap, 40.0, Some(true))],
            Some(0.0),
            &[Applied, Applied],
        ),
        (
            None,
            &[(Cap, 40.0, Some(true)), (Floor, 20.0, Some(true))],
            None,
            &[NoEffect, NoEffect],
        ),
        (None, &[(KnockOut, 0.0, Some(true))], Some(0.0), &[Applied]),
    ];
    for (score, given, expected, fates) in cases {
        let limits: Vec<Limit> = given.iter().map(|(kind, value, _)| ignore(*kind, *value)).collect();
        let holds: Vec<Holds> = given.iter().map(|(_, _, holds)| *holds).collect();
        let (after, rulings) = apply_limits(*score, &limits, &holds);
        let got: Vec<Fate> = rulings.iter().map(|ruling| ruling.fate).collect();
        assert_eq!((after, got.as_slice()), (*expected, *fates), "{score:?} {given:?}");
        if let (Some(score), Some(after)) = (score, after) {
            let mut value = *score;
            for kind in [Floor, Cap, KnockOut] {
                for (limit, ruling) in limits.iter().zip(&rulings) {
                    if limit.kind == kind && ruling.fate == Applied {
                        assert_eq!(ruling.before, Some(value), "steps chain");
                        value = limit.value;
                    }
                }
            }
            assert_eq!(value, after);
        }
    }
}

#[test]
fn an_unknown_condition_fires_where_the_card_says_so() {
    let limits = [limit(Cap, 40.0, IfUnknown::Fire)];
    let (score, rulings) = apply_limits(Some(72.0), &limits, &[None]);
    assert_eq!((score, rulings[0].fate), (Some(40.0), Applied));
}

#[test]
fn the_last_override_that_has_not_expired_stands() {
    let set = |value, expires: &str| Override {
        cell: None,
        value,
        author: "Kim".into(),
        reason: "a call".into(),
        expires: CivilDate::parse(expires).unwrap(),
        span: Span::default(),
    };
    let overrides = [set(10.0, "2026-06-30"), set(20.0, "2026-05-31")];
    let standing = |day: &str| standing_override(overrides.iter(), CivilDate::parse(day)).map(|set| set.value);
    assert_eq!(standing("2026-05-31"), Some(20.0), "the last day is included");
    assert_eq!(standing("2026-06-01"), Some(10.0));
    assert_eq!(standing("2026-07-01"), None);
}
