//! The JSON Schema of a report, made from its types.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::explain::Explanation;
use super::model::Report;
use crate::diagnostic::wire::Findings;

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

/// The JSON Schema of what `bellwether check --format json` writes; `docs/check.schema.json` keeps it.
#[must_use]
pub fn check_schema() -> Value {
    schema::<Findings>()
}

fn schema<T: schemars::JsonSchema>() -> Value {
    // What is written is described, not what may be read: fields that are always there are required.
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `WRITE_SCHEMA=1 cargo test -p bellwether --features schema published_schemas` writes the files after a change.
    #[test]
    fn the_published_schemas_are_those_of_the_types() {
        let schemas = [("report", super::report_schema()), ("check", super::check_schema())];
        for (name, schema) in schemas {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/{name}.schema.json"));
            let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            if std::env::var_os("WRITE_SCHEMA").is_some() {
                std::fs::write(&path, &made).unwrap();
            }
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                kept == made,
                "docs/{name}.schema.json is not what the types make: write it anew and look at the change"
            );
        }
    }
}
