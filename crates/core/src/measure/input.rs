//! What a measure reads: a column, or an expression over one narrow column that becomes a table of its few values.

use std::sync::{Arc, OnceLock};

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::rows::{Rows, columns_read, reads_as_of};
use crate::data::{Codes, Column, Ints, Values};
use crate::definition::{CivilDate, ColumnType, Expr};
use crate::diagnostic::Diagnostic;
use crate::stats::exact::Window;

/// The most different values of a narrow column; one more bin holds the rows without a value.
const MOST_BINS: usize = 255;

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
}

impl Bins {
    /// Bins of the rows with a base value.
    pub(crate) fn count(&self) -> usize {
        self.numbers.len().saturating_sub(1)
    }

    /// The place of a cell's bins in a cube: a power of two.
    pub(crate) fn width(&self) -> usize {
        self.numbers.len().next_power_of_two()
    }
}

impl Input {
    /// An input that is read as it is.
    pub(crate) fn plain(base: Arc<Column>) -> Self {
        let domain = domain(&base);
        let bins = domain.map(|(low, values)| Bins {
            low,
            numbers: (0..=values.len())
                .map(|at| {
                    if at < values.len() {
                        number_of(&values, at)
                    } else {
                        None
                    }
                })
                .collect(),
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
        let base = Arc::new(super::reach::gather(&input.base, rows));
        Self {
            base,
            bins: input.bins.clone(),
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
        if let [path] = columns_read(expr).as_slice()
            && !reads_as_of(expr)
        {
            let column = Expr::new(crate::definition::ExprKind::Column(path.clone()), expr.span);
            let base = rows.column(table, &column)?;
            if let Some((low, values)) = domain(&base)
                && base.len() > values.len() + 1
            {
                let with_missing = with_missing(&values);
                if let Some(mapped) = rows.over_values(table, expr, path, with_missing, as_of)? {
                    let numbers = (0..mapped.len()).map(|at| number_of(&mapped, at)).collect();
                    let bins = Some(Bins { low, numbers });
                    return Ok(Self {
                        kind: mapped.column_type(),
                        base,
                        bins,
                        window: OnceLock::new(),
                    });
                }
            }
        }
        Ok(Self::plain(rows.column_as_of(table, expr, as_of)?))
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

/// All values that a narrow column can have, in the order of their codes, and the first of them.
fn domain(column: &Column) -> Option<(i64, Column)> {
    match &column.values {
        Values::Bool(_) => Some((0, Column::full(Values::Bool([false, true].into_iter().collect())))),
        Values::Int(Ints::I8(values)) => {
            let (low, high) = values.iter().fold((i8::MAX, i8::MIN), |(low, high), &value| {
                (low.min(value), high.max(value))
            });
            let (low, high) = if low > high { (0, 0) } else { (low, high) };
            let span: Vec<Option<i64>> = (i64::from(low)..=i64::from(high)).map(Some).collect();
            (span.len() <= MOST_BINS).then(|| (i64::from(low), Column::ints(span)))
        }
        Values::Text(text) if matches!(text.codes, Codes::U8(_)) && text.dictionary.len() <= MOST_BINS => {
            let codes = Codes::pack((0..text.dictionary.len() as u32).collect(), text.dictionary.len());
            let all = crate::data::Text {
                codes,
                dictionary: text.dictionary.clone(),
            };
            Some((0, Column::full(Values::Text(all))))
        }
        _ => None,
    }
}

/// The same values and a missing one after them.
fn with_missing(values: &Column) -> Column {
    let rows: Vec<u32> = (0..values.len() as u32).chain([crate::data::NO_ROW]).collect();
    super::reach::gather(values, &rows)
}
