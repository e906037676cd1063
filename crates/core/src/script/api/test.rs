//! Unit tests of a card.

use rhai::Dynamic;

use super::table::inline_rows;
use super::{Word, give};
use crate::definition::{Expect, Expectation, Given, GivenData, Test};
use crate::diagnostic::{Spanned, codes};
use crate::script::call::Call;
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Test];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: &[Kind::Free],
        name: "test",
        params: "name: text",
        returns: "test",
        doc: "A unit test of the card: small tables in, expected values out. In tests a value needs one answer, unless the card says otherwise.",
        example: r#"metric("nps", nps(survey.recommend));
test("one of each").given("survey", ["customer_id", "answered_on", "recommend"], [["A", "2026-06-01", 10], ["B", "2026-06-01", 2]])
    .expect("nps", 0).expect_n("nps", 2);"#,
        run: |call| {
            let name = call.text(0)?;
            call.builder.card.tests.push(Test {
                name,
                as_of: None,
                given: vec![],
                expects: vec![],
            });
            give(Value::Test(call.builder.card.tests.len() - 1))
        },
    },
    Word {
        on: ON,
        name: "as_of",
        params: "day: date",
        returns: "test",
        doc: "The day as of which the test evaluates.",
        example: r#"metric("nps", nps(survey.recommend));
test("one").as_of("2026-06-30").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect("nps", 100);"#,
        run: |call| {
            let day = call.date(0)?;
            change(call, |test| test.as_of = Some(day))
        },
    },
    Word {
        on: ON,
        name: "given",
        params: "table: text or table, data: CSV text or list of columns, rows?: list of lists",
        returns: "test",
        doc: "A table of the test: CSV text between backticks, or names of columns and rows. White space before each line is ignored.",
        example: "metric(\"nps\", nps(survey.recommend));\ntest(\"one\").given(\"survey\", `customer_id,answered_on,recommend\n    1,2026-06-01,10`).expect(\"nps\", 100);",
        run: given,
    },
    Word {
        on: ON,
        name: "expect",
        params: "of: text, value: number",
        returns: "test",
        doc: "The value expected, compared to the digits written: 33.3 is met by 33.333.",
        example: r#"metric("nps", nps(survey.recommend));
test("one").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect("nps", 100.0);"#,
        run: expect,
    },
    Word {
        on: ON,
        name: "expect_n",
        params: "of: text, n: number",
        returns: "test",
        doc: "The number of rows used.",
        example: r#"metric("nps", nps(survey.recommend));
test("one").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect_n("nps", 1);"#,
        run: |call| {
            let n = u64::from(call.whole_number(1)?.value);
            expected(call, Expectation::N(n))
        },
    },
    Word {
        on: ON,
        name: "expect_skipped",
        params: "of: text, n: number",
        returns: "test",
        doc: "The number of rows skipped because a value is missing.",
        example: r#"metric("nps", nps(survey.recommend));
test("blank").given("survey", ["recommend", "answered_on"], [[(), "2026-06-01"]]).expect_skipped("nps", 1);"#,
        run: |call| {
            let n = u64::from(call.whole_number(1)?.value);
            expected(call, Expectation::Skipped(n))
        },
    },
    Word {
        on: ON,
        name: "expect_state",
        params: "of: text, state: text",
        returns: "test",
        doc: "The state expected: \"ok\", \"missing\", \"too_few\", \"stale\", \"suppressed\", \"not_applicable\" or \"failed\".",
        example: r#"metric("nps", nps(survey.recommend));
test("none").given("survey", ["recommend", "answered_on"], []).expect_state("nps", "missing");"#,
        run: |call| {
            let states = [
                "ok",
                "missing",
                "too_few",
                "stale",
                "suppressed",
                "not_applicable",
                "failed",
            ];
            let state = call.word(1, &states)?.to_owned();
            expected(call, Expectation::State(state))
        },
    },
    Word {
        on: ON,
        name: "expect_band",
        params: "of: text, band: text",
        returns: "test",
        doc: "The band of a score.",
        example: r#"metric("nps", nps(survey.recommend)); score("health").mix("nps", 1, 0, 60).bands(50, 75);
test("one").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect_band("health", "green");"#,
        run: |call| {
            let band = call.text(1)?.value;
            expected(call, Expectation::Band(band))
        },
    },
    Word {
        on: ON,
        name: "for_cell",
        params: "segment: text, value: text",
        returns: "test",
        doc: "The cell that the expectation before it means; the total without it.",
        example: r#"segment("region", customers.region); metric("nps", nps(survey.recommend));
test("north").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect_state("nps", "missing").for_cell("region", "North");"#,
        run: |call| {
            let cell = (call.segment(0)?.value, call.text(1)?.value);
            last(call, |expect| expect.cell.push(cell))
        },
    },
    Word {
        on: ON,
        name: "for_period",
        params: "period: text",
        returns: "test",
        doc: "The period that the expectation before it means; the headline without it.",
        example: r#"period("month"); metric("nps", nps(survey.recommend));
test("june").given("survey", ["recommend", "answered_on"], [[10, "2026-06-01"]]).expect("nps", 100).for_period("2026-06");"#,
        run: |call| {
            let period = call.text(0)?.value;
            if !super::goal::is_period(&period) {
                call.bad(
                    0,
                    format!("`{period}` is no period"),
                    "a period is written \"2026\", \"2026-Q1\" or \"2026-03\"",
                );
                return None;
            }
            last(call, |expect| expect.period = Some(period))
        },
    },
];

fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Test)) -> Option<Dynamic> {
    if let Some(Value::Test(index)) = call.receiver {
        change(call.builder.card.tests.get_mut(index)?);
    }
    call.same()
}

fn last(call: &mut Call<'_>, change_last: impl FnOnce(&mut Expect)) -> Option<Dynamic> {
    let (name, span) = (call.name, call.span);
    let Some(Value::Test(index)) = call.receiver else {
        return None;
    };
    match call.builder.card.tests.get_mut(index)?.expects.last_mut() {
        Some(expect) => change_last(expect),
        None => call.error(
            codes::BAD_TEST,
            span,
            format!("`{name}` stands behind the expectation that it means"),
            "",
        ),
    }
    call.same()
}

fn given(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = match call.handle(0) {
        Some(Value::Table(table)) => Spanned::new(call.builder.table_name(table), call.arg_span(0)),
        _ => call.text(0)?,
    };
    let data = if call.count() > 2 {
        GivenData::Rows(inline_rows(call, 1)?)
    } else {
        GivenData::Csv(call.text(1)?.value)
    };
    change(call, |test| test.given.push(Given { table, data }))
}

fn expect(call: &mut Call<'_>) -> Option<Dynamic> {
    let value = call.number(1)?;
    // A number may be computed; the digits are those written, or those of the value.
    let written = call.builder.sources.slice(value.span).trim();
    let digits = if written.parse::<f64>().is_ok() {
        written.to_owned()
    } else {
        value.value.to_string()
    };
    let decimals = digits.split_once('.').map_or(0, |(_, fraction)| {
        fraction.bytes().take_while(u8::is_ascii_digit).count()
    });
    let decimals = u32::try_from(decimals).unwrap_or(0);
    expected(
        call,
        Expectation::Value {
            value: value.value,
            decimals,
        },
    )
}

fn expected(call: &mut Call<'_>, what: Expectation) -> Option<Dynamic> {
    let of = call.object(0)?;
    let span = call.whole();
    change(call, |test| {
        test.expects.push(Expect {
            of,
            cell: vec![],
            period: None,
            what,
            span,
        })
    })
}
