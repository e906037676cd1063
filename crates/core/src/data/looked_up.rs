//! Columns whose values follow from those of another, which has few: looked up for its rows when somebody reads them.

use std::sync::{Arc, OnceLock};

use super::Column;
use super::domain::Domain;
use crate::definition::ColumnType;

/// A column that holds, where another holds a value, what follows from that value.
///
/// What measures do with such a column they do with the counts of the other's few values, so that most are never made.
#[derive(Debug)]
pub struct LookedUp {
    base: Arc<Column>,
    domain: Arc<Domain>,
    /// What follows from each value of the domain, and last what does where there is none.
    values: Column,
    threads: usize,
    made: OnceLock<Arc<Column>>,
}

impl LookedUp {
    /// What follows from the values of `base`, whose domain that is: one value for each of the domain, and one for rows
    /// without any.
    pub(crate) const fn new(base: Arc<Column>, domain: Arc<Domain>, values: Column, threads: usize) -> Self {
        Self {
            base,
            domain,
            values,
            threads,
            made: OnceLock::new(),
        }
    }

    /// The kind of its values.
    #[must_use]
    pub const fn column_type(&self) -> ColumnType {
        self.values.column_type()
    }

    /// Its values, row by row; made when they are first asked for.
    #[must_use]
    pub fn column(&self) -> &Arc<Column> {
        self.made.get_or_init(|| Arc::new(self.make()))
    }

    /// Looks its values up.
    pub(crate) fn make(&self) -> Column {
        self.domain.look_up(&self.base, &self.values, self.threads)
    }

    /// Whether somebody asked for its values.
    #[cfg(test)]
    pub(crate) fn is_made(&self) -> bool {
        self.made.get().is_some()
    }
}
