//! The same bits for any number of threads and any order of rows.

use proptest::prelude::*;

use super::support::*;
use crate::data::Dataset;
use crate::definition::*;
use crate::measure::MeasureOptions;

/// Answers as drawn: day, region, recommend, cost, whether it is solved, day of the end.
type Row = (i32, u8, i64, f64, Option<bool>, i32);

fn data(rows: &[Row]) -> Dataset {
    let base = day("2026-01-01");
    let regions = ["West", "East", "", "North"];
    let survey = table(
        "survey",
        Some("day"),
        vec![
            (
                "day",
                Column::dates(rows.iter().map(|row| Some(base + row.0)).collect()),
            ),
            (
                "end",
                Column::dates(rows.iter().map(|row| (row.5 >= 0).then_some(base + row.5)).collect()),
            ),
            (
                "region",
                texts(&rows.iter().map(|row| regions[row.1 as usize % 4]).collect::<Vec<_>>()),
            ),
            ("recommend", ints(&rows.iter().map(|row| row.2).collect::<Vec<_>>())),
            ("cost", floats(&rows.iter().map(|row| row.3).collect::<Vec<_>>())),
            ("solved", bools(&rows.iter().map(|row| row.4).collect::<Vec<_>>())),
        ],
    );
    dataset(Some("2026-03-31"), vec![survey])
}

use crate::data::Column;

fn all_measures() -> Scorecard {
    use MeasureFunction as F;
    let mut card = card();
    let mut survey = declared("survey");
    survey.columns = vec![scale("recommend", 0.0, 10.0)];
    card.tables = vec![survey];
    card.segments = vec![segment("region", "survey", "region")];
    card.periods = vec![
        period(Calendar::Month),
        Period {
            rolling: 2,
            ..period(Calendar::Week)
        },
    ];
    let one = |function: F, inputs: &[&str], numbers: &[f64], words: &[&str]| {
        let mut made = aggregate(function, "survey", inputs.iter().map(|input| column(input)).collect());
        made.numbers = numbers.to_vec();
        made.words = words.iter().map(|word| (*word).to_owned()).collect();
        measure(made)
    };
    let measures = [
        one(F::Count, &[], &[], &[]),
        one(F::CountDistinct, &["cost"], &[], &[]),
        one(F::Sum, &["cost"], &[], &[]),
        one(F::Mean, &["cost"], &[], &[]),
        one(F::Stddev, &["cost"], &[], &[]),
        one(F::Median, &["cost"], &[], &[]),
        one(F::Percentile, &["cost"], &[90.0], &[]),
        one(F::Percentile, &["recommend"], &[10.0], &[]),
        one(F::Min, &["cost"], &[], &[]),
        one(F::Max, &["cost"], &[], &[]),
        one(F::Rate, &["solved"], &[], &[]),
        one(F::Nps, &["recommend"], &[], &[]),
        one(F::Net, &["recommend"], &[2.0, 3.0], &[]),
        one(F::Correlation, &["recommend", "cost"], &[], &[]),
        one(F::Share, &["recommend", "solved"], &[], &[]),
        one(F::Level, &["cost"], &[], &[]),
        one(F::Active, &["day", "end"], &[], &[]),
        one(F::ActiveAtEnd, &["day", "end"], &[], &[]),
        one(F::ActiveEver, &["day", "end"], &[], &[]),
        one(F::Retention, &["day", "end"], &[1.0], &["month"]),
        one(F::Survival, &["day", "end"], &[2.0], &["weeks"]),
        one(F::Funnel, &["recommend", "region", "day"], &[], &["West", "East"]),
    ];
    card.metrics = measures
        .into_iter()
        .enumerate()
        .map(|(at, measure)| metric(&format!("m{at}"), measure))
        .collect();
    card
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let cost = prop_oneof![
        Just(f64::NAN),
        Just(0.1),
        -1e9..1e9_f64,
        Just(1e300),
        Just(-1e300),
        Just(5e-324),
        0.0..1.0_f64
    ];
    let row = (
        -5..100_i32,
        0..4_u8,
        -1..11_i64,
        cost,
        proptest::option::of(any::<bool>()),
        -40..120_i32,
    );
    proptest::collection::vec(row, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_threads_and_any_order((drawn, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
        let card = all_measures();
        let run = |rows: &[Row], threads: usize| {
            let made = measured_with(&card, data(rows), &MeasureOptions { threads, ..MeasureOptions::default() });
            // Debug of a float names its bits.
            (format!("{:?}", made.cells), made.axes)
        };
        let expected = run(&drawn, 1);
        prop_assert_eq!(&expected, &run(&drawn, 3));
        prop_assert_eq!(&expected, &run(&shuffled, 8));
    }

    /// What stocks find from sorted days is what a look at each row finds.
    #[test]
    fn stocks_as_a_look_at_each_row(drawn in rows()) {
        let made = measured(&all_measures(), data(&drawn));
        let base = day("2026-01-01");
        let spells: Vec<(i32, Option<i32>)> = drawn
            .iter()
            .map(|row| (base + row.0, (row.5 >= 0).then_some(base + row.5)))
            .filter(|(start, end)| end.is_none_or(|end| *start <= end))
            .collect();
        let alive = |day: i32| spells.iter().filter(|(start, end)| *start <= day && end.is_none_or(|end| end > day)).count();
        for step in &made.axes.periods[0].steps {
            let days: Vec<i32> = (step.start.0..=step.end.0).collect();
            let mean = days.iter().map(|&day| alive(day)).sum::<usize>() as f64 / days.len() as f64;
            let ever = spells.iter().filter(|(start, end)| *start <= step.end.0 && end.is_none_or(|end| end >= step.start.0)).count();
            let ever_alive = spells.iter().filter(|(start, end)| days.iter().any(|day| start <= day && end.is_none_or(|end| end > *day))).count();
            prop_assert_eq!(made.cell("m16", &step.label).value, Some(mean));
            prop_assert_eq!(made.cell("m16", &step.label).n, ever_alive as u64);
            prop_assert_eq!(made.cell("m17", &step.label).value, Some(alive(step.end.0) as f64));
            prop_assert_eq!(made.cell("m18", &step.label).value, Some(ever as f64));
        }
    }
}
