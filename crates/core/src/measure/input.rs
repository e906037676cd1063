//! What a measure reads: a column, or an expression over one narrow column that becomes a table of its few values.

use std::sync::{Arc, OnceLock};

use arrow_buffer::BooleanBuffer;

use super::rows::{Rows, columns_read, reads_as_of};
use crate::data::domain::Domain;
use crate::data::{Column, Values};
use crate::definition::{CivilDate, ColumnType, Expr, ExprKind};
use crate::diagnostic::Diagnostic;
use crate::stats::exact::Window;

/// An input of a measure over the rows of its table.
#[derive(Debug)]
pub(crate) struct Input {
    /// The column that is read row by row.
    pub(crate) base: Arc<Column>,
    /// What each value of a narrow column stands for.
    pub(crate) bins: Option<Bins>,
    /// The kind of the input's values.
    pub(crate) kind: ColumnType,
    /// Bits that its numbers need.
    window: OnceLock<Window>,
}

/// The values of a narrow column: bin `i` holds the rows whose base value is `low + i`, the last those without one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bins {
    pub(crate) low: i64,
    /// The number that each bin stands for (1 and 0 for true and false); `None`: missing.
    pub(crate) numbers: Vec<Option<f64>>,
    /// Whether every row has a base value: nothing is in the last bin.
    complete: bool,
}

impl Bins {
    /// Bins of the rows with a base value.
    pub(crate) fn count(&self) -> usize {
        self.numbers.len().saturating_sub(1)
    }

    /// The places that a cell's bins take in a cube: a power of two. The last bin has one where rows can be in it.
    pub(crate) fn width(&self) -> usize {
        let bins = if self.complete {
            self.count()
        } else {
            self.numbers.len()
        };
        bins.next_power_of_two()
    }
}

impl Input {
    /// An input that is read as it is.
    pub(crate) fn plain(base: Arc<Column>) -> Self {
        let domain = Domain::of(&base, 1);
        Self::binned(base, domain.as_ref())
    }

    fn binned(base: Arc<Column>, domain: Option<&Domain>) -> Self {
        let bins = domain.map(|domain| {
            let values = &domain.values;
            let number = |at: usize| number_of(values, at).filter(|_| at < values.len());
            Bins {
                low: domain.low,
                numbers: (0..=values.len()).map(number).collect(),
                complete: base.validity.is_none(),
            }
        });
        Self {
            kind: base.column_type(),
            base,
            bins,
            window: OnceLock::new(),
        }
    }

    /// The same input for a list of its rows.
    pub(crate) fn gathered(input: &Self, rows: &[u32]) -> Self {
        let base = Arc::new(input.base.take(rows));
        let complete = base.validity.is_none();
        Self {
            base,
            bins: input.bins.clone().map(|bins| Bins { complete, ..bins }),
            kind: input.kind,
            window: OnceLock::new(),
        }
    }

    /// An expression over the rows of a table, as of a day.
    ///
    /// One that reads a single narrow column is evaluated once for each of the column's values, not for each row.
    pub(crate) fn new(
        rows: &mut Rows<'_>,
        table: &str,
        expr: &Expr,
        as_of: CivilDate,
    ) -> Result<Self, Vec<Diagnostic>> {
        // A column that the card adds by an expression over a narrow one is that expression.
        let inner = rows.added_as(table, expr).cloned();
        if let Some(made) = inner.and_then(|inner| Self::over(rows, table, &inner, as_of).transpose()) {
            return made;
        }
        match Self::over(rows, table, expr, as_of)? {
            Some(made) => Ok(made),
            None => {
                let column = rows.column_as_of(table, expr, as_of)?;
                let domain = rows.domain(&column);
                Ok(Self::binned(column, domain.as_deref()))
            }
        }
    }

    /// An expression that reads a single narrow column.
    fn over(rows: &mut Rows<'_>, table: &str, expr: &Expr, as_of: CivilDate) -> Result<Option<Self>, Vec<Diagnostic>> {
        let columns = columns_read(expr);
        let [path] = columns.as_slice() else {
            return Ok(None);
        };
        if reads_as_of(expr) {
            return Ok(None);
        }
        let column = Expr::new(ExprKind::Column(path.clone()), expr.span);
        let base = rows.column(table, &column)?;
        let Some(domain) = rows.domain(&base).filter(|domain| base.len() > domain.values.len() + 1) else {
            return Ok(None);
        };
        let mapped = rows.over_values(table, expr, path, domain.with_missing(), as_of)?;
        let complete = base.validity.is_none();
        Ok(mapped.map(|mapped| Self {
            kind: mapped.column_type(),
            base,
            bins: Some(Bins {
                low: domain.low,
                numbers: (0..mapped.len()).map(|at| number_of(&mapped, at)).collect(),
                complete,
            }),
            window: OnceLock::new(),
        }))
    }

    /// The window of its numbers.
    pub(crate) fn window(&self) -> Window {
        *self.window.get_or_init(|| match &self.base.values {
            Values::Float(values) => Window::scan(values, |row| self.base.is_valid(row)),
            Values::Int(values) => {
                let valid = (0..values.len())
                    .filter(|&row| self.base.is_valid(row))
                    .map(|row| values.get(row));
                let (least, greatest) = valid.fold((0, 0), |(low, high): (i64, i64), value| {
                    (low.min(value), high.max(value))
                });
                Window::of_integers(least, greatest)
            }
            _ => Window::of_integers(0, 1),
        })
    }

    /// The number of a row.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        match &self.bins {
            Some(bins) => *bins.numbers.get(self.bin(bins, row))?,
            None => number_of(&self.base, row),
        }
    }

    /// Whether the row has a value.
    pub(crate) fn is_valid(&self, row: usize) -> bool {
        match (&self.bins, self.kind) {
            (Some(_), ColumnType::Text) | (None, _) => self.base.is_valid(row),
            (Some(_), _) => self.number(row).is_some(),
        }
    }

    /// The bin of a row; `None` where it has no bins.
    pub(crate) fn bin_of(&self, row: usize) -> Option<usize> {
        Some(self.bin(self.bins.as_ref()?, row))
    }

    fn bin(&self, bins: &Bins, row: usize) -> usize {
        if !self.base.is_valid(row) {
            return bins.count();
        }
        match &self.base.values {
            Values::Bool(values) => usize::from(values.value(row)),
            Values::Int(values) => usize::try_from(values.get(row) - bins.low).unwrap_or(bins.count()),
            Values::Text(text) => text.codes.get(row),
            _ => bins.count(),
        }
    }

    /// Rows for which a condition is true.
    pub(crate) fn truth(&self) -> BooleanBuffer {
        match (&self.bins, &self.base.values) {
            (Some(bins), _) => BooleanBuffer::collect_bool(self.base.len(), |row| {
                bins.numbers.get(self.bin(bins, row)).copied().flatten() == Some(1.0)
            }),
            (None, Values::Bool(values)) => match &self.base.validity {
                None => values.clone(),
                Some(validity) => values & validity.inner(),
            },
            _ => BooleanBuffer::collect_bool(self.base.len(), |row| self.number(row) == Some(1.0)),
        }
    }

    /// Rows that have a value.
    pub(crate) fn known(&self) -> BooleanBuffer {
        BooleanBuffer::collect_bool(self.base.len(), |row| self.is_valid(row))
    }
}

/// A row's number; a date counts as its day.
pub(crate) fn number_of(column: &Column, row: usize) -> Option<f64> {
    match &column.values {
        Values::Date(_) | Values::Timestamp(_) => column.day(row).map(f64::from),
        // A text has no number; 0 stands for: it is there.
        Values::Text(_) => column.is_valid(row).then_some(0.0),
        _ => column.number(row),
    }
}
