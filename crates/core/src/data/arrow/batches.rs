//! Whole tables from record batches, and as one.

use std::sync::Arc;

use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
    TimestampMicrosecondArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::{ArrayError, column_from_array};
use crate::data::need::Needs;
use crate::data::{Codes, Column, Ints, Table, Values};
use crate::definition::ColumnType;
use crate::diagnostic::{DataPlace, Diagnostic, codes};

/// The table of record batches, which all have the schema of the first.
///
/// # Errors
/// BW302 for values that a column cannot hold, BW310 for batches that do not fit together.
pub fn from_batches(
    batches: impl IntoIterator<Item = RecordBatch>,
    origin: Option<&str>,
    needs: &Needs,
) -> Result<Table, Diagnostic> {
    let mut builder = TableBuilder::new(origin, needs.clone());
    for batch in batches {
        builder.push(&batch)?;
    }
    builder.finish()
}

/// Builds a table from record batches, one after the other.
#[derive(Debug)]
pub struct TableBuilder {
    needs: Needs,
    origin: Option<String>,
    names: Option<Vec<String>>,
    /// Parts of each column; `None`: not wanted.
    parts: Vec<Option<Vec<Column>>>,
    unread: Vec<String>,
    rows: usize,
}

impl TableBuilder {
    /// An empty table.
    #[must_use]
    pub fn new(origin: Option<&str>, needs: Needs) -> Self {
        Self {
            needs,
            origin: origin.map(str::to_owned),
            names: None,
            parts: Vec::new(),
            unread: Vec::new(),
            rows: 0,
        }
    }

    fn place(&self, column: &str) -> DataPlace {
        DataPlace {
            file: self.origin.clone(),
            column: Some(column.to_owned()),
            ..DataPlace::default()
        }
    }

    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// As [`from_batches`].
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), Diagnostic> {
        let schema = batch.schema();
        let names: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| field.name().trim().to_owned())
            .collect();
        match &self.names {
            None => self.open(names)?,
            Some(before) if *before == names => {}
            Some(_) => {
                let message = "the batches of the table have different columns";
                return Err(Diagnostic::error(codes::BAD_CSV, message).in_data(DataPlace {
                    file: self.origin.clone(),
                    ..DataPlace::default()
                }));
            }
        }
        for index in 0..batch.num_columns() {
            let name = schema.field(index).name().trim();
            let Some(Some(parts)) = self.parts.get_mut(index) else {
                continue;
            };
            match column_from_array(
                batch.column(index).as_ref(),
                self.needs.column(name),
                self.needs.utc_offset_minutes,
            ) {
                Ok(column) => parts.push(column),
                Err(ArrayError::Kind(_)) if !self.needs.columns.contains_key(name) => {
                    // Nobody asked for it by name.
                    if let Some(slot) = self.parts.get_mut(index) {
                        *slot = None;
                    }
                    self.unread.push(name.to_owned());
                }
                Err(error) => return Err(self.refused(error, name)),
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    /// Memory of the rows so far, in bytes, about.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        let parts = self.parts.iter().flatten().flatten();
        parts.map(|part| part.held_bytes() as u64 + 128).sum()
    }

    /// Rows so far.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    fn open(&mut self, names: Vec<String>) -> Result<(), Diagnostic> {
        let mut seen = std::collections::HashSet::new();
        for name in &names {
            if !seen.insert(name.clone()) {
                let message = format!("two columns are named `{name}`");
                return Err(Diagnostic::error(codes::BAD_CSV, message).in_data(self.place(name)));
            }
            let wanted = self.needs.wants(name);
            self.parts.push(wanted.then(Vec::new));
            if !wanted {
                self.unread.push(name.clone());
            }
        }
        self.names = Some(names);
        Ok(())
    }

    /// The message for an array that cannot be a column.
    fn refused(&self, error: ArrayError, name: &str) -> Diagnostic {
        match error {
            ArrayError::Kind(kind) => Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{name}` holds {kind}, and a column holds plain values"),
            )
            .in_data(self.place(name)),
            ArrayError::Value(row, value) => Diagnostic::error(
                codes::BAD_VALUE,
                format!("`{value}` in `{name}` cannot be counted with"),
            )
            .in_data(DataPlace {
                row: Some((self.rows + row) as u64 + 1),
                value: Some(value),
                ..self.place(name)
            })
            .help(ArrayError::HELP),
        }
    }

    /// The table.
    ///
    /// # Errors
    /// None now; kept for readers that check at the end.
    pub fn finish(self) -> Result<Table, Diagnostic> {
        let mut table = Table {
            rows: self.rows,
            unread: self.unread,
            origin: self.origin,
            ..Table::default()
        };
        for (name, parts) in self.names.unwrap_or_default().into_iter().zip(self.parts) {
            let Some(mut parts) = parts else { continue };
            let column = match parts.len() {
                0 => Column::missing(
                    self.needs.column(&name).when_empty.unwrap_or(ColumnType::Text),
                    self.rows,
                ),
                1 => parts.remove(0),
                _ => Column::concat(&parts.iter().collect::<Vec<_>>()),
            };
            table.columns.push((name, column));
        }
        Ok(table)
    }
}

/// The column as an Arrow array in its own layout: nothing is copied. Text is a dictionary.
#[must_use]
pub fn array_of(column: &Column) -> ArrayRef {
    let validity = column.validity.clone();
    match &column.values {
        Values::Bool(values) => Arc::new(BooleanArray::new(values.clone(), validity)),
        Values::Int(Ints::I8(values)) => Arc::new(PrimitiveArray::<Int8Type>::new(values.clone(), validity)),
        Values::Int(Ints::I16(values)) => Arc::new(PrimitiveArray::<Int16Type>::new(values.clone(), validity)),
        Values::Int(Ints::I32(values)) => Arc::new(PrimitiveArray::<Int32Type>::new(values.clone(), validity)),
        Values::Int(Ints::I64(values)) => Arc::new(PrimitiveArray::<Int64Type>::new(values.clone(), validity)),
        Values::Float(values) => Arc::new(PrimitiveArray::<Float64Type>::new(values.clone(), validity)),
        Values::Date(values) => Arc::new(PrimitiveArray::<Date32Type>::new(values.clone(), validity)),
        Values::Timestamp(values) => Arc::new(TimestampMicrosecondArray::new(values.clone(), validity)),
        Values::Text(text) if text.dictionary.is_empty() => arrow_array::new_null_array(&DataType::Utf8, column.len()),
        Values::Text(text) => {
            let dictionary: ArrayRef = Arc::new(text.dictionary.clone());
            match &text.codes {
                Codes::U8(codes) => dictionary_array::<UInt8Type>(codes.clone(), validity, dictionary),
                Codes::U16(codes) => dictionary_array::<UInt16Type>(codes.clone(), validity, dictionary),
                Codes::U32(codes) => dictionary_array::<UInt32Type>(codes.clone(), validity, dictionary),
            }
        }
    }
}

fn dictionary_array<K: ArrowDictionaryKeyType>(
    codes: arrow_buffer::ScalarBuffer<K::Native>,
    validity: Option<NullBuffer>,
    dictionary: ArrayRef,
) -> ArrayRef {
    let rows = codes.len();
    let keys = PrimitiveArray::<K>::new(codes, validity);
    match DictionaryArray::<K>::try_new(keys, dictionary) {
        Ok(array) => Arc::new(array),
        // Codes are in range by the rule of `Text`.
        Err(_) => arrow_array::new_null_array(&DataType::Utf8, rows),
    }
}

/// The table as one record batch.
///
/// # Errors
/// When the columns differ in length.
pub fn to_record_batch(table: &Table) -> Result<RecordBatch, ArrowError> {
    let arrays: Vec<ArrayRef> = table.columns.iter().map(|(_, column)| array_of(column)).collect();
    let fields: Vec<Field> = table
        .columns
        .iter()
        .zip(&arrays)
        .map(|((name, _), array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_goes_to_arrow_and_back() {
        let table = Table {
            columns: vec![
                ("n".into(), Column::ints(vec![Some(1), None, Some(300)])),
                ("t".into(), Column::texts(&[Some("x"), Some("y"), None])),
                ("b".into(), Column::bools(vec![Some(true), None, Some(false)])),
                ("d".into(), Column::dates(vec![Some(1), Some(2), None])),
            ],
            rows: 3,
            ..Table::default()
        };
        let batch = to_record_batch(&table).unwrap();
        let back = from_batches([batch.clone(), batch], None, &Needs::all()).unwrap();
        assert_eq!(back.rows, 6);
        for (name, column) in &table.columns {
            let other = back.column(name).unwrap();
            for row in 0..6 {
                assert_eq!(other.display(row), column.display(row % 3), "{name} {row}");
            }
        }
    }
}
