//! Whether the inputs and settings of an aggregate fit its function.

use super::{Leaf, input_name};
use crate::data::{BoundTable, Values};
use crate::definition::{Aggregate, ColumnType, MeasureFunction};
use crate::diagnostic::{DataPlace, Diagnostic, Span, codes};
use crate::measure::input::Bins;

impl Leaf {
    /// Checks kinds of inputs and settings of the function.
    pub(super) fn check(&self, aggregate: &Aggregate, table: &BoundTable) -> Result<(), Vec<Diagnostic>> {
        use MeasureFunction as F;
        let name = self.function.name();
        let mut errors = Vec::new();
        let mut need = |at: usize, fits: fn(ColumnType) -> bool, what: &str, help: &str| {
            if let (Some(input), Some(expr)) = (self.inputs.get(at), aggregate.inputs.get(at))
                && !fits(input.kind)
                && input.base.missing_count() < input.base.len()
            {
                let error = Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    format!("`{name}` needs {what}; this is {}", input.kind.word()),
                )
                .at(expr.span);
                errors.push(if help.is_empty() { error } else { error.help(help) });
            }
        };
        let number: fn(ColumnType) -> bool = |kind| matches!(kind, ColumnType::Int | ColumnType::Float);
        let truth: fn(ColumnType) -> bool = |kind| kind == ColumnType::Bool;
        let date: fn(ColumnType) -> bool = |kind| matches!(kind, ColumnType::Date | ColumnType::Timestamp);
        match self.function {
            F::Rate => need(0, truth, "true or false", "compare it: `== 1`"),
            F::Share => {
                need(0, number, "a number", "");
                need(1, truth, "true or false", "compare it: `== 1`");
            }
            F::Min | F::Max => need(
                0,
                |kind| !matches!(kind, ColumnType::Text | ColumnType::Bool),
                "a number or a date",
                "",
            ),
            F::Count | F::CountDistinct | F::Last => {}
            // Categories without an order may be names.
            F::Agreement | F::Kappa
                if self
                    .words
                    .first()
                    .is_some_and(|word| word == "nominal" || word == "none") => {}
            F::Retention | F::Churn | F::Survival | F::Active | F::ActiveAtEnd | F::ActiveEver => {
                need(0, date, "a date", "");
                need(1, date, "a date", "");
            }
            F::RevenueRetention => {
                need(1, date, "a date", "");
                need(2, date, "a date", "");
                need(3, number, "a number", "");
            }
            F::Clv => {
                need(0, date, "a date", "");
                need(1, date, "a date", "");
                need(2, number, "a number", "");
            }
            F::Funnel => need(2, date, "a date", ""),
            F::Correlation => {
                need(0, number, "a number", "");
                need(1, number, "a number", "");
            }
            _ => need(0, number, "a number", ""),
        }
        if self.weight.is_some()
            && matches!(
                self.function,
                F::RevenueRetention
                    | F::RevenueCoverage
                    | F::Survival
                    | F::Clv
                    | F::Funnel
                    | F::Correlation
                    | F::Agreement
                    | F::Kappa
                    | F::Icc
            )
        {
            errors.push(
                Diagnostic::error(
                    codes::CONFLICTING_SETTINGS,
                    format!("`{name}` takes no survey weights, and `{}` has some", self.table),
                )
                .at(self.span),
            );
        }
        errors.extend(self.check_scale(aggregate));
        errors.extend(self.check_amounts(aggregate, table));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Answers of a column without a declared scale that a net promoter score cannot take: forgotten codes, mostly.
    fn check_answers(&self, span: Span) -> Option<Diagnostic> {
        let input = self.inputs.first()?;
        let column = &input.base;
        // Where all values of a narrow column are answers, no row need be looked at.
        let fits = |bins: &Bins| bins.low >= 0 && bins.low + bins.count() as i64 <= 11;
        if matches!(column.values, Values::Int(_)) && input.bins.as_ref().is_some_and(fits) {
            return None;
        }
        let mut off: bellwether_order::BTreeMap<i64, u64> = bellwether_order::BTreeMap::new();
        for value in (0..column.len()).filter_map(|row| column.number(row)) {
            if !(0.0..=10.0).contains(&value) && off.len() < 1000 {
                *off.entry(value as i64).or_default() += 1;
            }
        }
        let (value, rows) = off.iter().max_by_key(|(value, rows)| (**rows, -**value))?;
        let error = Diagnostic::error(
            codes::OFF_SCALE,
            format!(
                "column `{}` holds {rows} values of {value}; `nps` needs 0 to 10",
                self.input_name
            ),
        );
        Some(error.at(span).help(format!(
            "if {value} means no answer: `.column(\"{}\").scale(0, 10).missing({value})`",
            self.input_name
        )))
    }

    /// Amounts below zero where a part of a whole is asked for: no share of them means anything.
    fn check_amounts(&self, aggregate: &Aggregate, table: &BoundTable) -> Option<Diagnostic> {
        use MeasureFunction as F;
        let (at, name) = match self.function {
            F::Share => (0, "share"),
            F::RevenueRetention => (3, "revenue_retention"),
            F::Sum if aggregate.is_whole_parent() => (0, "revenue_coverage"),
            _ => return None,
        };
        let input = self.inputs.get(at)?;
        let counts = |row: &usize| self.mask.as_ref().is_none_or(|mask| mask.value(*row));
        let below = |row: usize| input.number(row).filter(|amount| *amount < 0.0);
        let rows = || (0..input.base.len()).filter(counts).filter(|&row| below(row).is_some());
        // The row that stands first in the file, whatever order the rows have here.
        let row = rows().min_by_key(|&row| table.source_row(row))?;
        let amount = below(row)?;
        let expr = aggregate.inputs.get(at)?;
        let column = input_name(expr);
        let of = if column.is_empty() {
            "the amount".to_owned()
        } else {
            format!("`{column}`")
        };
        let others = match rows().count() {
            1 => String::new(),
            all => format!(", and {} more rows are below zero", all - 1),
        };
        let message = format!(
            "`{name}` needs amounts of zero or more: {of} is {amount} in row {} of `{}`{others}",
            table.source_row(row),
            table.name
        );
        let place = DataPlace {
            file: table.origin.clone(),
            table: Some(table.name.clone()),
            row: Some(table.source_row(row)),
            column: (!column.is_empty()).then_some(column),
            value: Some(amount.to_string()),
        };
        let help = if self.function == F::Sum {
            "correct the value, or cover a column of the card that is never below zero: `.add(\"worth\", |c| max(c.value, 0))`"
        } else {
            "leave such rows out with `.where(..)`, or measure what was given back apart"
        };
        Some(
            Diagnostic::error(codes::BAD_VALUE, message)
                .at(expr.span)
                .in_data(place)
                .help(help),
        )
    }

    fn check_scale(&self, aggregate: &Aggregate) -> Option<Diagnostic> {
        use MeasureFunction as F;
        let name = self.function.name();
        let span = aggregate.inputs.first().map_or(self.span, |input| input.span);
        let (low, high) = match (self.function, self.scale) {
            (F::Nps, None) => return self.check_answers(span),
            (F::Nps, Some((0.0, 10.0))) => return None,
            (F::Nps, Some((low, high))) => {
                let error = Diagnostic::error(
                    codes::CONFLICTING_SETTINGS,
                    format!(
                        "`nps` needs answers from 0 to 10; `{}` runs from {low} to {high}",
                        self.input_name
                    ),
                );
                return Some(error.at(span).help("use `net(x, top, bottom)` for other scales"));
            }
            (F::TopBox | F::BottomBox | F::Net | F::CesMean | F::CesAgree | F::CesNet, None) => {
                let error = Diagnostic::error(
                    codes::BAD_SETTING,
                    format!("`{name}` needs the scale of `{}`", self.input_name),
                );
                return Some(error.at(span).help(format!(
                    "say it once for the column: .column(\"{}\").scale(1, 5)",
                    self.input_name
                )));
            }
            (F::TopBox | F::BottomBox | F::Net | F::CesNet, Some(scale)) => scale,
            _ => return None,
        };
        if self.function == F::CesNet && (low, high) != (1.0, 7.0) {
            let error = Diagnostic::error(
                codes::CONFLICTING_SETTINGS,
                format!(
                    "`ces_net` needs answers from 1 to 7; `{}` runs from {low} to {high}",
                    self.input_name
                ),
            );
            return Some(error.at(span).help("use `net(x, top, bottom)` for other scales"));
        }
        let boxes = high - low + 1.0;
        let asked: f64 = self.numbers.iter().sum();
        let most = if self.function == F::Net { boxes } else { boxes - 1.0 };
        if self.function != F::CesNet && (asked > most || self.numbers.iter().any(|n| *n < 1.0 || n.fract() != 0.0)) {
            let error = Diagnostic::error(
                codes::BAD_SETTING,
                format!("`{}` has {boxes} boxes, and `{name}` asks for {asked}", self.input_name),
            );
            return Some(error.at(self.span).help(format!(
                "top_box(x, 2) counts the {} and {} here; at_least(x, n) is a threshold",
                high - 1.0,
                high
            )));
        }
        None
    }
}
