//! Weights of a sample made to match what is known of its population.

use bellwether_order::BTreeMap;

use super::column::Values;
use super::frame::count;
use super::relate::{Reached, Relations};
use crate::definition::{RakeMargin, Table};
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::stats::raking::{Margin, Raked, RakingRules, rake};

/// The category of a row that counts; rows without one have no weight.
type Categories = Vec<Option<usize>>;

impl Relations<'_> {
    /// The weights of a table's rows that match its margins, from base weights (1 without); mean 1 over the rows that count.
    ///
    /// Rows without a category weigh 0 and are told of. Whatever keeps the margins from being met is an error: a category that
    /// only the sample or only the population has, margins that contradict each other, caps that forbid it.
    pub(super) fn raked(&mut self, table: &Table, base: Option<Vec<f64>>) -> Option<Vec<f64>> {
        let mut margins: Vec<Categories> = Vec::new();
        for margin in &table.rake {
            margins.push(self.categories(table, margin)?);
        }
        let rows = margins.first().map_or(0, Vec::len);
        let base = base.unwrap_or_else(|| vec![1.0; rows]);
        let placed = |row: &usize| margins.iter().all(|of| of.get(*row).copied().flatten().is_some());
        let used: Vec<usize> = (0..rows).filter(placed).collect();
        let weights: Vec<f64> = used.iter().filter_map(|&row| base.get(row).copied()).collect();
        let codes_of: Vec<Vec<usize>> = margins
            .iter()
            .map(|of| used.iter().filter_map(|&row| of.get(row).copied().flatten()).collect())
            .collect();
        let targets: Vec<Vec<f64>> = table
            .rake
            .iter()
            .map(|margin| margin.targets.iter().map(|(_, share)| *share).collect())
            .collect();
        let described: Vec<Margin<'_>> = codes_of
            .iter()
            .zip(&targets)
            .map(|(categories, targets)| Margin { categories, targets })
            .collect();
        let rules = RakingRules {
            caps: table.weight_caps.as_ref().map(|caps| caps.value),
            ..RakingRules::default()
        };
        let left_out = rows - used.len();
        let made = rake(&weights, &described, rules);
        let Raked::Met(raked) = made else {
            self.findings.push(failure(table, &made));
            return None;
        };
        if left_out > 0 {
            let message = format!(
                "{} of {} rows of `{}` have no value in a margin and count with weight 0",
                count(left_out as u64),
                count(rows as u64),
                table.name.value
            );
            let finding = Diagnostic::warning(codes::BAD_VALUE, message);
            self.findings.push(match table.rake.first() {
                Some(margin) => finding.at(margin.column.span),
                None => finding,
            });
        }
        let mut all = vec![0.0; rows];
        for (row, weight) in used.iter().zip(raked.values) {
            if let Some(place) = all.get_mut(*row) {
                *place = weight;
            }
        }
        Some(all)
    }

    /// The category of each row of a table, by its place among the targets of a margin.
    fn categories(&mut self, table: &Table, margin: &RakeMargin) -> Option<Categories> {
        let reached = self.reached(table, &margin.column, "margin")?;
        let place = |value: &str| margin.targets.iter().position(|(target, _)| target == value);
        let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
        let mut found: Categories = Vec::new();
        // Names are looked up once each.
        let of_code: Option<Vec<Option<usize>>> = match &reached.column.values {
            Values::Text(text) => Some(text.dictionary.iter().map(|name| place(name?)).collect()),
            _ => None,
        };
        for there in reached.places() {
            if !reached.column.is_valid(there) {
                found.push(None);
                continue;
            }
            let at = match (&of_code, &reached.column.values) {
                (Some(of_code), Values::Text(text)) => of_code.get(text.codes.get(there)).copied().flatten(),
                _ => place(&reached.column.display(there)),
            };
            if at.is_none() {
                *unknown.entry(reached.column.display(there)).or_default() += 1;
            }
            found.push(at);
        }
        match unknown.into_iter().max_by_key(|(_, rows)| *rows) {
            None => Some(found),
            Some((value, rows)) => {
                let finding = self.stranger(&reached, table, margin, &value, rows);
                self.findings.push(finding);
                None
            }
        }
    }

    /// A value of the sample that the margin does not know.
    fn stranger(
        &self,
        reached: &Reached<'_>,
        table: &Table,
        margin: &RakeMargin,
        value: &str,
        rows: u64,
    ) -> Diagnostic {
        let message = format!(
            "{} rows of `{}` have `{value}` in `{}`, and its margin has no share for it",
            count(rows),
            table.name.value,
            reached.name
        );
        let names = margin.targets.iter().map(|(name, _)| name.as_str());
        let near = nearest(value, names);
        let finding = Diagnostic::error(codes::BAD_VALUE, message).at(margin.column.span);
        finding.help(match near {
            Some(near) => {
                format!("is it `{near}`? otherwise give its share of the population, 0 where it does not count")
            }
            None => "give its share of the population, 0 where it does not count".to_owned(),
        })
    }
}

/// Why the margins are not met.
fn failure(table: &Table, made: &Raked) -> Diagnostic {
    let name = |margin: usize, category: usize| {
        let of = table.rake.get(margin);
        let value = of
            .and_then(|of| of.targets.get(category))
            .map_or("", |(name, _)| name.as_str());
        let column = of.map_or(String::new(), |of| of.column.to_string());
        (column, value.to_owned(), of.map(|of| of.column.span))
    };
    let rows = &table.name.value;
    let (message, help, span) = match made {
        Raked::Empty { margin, category } => {
            let (column, value, span) = name(*margin, *category);
            (
                format!("no row of `{rows}` has `{value}` in `{column}`, and its margin gives it a share"),
                "join it with another category, in the column and in the margin",
                span,
            )
        }
        Raked::NotMet {
            margin, category, off, ..
        } => {
            let (column, value, span) = name(*margin, *category);
            let help = if table.weight_caps.is_some() {
                "widen the caps, or join small categories"
            } else {
                "the margins contradict each other over these rows: join small categories, or leave one out"
            };
            (
                format!(
                    "raking `{rows}` does not converge: the share of `{value}` in `{column}` stays {} points off its margin",
                    brief(*off)
                ),
                help,
                span,
            )
        }
        Raked::Met(_) | Raked::Improper => (
            format!("`{rows}` cannot be raked: no row has a weight and a value in each margin"),
            "look at its weights and at the columns of its margins",
            table.rake.first().map(|margin| margin.column.span),
        ),
    };
    let finding = Diagnostic::error(codes::BAD_VALUE, message).help(help);
    match span {
        Some(span) => finding.at(span),
        None => finding,
    }
}

/// A number of points with three digits that count.
fn brief(points: f64) -> String {
    let places = if points >= 10.0 {
        1
    } else if points >= 0.1 {
        2
    } else {
        6
    };
    format!("{points:.places$}")
}
