//! The JSON Schema of a report, made from its types.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::explain::Explanation;
use super::model::Report;

/// The JSON Schema (draft 2020-12) of a report, as `--format json` writes it and `docs/report.schema.json` keeps it.
///
/// ```
/// let schema = bellwether::report::report_schema();
/// assert_eq!(schema["title"], "Report");
/// ```
#[must_use]
pub fn report_schema() -> Value {
    schema::<Report>()
}

/// The JSON Schema of an explanation.
#[must_use]
pub fn explanation_schema() -> Value {
    schema::<Explanation>()
}

fn schema<T: schemars::JsonSchema>() -> Value {
    // What is written is described, not what may be read: fields that are always there are required.
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
