//! Where values come from: the rows of a bound table and what they reach along `belongs_to` paths.

use std::sync::Arc;

use super::types::{Resolved, RowSchema};
use crate::data::{BoundTable, Column, Dataset, RowIndex};

/// Rows that an expression can be computed over.
pub trait Frame {
    /// Number of rows.
    fn rows(&self) -> usize;

    /// The column at the end of a path; none where there is none.
    fn bind(&self, path: &[String]) -> Option<Bound>;
}

/// A column and the way to it.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The column, perhaps of another table.
    pub column: Arc<Column>,
    /// For each step of the path: the row there for each row here. None: a column of the rows themselves.
    pub steps: Vec<RowIndex>,
}

/// The rows of a bound table.
#[derive(Debug, Clone, Copy)]
pub struct TableFrame<'a> {
    data: &'a Dataset,
    table: &'a BoundTable,
}

impl<'a> TableFrame<'a> {
    /// The rows of the table of that name.
    #[must_use]
    pub fn new(data: &'a Dataset, table: &str) -> Option<Self> {
        Some(Self {
            data,
            table: data.table(table)?,
        })
    }

    /// The rows of a table that is being bound, with the tables bound before it.
    #[must_use]
    pub const fn of(data: &'a Dataset, table: &'a BoundTable) -> Self {
        Self { data, table }
    }

    /// A path to a parent that has this column.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let mut from: Vec<(String, &BoundTable)> = vec![(String::new(), self.table)];
        for _ in 0..3 {
            let mut next = Vec::new();
            for (path, table) in from {
                for parent in &table.parents {
                    let Some(reached) = self.data.table(&parent.table) else {
                        continue;
                    };
                    let path = format!("{path}{}.", parent.path);
                    if reached.column_type(name).is_some() {
                        return Some(format!("write `{path}{name}`"));
                    }
                    next.push((path, reached));
                }
            }
            from = next;
        }
        None
    }
}

impl RowSchema for TableFrame<'_> {
    fn resolve(&self, path: &[String]) -> Resolved {
        let mut table = self.table;
        let mut place = format!("`{}`", table.name);
        let Some((name, steps)) = path.split_last() else {
            return Resolved::Nothing {
                step: 0,
                place,
                candidates: Vec::new(),
                hint: None,
            };
        };
        for (step, path_name) in steps.iter().enumerate() {
            let reached = table
                .parent(path_name)
                .and_then(|parent| self.data.table(&parent.table));
            let Some(reached) = reached else {
                let hint = table
                    .parents
                    .iter()
                    .find(|parent| parent.table == *path_name)
                    .map(|parent| format!("the path is called `{}` here", parent.path))
                    .or_else(|| {
                        let other = table.parents.is_empty();
                        other.then(|| format!("say where its rows belong: `.belongs_to({path_name}, \"key\")`"))
                    });
                let candidates = table.parents.iter().map(|parent| parent.path.clone()).collect();
                return Resolved::Nothing {
                    step,
                    place,
                    candidates,
                    hint,
                };
            };
            table = reached;
            place = format!("`{}`", table.name);
        }
        match table.column_type(name) {
            Some(kind) => Resolved::Known(kind),
            None => {
                let hint = if table.parent(name).is_some() {
                    Some(format!("`{name}` is a path to another table: name a column behind it"))
                } else {
                    self.elsewhere(name).filter(|_| steps.is_empty())
                };
                Resolved::Nothing {
                    step: steps.len(),
                    place,
                    candidates: table.order_of_columns(),
                    hint,
                }
            }
        }
    }
}

impl BoundTable {
    /// Names of its columns for people: in the order of the source.
    fn order_of_columns(&self) -> Vec<String> {
        let named = self
            .order
            .iter()
            .filter(|name| self.column_type(name).is_some())
            .cloned();
        let others = self.columns.keys().filter(|name| !self.order.contains(name)).cloned();
        named.chain(others).collect()
    }
}

impl Frame for TableFrame<'_> {
    fn rows(&self) -> usize {
        self.table.rows
    }

    fn bind(&self, path: &[String]) -> Option<Bound> {
        let (name, steps) = path.split_last()?;
        let mut table = self.table;
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps {
            let parent = table.parent(step)?;
            rows.push(Arc::clone(&parent.rows));
            table = self.data.table(&parent.table)?;
        }
        Some(Bound {
            column: Arc::clone(table.column(name)?),
            steps: rows,
        })
    }
}
