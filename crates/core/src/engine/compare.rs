//! What a change of a card does to the numbers: both cards over the same data, and each change by itself.

use std::collections::BTreeMap;

use super::{Engine, EvaluateOptions};
use crate::data::Table;
use crate::definition::Scorecard;
use crate::diff::{self, CardDiff, Impact, Sides};
use crate::report::Report;

/// A card, the tables that it was evaluated over, and its report.
pub type Evaluated<'a> = (&'a Scorecard, &'a BTreeMap<String, Table>, &'a Report);

impl Engine {
    /// What the new version of a card does to the headlines of the old one, over the same data and as of the same day;
    /// split by the changes that cause it, where the old card can be evaluated with each of them alone.
    ///
    /// Both were evaluated by the caller, who knows what to say of their errors. Each change that can move a number costs
    /// another evaluation.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use bellwether::engine::{Engine, EvaluateOptions};
    /// use bellwether::diff::compare;
    /// use bellwether::limits::Limits;
    /// use bellwether::script::Source;
    ///
    /// let card = |edge: i32| format!(r#"
    ///     scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
    ///     let survey = table("survey").rows(["answer"], [[10], [9], [2]]);
    ///     metric("happy", rate(survey, |s| s.answer >= {edge})).target(45).owner("Loyalty");
    /// "#);
    /// let engine = Engine::new(Limits::default());
    /// let compile = |text: &str| engine.compile(&Source { name: "health", text, modules: &[], params: &[] });
    /// let (old, _) = compile(&card(9))?;
    /// let (new, _) = compile(&card(10))?;
    /// let (options, tables) = (EvaluateOptions::default(), BTreeMap::new());
    /// let (before, after) = (engine.evaluate(&old, tables.clone(), &options)?, engine.evaluate(&new, tables.clone(), &options)?);
    /// let impact = engine.impact(&compare(&old, &new), (&old, &tables, &before), (&new, &tables, &after), &options);
    /// // Two of three were happy, and now one of three is.
    /// assert_eq!(impact.rows[0].difference, Some(100.0 / 3.0 - 200.0 / 3.0));
    /// assert_eq!(impact.split.causes[0].label, "metric happy: measure");
    /// # Ok::<(), bellwether::engine::Error>(())
    /// ```
    #[must_use]
    pub fn impact(&self, diff: &CardDiff, old: Evaluated<'_>, new: Evaluated<'_>, options: &EvaluateOptions) -> Impact {
        let options = EvaluateOptions {
            as_of: new.2.results.as_of.or(options.as_of),
            earlier: Vec::new(),
            budget: None,
            ..options.clone()
        };
        let tables = joined(old.1, new.1);
        let steps = diff::steps(old.0, new.0, diff).map(|steps| {
            let evaluated = steps.into_iter().map(|step| {
                let report = self.evaluate(&step.card, tables.clone(), &options).ok();
                (step, report)
            });
            evaluated.collect()
        });
        let sides = Sides { old: old.2, new: new.2 };
        diff::impact(diff, sides, steps)
    }
}

/// The tables of both: a column that only one card reads is taken from it. Values are shared, not copied.
fn joined(old: &BTreeMap<String, Table>, new: &BTreeMap<String, Table>) -> BTreeMap<String, Table> {
    let mut all = old.clone();
    for (name, table) in new {
        match all.get_mut(name) {
            None => {
                all.insert(name.clone(), table.clone());
            }
            Some(mine) if mine.rows == table.rows => {
                for (column, values) in &table.columns {
                    if mine.column(column).is_none() {
                        mine.columns.push((column.clone(), values.clone()));
                        mine.unread.retain(|unread| unread != column);
                    }
                }
            }
            Some(_) => {}
        }
    }
    all
}
