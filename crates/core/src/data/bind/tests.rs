//! What a card declares about its tables, bound to small tables: one test for each rule and each mistake.

use super::*;
use crate::data::{CsvOptions, Needs, needs, read_csv};
use crate::definition::{
    AddedColumn, AddedSource, Aggregate, BelongsTo, ColumnFacts, ColumnRef, DateColumn, Expr, ExprKind, InlineRows,
    Literal, Measure, MeasureFunction, MeasureKind, Metric, Role, Unpivot,
};
use crate::diagnostic::{Severity, Span, Spanned};

fn name(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), Span::default())
}

fn table(title: &str) -> Table {
    Table::new(name(title), TableSource::Host)
}

fn made(title: &str, source: TableSource) -> Table {
    Table { source, ..table(title) }
}

fn belongs(to: &str, column: &str, path: &str) -> BelongsTo {
    BelongsTo {
        table: name(to),
        columns: vec![name(column)],
        path: path.to_owned(),
        via: None,
        span: Span::default(),
    }
}

fn dated(column: &str, format: Option<&str>) -> Option<DateColumn> {
    Some(DateColumn {
        column: name(column),
        format: format.map(name),
    })
}

fn facts(column: &str) -> ColumnFacts {
    ColumnFacts {
        column: name(column),
        ..ColumnFacts::default()
    }
}

fn code(value: Literal) -> Spanned<Literal> {
    Spanned::new(value, Span::default())
}

fn text(value: &str) -> Literal {
    Literal::Text(value.into())
}

fn constant(column: &str, value: Literal) -> AddedColumn {
    AddedColumn {
        name: name(column),
        source: AddedSource::Row(Expr::new(ExprKind::Literal(value), Span::default())),
        hidden: false,
    }
}

fn reference(table: &str, path: &[&str]) -> ColumnRef {
    ColumnRef {
        table: table.to_owned(),
        path: path.iter().map(|step| (*step).to_owned()).collect(),
        span: Span::default(),
    }
}

/// A card of some tables whose every column named is used by a mean.
fn card(tables: Vec<Table>, used: &[(&str, &str, MeasureFunction)]) -> Scorecard {
    let metric = |(index, (table, column, function)): (usize, &(&str, &str, MeasureFunction))| {
        let here = Span::default();
        let path = ExprKind::Column(column.split('.').map(str::to_owned).collect());
        let mean = Aggregate::new(*function, *table, vec![Expr::new(path, here)], here);
        let measure = Measure {
            kind: MeasureKind::Aggregate(Box::new(mean)),
            span: here,
        };
        Metric::new(name(&format!("m{index}")), Role::Metric, measure)
    };
    Scorecard {
        tables,
        metrics: used.iter().enumerate().map(metric).collect(),
        ..Scorecard::default()
    }
}

/// Reads each table with what the card needs of it, and binds.
fn bind_with(card: &Scorecard, data: &[(&str, &str)], options: &BindOptions) -> Result<Bound, Vec<Diagnostic>> {
    let needs = needs(card);
    let tables = data.iter().map(|(table, text)| {
        let options = CsvOptions {
            indented: true,
            origin: Some(format!("{table}.csv")),
            ..CsvOptions::default()
        };
        let needs = needs.get(*table).cloned().unwrap_or_else(Needs::all);
        let (read, _) = read_csv(text.as_bytes(), &options, &needs).unwrap();
        ((*table).to_owned(), read)
    });
    bind(card, tables.collect(), options)
}

fn bound(card: &Scorecard, data: &[(&str, &str)]) -> Bound {
    bind_with(card, data, &BindOptions::default()).unwrap()
}

fn refused(card: &Scorecard, data: &[(&str, &str)]) -> Vec<Diagnostic> {
    let findings = bind_with(card, data, &BindOptions::default()).unwrap_err();
    findings.into_iter().filter(Diagnostic::is_error).collect()
}

fn one(findings: &[Diagnostic]) -> &Diagnostic {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    &findings[0]
}

fn shown(dataset: &Dataset, table: &str, column: &str) -> Vec<String> {
    let table = dataset.table(table).unwrap();
    let column = table.column(column).unwrap();
    (0..table.rows).map(|row| column.display(row)).collect()
}

use MeasureFunction::{Count, CountDistinct, Mean, Nps, Rate};

#[test]
fn rows_belong_to_parents_and_orphans_are_counted() {
    let customers = Table {
        key: vec![name("id")],
        ..table("customers")
    };
    let survey = Table {
        belongs_to: vec![belongs("customers", "customer", "customer")],
        date: dated("on", None),
        ..table("survey")
    };
    let card = card(
        vec![customers, survey],
        &[("survey", "score", Mean), ("survey", "customer.region", CountDistinct)],
    );
    let (dataset, findings, summaries) = bound(
        &card,
        &[
            ("customers", "id,region,unused\n001,West,x\n002,East,y\n"),
            (
                "survey",
                "customer,score,on\n002,9,2026-01-05\n,7,2026-01-09\n009,1,2026-02-01\n001,3,2026-01-31\n",
            ),
        ],
    );
    let parent = dataset.table("survey").unwrap().parent("customer").unwrap();
    assert_eq!(parent.rows.to_vec(), [1, super::super::NO_ROW, super::super::NO_ROW, 0]);
    assert_eq!((parent.orphans, parent.without_key), (1, 1));
    assert_eq!(dataset.as_of, CivilDate::new(2026, 2, 1));
    assert_eq!(dataset.table("customers").unwrap().unread, ["unused"]);
    let warned: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code, finding.severity))
        .collect();
    assert_eq!(
        warned,
        [(codes::ORPHANS, Severity::Note), (codes::ORPHANS, Severity::Warning)]
    );
    let survey = &summaries[1];
    assert_eq!((survey.rows_read, survey.rows_used), (4, 4));
    assert_eq!(survey.orphans, [("customer".to_owned(), 1)]);
    assert_eq!(survey.dates, Some(("2026-01-05".into(), "2026-02-01".into())));
}

#[test]
fn keys_of_numbers_and_of_text_meet() {
    let parent = Table {
        key: vec![name("id")],
        ..table("parent")
    };
    let child = Table {
        belongs_to: vec![belongs("parent", "id", "parent")],
        ..table("child")
    };
    let card = card(vec![parent, child], &[("child", "id", CountDistinct)]);
    let (dataset, ..) = bound(&card, &[("parent", "id\n7\n8\nA1\n"), ("child", "id\n8\n7\n7\n")]);
    assert_eq!(dataset.table("child").unwrap().parents[0].rows.to_vec(), [1, 0, 0]);
}

#[test]
fn a_parent_needs_a_key_that_does_not_repeat() {
    let child = Table {
        belongs_to: vec![belongs("parent", "id", "parent")],
        ..table("child")
    };
    let plain = card(vec![table("parent"), child.clone()], &[]);
    let findings = refused(&plain, &[("parent", "id\n1\n"), ("child", "id\n1\n")]);
    assert!(one(&findings).message.contains("`parent` has no key"));

    let keyed = Table {
        key: vec![name("number")],
        date: dated("opened_at", None),
        ..table("tickets")
    };
    let findings = refused(
        &card(vec![keyed], &[]),
        &[(
            "tickets",
            "number,opened_at\nb,2024-01-01\na,2024-01-02\nb,2024-01-03\na,2024-01-03\na,2024-01-03\n",
        )],
    );
    let finding = one(&findings);
    assert_eq!(finding.code, codes::DUPLICATE_KEY);
    assert_eq!(
        finding.message,
        "the key `number` of `tickets` repeats: 5 rows have 2 different keys; `a`, `b`"
    );
    assert_eq!(
        finding.help.as_deref(),
        Some("number repeats 2.5 times: one row per ticket? `.latest_by(\"opened_at\")` keeps the latest of each")
    );
    assert_eq!(finding.place.as_ref().unwrap().row, Some(3));
}

#[test]
fn the_latest_row_of_each_key_is_kept() {
    let log = |by: &[&str]| Table {
        key: vec![name("number")],
        latest_by: by.iter().map(|column| name(column)).collect(),
        ..table("log")
    };
    let data = "number,at,mod,state\n\
        a,2024-01-01 10:00,1,new\n\
        b,2024-01-01 10:00,1,new\n\
        a,2024-01-01 12:00,2,open\n\
        a,2024-01-01 12:00,3,done\n\
        b,,9,reopened\n\
        b,2024-01-02 10:00,4,done\n";
    let uses = [("log", "state", CountDistinct)];
    let (dataset, _, summaries) = bound(&card(vec![log(&["at", "mod"])], &uses), &[("log", data)]);
    assert_eq!(shown(&dataset, "log", "state"), ["done", "reopened"]);
    assert_eq!(
        (summaries[0].rows_read, summaries[0].rows_used, summaries[0].superseded),
        (6, 2, 4)
    );
    assert_eq!(dataset.table("log").unwrap().source_row(1), 5);

    let findings = refused(&card(vec![log(&["at"])], &uses), &[("log", data)]);
    let finding = one(&findings);
    assert_eq!(finding.code, codes::AMBIGUOUS_LATEST);
    assert_eq!(
        finding.message,
        "1 key of `log` have several different rows that are latest by `at`: `a`"
    );
    // Rows that tie and are the same throughout are one row.
    let same = "number,at,state\na,2024-01-01,x\na,2024-01-01,x\n";
    let (dataset, ..) = bound(&card(vec![log(&["at"])], &uses), &[("log", same)]);
    assert_eq!(dataset.table("log").unwrap().rows, 1);
}

#[test]
fn equal_rows_collapse_and_different_ones_are_an_error() {
    let cases = Table {
        distinct_by: vec![name("id")],
        ..table("cases")
    };
    let card = card(vec![cases], &[("cases", "id", CountDistinct)]);
    let (dataset, ..) = bound(&card, &[("cases", "id,x,y\n1,a,\n1,a,\n2,b,c\n")]);
    assert_eq!(dataset.table("cases").unwrap().rows, 2);
    let findings = refused(&card, &[("cases", "id,x,y\n1,a,\n1,a,z\n2,b,c\n")]);
    assert_eq!(one(&findings).code, codes::DUPLICATE_KEY);
}

#[test]
fn codes_are_missing_and_give_the_column_its_kind() {
    let survey = Table {
        missing: vec![code(text("?"))],
        columns: vec![
            ColumnFacts {
                scale: Some(Spanned::new((1.0, 5.0), Span::default())),
                missing: vec![code(text("Blank")), code(Literal::Int(0))],
                not_applicable: vec![code(Literal::Int(6))],
                ..facts("rating")
            },
            ColumnFacts {
                missing: vec![code(text("99"))],
                ..facts("nps")
            },
        ],
        ..table("survey")
    };
    let card = card(
        vec![survey],
        &[
            ("survey", "rating", Mean),
            ("survey", "nps", Nps),
            ("survey", "city", CountDistinct),
        ],
    );
    let (dataset, _, summaries) = bound(
        &card,
        &[(
            "survey",
            "rating,nps,city\n5,10,?\nBlank,99,Rome\n6,3,None\n0,?,Oslo\n4,,?\n,7,Rome\n",
        )],
    );
    assert_eq!(shown(&dataset, "survey", "rating"), ["5", "", "", "", "4", ""]);
    assert_eq!(
        dataset.table("survey").unwrap().column("rating").unwrap().column_type(),
        ColumnType::Int
    );
    assert_eq!(shown(&dataset, "survey", "nps"), ["10", "", "3", "", "", "7"]);
    assert_eq!(
        shown(&dataset, "survey", "city"),
        ["", "Rome", "None", "Oslo", "", "Rome"]
    );
    let not_applicable = &dataset.table("survey").unwrap().not_applicable["rating"];
    assert_eq!((not_applicable.count_set_bits(), not_applicable.value(2)), (1, true));
    let rating = summaries[0]
        .columns
        .iter()
        .find(|column| column.column == "rating")
        .unwrap();
    assert_eq!((rating.blank, rating.coded_missing, rating.not_applicable), (1, 2, 1));
}

#[test]
fn values_off_the_scale_are_counted() {
    let survey = Table {
        columns: vec![ColumnFacts {
            scale: Some(Spanned::new((0.0, 10.0), Span::default())),
            ..facts("NETPRO")
        }],
        ..table("survey")
    };
    let card = card(vec![survey], &[("survey", "NETPRO", Nps)]);
    let findings = refused(&card, &[("survey", "NETPRO\n10\n11\n3\n11\n")]);
    let finding = one(&findings);
    assert_eq!(
        finding.message,
        "column `NETPRO` of `survey` holds 2 values of 11; its scale is 0 to 10"
    );
    assert_eq!(
        (finding.code, finding.place.as_ref().unwrap().row),
        (codes::OFF_SCALE, Some(2))
    );
    let findings = refused(&card, &[("survey", "NETPRO\n10\n11\n-1\n11\n")]);
    assert!(
        one(&findings)
            .message
            .ends_with("3 values off its scale of 0 to 10: 11 (2 times), -1 (1 times)")
    );
    let findings = refused(&card, &[("survey", "NETPRO\n10\nBlank\n")]);
    assert!(
        findings.iter().any(|finding| finding.code == codes::OFF_SCALE
            && finding.help.as_ref().unwrap().contains(".missing(\"Blank\")"))
    );
}

#[test]
fn dates_are_read_by_their_format_and_never_guessed() {
    let tickets = |format: Option<&str>| Table {
        date: dated("opened_at", format),
        ..table("tickets")
    };
    let data = "opened_at\n29/2/2016 01:16\n3/4/2016 9:00\n";
    let (dataset, ..) = bound(&card(vec![tickets(Some("d/M/yyyy H:mm"))], &[]), &[("tickets", data)]);
    assert_eq!(
        shown(&dataset, "tickets", "opened_at"),
        ["2016-02-29 01:16:00", "2016-04-03 09:00:00"]
    );
    assert_eq!(dataset.as_of, CivilDate::new(2016, 4, 3));

    let findings = refused(&card(vec![tickets(None)], &[]), &[("tickets", data)]);
    let finding = one(&findings);
    assert_eq!(finding.code, codes::AMBIGUOUS_DATE);
    assert_eq!(
        finding.message,
        "the dates of `opened_at` of `tickets` can be read two ways: 2 of 2 values fit `d/M/yyyy H:mm`, and 1 fit `M/d/yyyy H:mm`"
    );
    let findings = refused(&card(vec![tickets(Some("M/d/yyyy H:mm"))], &[]), &[("tickets", data)]);
    let finding = one(&findings);
    assert_eq!(
        finding.message,
        "`29/2/2016 01:16` in `opened_at` of `tickets` does not fit `M/d/yyyy H:mm`"
    );
    assert_eq!(finding.place.as_ref().unwrap().row, Some(1));
    assert!(finding.help.as_ref().unwrap().contains("d/M/yyyy H:mm"));
    let findings = refused(
        &card(vec![tickets(None)], &[]),
        &[("tickets", "opened_at\n2016-01-05\nsoon\n")],
    );
    assert!(one(&findings).message.starts_with("`soon` in `opened_at`"));
    let findings = refused(
        &card(vec![tickets(Some("DD.MM.YYYY"))], &[]),
        &[("tickets", "opened_at\n01.02.2024\n")],
    );
    assert!(findings.iter().any(|finding| finding.code == codes::BAD_SETTING));
}

#[test]
fn a_table_may_name_the_format_of_all_its_dates() {
    let tickets = Table {
        dates: vec![name("d/M/yyyy H:mm")],
        missing: vec![code(text("?"))],
        date: dated("opened", None),
        ..table("tickets")
    };
    let uses = [
        ("tickets", "opened", MeasureFunction::Min),
        ("tickets", "closed", MeasureFunction::Min),
        ("tickets", "who", CountDistinct),
    ];
    let (dataset, ..) = bound(
        &card(vec![tickets], &uses),
        &[(
            "tickets",
            "opened,closed,who\n1/2/2016 0:10,?,Caller 1\n2/2/2016 0:10,3/2/2016 10:00,?\n",
        )],
    );
    assert_eq!(shown(&dataset, "tickets", "closed"), ["", "2016-02-03 10:00:00"]);
    assert_eq!(shown(&dataset, "tickets", "who"), ["Caller 1", ""]);
}

#[test]
fn a_coarse_date_covers_all_of_it() {
    for (format, data, months, as_of) in [
        ("yyyy", "at,n\n2017,1\n2018,2\n", 12, CivilDate::new(2018, 12, 31)),
        (
            "yyyy-MM",
            "at,n\n2017-02,1\n2016-12,2\n",
            1,
            CivilDate::new(2017, 2, 28),
        ),
        ("yyyy-'Q'Q", "at,n\n2017-Q4,1\n", 3, CivilDate::new(2017, 12, 31)),
    ] {
        let staff = Table {
            date: dated("at", Some(format)),
            ..table("staff")
        };
        let (dataset, ..) = bound(&card(vec![staff], &[("staff", "n", Mean)]), &[("staff", data)]);
        assert_eq!(dataset.table("staff").unwrap().date_covers_months, Some(months));
        assert_eq!(dataset.as_of, as_of);
    }
    let staff = Table {
        date: dated("at", None),
        ..table("staff")
    };
    let findings = refused(&card(vec![staff], &[]), &[("staff", "at\n2017\n")]);
    assert_eq!(
        one(&findings).help.as_deref(),
        Some("say what they are: `.column(\"at\").dates(\"yyyy\")`")
    );
}

#[test]
fn rows_later_than_the_as_of_date_are_not_there() {
    let survey = Table {
        date: dated("on", None),
        key: vec![name("id")],
        latest_by: vec![name("on")],
        ..table("survey")
    };
    let card = card(vec![survey], &[("survey", "score", Mean)]);
    let options = BindOptions {
        as_of: CivilDate::new(2026, 1, 31),
        ..BindOptions::default()
    };
    let data = "id,on,score\na,2026-01-31 23:59,1\na,2026-02-01 00:00,2\nb,,3\n";
    let (dataset, _, summaries) = bind_with(&card, &[("survey", data)], &options).unwrap();
    assert_eq!(shown(&dataset, "survey", "score"), ["1", "3"]);
    assert_eq!((summaries[0].later_than_as_of, summaries[0].superseded), (1, 0));
    assert_eq!(dataset.table("survey").unwrap().source_row(1), 3);
}

#[test]
fn files_of_different_years_are_stacked() {
    let year = |title: &str, year: i64, renames: &[(&str, &str)]| Table {
        added: vec![constant("year", Literal::Int(year))],
        renames: renames
            .iter()
            .map(|(from, to)| (name(from), (*to).to_owned()))
            .collect(),
        ..table(title)
    };
    let stacked = Table {
        date: dated("year", Some("yyyy")),
        weight: Some(reference("sfo", &["WEIGHT"])),
        columns: vec![ColumnFacts {
            missing: vec![code(text("Blank")), code(Literal::Int(0))],
            scale: Some(Spanned::new((1.0, 5.0), Span::default())),
            ..facts("ALL")
        }],
        ..made("sfo", TableSource::Stack(vec!["y17".into(), "y18".into()]))
    };
    let tables = vec![year("y17", 2017, &[]), year("y18", 2018, &[("All", "ALL")]), stacked];
    let card = card(tables, &[("sfo", "ALL", Mean), ("sfo", "only18", CountDistinct)]);
    let needed = needs(&card);
    assert_eq!(
        needed["y17"].columns.keys().collect::<Vec<_>>(),
        ["ALL", "WEIGHT", "only18"]
    );
    assert_eq!(
        needed["y18"].columns.keys().collect::<Vec<_>>(),
        ["All", "WEIGHT", "only18"]
    );
    let data = [
        ("y17", "ALL,WEIGHT,only18\n5,1.5,\n0,0.5,\n"),
        ("y18", "WEIGHT,All,only18\n1,Blank,x\n,3,y\n"),
    ];
    let (dataset, findings, _) = bound(&card, &data);
    let table = dataset.table("sfo").unwrap();
    assert_eq!(shown(&dataset, "sfo", "ALL"), ["5", "", "", "3"]);
    assert_eq!(
        shown(&dataset, "sfo", "year"),
        ["2017-01-01", "2017-01-01", "2018-01-01", "2018-01-01"]
    );
    assert_eq!(table.weight.as_ref().unwrap().to_vec(), [1.5, 0.5, 1.0, 0.0]);
    assert_eq!(table.date_covers_months, Some(12));
    assert!(
        findings
            .iter()
            .any(|finding| finding.message == "1 of 4 rows of `sfo` have no weight and count with 0")
    );
    assert_eq!(dataset.as_of, CivilDate::new(2018, 12, 31));

    // A word that nobody declared missing: said with its place in its own file.
    let data = [
        ("y17", "ALL,WEIGHT,only18\n5,1.5,\n0,0.5,\n"),
        ("y18", "WEIGHT,All,only18\n1,Blank,x\n1,None,y\n"),
    ];
    let findings = refused(&card, &data);
    let place = findings
        .iter()
        .find(|finding| finding.code == codes::OFF_SCALE)
        .unwrap()
        .place
        .clone()
        .unwrap();
    assert_eq!(
        (place.file.as_deref(), place.row, place.value.as_deref()),
        (Some("y18.csv"), Some(2), Some("None"))
    );
}

#[test]
fn columns_become_rows() {
    let quiz = Table {
        unpivot: Some(Unpivot {
            columns: vec![name("strategy"), name("culture")],
            name: "element".into(),
            value: "level".into(),
        }),
        columns: vec![ColumnFacts {
            scale: Some(Spanned::new((1.0, 5.0), Span::default())),
            ..facts("level")
        }],
        ..table("quiz")
    };
    let card = card(
        vec![quiz],
        &[
            ("quiz", "level", Mean),
            ("quiz", "element", CountDistinct),
            ("quiz", "team", CountDistinct),
        ],
    );
    let (dataset, ..) = bound(&card, &[("quiz", "team,strategy,culture\nIT,4,\nHR,2,3\n")]);
    assert_eq!(shown(&dataset, "quiz", "team"), ["IT", "IT", "HR", "HR"]);
    assert_eq!(
        shown(&dataset, "quiz", "element"),
        ["strategy", "culture", "strategy", "culture"]
    );
    assert_eq!(shown(&dataset, "quiz", "level"), ["4", "", "2", "3"]);
    assert_eq!(dataset.table("quiz").unwrap().source_row(3), 2);
    let findings = refused(&card, &[("quiz", "team,strategy\nIT,4\n")]);
    assert_eq!(one(&findings).message, "no column `culture` in `quiz`");
}

#[test]
fn an_alias_shows_the_raw_rows_again() {
    let tickets = Table {
        key: vec![name("number")],
        latest_by: vec![name("version")],
        missing: vec![code(text("?"))],
        ..table("tickets")
    };
    let log = made("log", TableSource::Alias("tickets".into()));
    let card = card(
        vec![tickets, log],
        &[("log", "who", CountDistinct), ("tickets", "who", CountDistinct)],
    );
    let (dataset, ..) = bound(&card, &[("tickets", "number,version,who\na,1,?\na,2,x\n")]);
    assert_eq!(dataset.table("tickets").unwrap().rows, 1);
    assert_eq!(shown(&dataset, "log", "who"), ["", "x"]);
}

#[test]
fn entities_are_the_distinct_values_of_a_column() {
    let customers = Table {
        key: vec![name("customer_id")],
        ..table("customers")
    };
    let orders = Table {
        belongs_to: vec![belongs("customers", "customer_id", "customer")],
        ..table("orders")
    };
    let shoppers = made("shoppers", TableSource::Entities(reference("customers", &["unique"])));
    let card = card(
        vec![shoppers, customers, orders],
        &[("orders", "customer.shoppers.unique", CountDistinct)],
    );
    let (dataset, ..) = bound(
        &card,
        &[
            ("customers", "customer_id,unique\n1,zoe\n2,amy\n3,zoe\n4,\n"),
            ("orders", "customer_id\n3\n2\n4\n"),
        ],
    );
    assert_eq!(shown(&dataset, "shoppers", "unique"), ["amy", "zoe"]);
    let path = dataset.table("customers").unwrap().parent("shoppers").unwrap();
    assert_eq!(path.rows.to_vec(), [1, 0, 1, super::super::NO_ROW]);
    assert_eq!((path.orphans, path.without_key), (0, 1));
    assert_eq!(dataset.table("shoppers").unwrap().key, ["unique"]);
}

#[test]
fn types_are_declared_where_inference_needs_a_hand() {
    let typed = Table {
        types: vec![
            (name("left"), ColumnType::Bool),
            (name("zip"), ColumnType::Text),
            (name("price"), ColumnType::Float),
        ],
        ..table("t")
    };
    let uses = [("t", "left", Rate), ("t", "zip", CountDistinct), ("t", "price", Mean)];
    let card_typed = card(vec![typed], &uses);
    let (dataset, ..) = bound(
        &card_typed,
        &[("t", "left,zip,price\nYes,01234,\"1.234,50\"\nNo,5,\"2,5\"\n")],
    );
    assert_eq!(shown(&dataset, "t", "left"), ["true", "false"]);
    assert_eq!(shown(&dataset, "t", "zip"), ["01234", "5"]);
    assert_eq!(shown(&dataset, "t", "price"), ["1234.5", "2.5"]);
    let findings = refused(&card_typed, &[("t", "left,zip,price\nYes,1,1\nPerhaps,2,2\n")]);
    assert_eq!(
        one(&findings).message,
        "`Perhaps` in `left` of `t` is not true or false"
    );

    // Without the declaration the message offers it.
    let findings = refused(
        &card(vec![table("t")], &uses),
        &[("t", "left,zip,price\nYes,1,\"1,234.50\"\nNo,2,2\n")],
    );
    let helps: Vec<&str> = findings.iter().filter_map(|finding| finding.help.as_deref()).collect();
    assert_eq!(findings.len(), 2);
    assert!(
        helps
            .iter()
            .any(|help| help.contains("`.types(#{ \"left\": \"bool\" })`"))
    );
    assert!(
        helps
            .iter()
            .any(|help| help.contains("`.types(#{ \"price\": \"float\" })`"))
    );
}

#[test]
fn weights_come_from_a_parent_too_and_are_never_negative() {
    let accounts = Table {
        key: vec![name("id")],
        ..table("accounts")
    };
    let survey = Table {
        belongs_to: vec![belongs("accounts", "id", "account")],
        weight: Some(reference("survey", &["account", "arr"])),
        ..table("survey")
    };
    let card = card(vec![accounts, survey], &[("survey", "score", Mean)]);
    let survey = "id,score\nb,1\na,2\nc,3\n";
    let (dataset, ..) = bound(&card, &[("accounts", "id,arr\na,10\nb,2.5\n"), ("survey", survey)]);
    assert_eq!(
        dataset.table("survey").unwrap().weight.as_ref().unwrap().to_vec(),
        [2.5, 10.0, 0.0]
    );
    let findings = refused(&card, &[("accounts", "id,arr\na,10\nb,-1\n"), ("survey", survey)]);
    assert!(one(&findings).message.contains("the weight `arr` is -1"));
}

#[test]
fn rows_written_in_the_card_are_a_table() {
    let rows = InlineRows {
        columns: vec!["borough".into(), "people".into()],
        rows: vec![
            vec![Some(text("Bronx")), Some(Literal::Int(7))],
            vec![Some(text("Queens")), None],
        ],
    };
    let boroughs = Table {
        key: vec![name("borough")],
        timeless: true,
        ..made("boroughs", TableSource::Inline(rows))
    };
    let (dataset, ..) = bound(&card(vec![boroughs], &[("boroughs", "people", Mean)]), &[]);
    assert_eq!(shown(&dataset, "boroughs", "people"), ["7", ""]);
    assert!(dataset.table("boroughs").unwrap().timeless);
}

#[test]
fn every_mistake_is_reported() {
    let t = Table {
        key: vec![name("ids")],
        columns: vec![facts("scor")],
        added: vec![constant("score", Literal::Int(1))],
        ..table("t")
    };
    let lost = table("lost");
    let findings = refused(
        &card(vec![t, lost], &[("t", "reco", Mean), ("t", "recommend", Mean)]),
        &[("t", "id,score,recommend\n1,2,x\n")],
    );
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    for expected in [
        "no column `ids` in `t`",
        "no column `reco` in `t`",
        "no column `scor` in `t`",
        "`t` has a column `score` already",
        "no data for table `lost`",
    ] {
        assert!(messages.contains(&expected), "{expected}: {messages:#?}");
    }
    assert!(
        messages
            .iter()
            .any(|message| message.starts_with("`recommend` of `t` is text such as `x`"))
    );
}

#[test]
fn circles_of_tables_are_refused() {
    let a = made("a", TableSource::Stack(vec!["b".into()]));
    let b = made("b", TableSource::Alias("a".into()));
    let findings = refused(&card(vec![a, b], &[]), &[]);
    assert!(findings.iter().any(|finding| finding.code == codes::CYCLE));
    let findings = refused(&card(vec![made("a", TableSource::Alias("zz".into()))], &[]), &[]);
    assert_eq!(one(&findings).code, codes::UNKNOWN_TABLE);
}

#[test]
fn a_test_may_leave_out_tables_and_columns() {
    let customers = Table {
        key: vec![name("id")],
        ..table("customers")
    };
    let survey = Table {
        date: dated("on", Some("d/M/yyyy")),
        belongs_to: vec![belongs("customers", "id", "customer")],
        columns: vec![ColumnFacts {
            scale: Some(Spanned::new((0.0, 10.0), Span::default())),
            ..facts("nps")
        }],
        ..table("survey")
    };
    let card = card(
        vec![customers, survey],
        &[("survey", "nps", Nps), ("survey", "customer.left", Rate)],
    );
    let options = BindOptions {
        sparse: true,
        ..BindOptions::default()
    };
    let (dataset, ..) = bind_with(&card, &[("survey", "nps\n10\n")], &options).unwrap();
    assert_eq!(dataset.table("customers").unwrap().rows, 0);
    assert_eq!(
        dataset
            .table("customers")
            .unwrap()
            .column("left")
            .unwrap()
            .column_type(),
        ColumnType::Bool
    );
    assert_eq!(
        dataset.table("survey").unwrap().column("on").unwrap().column_type(),
        ColumnType::Date
    );
    assert_eq!(dataset.table("survey").unwrap().parents[0].without_key, 1);
    assert_eq!(dataset.as_of, None);
}

#[test]
fn summaries_describe_columns_when_asked() {
    let card = card(
        vec![table("t")],
        &[("t", "a", CountDistinct), ("t", "b", Mean), ("t", "c", Count)],
    );
    let options = BindOptions {
        describe: true,
        ..BindOptions::default()
    };
    let (_, _, summaries) = bind_with(
        &card,
        &[("t", "a,b,c\nx,1.5,2024-01-02\ny,-2,\nx,,2023-01-02\n")],
        &options,
    )
    .unwrap();
    let ends: Vec<_> = summaries[0]
        .columns
        .iter()
        .map(|c| (c.distinct, c.min.clone(), c.max.clone()))
        .collect();
    assert_eq!(
        ends,
        [
            (Some(2), Some(text("x")), Some(text("y"))),
            (Some(2), Some(Literal::Float(-2.0)), Some(Literal::Float(1.5))),
            (Some(2), Some(text("2023-01-02")), Some(text("2024-01-02"))),
        ]
    );
}

mod shuffled {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The order of the source's rows decides nothing: as sets, the bound rows are the same.
        #[test]
        fn order_of_rows_changes_nothing(
            rows in proptest::collection::vec((0_u8..6, 0_u8..9, 0_i32..40, 0_u8..12), 1..40),
            seed in any::<u64>(),
        ) {
            let log = Table {
                key: vec![name("id")],
                latest_by: vec![name("version"), name("score")],
                date: dated("on", None),
                belongs_to: vec![belongs("parent", "who", "parent")],
                columns: vec![ColumnFacts {
                    missing: vec![code(Literal::Int(11))],
                    scale: Some(Spanned::new((0.0, 10.0), Span::default())),
                    ..facts("score")
                }],
                ..table("log")
            };
            let parent = Table { key: vec![name("who")], ..table("parent") };
            let people = made("people", TableSource::Entities(reference("log", &["who"])));
            let card = card(vec![parent, log, people], &[("log", "score", Mean)]);
            let write = |rows: &[(u8, u8, i32, u8)]| {
                let mut text = String::from("id,who,on,version,score\n");
                for (id, who, day, score) in rows {
                    let on = CivilDate(20_000 + day);
                    text.push_str(&format!("k{id},{who},{on},{day},{score}\n"));
                }
                text
            };
            let mut other = rows.clone();
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|row| (*row as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            for (to, &from) in order.iter().enumerate() {
                other[to] = rows[from];
            }
            let options = BindOptions { as_of: Some(CivilDate(20_030)), ..BindOptions::default() };
            let parents = "who\n1\n2\n3\n4\n";
            let run = |rows: &[(u8, u8, i32, u8)]| bind_with(&card, &[("log", &write(rows)), ("parent", parents)], &options);
            match (run(&rows), run(&other)) {
                (Ok((one, _, first)), Ok((two, _, second))) => {
                    let contents = |dataset: &Dataset| {
                        let table = dataset.table("log").unwrap();
                        let mut rows: Vec<Vec<String>> = (0..table.rows)
                            .map(|row| {
                                let mut all: Vec<String> = table.columns.values().map(|column| column.display(row)).collect();
                                all.extend(table.parents.iter().map(|parent| parent.rows[row].to_string()));
                                all
                            })
                            .collect();
                        rows.sort();
                        rows
                    };
                    prop_assert_eq!(contents(&one), contents(&two));
                    prop_assert_eq!(shown(&one, "people", "who"), shown(&two, "people", "who"));
                    prop_assert_eq!(one.as_of, two.as_of);
                    prop_assert_eq!(first, second);
                }
                (Err(one), Err(two)) => {
                    let words = |findings: &[Diagnostic]| findings.iter().filter(|f| f.is_error()).map(|f| (f.code, f.message.clone())).collect::<Vec<_>>();
                    prop_assert_eq!(words(&one), words(&two));
                }
                (one, two) => prop_assert!(false, "{:?} {:?}", one.is_ok(), two.is_ok()),
            }
        }
    }
}
