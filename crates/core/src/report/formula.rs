//! Measures and closures as text, from their nodes: what a reader of a report sees as the formula.

use crate::definition::{
    Aggregate, ArithmeticOp, BinaryOp, Expr, ExprKind, Function, Literal, Measure, MeasureFunction, MeasureKind,
    SwitchPattern, UnaryOp,
};

/// A measure as a card would write it.
#[must_use]
pub fn measure_text(measure: &Measure) -> String {
    measure_at(measure, 0)
}

/// The condition or value of a closure over rows, with `row` as the name of the row: `t.contacts == 1`.
#[must_use]
pub fn expr_text(expr: &Expr, row: &str) -> String {
    Writer { row, dotted: true }.at(expr, 0)
}

/// A closure over rows: `|t| t.contacts == 1`. The row takes the first letter of its table.
#[must_use]
pub fn closure_text(expr: &Expr, table: &str) -> String {
    let row = row_name(table);
    format!("|{row}| {}", expr_text(expr, &row))
}

fn row_name(table: &str) -> String {
    let letter = table
        .chars()
        .find(char::is_ascii_alphabetic)
        .map_or('r', |c| c.to_ascii_lowercase());
    letter.to_string()
}

const fn precedence(op: ArithmeticOp) -> u8 {
    match op {
        ArithmeticOp::Add | ArithmeticOp::Subtract => 1,
        ArithmeticOp::Multiply | ArithmeticOp::Divide => 2,
    }
}

fn measure_at(measure: &Measure, outer: u8) -> String {
    match &measure.kind {
        MeasureKind::Number(value) => number(*value),
        MeasureKind::Aggregate(aggregate) => aggregate_text(aggregate),
        MeasureKind::Arithmetic(op, left, right) => {
            let own = precedence(*op);
            let sign = match op {
                ArithmeticOp::Add => "+",
                ArithmeticOp::Subtract => "-",
                ArithmeticOp::Multiply => "*",
                ArithmeticOp::Divide => "/",
            };
            let text = format!("{} {sign} {}", measure_at(left, own), measure_at(right, own + 1));
            if own < outer { format!("({text})") } else { text }
        }
        MeasureKind::Negate(inner) => format!("-{}", measure_at(inner, 3)),
        MeasureKind::Across { measure, segment, how } => {
            let how = match how {
                crate::definition::Across::Spread => "spread",
                crate::definition::Across::Lowest => "lowest",
                crate::definition::Across::Highest => "highest",
            };
            format!("{}.by({}).{how}()", measure_at(measure, 4), quoted(&segment.value))
        }
        MeasureKind::Per(inner, unit) => {
            let inner = match inner.kind {
                MeasureKind::Aggregate(_) => measure_at(inner, 4),
                _ => format!("({})", measure_at(inner, 0)),
            };
            format!("{inner}.per({})", quoted(unit.word()))
        }
        MeasureKind::ValueFrom { card, name } => format!("value_from({}, {})", quoted(card), quoted(name)),
    }
}

fn aggregate_text(aggregate: &Aggregate) -> String {
    let table = aggregate.table.as_str();
    let argument = |(place, input): (usize, &Expr)| argument(aggregate, place, input);
    let mut arguments: Vec<String> = aggregate.inputs.iter().enumerate().map(argument).collect();
    let of_rows = matches!(aggregate.function, MeasureFunction::Count | MeasureFunction::Rate);
    if aggregate.inputs.is_empty() || (of_rows && aggregate.function == MeasureFunction::Rate) {
        arguments.insert(0, table.to_owned());
    }
    arguments.extend(aggregate.numbers.iter().map(|value| number(*value)));
    arguments.extend(aggregate.words.iter().map(|word| quoted(word)));
    if aggregate.parent.is_some() {
        arguments.push(table.to_owned());
    }
    let mut text = format!("{}({})", aggregate.function.name(), arguments.join(", "));
    for filter in &aggregate.filters {
        text.push_str(&format!(".where({})", closure_text(filter, table)));
    }
    if let Some(dated) = &aggregate.dated {
        text.push_str(&format!(
            ".dated({})",
            Writer {
                row: table,
                dotted: true
            }
            .at(dated, 0)
        ));
    }
    if let Some(past) = &aggregate.past {
        let plural = if past.count == 1 { "" } else { "s" };
        text.push_str(&format!(".past({}, \"{}{plural}\")", past.count, past.unit.word()));
    }
    if !aggregate.ignoring.is_empty() {
        let names: Vec<String> = aggregate.ignoring.iter().map(|name| quoted(&name.value)).collect();
        let names = if let [one] = names.as_slice() {
            one.clone()
        } else {
            format!("[{}]", names.join(", "))
        };
        text.push_str(&format!(".ignoring({names})"));
    }
    text
}

/// An input: a column or a value made of columns as `survey.recommend`, a condition as a closure.
fn argument(aggregate: &Aggregate, place: usize, input: &Expr) -> String {
    let closure = match aggregate.function {
        MeasureFunction::Rate => true,
        MeasureFunction::Share => place == 1,
        _ => false,
    };
    if closure {
        closure_text(input, &aggregate.table)
    } else {
        Writer {
            row: &aggregate.table,
            dotted: true,
        }
        .at(input, 0)
    }
}

/// A number without a fraction where it has none.
fn number(value: f64) -> String {
    format!("{value}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => number(*value),
        Literal::Text(text) => quoted(text),
    }
}

const fn binary(op: BinaryOp) -> (&'static str, u8) {
    match op {
        BinaryOp::Or => ("||", 1),
        BinaryOp::And => ("&&", 2),
        BinaryOp::Equal => ("==", 3),
        BinaryOp::NotEqual => ("!=", 3),
        BinaryOp::Less => ("<", 4),
        BinaryOp::LessOrEqual => ("<=", 4),
        BinaryOp::Greater => (">", 4),
        BinaryOp::GreaterOrEqual => (">=", 4),
        BinaryOp::Add => ("+", 5),
        BinaryOp::Subtract => ("-", 5),
        BinaryOp::Multiply => ("*", 6),
        BinaryOp::Divide => ("/", 6),
        BinaryOp::Remainder => ("%", 6),
        BinaryOp::Power => ("**", 7),
    }
}

struct Writer<'a> {
    row: &'a str,
    dotted: bool,
}

impl Writer<'_> {
    fn at(&self, expr: &Expr, outer: u8) -> String {
        match &expr.kind {
            ExprKind::Literal(value) => literal(value),
            ExprKind::Missing => "()".into(),
            ExprKind::Column(path) => self.column(path),
            ExprKind::Unary(op, inner) => {
                let sign = if *op == UnaryOp::Not { "!" } else { "-" };
                format!("{sign}{}", self.at(inner, 8))
            }
            ExprKind::Binary(op, left, right) => {
                let (sign, own) = binary(*op);
                let text = format!("{} {sign} {}", self.at(left, own), self.at(right, own + 1));
                if own < outer { format!("({text})") } else { text }
            }
            ExprKind::If { arms, otherwise } => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|(condition, value)| format!("if {} {{ {} }}", self.at(condition, 0), self.at(value, 0)))
                    .collect();
                let rest = otherwise
                    .as_ref()
                    .map(|value| format!(" else {{ {} }}", self.at(value, 0)));
                format!("{}{}", arms.join(" else "), rest.unwrap_or_default())
            }
            ExprKind::Switch { on, arms, default } => {
                let mut parts: Vec<String> = arms
                    .iter()
                    .map(|arm| {
                        let patterns: Vec<String> = arm.patterns.iter().map(pattern).collect();
                        let guard = arm.guard.as_ref().map(|guard| format!(" if {}", self.at(guard, 0)));
                        format!(
                            "{}{} => {}",
                            patterns.join(" | "),
                            guard.unwrap_or_default(),
                            self.at(&arm.value, 0)
                        )
                    })
                    .collect();
                parts.extend(default.as_ref().map(|value| format!("_ => {}", self.at(value, 0))));
                format!("switch {} {{ {} }}", self.at(on, 0), parts.join(", "))
            }
            ExprKind::Let { slot, value, body } => {
                format!("{{ let v{slot} = {}; {} }}", self.at(value, 0), self.at(body, 0))
            }
            ExprKind::Slot(slot) => format!("v{slot}"),
            ExprKind::In(value, items) => {
                let items: Vec<String> = items.iter().map(|item| self.at(item, 0)).collect();
                format!("{} in [{}]", self.at(value, 5), items.join(", "))
            }
            ExprKind::InRange {
                value,
                low,
                high,
                inclusive,
            } => {
                let dots = if *inclusive { "..=" } else { ".." };
                format!("{} in {}{dots}{}", self.at(value, 5), self.at(low, 5), self.at(high, 5))
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn column(&self, path: &[String]) -> String {
        let mut text = if self.dotted {
            self.row.to_owned()
        } else {
            String::new()
        };
        for step in path {
            let plain = step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && step.chars().next().is_some_and(|c| !c.is_ascii_digit());
            if plain {
                text.push('.');
                text.push_str(step);
            } else {
                text.push_str(&format!("[{}]", quoted(step)));
            }
        }
        text
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> String {
        let as_method = matches!(
            function,
            Function::ToLower
                | Function::ToUpper
                | Function::Trim
                | Function::Contains
                | Function::StartsWith
                | Function::EndsWith
                | Function::Len
                | Function::SubString
                | Function::Replace
                | Function::OrElse
        );
        let mut texts: Vec<String> = arguments.iter().map(|argument| self.at(argument, 0)).collect();
        if as_method && !texts.is_empty() {
            let receiver = arguments.first().map(|first| self.at(first, 9)).unwrap_or_default();
            texts.remove(0);
            return format!("{receiver}.{}({})", function.name(), texts.join(", "));
        }
        format!("{}({})", function.name(), texts.join(", "))
    }
}

fn pattern(pattern: &SwitchPattern) -> String {
    match pattern {
        SwitchPattern::Value(value) => literal(value),
        SwitchPattern::Range { low, high, inclusive } => {
            format!("{low}{}{high}", if *inclusive { "..=" } else { ".." })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Span, Spanned};

    fn node(kind: ExprKind) -> Expr {
        Expr::new(kind, Span::default())
    }

    fn column(path: &[&str]) -> Expr {
        node(ExprKind::Column(path.iter().map(|step| (*step).to_owned()).collect()))
    }

    fn int(value: i64) -> Expr {
        node(ExprKind::Literal(Literal::Int(value)))
    }

    fn op(op: BinaryOp, left: Expr, right: Expr) -> Expr {
        node(ExprKind::Binary(op, Box::new(left), Box::new(right)))
    }

    fn aggregate(function: MeasureFunction, table: &str, inputs: Vec<Expr>) -> Aggregate {
        Aggregate::new(function, table, inputs, Span::default())
    }

    fn measure(kind: MeasureKind) -> Measure {
        Measure {
            kind,
            span: Span::default(),
        }
    }

    #[test]
    fn measures_read_as_a_card_writes_them() {
        let of = |aggregate| measure(MeasureKind::Aggregate(Box::new(aggregate)));
        let rate = Aggregate {
            filters: vec![op(
                BinaryOp::Equal,
                column(&["touchpoint"]),
                node(ExprKind::Literal(Literal::Text("bill".into()))),
            )],
            ..aggregate(
                MeasureFunction::Rate,
                "survey",
                vec![op(BinaryOp::LessOrEqual, column(&["satisfaction"]), int(2))],
            )
        };
        let top_box = Aggregate {
            numbers: vec![2.0],
            ..aggregate(MeasureFunction::TopBox, "survey", vec![column(&["Q8-1"])])
        };
        let windowed = Aggregate {
            past: Some(crate::definition::Duration {
                count: 28,
                unit: crate::definition::TimeUnit::Day,
            }),
            ignoring: vec![Spanned::new("type".into(), Span::default())],
            ..aggregate(MeasureFunction::Count, "tickets", vec![])
        };
        let share = aggregate(
            MeasureFunction::Share,
            "accounts",
            vec![column(&["arr"]), op(BinaryOp::Less, column(&["health"]), int(50))],
        );
        let arithmetic = |op, left, right| measure(MeasureKind::Arithmetic(op, Box::new(left), Box::new(right)));
        let count = || of(aggregate(MeasureFunction::Count, "a", vec![]));
        for (measure, expected) in [
            (
                of(rate),
                r#"rate(survey, |s| s.satisfaction <= 2).where(|s| s.touchpoint == "bill")"#,
            ),
            (of(top_box), r#"top_box(survey["Q8-1"], 2)"#),
            (of(windowed), r#"count(tickets).past(28, "days").ignoring("type")"#),
            (of(share), "share(accounts.arr, |a| a.health < 50)"),
            (
                arithmetic(
                    ArithmeticOp::Divide,
                    arithmetic(ArithmeticOp::Add, count(), count()),
                    arithmetic(ArithmeticOp::Multiply, count(), measure(MeasureKind::Number(1000.0))),
                ),
                "(count(a) + count(a)) / (count(a) * 1000)",
            ),
            (
                arithmetic(
                    ArithmeticOp::Multiply,
                    arithmetic(ArithmeticOp::Divide, count(), count()),
                    measure(MeasureKind::Number(0.5)),
                ),
                "count(a) / count(a) * 0.5",
            ),
        ] {
            assert_eq!(measure_text(&measure), expected);
        }
    }

    #[test]
    fn closures_keep_the_order_of_operations() {
        let sum = op(BinaryOp::Add, column(&["a"]), int(1));
        let product = op(BinaryOp::Multiply, sum, int(2));
        let either = op(
            BinaryOp::Or,
            op(BinaryOp::Less, product, int(3)),
            column(&["order", "late"]),
        );
        let both = op(
            BinaryOp::And,
            either,
            node(ExprKind::Unary(UnaryOp::Not, Box::new(column(&["x y"])))),
        );
        assert_eq!(
            closure_text(&both, "Items"),
            r#"|i| ((i.a + 1) * 2 < 3 || i.order.late) && !i["x y"]"#
        );
        let trim = node(ExprKind::Call(Function::Trim, vec![column(&["name"])]));
        let call = node(ExprKind::Call(
            Function::Contains,
            vec![trim, node(ExprKind::Literal(Literal::Text("\"".into())))],
        ));
        assert_eq!(expr_text(&call, "r"), r#"r.name.trim().contains("\"")"#);
        let arms = vec![(column(&["a"]), int(1)), (column(&["b"]), int(2))];
        let choice = node(ExprKind::If {
            arms,
            otherwise: Some(Box::new(node(ExprKind::Missing))),
        });
        assert_eq!(expr_text(&choice, "r"), "if r.a { 1 } else if r.b { 2 } else { () }");
    }
}
