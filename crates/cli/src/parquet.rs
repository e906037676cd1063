//! `--format parquet`: the cells of a report as one tidy table.

use std::fs::File;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use bellwether::report::Report;
use bellwether_report::{TidyColumn, tidy};

use crate::entities;

/// Writes the cells of a report, with where they come from as metadata of the file.
pub fn write(report: &Report, file: &mut File) -> Result<(), String> {
    entities::as_parquet(&batch(report)?, file)
}

/// The tidy table as one batch.
fn batch(report: &Report) -> Result<RecordBatch, String> {
    let table = tidy(report);
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (name, column) in table.columns {
        let (kind, array): (DataType, ArrayRef) = match column {
            TidyColumn::Text(values) => (DataType::Utf8, Arc::new(StringArray::from_iter(values))),
            TidyColumn::Number(values) => (DataType::Float64, Arc::new(Float64Array::from_iter(values))),
            TidyColumn::Count(values) => (DataType::UInt64, Arc::new(UInt64Array::from_iter(values))),
            TidyColumn::Flag(values) => (DataType::Boolean, Arc::new(BooleanArray::from_iter(values))),
        };
        fields.push(Field::new(name, kind, true));
        columns.push(array);
    }
    let schema = Schema::new(fields).with_metadata(entities::metadata(&report.provenance));
    RecordBatch::try_new(Arc::new(schema), columns).map_err(|error| error.to_string())
}
