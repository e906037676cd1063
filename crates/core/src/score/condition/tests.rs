use super::*;
use crate::diagnostic::Span;

fn node(kind: ExprKind) -> Expr {
    Expr::new(kind, Span::default())
}

fn name(name: &str) -> Expr {
    Expr::column(name, Span::default())
}

fn number(value: f64) -> Expr {
    node(ExprKind::Literal(Literal::Float(value)))
}

fn op(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    node(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

fn truth(value: Option<bool>) -> Expr {
    node(value.map_or(ExprKind::Missing, |value| ExprKind::Literal(Literal::Bool(value))))
}

fn ask(expr: Expr) -> Option<bool> {
    let condition = Condition {
        expr,
        text: String::new(),
    };
    holds(&condition, &|name| match name {
        "fcr" => Some(55.0),
        "nps" => Some(-3.0),
        _ => None,
    })
}

/// Kleene's tables, written out.
#[test]
fn logic_is_kleenes() {
    let (t, f, u) = (Some(true), Some(false), None);
    for (a, b, and, or) in [
        (t, t, t, t),
        (t, f, f, t),
        (t, u, u, t),
        (f, t, f, t),
        (f, f, f, f),
        (f, u, f, u),
        (u, t, u, t),
        (u, f, f, u),
        (u, u, u, u),
    ] {
        assert_eq!(ask(op(BinaryOp::And, truth(a), truth(b))), and, "{a:?} && {b:?}");
        assert_eq!(ask(op(BinaryOp::Or, truth(a), truth(b))), or, "{a:?} || {b:?}");
    }
    assert_eq!(ask(node(ExprKind::Unary(UnaryOp::Not, Box::new(truth(None))))), None);
}

#[test]
fn comparisons_with_metrics() {
    for (expr, expected) in [
        (op(BinaryOp::Less, name("fcr"), number(60.0)), Some(true)),
        (op(BinaryOp::Less, name("fcr"), number(55.0)), Some(false)),
        (op(BinaryOp::LessOrEqual, name("fcr"), number(55.0)), Some(true)),
        (op(BinaryOp::Greater, name("nps"), number(0.0)), Some(false)),
        (op(BinaryOp::Equal, name("nps"), number(-3.0)), Some(true)),
        (op(BinaryOp::NotEqual, name("nps"), number(-3.0)), Some(false)),
        (op(BinaryOp::Less, name("absent"), number(60.0)), None),
        (
            op(
                BinaryOp::Less,
                op(BinaryOp::Divide, name("fcr"), number(0.0)),
                number(60.0),
            ),
            None,
        ),
        (
            op(
                BinaryOp::Less,
                op(BinaryOp::Subtract, name("fcr"), name("nps")),
                number(60.0),
            ),
            Some(true),
        ),
        (
            node(ExprKind::Call(Function::IsMissing, vec![name("absent")])),
            Some(true),
        ),
        (
            op(
                BinaryOp::Less,
                node(ExprKind::Call(Function::OrElse, vec![name("absent"), number(1.0)])),
                number(2.0),
            ),
            Some(true),
        ),
        (
            op(
                BinaryOp::Less,
                node(ExprKind::Call(Function::Min, vec![name("fcr"), name("nps")])),
                number(0.0),
            ),
            Some(true),
        ),
        (
            node(ExprKind::In(Box::new(name("nps")), vec![number(1.0), number(-3.0)])),
            Some(true),
        ),
        (
            node(ExprKind::In(Box::new(name("nps")), vec![number(1.0), name("absent")])),
            None,
        ),
    ] {
        assert_eq!(ask(expr.clone()), expected, "{expr:?}");
    }
}

#[test]
fn if_and_switch_on_missing_take_no_way() {
    let arms = vec![(op(BinaryOp::Less, name("absent"), number(1.0)), truth(Some(true)))];
    assert_eq!(
        ask(node(ExprKind::If {
            arms,
            otherwise: Some(Box::new(truth(Some(true))))
        })),
        None
    );
    let switch = |on| {
        let arm = crate::definition::SwitchArm {
            patterns: vec![SwitchPattern::Range {
                low: 50,
                high: 60,
                inclusive: false,
            }],
            guard: None,
            value: truth(Some(true)),
        };
        node(ExprKind::Switch {
            on: Box::new(on),
            arms: vec![arm],
            default: Some(Box::new(truth(Some(false)))),
        })
    };
    assert_eq!(ask(switch(name("fcr"))), Some(true));
    assert_eq!(ask(switch(name("nps"))), Some(false));
    assert_eq!(ask(switch(name("absent"))), None);
}

#[test]
fn a_let_is_known_in_its_body() {
    let body = op(BinaryOp::Less, node(ExprKind::Slot(0)), number(60.0));
    let expr = node(ExprKind::Let {
        slot: 0,
        value: Box::new(name("fcr")),
        body: Box::new(body),
    });
    assert_eq!(ask(expr), Some(true));
}

#[test]
fn what_cannot_work_is_refused() {
    let text = node(ExprKind::Literal(Literal::Text("red".into())));
    for (expr, code) in [
        (op(BinaryOp::Equal, name("fcr"), text), codes::TYPE_MISMATCH),
        (name("fcr"), codes::TYPE_MISMATCH),
        (op(BinaryOp::And, name("fcr"), truth(Some(true))), codes::TYPE_MISMATCH),
        (
            op(
                BinaryOp::Less,
                node(ExprKind::Call(Function::Year, vec![name("fcr")])),
                number(1.0),
            ),
            codes::NOT_COMPILED,
        ),
    ] {
        let found = check(&Condition {
            expr,
            text: String::new(),
        });
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), vec![code]);
    }
    assert_eq!(
        check(&Condition {
            expr: op(BinaryOp::Less, name("fcr"), number(1.0)),
            text: String::new()
        }),
        vec![]
    );
}

#[test]
fn names_come_once_in_order() {
    let both = op(
        BinaryOp::And,
        op(BinaryOp::Less, name("nps"), name("fcr")),
        op(BinaryOp::Less, name("nps"), number(1.0)),
    );
    assert_eq!(
        names(&Condition {
            expr: both,
            text: String::new()
        }),
        vec!["nps", "fcr"]
    );
}
