//! The whole report as JSON.

use bellwether::report::Report;

/// Pretty JSON that ends with a line feed.
///
/// # Errors
/// A message when the report holds what JSON cannot say; that would be a fault of the engine.
pub fn to_json(report: &Report) -> Result<String, String> {
    let mut text = serde_json::to_string_pretty(report).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}
