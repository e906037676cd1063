//! Tables: where rows come from, how they hang together, and columns made by the card.

use std::sync::Arc;

use rhai::{Array, Dynamic};

use super::{Word, give};
use crate::definition::{
    AddedColumn, AddedSource, AnonymousBelow, BelongsTo, ColumnRef, ColumnType, DateColumn, Expr, ExprKind, InlineRows,
    Literal, RakeMargin, TableSource, Unpivot,
};
use crate::diagnostic::{Span, Spanned, codes, nearest};
use crate::script::call::{Call, literal_of};
use crate::script::value::{Kind, Value};

const ON: &[Kind] = &[Kind::Table];
const FREE: &[Kind] = &[Kind::Free];

/// Words of this group.
pub const WORDS: &[Word] = &[
    Word {
        on: FREE,
        name: "table",
        params: "name: text",
        returns: "table",
        doc: "A table that the host hands in under this name. Its columns are read as `customers.region`, or `customers[\"Zip Code\"]` \
              where the name is not a plain word.",
        example: r#"let shops = table("shops").key("shop_id");"#,
        run: table,
    },
    Word {
        on: FREE,
        name: "entities",
        params: "name: text, column: column",
        returns: "table",
        doc: "A table made from a column of another: one row for each different value, which is its key. The other table belongs to it.",
        example: r#"let callers = entities("callers", tickets.caller_id);
metric("calls_each", count(tickets) / count(callers)).no_target("a volume");"#,
        run: entities,
    },
    Word {
        on: FREE,
        name: "stack",
        params: "name: text, tables: list of tables",
        returns: "table",
        doc: "The rows of several tables, one after the other. Columns of one name become one; a column that a table lacks is missing there.",
        example: r#"let y17 = table("survey_2017").add("year", 2017);
let y18 = table("survey_2018").add("year", 2018);
let both = stack("both", [y17, y18]).date("year", "yyyy");"#,
        run: stack,
    },
    Word {
        on: FREE,
        name: "alias",
        params: "name: text, table: table",
        returns: "table",
        doc: "A second view of another table's raw rows, with settings of its own: a log of events beside the last row of each ticket.",
        example: r#"let log = alias("log", tickets).date("closed_at");"#,
        run: alias,
    },
    Word {
        on: ON,
        name: "file",
        params: "path: text",
        returns: "table",
        doc: "The default file of the table, relative to the card. The host reads it when it is given no other.",
        example: r#"let shops = table("shops").file("shops.csv");"#,
        run: |call| {
            let file = call.text(0)?;
            call.own_table()?.file = Some(file);
            call.same()
        },
    },
    Word {
        on: ON,
        name: "key",
        params: "columns: text..",
        returns: "table",
        doc: "The columns that together name a row. A key that repeats is an error with the rows.",
        example: r#"let shops = table("shops").key("shop_id");"#,
        run: |call| {
            let columns = call.texts(0)?;
            call.own_table()?.key = columns;
            call.same()
        },
    },
    Word {
        on: ON,
        name: "date",
        params: "column: text, format?: text",
        returns: "table",
        doc: "The date that puts rows into periods. A date that is only a year or a month, as the format `yyyy` or `yyyy-MM` says, covers all of it.",
        example: r#"let staff = table("headcount").date("month", "yyyy-MM");"#,
        run: date,
    },
    Word {
        on: ON,
        name: "dates",
        params: "formats: text..",
        returns: "table",
        doc: "Formats of dates in the whole table: d, dd, M, MM, yyyy, H, HH, mm, ss. A date that fits two formats is never guessed.",
        example: r#"let log = table("log").dates("d/M/yyyy H:mm");"#,
        run: |call| {
            let formats = call.texts(0)?;
            call.own_table()?.dates.extend(formats);
            call.same()
        },
    },
    Word {
        on: ON,
        name: "belongs_to",
        params: "table: table, columns: text or list of texts, path?: text",
        returns: "table",
        doc: "Many rows here belong to one row there: the columns hold the key of the other table. The third argument names the path, so that \
              `orders.customer.state` reads the customer's state; without it the path has the name of the table. Where several paths lead to one table a direct one goes before longer ones; \
              two of one kind need `via`.",
        example: r#"let orders = table("orders").belongs_to(customers, "customer_id", "buyer");
segment("buyer region", orders.buyer.region);"#,
        run: belongs_to,
    },
    Word {
        on: ON,
        name: "via",
        params: "path: text",
        returns: "table",
        doc: "Where two paths lead to one table, the path that segments take.",
        example: r#"let gifts = table("gifts").belongs_to(customers, "giver_id", "giver").belongs_to(customers, "taker_id", "taker").via("taker");"#,
        run: via,
    },
    Word {
        on: ON,
        name: "weight",
        params: "column: text or column",
        returns: "table",
        doc: "The survey weight of each row: a column, or a path to a column of a parent such as `account.arr`.",
        example: r#"let poll = table("poll").weight("WEIGHT");"#,
        run: weight,
    },
    Word {
        on: ON,
        name: "rake",
        params: "column: text or column, shares: map of numbers",
        returns: "table",
        doc: "Weighs the rows so that a column has these shares of the population, on any scale; once for each margin. All margins are met \
              together (raking), from the weights of `weight` where there are some, over all rows of the table. Margins that cannot be \
              met are an error that names the category furthest off. Rows without a value in a margin count with weight 0.",
        example: r#"let poll = table("poll").rake("region", #{ north: 40, south: 60 }).rake("age", #{ "under 40": 45, "40 and over": 55 });"#,
        run: rake,
    },
    Word {
        on: ON,
        name: "weight_caps",
        params: "least: number, greatest: number",
        returns: "table",
        doc: "The least and the greatest weight that `rake` may give, in mean weights: few rows are then not made to speak for many.",
        example: r#"let poll = table("poll").rake("region", #{ north: 40, south: 60 }).weight_caps(0.3, 3);"#,
        run: weight_caps,
    },
    Word {
        on: ON,
        name: "population",
        params: "people: whole number",
        returns: "table",
        doc: "How many there are of whom the rows of a period are a sample without repetition. Intervals of shares, net scores, means and \
              ratios are narrower by the finite population correction: by a third where half of all were asked.",
        example: r#"let staff = table("staff").population(240);"#,
        run: population,
    },
    Word {
        on: ON,
        name: "latest_by",
        params: "columns: text..",
        returns: "table",
        doc: "Of each key keep the row with the latest value; a tie goes to the next column, and a tie in all of them is an error.",
        example: r#"let log = table("log").key("number").latest_by("updated_at", "change");"#,
        run: |call| {
            let columns = call.texts(0)?;
            call.own_table()?.latest_by = columns;
            call.same()
        },
    },
    Word {
        on: ON,
        name: "distinct_by",
        params: "columns: text..",
        returns: "table",
        doc: "Of rows that are equal in these columns keep one. Rows that differ elsewhere are an error.",
        example: r#"let log = table("log").distinct_by("number");"#,
        run: |call| {
            let columns = call.texts(0)?;
            call.own_table()?.distinct_by = columns;
            call.same()
        },
    },
    Word {
        on: ON,
        name: "missing",
        params: "codes: plain value..",
        returns: "table",
        doc: "Codes that mean missing, in every column of the table.",
        example: r#"let log = table("log").missing("?", "NA");"#,
        run: |call| {
            let codes = call.literals(0)?;
            call.own_table()?.missing.extend(codes);
            call.same()
        },
    },
    Word {
        on: ON,
        name: "types",
        params: "types: map",
        returns: "table",
        doc: "Types of columns where inference needs a hand: \"true or false\", \"whole number\", \"number\", \"text\", \"date\", \"date and time\".",
        example: r#"let log = table("log").types(#{ zip: "text", made_sla: "true or false" });"#,
        run: types,
    },
    Word {
        on: ON,
        name: "census",
        params: "",
        returns: "table",
        doc: "The table holds the whole population, not a sample: its measures have no interval.",
        example: r#"let shops = table("shops").census();"#,
        run: |call| {
            call.own_table()?.census = true;
            call.same()
        },
    },
    Word {
        on: ON,
        name: "timeless",
        params: "",
        returns: "table",
        doc: "The table is the same in every period, so that its measures may stand in ratios with measures that have periods.",
        example: r#"let boroughs = table("boroughs").timeless().rows(["borough", "people"], [["Bronx", 1472654], ["Queens", 2405464]]);"#,
        run: |call| {
            call.own_table()?.timeless = true;
            call.same()
        },
    },
    Word {
        on: ON,
        name: "anonymous_below",
        params: "people: number, key?: text",
        returns: "table",
        doc: "Cells with fewer people are suppressed, and whatever could give them away. The key tells people apart; without it every row is a person.",
        example: r#"let pulse = table("pulse").anonymous_below(7, "token");"#,
        run: anonymous_below,
    },
    Word {
        on: ON,
        name: "rename",
        params: "from: text, to: text",
        returns: "table",
        doc: "Gives a column of the data another name.",
        example: r#"let y17 = table("survey_2017").rename("Q7WALKWAYS", "Q7WALKWAY");"#,
        run: |call| {
            let (from, to) = (call.text(0)?, call.text(1)?);
            call.own_table()?.renames.push((from, to.value));
            call.same()
        },
    },
    Word {
        on: ON,
        name: "unpivot",
        params: "columns: list of texts, name: text, value: text",
        returns: "table",
        doc: "Turns columns into rows: one row for each of them, with its name in one new column and its value in another.",
        example: r#"let quiz = table("quiz").unpivot(["strategy", "culture"], "element", "level");
metric("maturity", mean(quiz.level)).no_target("a start");"#,
        run: unpivot,
    },
    Word {
        on: ON,
        name: "rows",
        params: "columns: list of texts, rows: list of lists",
        returns: "table",
        doc: "Rows written in the card: the names of the columns, then a list for each row. `()` is missing.",
        example: r#"let boroughs = table("boroughs").key("borough").rows(["borough", "people"], [["Bronx", 1472654], ["Queens", 2405464]]);"#,
        run: rows,
    },
    Word {
        on: ON,
        name: "add",
        params: "name: text, source: condition or column or measure or plain value",
        returns: "table",
        doc: "A column made by the card: a closure over a row, a formula over columns, a measure over tables that belong to this one (rolled up \
              for each row), a window over other rows, or a constant.",
        example: r#"tickets.add("slow", |t| t.cost > 20);
tickets.add("hours", hours_between(tickets.opened_at, tickets.closed_at));
customers.add("calls", count(tickets));
metric("slow", rate(tickets, |t| t.slow)).no_target("an example");"#,
        run: add,
    },
    Word {
        on: ON,
        name: "column",
        params: "name: text",
        returns: "columns",
        doc: "A column of the table, to declare facts about: its scale, its codes, its levels.",
        example: r#"survey.column("recommend").scale(0, 10).missing(99);"#,
        run: columns,
    },
    Word {
        on: ON,
        name: "columns",
        params: "names: text or list of texts..",
        returns: "columns",
        doc: "Several columns of the table, to declare the same facts about.",
        example: r#"survey.columns(["satisfaction", "ease"]).scale(1, 5).missing(0);"#,
        run: columns,
    },
];

fn table(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    declare(call, name, TableSource::Host)
}

/// Declares a table; a second one of the same name is reported when the card is validated.
fn declare(call: &mut Call<'_>, name: Spanned<String>, source: TableSource) -> Option<Dynamic> {
    let index = call.builder.add_table(name, source);
    give(Value::Table(index))
}

fn entities(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let column = call.column(1)?;
    let key = Spanned::new(column.path.last()?.clone(), column.span);
    let home = call.builder.table_index(&column.table);
    let span = call.whole();
    let made = declare(call, name.clone(), TableSource::Entities(column.clone()))?;
    if let Some(table) = call.builder.card.tables.last_mut() {
        table.key = vec![key.clone()];
    }
    // The table that it is made from belongs to it, unless the column lies with a parent.
    if let (Some(home), [_]) = (home, column.path.as_slice())
        && let Some(child) = call.builder.card.tables.get_mut(home)
    {
        child.belongs_to.push(BelongsTo {
            path: name.value.clone(),
            table: name,
            columns: vec![key],
            via: None,
            span,
        });
    }
    Some(made)
}

fn stack(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let Some(list) = call.array(1) else {
        call.wrong(1, "a list of tables");
        return None;
    };
    let mut tables = Vec::with_capacity(list.len());
    for item in &list {
        match item.read_lock::<Value>().as_deref() {
            Some(Value::Table(table)) => tables.push(call.builder.table_name(*table)),
            Some(Value::Poison) => return None,
            _ => {
                call.bad(1, "`stack` takes a list of tables", "stack(\"both\", [first, second])");
                return None;
            }
        }
    }
    declare(call, name, TableSource::Stack(tables))
}

fn alias(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let table = call.table(1)?;
    let of = call.builder.table_name(table.value);
    declare(call, name, TableSource::Alias(of))
}

fn date(call: &mut Call<'_>) -> Option<Dynamic> {
    let column = call.text(0)?;
    let format = if call.count() > 1 { Some(call.text(1)?) } else { None };
    call.own_table()?.date = Some(DateColumn { column, format });
    call.same()
}

fn belongs_to(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let columns = if call.kind(1) == Kind::Array {
        call.texts(1)?
    } else {
        vec![call.text(1)?]
    };
    let name = call.builder.table_name(table.value);
    let path = if call.count() > 2 {
        call.text(2)?.value
    } else {
        name.clone()
    };
    let span = call.span;
    call.own_table()?.belongs_to.push(BelongsTo {
        table: Spanned::new(name, table.span),
        columns,
        path,
        via: None,
        span,
    });
    call.same()
}

fn via(call: &mut Call<'_>) -> Option<Dynamic> {
    let path = call.text(0)?;
    let table = call.own_table()?;
    let known: Vec<String> = table.belongs_to.iter().map(|step| step.path.clone()).collect();
    if known.contains(&path.value) {
        for step in &mut table.belongs_to {
            step.via = Some(path.clone());
        }
    } else {
        let help = nearest(&path.value, known.iter().map(String::as_str)).map_or_else(
            || format!("paths of this table: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        call.bad(0, format!("no path `{}` here", path.value), &help);
    }
    call.same()
}

/// A column as text, perhaps with a path, or as a column.
fn column_or_path(call: &mut Call<'_>) -> Option<ColumnRef> {
    if call.kind(0) != Kind::Text {
        return call.column(0);
    }
    let text = call.text(0)?;
    Some(ColumnRef {
        table: call.own_table()?.name.value.clone(),
        path: text.value.split('.').map(str::to_owned).collect(),
        span: text.span,
    })
}

fn weight(call: &mut Call<'_>) -> Option<Dynamic> {
    let column = column_or_path(call)?;
    call.own_table()?.weight = Some(column);
    call.same()
}

fn rake(call: &mut Call<'_>) -> Option<Dynamic> {
    let column = column_or_path(call)?;
    let targets = call.numbers_by_name(1)?;
    let proper = targets.iter().all(|(_, share)| *share >= 0.0 && share.is_finite());
    if !proper || !targets.iter().any(|(_, share)| *share > 0.0) {
        call.bad(
            1,
            "a margin has shares of 0 and more, one of them above 0",
            "shares may add up to 1, to 100 or to the number of people",
        );
        return None;
    }
    call.own_table()?.rake.push(RakeMargin { column, targets });
    call.same()
}

fn weight_caps(call: &mut Call<'_>) -> Option<Dynamic> {
    let (least, greatest) = (call.number(0)?, call.number(1)?);
    let span = least.span;
    let caps = (least.value, greatest.value);
    if !(caps.0 >= 0.0 && caps.0 < 1.0 && caps.1 > 1.0 && caps.1.is_finite()) {
        call.bad(
            0,
            "the least weight is from 0 to below 1 and the greatest above 1, in mean weights",
            "`.weight_caps(0.3, 3)`",
        );
        return None;
    }
    call.own_table()?.weight_caps = Some(Spanned { value: caps, span });
    call.same()
}

fn population(call: &mut Call<'_>) -> Option<Dynamic> {
    let people = call.number(0)?;
    let whole = people.value >= 1.0 && people.value.fract() == 0.0 && people.value < 1e15;
    if !whole {
        call.bad(0, "a population is a whole number from 1 on", "");
        return None;
    }
    call.own_table()?.population = Some(Spanned {
        value: people.value as u64,
        span: people.span,
    });
    call.same()
}

const TYPES: [ColumnType; 6] = [
    ColumnType::Bool,
    ColumnType::Int,
    ColumnType::Float,
    ColumnType::Text,
    ColumnType::Date,
    ColumnType::Timestamp,
];

fn types(call: &mut Call<'_>) -> Option<Dynamic> {
    let span = call.arg_span(0);
    for (column, value) in call.map(0)? {
        let word = match literal_of(&value) {
            Some(Literal::Text(word)) => word,
            _ => String::new(),
        };
        match TYPES.iter().find(|kind| kind.word() == word) {
            Some(kind) => {
                let name = Spanned::new(column.to_string(), span);
                call.own_table()?.types.push((name, *kind));
            }
            None => {
                let help = nearest(&word, TYPES.iter().map(|kind| kind.word())).map_or_else(
                    || format!("one of {}", TYPES.map(|kind| format!("\"{}\"", kind.word())).join(", ")),
                    |near| format!("did you mean \"{near}\"?"),
                );
                call.bad(0, format!("unknown type `{word}` of `{column}`"), &help);
            }
        }
    }
    call.same()
}

fn anonymous_below(call: &mut Call<'_>) -> Option<Dynamic> {
    let floor = call.whole_number(0)?;
    let key = if call.count() > 1 { Some(call.text(1)?) } else { None };
    call.own_table()?.anonymous_below = Some(AnonymousBelow {
        floor: Spanned::new(u64::from(floor.value), floor.span),
        key,
    });
    call.same()
}

fn unpivot(call: &mut Call<'_>) -> Option<Dynamic> {
    if call.array(0).is_none() {
        call.wrong(0, "a list of columns");
        return None;
    }
    let columns = call.texts(0)?;
    let (name, value) = (call.text(1)?, call.text(2)?);
    call.own_table()?.unpivot = Some(Unpivot {
        columns,
        name: name.value,
        value: value.value,
    });
    call.same()
}

/// Rows as a card writes them: names of columns, then lists of values.
pub fn inline_rows(call: &mut Call<'_>, first: usize) -> Option<InlineRows> {
    let columns: Vec<String> = call.texts(first)?.into_iter().map(|name| name.value).collect();
    let Some(list) = call.array(first + 1) else {
        call.wrong(first + 1, "a list of rows");
        return None;
    };
    let places = call.builder.sources.items(call.arg_span(first + 1));
    let mut rows = Vec::with_capacity(list.len());
    for (number, row) in list.iter().enumerate() {
        let cells = row.read_lock::<Array>().map(|row| row.clone());
        let values: Option<Vec<Option<Literal>>> = cells.and_then(|cells| {
            let value = |cell: &Dynamic| {
                if cell.is_unit() {
                    Some(None)
                } else {
                    literal_of(cell).map(Some)
                }
            };
            cells.iter().map(value).collect()
        });
        match values {
            Some(values) if values.len() == columns.len() => rows.push(values),
            Some(values) => {
                let span = places.get(number).copied().unwrap_or(call.arg_span(first + 1));
                let message = format!(
                    "row {} has {} values for {} columns",
                    number + 1,
                    values.len(),
                    columns.len()
                );
                call.error(
                    codes::BAD_SETTING,
                    span,
                    message,
                    "a value that is missing is written ()",
                );
                return None;
            }
            None => {
                call.bad(
                    first + 1,
                    "a row is a list of plain values",
                    "[[\"Bronx\", 1472654], [\"Queens\", 2405464]]",
                );
                return None;
            }
        }
    }
    Some(InlineRows { columns, rows })
}

fn rows(call: &mut Call<'_>) -> Option<Dynamic> {
    let rows = inline_rows(call, 0)?;
    call.own_table()?.source = TableSource::Inline(rows);
    call.same()
}

fn add(call: &mut Call<'_>) -> Option<Dynamic> {
    let name = call.text(0)?;
    let table = call.own_table()?.name.value.clone();
    let source = added_source(call, &table)?;
    call.own_table()?.added.push(AddedColumn {
        name,
        source,
        hidden: false,
    });
    call.same()
}

fn added_source(call: &mut Call<'_>, table: &str) -> Option<AddedSource> {
    let span = call.arg_span(1);
    match call.handle(1) {
        Some(Value::Measure(measure)) => Some(AddedSource::RollUp((*measure).clone())),
        Some(Value::Column(_) | Value::Formula(_)) => {
            let formula = call.formula(1)?;
            same_table(call, &formula.table, table, span)?;
            Some(AddedSource::Row(formula.expr))
        }
        Some(Value::Window(window)) => {
            let (home, source) = (*window).clone();
            same_table(call, &home, table, span)?;
            Some(source)
        }
        Some(_) => {
            call.wrong(1, "a condition, a column, a measure or a plain value");
            None
        }
        None => match call.arg(1).and_then(literal_of) {
            Some(literal) => Some(AddedSource::Row(Expr::new(ExprKind::Literal(literal), span))),
            None => call.row(1).map(AddedSource::Row),
        },
    }
}

fn same_table(call: &mut Call<'_>, found: &str, wanted: &str, span: Span) -> Option<()> {
    if found == wanted {
        return Some(());
    }
    call.error(
        codes::UNREACHABLE_COLUMN,
        span,
        format!("a column of `{wanted}` is made from rows of `{wanted}`, and this reads rows of `{found}`"),
        "to roll rows of another table up, make a measure of them: sum(..), count(..), last(.., ..)",
    );
    None
}

fn columns(call: &mut Call<'_>) -> Option<Dynamic> {
    let names = call.texts(0)?;
    match call.receiver {
        Some(Value::Table(table)) => give(Value::Columns(table, Arc::new(names))),
        _ => None,
    }
}
