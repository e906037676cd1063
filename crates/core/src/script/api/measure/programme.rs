//! Measures of the listening programme itself: who answers, who is asked too often, who is called back.

use std::sync::Arc;

use bellwether_order::BTreeSet;
use rhai::{Array, Dynamic};

use super::super::give;
use super::adjust::each_aggregate;
use super::make::{hidden_column, inputs, made, measure_of, or_else, ratio};
use crate::definition::{
    AddedSource, ArithmeticOp, BinaryOp, Expr, ExprKind, Function, Literal, Measure, MeasureFunction, MeasureKind,
    UnaryOp,
};
use crate::diagnostic::nearest;
use crate::script::call::{Call, literal_of};
use crate::script::value::{Formula, Value};

/// Response rates of AAPOR.
const RATES: &[&str] = &["RR1", "RR2", "RR3", "RR4", "RR5", "RR6"];
/// Groups of final disposition codes; every other code is of somebody eligible who did not answer.
const GROUPS: [&str; 4] = ["complete", "partial", "unknown", "not_eligible"];

/// Codes of each of [`GROUPS`].
type Codes = [Vec<Literal>; 4];

/// Says by which named definition a measure is made.
pub fn named(mut measure: Measure, definition: &str) -> Measure {
    each_aggregate(&mut measure, &mut |part| part.named = Some(definition.to_owned()));
    measure
}

/// `aapor("RR3", invites.disposition, #{ complete: [..], .. }, e)`.
pub fn aapor(call: &mut Call<'_>) -> Option<Dynamic> {
    let rate = call.word(0, RATES)?;
    let disposition = call.formula(1)?;
    let codes = groups(call, 2)?;
    let scaled = matches!(rate, "RR3" | "RR4");
    let share = match call.count() {
        4 => Some(share_of_unknown(call, scaled)?),
        _ => None,
    };
    let [complete, partial, unknown, not_eligible] = codes;
    let answered: Vec<Literal> = if matches!(rate, "RR2" | "RR4" | "RR6") {
        complete.into_iter().chain(partial).collect()
    } else {
        complete
    };
    let rows = Rows {
        answered: is_one_of(&disposition, answered, false),
        unknown: is_one_of(&disposition, unknown, true),
        not_eligible: is_one_of(&disposition, not_eligible, false),
    };
    let (measure, definition) = match (scaled, share) {
        (false, _) => (
            rows.rate(call, &disposition, matches!(rate, "RR5" | "RR6"))?,
            format!("AAPOR {rate}"),
        ),
        (true, Some(share)) => (
            rows.scaled(call, &disposition, Some(share))?,
            format!("AAPOR {rate}, {share} of the unknown taken as eligible"),
        ),
        (true, None) => (
            rows.scaled(call, &disposition, None)?,
            format!("AAPOR {rate}, the unknown eligible as often as the known"),
        ),
    };
    give(Value::Measure(Arc::new(named(measure, &definition))))
}

/// The share of those of unknown eligibility that is taken as eligible: `e`.
fn share_of_unknown(call: &mut Call<'_>, scaled: bool) -> Option<f64> {
    let share = call.number(3)?.value;
    if !scaled {
        call.bad(
            3,
            "only RR3 and RR4 take a share of the unknown as eligible",
            "leave it out, or ask for RR3",
        );
        return None;
    }
    if !(0.0..=1.0).contains(&share) {
        call.bad(
            3,
            "the share of the unknown that is eligible lies from 0 to 1",
            "0.4 means 40 %",
        );
        return None;
    }
    Some(share)
}

/// The codes of each group, none of them in two.
fn groups(call: &mut Call<'_>, index: usize) -> Option<Codes> {
    let map = call.map(index)?;
    let mut codes: Codes = Default::default();
    let mut seen = BTreeSet::new();
    for (name, value) in &map {
        let Some(group) = GROUPS.iter().position(|group| group == name) else {
            let help = nearest(name, GROUPS).map_or_else(
                || {
                    format!(
                        "the groups are {}; every other code is of somebody eligible who did not answer",
                        GROUPS.join(", ")
                    )
                },
                |near| format!("did you mean `{near}`?"),
            );
            call.bad(index, format!("`{name}` is no group of codes"), &help);
            return None;
        };
        let list = value
            .read_lock::<Array>()
            .map_or_else(|| vec![value.clone()], |list| list.clone());
        for item in &list {
            let Some(code) = literal_of(item) else {
                call.bad(
                    index,
                    format!("`{name}` is a code or a list of codes"),
                    "such as [\"complete\", \"partial\"]",
                );
                return None;
            };
            let text = format!("{code:?}");
            if !seen.insert(text) {
                call.bad(
                    index,
                    format!("a code of `{name}` is in two groups"),
                    "each code has one group",
                );
                return None;
            }
            codes.get_mut(group)?.push(code);
        }
    }
    if codes.first().is_none_or(Vec::is_empty) {
        call.bad(
            index,
            "nothing says which codes are complete",
            "#{ complete: [\"done\"], partial: [\"broken off\"] }",
        );
        return None;
    }
    Some(codes)
}

/// Whether a row has one of some codes; a row without a code is `without`.
fn is_one_of(of: &Formula, codes: Vec<Literal>, without: bool) -> Expr {
    let span = of.expr.span;
    if codes.is_empty() {
        let missing = Expr::new(ExprKind::Call(Function::IsMissing, vec![of.expr.clone()]), span);
        return if without {
            missing
        } else {
            Expr::new(ExprKind::Literal(Literal::Bool(false)), span)
        };
    }
    let items = codes
        .into_iter()
        .map(|code| Expr::new(ExprKind::Literal(code), span))
        .collect();
    or_else(Expr::new(ExprKind::In(Box::new(of.expr.clone()), items), span), without)
}

fn not(expr: &Expr) -> Expr {
    Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(expr.clone())), expr.span)
}

/// Conditions on the rows of the invitations.
struct Rows {
    answered: Expr,
    unknown: Expr,
    not_eligible: Expr,
}

impl Rows {
    /// Those who answered, of all who are not known to be ineligible; `of_known`: nor of unknown eligibility.
    fn rate(&self, call: &Call<'_>, of: &Formula, of_known: bool) -> Option<Measure> {
        let answered = vec![self.answered.clone()];
        let mut measure = measure_of(made(
            call,
            MeasureFunction::Rate,
            of.table.clone(),
            answered,
            vec![],
            vec![],
        ))?;
        each_aggregate(&mut measure, &mut |part| {
            part.filters.push(not(&self.not_eligible));
            part.filters.extend(of_known.then(|| not(&self.unknown)));
        });
        Some(measure)
    }

    /// Those who answered, of the known eligible and a share of the unknown; without a share, the share of the eligible
    /// among those of whom it is known.
    fn scaled(&self, call: &Call<'_>, of: &Formula, share: Option<f64>) -> Option<Measure> {
        let span = call.whole();
        let count = |filters: Vec<Expr>| {
            let mut measure = measure_of(made(
                call,
                MeasureFunction::Count,
                of.table.clone(),
                vec![],
                vec![],
                vec![],
            ))?;
            each_aggregate(&mut measure, &mut |part| part.filters.clone_from(&filters));
            Some(measure)
        };
        let join = |op: ArithmeticOp, left: Measure, right: Measure| Measure {
            kind: MeasureKind::Arithmetic(op, Box::new(left), Box::new(right)),
            span,
        };
        let number = |value: f64| Measure {
            kind: MeasureKind::Number(value),
            span,
        };
        let known = || count(vec![not(&self.not_eligible), not(&self.unknown)]);
        let unknown = count(vec![self.unknown.clone()])?;
        let share = match share {
            Some(share) => number(share),
            None => {
                let all = join(ArithmeticOp::Add, known()?, count(vec![self.not_eligible.clone()])?);
                ratio(known()?, all, span)
            }
        };
        let base = join(
            ArithmeticOp::Add,
            known()?,
            join(ArithmeticOp::Multiply, share, unknown),
        );
        let answered = count(vec![self.answered.clone()])?;
        Some(join(ArithmeticOp::Multiply, number(100.0), ratio(answered, base, span)))
    }
}

/// `contact_fatigue(invites.customer_id, invites.sent_on, 2, 90, "days")`.
pub fn contact_fatigue(call: &mut Call<'_>) -> Option<Dynamic> {
    let (key, date) = (call.column(0)?, call.column(1)?);
    let most = call.whole_number(2)?.value;
    let window = call.duration(3)?.value;
    if most == 0 {
        call.bad(
            2,
            "a policy allows at least one contact",
            "1 means that a second one is one too many",
        );
        return None;
    }
    if key.table != date.table {
        inputs(call, 0..2)?;
    }
    let span = call.whole();
    let table = key.table.clone();
    let at = Expr::new(ExprKind::Column(date.path.clone()), date.span);
    let recent = AddedSource::CountRecent { key, date, window };
    let recent = hidden_column(call, &table, "recent", recent, span)?;
    let allowed = Expr::new(ExprKind::Literal(Literal::Int(i64::from(most))), span);
    // The row itself is not among those before it: with it there are more than the policy allows.
    let beyond = ExprKind::Binary(BinaryOp::GreaterOrEqual, Box::new(recent), Box::new(allowed));
    let beyond = vec![Expr::new(beyond, span)];
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, beyond, vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| part.dated = Some(at.clone()));
    let definition = format!(
        "contacts beyond {most} in {} {}",
        window.count,
        plural(window.count, window.unit.word())
    );
    give(Value::Measure(Arc::new(named(measure, &definition))))
}

/// `closed_loop(answers, |a| a.recommend <= 6, answers.answered_on, answers.first_call, 48, "hours")`.
pub fn closed_loop(call: &mut Call<'_>) -> Option<Dynamic> {
    let table = call.table(0)?;
    let table = call.builder.table_name(table.value);
    let to_call = call.row(1)?;
    let (of, dates) = inputs(call, 2..4)?;
    let window = call.duration(4)?.value;
    let span = call.whole();
    if of != table {
        call.bad(
            2,
            format!("the dates are of `{of}`, and the rows of `{table}`"),
            "begin both dates from the rows that are counted",
        );
        return None;
    }
    let count = Expr::new(ExprKind::Literal(Literal::Int(i64::from(window.count))), span);
    let unit = Expr::new(ExprKind::Literal(Literal::Text(window.unit.word().to_owned())), span);
    let within = dates.into_iter().chain([count, unit]).collect();
    let within = vec![Expr::new(ExprKind::Call(Function::DoneWithin, within), span)];
    let mut measure = measure_of(made(call, MeasureFunction::Rate, table, within, vec![], vec![]))?;
    each_aggregate(&mut measure, &mut |part| part.filters.push(to_call.clone()));
    let definition = format!(
        "contacted within {} {}",
        window.count,
        plural(window.count, window.unit.word())
    );
    give(Value::Measure(Arc::new(named(measure, &definition))))
}

fn plural(count: u32, word: &str) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}
