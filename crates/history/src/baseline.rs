//! Baselines that are frozen: a value that was said once, and that later data do not change.

use bellwether::diagnostic::{Diagnostic, nearest};
use bellwether::report::PastValue;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::{Filter, History, query, unusable};

/// A baseline that is frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenBaseline {
    /// The title of the card.
    pub card: String,
    /// The metric, outcome or score.
    pub name: String,
    /// The period whose value it is; empty: the whole time.
    pub period: String,
    /// What was said of it.
    #[serde(flatten)]
    pub value: PastValue,
    /// The run that said it.
    pub run: i64,
    /// When it was frozen.
    pub frozen_at: String,
}

impl History {
    /// Freezes the value that the last run said of a period, the total over all segments, as the baseline of a metric,
    /// outcome or score.
    ///
    /// A baseline that is frozen stays what it is, whatever later runs say of the period; it is replaced only after
    /// [`History::thaw`]. Nothing is judged from it unless the host asks for that, and then the report says so.
    ///
    /// # Errors
    /// BW800 where no run said anything of it, where it has no value, or where another baseline is frozen.
    pub fn freeze(&mut self, card: &str, name: &str, period: &str, at: &str) -> Result<FrozenBaseline, Diagnostic> {
        let found: Option<(i64, i64, Option<f64>, i64)> = self
            .connection
            .query_row(
                "SELECT series.id, facts.id, facts.value, cells.run FROM cells JOIN series ON series.id = cells.series
                    JOIN cards ON cards.id = series.card JOIN facts ON facts.id = cells.fact
                 WHERE cards.title = ?1 AND series.name = ?2 AND segments = '' AND period = ?3
                 ORDER BY cells.as_of DESC LIMIT 1",
                params![card, name, period],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()
            .map_err(|error| self.failed(&error))?;
        let Some((series, fact, value, run)) = found else {
            return Err(self.nothing_said(card, name, period)?);
        };
        if value.is_none() {
            let message = format!("`{name}` has no value in {period}, so that it cannot be frozen");
            return Err(unusable(&self.name, message));
        }
        let same = |frozen: &&FrozenBaseline| frozen.name == name;
        if let Some(frozen) = self.baselines(card)?.iter().find(same) {
            let value = frozen.value.value.unwrap_or_default();
            let message = format!(
                "the baseline of `{name}` is frozen already: {value} of {}",
                frozen.period
            );
            return Err(unusable(&self.name, message).help(format!("`bellwether history thaw FILE {name}` frees it")));
        }
        self.connection
            .execute(
                "INSERT INTO baselines (series, period, fact, run, frozen_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![series, period, fact, run, at],
            )
            .map_err(|error| self.failed(&error))?;
        let frozen = self.baselines(card)?.into_iter().find(|frozen| frozen.name == name);
        frozen.ok_or_else(|| unusable(&self.name, "another process thawed the baseline at once"))
    }

    /// Frees a baseline; answers whether there was one.
    ///
    /// # Errors
    /// BW800 where the file cannot be written.
    pub fn thaw(&mut self, card: &str, name: &str) -> Result<bool, Diagnostic> {
        let gone = self.connection.execute(
            "DELETE FROM baselines WHERE series IN (SELECT series.id FROM series JOIN cards ON cards.id = series.card
                WHERE cards.title = ?1 AND series.name = ?2)",
            params![card, name],
        );
        gone.map(|rows| rows > 0).map_err(|error| self.failed(&error))
    }

    /// The baselines of a card that are frozen, by name.
    ///
    /// # Errors
    /// BW800 where the file cannot be read.
    pub fn baselines(&self, card: &str) -> Result<Vec<FrozenBaseline>, Diagnostic> {
        let read = || -> Result<Vec<FrozenBaseline>, rusqlite::Error> {
            let mut statement = self.connection.prepare(
                "SELECT cards.title, series.name, baselines.period, value, low, high, n, state, baselines.run, frozen_at
                 FROM baselines JOIN series ON series.id = baselines.series JOIN cards ON cards.id = series.card
                    JOIN facts ON facts.id = baselines.fact WHERE cards.title = ?1 ORDER BY series.name",
            )?;
            let rows = statement.query_map([card], |row| {
                Ok(FrozenBaseline {
                    card: row.get(0)?,
                    name: row.get(1)?,
                    period: row.get(2)?,
                    value: query::past_value(row, 3)?,
                    run: row.get(8)?,
                    frozen_at: row.get(9)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Why nothing is known of a metric in a period, with what is known.
    fn nothing_said(&self, card: &str, name: &str, period: &str) -> Result<Diagnostic, Diagnostic> {
        let all = self.values(&Filter {
            card: Some(card.to_owned()),
            name: None,
        })?;
        let mut names: Vec<&str> = all.iter().map(|row| row.name.as_str()).collect();
        names.dedup();
        if !names.contains(&name) {
            let finding = unusable(&self.name, format!("no run of `{card}` said anything of `{name}`"));
            return Ok(match nearest(name, names.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("it speaks of {}", names.join(", "))),
            });
        }
        let totals = all.iter().filter(|row| row.name == name && row.segments.is_empty());
        let periods: Vec<&str> = totals.filter_map(|row| row.period.as_deref()).collect();
        let what = if period.is_empty() { "the whole time" } else { period };
        let finding = unusable(
            &self.name,
            format!("no run of `{card}` said anything of `{name}` in {what}"),
        );
        Ok(match (periods.first(), periods.last()) {
            (Some(first), Some(last)) => finding.help(format!("its periods go from {first} to {last}")),
            _ => finding.help("it has no periods: leave out --period"),
        })
    }
}
