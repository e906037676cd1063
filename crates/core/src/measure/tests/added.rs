//! Columns that a card adds by an expression over a column of few values.

use super::support::*;
use crate::data::Column;
use crate::definition::*;
use crate::measure::{MeasureOptions, Session};

/// 100 for a promoter, −100 for a detractor; a missing answer stays one.
fn mark() -> Expr {
    let number = |value| literal(Literal::Int(value));
    let at_least = |least| binary(BinaryOp::GreaterOrEqual, column("recommend"), number(least));
    Expr::new(
        ExprKind::If {
            arms: vec![(at_least(9), number(100)), (at_least(7), number(0))],
            otherwise: Some(Box::new(number(-100))),
        },
        Default::default(),
    )
}

#[test]
fn the_values_of_an_added_column_are_made_when_they_are_read() {
    // Sixty rows: 10, 9, 8, 7, 3 and nothing, in turn: marks 100, 100, 0, 0, −100 and nothing.
    let answers: Vec<Option<i64>> = [Some(10), Some(9), Some(8), Some(7), Some(3), None].repeat(10);
    let data = dataset(
        None,
        vec![table("survey", None, vec![("recommend", Column::ints(answers))])],
    );
    let mut card = card();
    let mut survey = declared("survey");
    survey.added = vec![AddedColumn {
        name: name("mark"),
        source: AddedSource::Row(mark()),
        hidden: false,
    }];
    card.tables = vec![survey];
    card.metrics = vec![metric(
        "mark",
        measure(aggregate(MeasureFunction::Mean, "survey", vec![column("mark")])),
    )];

    let mut session = Session::new(&card, data, &MeasureOptions::default()).unwrap();
    let cells = session.measure(&[0]).unwrap();
    // (100 + 100 + 0 + 0 − 100) / 5.
    let total = cells[0].cells.iter().next().unwrap().1;
    assert_eq!((total.value, total.n), (Some(20.0), 50));

    let survey = session.data().table("survey").unwrap();
    assert!(!survey.looked_up["mark"].is_made());
    assert_eq!(survey.column_type("mark"), Some(ColumnType::Int));
    let marks = survey.column("mark").unwrap();
    let own: Vec<Option<f64>> = (0..6).map(|row| marks.number(row)).collect();
    let wanted = [Some(100.0), Some(100.0), Some(0.0), Some(0.0), Some(-100.0), None];
    assert_eq!(own, wanted);
    assert_eq!(marks.len(), 60);
}
