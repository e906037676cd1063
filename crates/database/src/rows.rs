//! Rows on their way from a database into a table: batches of typed columns, and a hash of all values.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use bellwether::data::{Needs, ReadLimits, Table, TableBuilder};
use bellwether::diagnostic::Diagnostic;
use sha2::{Digest as _, Sha256};

use crate::address::{Address, hex};
use crate::{Progress, refused};

/// Rows of a batch.
pub(crate) const BATCH: usize = 1 << 15;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
    Text,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01T00:00, as a clock shows them.
    Timestamp,
    /// Microseconds since 1970-01-01T00:00 UTC: a moment.
    Moment,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(std::borrow::Cow<'a, str>),
    Date(i32),
    /// Of a timestamp or a moment.
    Micros(i64),
}

/// Gathers rows into a table.
pub(crate) struct Gathering<'a> {
    address: &'a Address,
    limits: &'a ReadLimits,
    columns: Vec<(String, Kind, Builder)>,
    table: TableBuilder,
    in_batch: usize,
    rows: u64,
    row: Sha256,
    hash: Sum,
}

enum Builder {
    Bool(BooleanBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    Date(Date32Builder),
    Time(TimestampMicrosecondBuilder),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Date => Self::Date(Date32Builder::new()),
            Kind::Timestamp => Self::Time(TimestampMicrosecondBuilder::new()),
            Kind::Moment => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }

    /// Adds a value; false: it is of another kind than the column.
    fn push(&mut self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Bool(to), Value::Missing) => to.append_null(),
            (Self::Int(to), Value::Missing) => to.append_null(),
            (Self::Float(to), Value::Missing) => to.append_null(),
            (Self::Text(to), Value::Missing) => to.append_null(),
            (Self::Date(to), Value::Missing) => to.append_null(),
            (Self::Time(to), Value::Missing) => to.append_null(),
            (Self::Bool(to), Value::Bool(value)) => to.append_value(*value),
            (Self::Int(to), Value::Int(value)) => to.append_value(*value),
            (Self::Float(to), Value::Float(value)) => to.append_value(*value),
            (Self::Float(to), Value::Int(value)) => to.append_value(*value as f64),
            (Self::Text(to), Value::Text(value)) => to.append_value(value),
            (Self::Date(to), Value::Date(value)) => to.append_value(*value),
            (Self::Time(to), Value::Micros(value)) => to.append_value(*value),
            _ => return false,
        }
        true
    }

    fn finish(&mut self) -> ArrayRef {
        let builder: &mut dyn ArrayBuilder = match self {
            Self::Bool(builder) => builder,
            Self::Int(builder) => builder,
            Self::Float(builder) => builder,
            Self::Text(builder) => builder,
            Self::Date(builder) => builder,
            Self::Time(builder) => builder,
        };
        builder.finish()
    }
}

impl<'a> Gathering<'a> {
    pub(crate) fn new(
        address: &'a Address,
        columns: Vec<(String, Kind)>,
        needs: &Needs,
        limits: &'a ReadLimits,
    ) -> Result<Self, Diagnostic> {
        limits.check_columns(columns.len(), Some(&address.origin))?;
        let hash = Sum::new(&columns);
        Ok(Self {
            address,
            limits,
            columns: columns
                .into_iter()
                .map(|(name, kind)| (name, kind, Builder::new(kind)))
                .collect(),
            table: TableBuilder::new(Some(&address.origin), needs.clone()),
            in_batch: 0,
            rows: 0,
            row: Sha256::new(),
            hash,
        })
    }

    /// Adds a value of the row that is being read.
    pub(crate) fn value(&mut self, column: usize, value: &Value<'_>) -> Result<(), Diagnostic> {
        let Some((name, kind, builder)) = self.columns.get_mut(column) else {
            return Ok(());
        };
        hash_value(&mut self.row, value);
        if builder.push(value) {
            return Ok(());
        }
        let message = format!("the column `{name}` holds values of several kinds: {kind:?} and others").to_lowercase();
        let help = format!("make them one kind in the query: cast({name} as text)");
        Err(refused(&self.address.origin, message).help(help))
    }

    /// Ends a row. Reading goes on unless `progress` says otherwise.
    pub(crate) fn end_row(&mut self, progress: &mut dyn FnMut(u64) -> bool) -> Result<(), Diagnostic> {
        self.hash.add(&std::mem::take(&mut self.row).finalize());
        self.in_batch += 1;
        self.rows += 1;
        self.limits.check_rows(self.rows, Some(&self.address.origin))?;
        if self.in_batch == BATCH {
            self.flush()?;
            if !progress(self.rows) {
                return Err(refused(&self.address.origin, "reading was stopped"));
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Diagnostic> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, _, builder) in &mut self.columns {
            let array = builder.finish();
            fields.push(Field::new(name.as_str(), array.data_type().clone(), true));
            arrays.push(array);
        }
        let how = RecordBatchOptions::new().with_row_count(Some(self.in_batch));
        self.in_batch = 0;
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &how)
            .map_err(|error| refused(&self.address.origin, format!("the answer cannot be a table: {error}")))?;
        self.table.push(&batch)?;
        self.limits
            .check_memory(self.table.held_bytes(), Some(&self.address.origin))
    }

    pub(crate) fn finish(mut self, progress: Progress<'_>) -> Result<Table, Diagnostic> {
        self.flush()?;
        progress(self.rows);
        let sha256 = self.hash.finish(self.rows);
        let table = self.table.finish()?;
        Ok(Table {
            sha256: Some(sha256),
            ..table
        })
    }
}

fn hash_value(hash: &mut Sha256, value: &Value<'_>) {
    match value {
        Value::Missing => hash.update([0]),
        Value::Bool(value) => hash.update([1, u8::from(*value)]),
        Value::Int(value) => {
            hash.update([2]);
            hash.update(value.to_le_bytes());
        }
        Value::Float(value) => {
            hash.update([3]);
            hash.update(value.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            hash.update([4]);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        Value::Date(day) => {
            hash.update([5]);
            hash.update(day.to_le_bytes());
        }
        Value::Micros(micros) => {
            hash.update([6]);
            hash.update(micros.to_le_bytes());
        }
    }
}

/// The sum of the hashes of rows modulo 2^256, so that their order does not count: a database keeps none.
struct Sum {
    head: Vec<u8>,
    words: [u64; 4],
}

impl Sum {
    fn new(columns: &[(String, Kind)]) -> Self {
        let mut head = Vec::new();
        for (name, kind) in columns {
            head.extend_from_slice(&(name.len() as u64).to_le_bytes());
            head.extend_from_slice(name.as_bytes());
            head.push(*kind as u8);
        }
        Self { head, words: [0; 4] }
    }

    fn add(&mut self, digest: &[u8]) {
        let mut carry = false;
        for (word, bytes) in self.words.iter_mut().zip(digest.chunks_exact(8)) {
            let more = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            let (sum, over) = word.overflowing_add(more);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *word = sum;
            carry = over || over_again;
        }
    }

    fn finish(self, rows: u64) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.head);
        hash.update(rows.to_le_bytes());
        for word in self.words {
            hash.update(word.to_le_bytes());
        }
        hex(&hash.finalize())
    }
}
