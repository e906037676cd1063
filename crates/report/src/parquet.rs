//! The cells of a report as one tidy table in a Parquet file.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use bellwether::report::{Provenance, Report};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::tidy::{TidyColumn, tidy};

/// The cells of a report as Parquet, with where they come from as metadata of the file. The same report gives the same bytes.
///
/// # Errors
/// A message when the report cannot be written; that would be a fault of the engine.
pub fn to_parquet(report: &Report) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    write_parquet(&batch(report)?, &mut bytes)?;
    Ok(bytes)
}

/// Writes a batch as Parquet, packed by zstd.
///
/// # Errors
/// A message when it cannot be written.
pub fn write_parquet(batch: &RecordBatch, out: &mut (dyn std::io::Write + Send)) -> Result<(), String> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).map_err(|error| error.to_string())?;
    writer.write(batch).map_err(|error| error.to_string())?;
    writer.close().map(drop).map_err(|error| error.to_string())
}

/// Where numbers come from, for the metadata of a file.
#[must_use]
pub fn file_metadata(provenance: &Provenance) -> std::collections::HashMap<String, String> {
    let facts = [
        ("bellwether.engine", &provenance.engine),
        ("bellwether.results_sha256", &provenance.results_sha256),
    ];
    facts
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
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
    let schema = Schema::new(fields).with_metadata(file_metadata(&report.provenance));
    RecordBatch::try_new(Arc::new(schema), columns).map_err(|error| error.to_string())
}
