//! Tables that the engine keeps.

use bellwether::data::Table;

use super::failure::without_card;
use super::{Failure, Session};
use crate::answer::{ColumnDistribution, RowPage, TableInfo};
use crate::options::ReadSettings;
use crate::spread;
use crate::table::{Kept, Reading};

impl Session {
    /// Reads a table and keeps it.
    ///
    /// # Errors
    /// What is wrong with the source; the table of that name stays as it was.
    pub fn read_table(
        &mut self,
        name: &str,
        source: crate::table::Source,
        settings: ReadSettings,
        progress: Reading<'_>,
    ) -> Result<TableInfo, Failure> {
        if settings.delimiter.is_some_and(|sign| !sign.is_ascii()) {
            return Err(Failure::usage("a delimiter is one ASCII character"));
        }
        if !matches!(settings.encoding.as_deref(), None | Some("utf-8" | "latin-1")) {
            return Err(Failure::usage("an encoding is `utf-8` or `latin-1`"));
        }
        let mut stopped = false;
        let kept = Kept::read(name, source, settings, &mut |done| {
            stopped = !progress(done);
            !stopped
        });
        match kept {
            Ok(kept) => Ok(self.keep(name, kept)),
            Err(_) if stopped => Err(Failure {
                code: "cancelled",
                message: "stopped by the caller".to_owned(),
                diagnostics: Vec::new(),
            }),
            Err(findings) => Err(Failure::data(findings, None)),
        }
    }

    /// Keeps a table of columns.
    ///
    /// # Errors
    /// What the settings say of it and is not so.
    pub fn take_table(&mut self, name: &str, table: Table, settings: ReadSettings) -> Result<TableInfo, Failure> {
        let kept = Kept::of_columns(name, table, settings).map_err(|findings| Failure::data(findings, None))?;
        Ok(self.keep(name, kept))
    }

    fn keep(&mut self, name: &str, kept: Kept) -> TableInfo {
        let info = described(&kept);
        self.tables.insert(name.to_owned(), kept);
        self.forget();
        info
    }

    /// Forgets a table; whether it was there.
    pub fn drop_table(&mut self, name: &str) -> bool {
        self.forget();
        self.tables.remove(name).is_some()
    }

    /// Forgets what was made of tables that have changed.
    fn forget(&mut self) {
        self.made = None;
        self.bench.clear();
    }

    /// The tables by name.
    #[must_use]
    pub fn tables(&self) -> Vec<TableInfo> {
        self.tables.values().map(described).collect()
    }

    pub(super) fn table(&self, name: &str) -> Result<&Kept, Failure> {
        (self.tables.get(name)).ok_or_else(|| Failure::usage(format!("there is no table `{name}`")))
    }

    /// The distribution of a column.
    ///
    /// # Errors
    /// For a table or column that is not there.
    pub fn distribution(
        &self,
        table: &str,
        column: &str,
        top: usize,
        bins: usize,
    ) -> Result<ColumnDistribution, Failure> {
        let kept = self.table(table)?;
        let found = kept.columns().iter().find(|(name, _)| name == column);
        let (_, values) = found.ok_or_else(|| Failure::usage(format!("`{table}` has no column `{column}`")))?;
        Ok(spread::distribution(table, column, values, top, bins))
    }

    /// Rows of a table.
    ///
    /// # Errors
    /// For a table that is not there.
    pub fn rows(&self, table: &str, from: usize, to: usize) -> Result<RowPage, Failure> {
        Ok(spread::page(table, self.table(table)?, from, to))
    }
}

fn described(kept: &Kept) -> TableInfo {
    TableInfo {
        diagnostics: without_card(kept.notes().to_vec()),
        ..kept.info()
    }
}
