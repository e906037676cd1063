//! Findings as SARIF 2.1.0, for code review tools.
//!
//! Columns are UTF-16 code units, as the format has it unless told. What a comment of the card allows is there as a
//! suppressed result, so that a reviewer sees what was silenced and why.

use bellwether::diagnostic::wire::{Finding, Findings, Location};
use bellwether::diagnostic::{Code, DataPlace, Severity};
use bellwether_order::Sort;
use serde_json::{Map, Value, json};

/// The schema that the log names.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Findings as a SARIF log with one run. `rule_help` gives the page of a code, in Markdown, where one is at hand.
///
/// # Errors
/// A message when the findings hold what JSON cannot say; that would be a fault of the engine.
pub fn to_sarif(found: &Findings, rule_help: &dyn Fn(Code) -> Option<String>) -> Result<String, String> {
    let mut codes: Vec<Code> = found.findings.iter().map(|finding| finding.diagnostic.code).collect();
    codes.order();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, rule_help(*code))).collect();
    let results: Vec<Value> = found
        .findings
        .iter()
        .map(|finding| result(finding, found, &codes))
        .collect();
    let (name, version) = found.engine.split_once(' ').unwrap_or((&found.engine, "0.0.0"));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": name, "semanticVersion": version, "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "invocations": [{ "executionSuccessful": true, "exitCode": i32::from(found.errors > 0) }],
            "artifacts": artifacts(found),
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

/// Adds a property to an object.
fn put(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(properties) = object {
        properties.insert(name.to_owned(), value);
    }
}

fn rule(code: Code, help: Option<String>) -> Value {
    let mut rule = json!({
        "id": code.to_string(),
        "shortDescription": { "text": sentence(code.title()) },
        "properties": { "tags": [code.stage()] },
    });
    if let Some(markdown) = help {
        put(
            &mut rule,
            "help",
            json!({ "text": format!("bellwether docs {code}"), "markdown": markdown }),
        );
    }
    rule
}

/// The texts that findings stand in, and the card in any case.
fn artifacts(found: &Findings) -> Vec<Value> {
    let mut names: Vec<&str> = vec![&found.card];
    let locations = found.findings.iter().filter_map(|finding| finding.location.as_ref());
    for location in locations {
        if !names.contains(&location.file.as_str()) {
            names.push(&location.file);
        }
    }
    names
        .into_iter()
        .map(|name| json!({ "location": { "uri": uri(name) } }))
        .collect()
}

fn result(finding: &Finding, found: &Findings, codes: &[Code]) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut text = sentence(&diagnostic.message);
    if let Some(help) = &diagnostic.help {
        text.push('\n');
        text.push_str(&sentence(help));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": { "text": text },
        "locations": [location(finding, found)],
    });
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .zip(&finding.related_locations)
        .filter_map(|(related, place)| {
            let mut value = physical(place.as_ref()?);
            put(&mut value, "message", json!({ "text": sentence(&related.message) }));
            Some(value)
        })
        .collect();
    if !related.is_empty() {
        put(&mut result, "relatedLocations", Value::Array(related));
    }
    if let (Some(fix), Some(place)) = (&diagnostic.fix, &finding.fix_location) {
        put(
            &mut result,
            "fixes",
            json!([{
                "description": { "text": diagnostic.help.as_deref().map_or_else(|| "Replace it.".to_owned(), sentence) },
                "artifactChanges": [{
                    "artifactLocation": { "uri": uri(&place.file) },
                    "replacements": [{ "deletedRegion": region(place), "insertedContent": { "text": fix.replacement } }],
                }],
            }]),
        );
    }
    if let Some(reason) = &diagnostic.allowed {
        let kind = if reason == "allowed by the host" {
            "external"
        } else {
            "inSource"
        };
        put(
            &mut result,
            "suppressions",
            json!([{ "kind": kind, "justification": reason }]),
        );
    }
    result
}

/// Where a finding stands: in the card, or at its top when it is about data; then the place in the data is said in words.
fn location(finding: &Finding, found: &Findings) -> Value {
    let mut value = match &finding.location {
        Some(location) => physical(location),
        None => json!({ "physicalLocation": {
            "artifactLocation": { "uri": uri(&found.card) },
            "region": { "startLine": 1 },
        }}),
    };
    if let Some(place) = &finding.diagnostic.place {
        let logical = logical(place);
        if !logical.is_empty() {
            put(
                &mut value,
                "logicalLocations",
                Value::Array(vec![Value::Object(logical)]),
            );
        }
    }
    value
}

fn logical(place: &DataPlace) -> Map<String, Value> {
    let mut logical = Map::new();
    let parts: Vec<String> = [
        place.file.clone().or_else(|| place.table.clone()),
        place.row.map(|row| format!("row {row}")),
        place.column.as_ref().map(|column| format!("column {column}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !parts.is_empty() {
        logical.insert("fullyQualifiedName".to_owned(), json!(parts.join(", ")));
        logical.insert("kind".to_owned(), json!("member"));
    }
    if let Some(name) = place.column.as_ref().or(place.table.as_ref()) {
        logical.insert("name".to_owned(), json!(name));
    }
    logical
}

fn physical(location: &Location) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&location.file) },
        "region": region(location),
    }})
}

fn region(location: &Location) -> Value {
    json!({
        "startLine": location.start.line,
        "startColumn": location.start.utf16_column,
        "endLine": location.end.line,
        "endColumn": location.end.utf16_column,
    })
}

/// A message as a sentence: SARIF asks for a capital and a stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

/// A path as a relative or `file:` URI reference.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether::diagnostic::{Diagnostic, Span, codes};

    fn log(findings: Vec<Diagnostic>, text: &str) -> Value {
        let texts = [("cards/my card.rhai".to_owned(), text.to_owned())];
        let found = Findings::new("cards/my card.rhai", true, findings, &texts);
        let help = |code: Code| Some(format!("# {code}"));
        serde_json::from_str(&to_sarif(&found, &help).unwrap()).unwrap()
    }

    #[test]
    fn a_result_points_at_its_rule_and_its_columns_are_utf16() {
        let text = "let a = \"😀\"; metric(\"nps\").traget(45);\n";
        let at = text.find("traget").unwrap() as u32;
        let slip = Diagnostic::error(codes::UNKNOWN_FUNCTION, "no setting `traget`")
            .at(Span::new(at, at + 6))
            .help("did you mean `target`?")
            .fix(Span::new(at, at + 6), "target");
        let log = log(
            vec![slip, Diagnostic::warning(codes::NO_OWNER, "nobody owns `nps`")],
            text,
        );
        let run = &log["runs"][0];
        assert_eq!(log["version"], "2.1.0");
        let result = &run["results"][0];
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "BW102");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "cards/my%20card.rhai");
        // The emoji is one character and two units: counted by hand, `traget` is characters 28 to 33.
        assert_eq!(
            place["region"],
            json!({ "startLine": 1, "startColumn": 29, "endLine": 1, "endColumn": 35 })
        );
        assert_eq!(
            result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
            "target"
        );
        assert_eq!(
            result["message"]["text"],
            "No setting `traget`.\nDid you mean `target`?"
        );
        // What has no place stands at the top of the card.
        assert_eq!(
            run["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"],
            1
        );
        assert_eq!(run["invocations"][0]["exitCode"], 1);
    }

    #[test]
    fn what_is_allowed_is_a_suppressed_result() {
        let mut owner = Diagnostic::warning(codes::NO_OWNER, "nobody owns `nps`");
        owner.allowed = Some("a draft".to_owned());
        let log = log(vec![owner], "x");
        let suppression = &log["runs"][0]["results"][0]["suppressions"][0];
        assert_eq!(*suppression, json!({ "kind": "inSource", "justification": "a draft" }));
        assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 0);
    }

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("./a b/ü.rhai"), "a%20b/%C3%BC.rhai");
        assert_eq!(uri("/home/x.rhai"), "file:///home/x.rhai");
        assert_eq!(uri("cards\\x.rhai"), "cards/x.rhai");
    }
}
