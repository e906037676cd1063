//! `types/data.d.ts` is made from the Rust types, by way of their JSON Schemas.
//!
//! `WRITE_TYPES=1 cargo test -p bellwether-wasm --features schema --test types` writes it after a change.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use bellwether::assist::{Completion, Hover, OutlineItem, Signature};
use bellwether::diagnostic::wire::Finding;
use bellwether::link::{Backtest, WhatIf};
use bellwether::report::Explanation;
use bellwether::script::reference::FunctionDoc;
use bellwether_wasm::answer::{
    CheckAnswer, ColumnDistribution, FormattedText, LimitsInfo, ReportAnswer, ReportChart, RowPage, TableInfo,
};
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::Value;

/// Everything that a method of the package gives.
fn given(generator: &mut SchemaGenerator) {
    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) {
        let _ = generator.subschema_for::<T>();
    }
    of::<ReportAnswer<'static>>(generator);
    of::<CheckAnswer>(generator);
    of::<TableInfo>(generator);
    of::<ColumnDistribution>(generator);
    of::<RowPage>(generator);
    of::<LimitsInfo>(generator);
    of::<Explanation>(generator);
    of::<WhatIf>(generator);
    of::<Backtest>(generator);
    of::<Finding>(generator);
    of::<FunctionDoc>(generator);
    of::<Completion>(generator);
    of::<Hover>(generator);
    of::<Signature>(generator);
    of::<OutlineItem>(generator);
    of::<FormattedText>(generator);
    of::<ReportChart>(generator);
}

const HEADER: &str = "\
// Made from the Rust types; do not edit. After a change of them:
// WRITE_TYPES=1 cargo test -p bellwether-wasm --features schema --test types
//
// Names of fields are those of the published JSON Schemas (docs/report.schema.json). Spans and offsets count UTF-16 code
// units. A whole number beyond 2^53, which a JavaScript number cannot hold, comes as text.

/** A value of the card with the place where it is written. */
export interface Spanned<T> {
  /** The value. */
  value: T;
  /** Where it stands. */
  span: Span;
}
";

#[test]
fn the_committed_types_are_those_of_rust() {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings.into_generator();
    given(&mut generator);
    let schemas: BTreeMap<String, Value> = generator.take_definitions(true).into_iter().collect();
    let made = Printer { schemas: &schemas }.all();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("types/data.d.ts");
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "types/data.d.ts is not what the Rust types make: write it anew and look at the change"
    );
}

struct Printer<'a> {
    schemas: &'a BTreeMap<String, Value>,
}

impl Printer<'_> {
    fn all(&self) -> String {
        let mut text = HEADER.to_owned();
        // In the package the plain diagnostic never shows: each has its title and its place in lines and columns.
        let names: BTreeMap<&str, &Value> = self
            .schemas
            .iter()
            .filter(|(name, _)| !is_spanned(name) && *name != "Diagnostic")
            .map(|(name, schema)| (renamed(name), schema))
            .collect();
        for (name, schema) in names {
            text.push('\n');
            text.push_str(&doc(schema, ""));
            let plain =
                schema.get("properties").is_some() && schema.get("anyOf").is_none() && schema.get("oneOf").is_none();
            let _ = if plain {
                writeln!(text, "export interface {name} {}", self.object(schema, ""))
            } else {
                writeln!(text, "export type {name} ={};", self.union(schema))
            };
        }
        text
    }

    /// The variants of a type, one a line where they have something to say.
    fn union(&self, schema: &Value) -> String {
        let variants = schema
            .get("oneOf")
            .or_else(|| schema.get("anyOf"))
            .and_then(Value::as_array);
        match variants {
            Some(variants) if variants.iter().any(|variant| variant.get("description").is_some()) => {
                variants.iter().fold(String::new(), |mut text, variant| {
                    let _ = write!(text, "\n{}  | {}", doc(variant, "  "), self.written(variant, "  "));
                    text
                })
            }
            _ => format!(" {}", self.written(schema, "")),
        }
    }

    fn written(&self, schema: &Value, indent: &str) -> String {
        let Some(schema) = schema.as_object() else {
            return "unknown".to_owned();
        };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.named(reference.rsplit('/').next().unwrap_or_default(), indent);
        }
        if let Some(value) = schema.get("const") {
            return value.to_string();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return joined(values.iter().map(Value::to_string), " | ");
        }
        for (key, sign) in [("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")] {
            if let Some(parts) = schema.get(key).and_then(Value::as_array) {
                return joined(parts.iter().map(|part| self.written(part, indent)), sign);
            }
        }
        match schema.get("type") {
            Some(Value::String(kind)) => self.of_kind(kind, schema, indent),
            Some(Value::Array(kinds)) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                joined(kinds.map(|kind| self.of_kind(kind, schema, indent)), " | ")
            }
            _ => "unknown".to_owned(),
        }
    }

    fn named(&self, name: &str, indent: &str) -> String {
        if !is_spanned(name) {
            return renamed(name).to_owned();
        }
        let value = self
            .schemas
            .get(name)
            .and_then(|schema| schema.pointer("/properties/value"));
        format!(
            "Spanned<{}>",
            value.map_or("unknown".to_owned(), |value| self.written(value, indent))
        )
    }

    fn of_kind(&self, kind: &str, schema: &serde_json::Map<String, Value>, indent: &str) -> String {
        match kind {
            "null" => "null".to_owned(),
            "boolean" => "boolean".to_owned(),
            "string" => "string".to_owned(),
            "integer" | "number" => "number".to_owned(),
            "array" => match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
                (Some(items), _) => format!(
                    "[{}]",
                    items
                        .iter()
                        .map(|item| self.written(item, indent))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                (None, Some(item)) => {
                    let item = self.written(item, indent);
                    if item.contains(" | ") {
                        format!("({item})[]")
                    } else {
                        format!("{item}[]")
                    }
                }
                (None, None) => "unknown[]".to_owned(),
            },
            "object" if schema.contains_key("properties") => self.object(&Value::Object(schema.clone()), indent),
            "object" => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => format!("Record<string, {}>", self.written(values, indent)),
                _ => "Record<string, unknown>".to_owned(),
            },
            other => panic!("a kind that TypeScript has no word for here: {other}"),
        }
    }

    fn object(&self, schema: &Value, indent: &str) -> String {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let inner = format!("{indent}  ");
        let mut text = "{\n".to_owned();
        let fields = schema.get("properties").and_then(Value::as_object);
        for (name, field) in fields.into_iter().flatten() {
            let optional = if required.contains(&name.as_str()) { "" } else { "?" };
            let written = self.written(field, &inner);
            // What is left out is never null.
            let written = if optional.is_empty() {
                &written
            } else {
                written.trim_end_matches(" | null")
            };
            let _ = writeln!(text, "{}{inner}{name}{optional}: {written};", doc(field, &inner));
        }
        text + indent + "}"
    }
}

fn is_spanned(name: &str) -> bool {
    name.strip_prefix("Spanned")
        .is_some_and(|number| number.chars().all(|sign| sign.is_ascii_digit()))
}

fn renamed(name: &str) -> &str {
    if name == "Finding" { "Diagnostic" } else { name }
}

/// Parts once each, in order.
fn joined(parts: impl Iterator<Item = String>, sign: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    for part in parts {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    seen.join(sign)
}

fn doc(schema: &Value, indent: &str) -> String {
    let Some(text) = schema.get("description").and_then(Value::as_str) else {
        return String::new();
    };
    let text = text.replace("`None`", "none");
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    match lines.as_slice() {
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            lines.iter().fold(format!("{indent}/**\n"), |mut text, line| {
                let _ = writeln!(text, "{}", format!("{indent} * {line}").trim_end());
                text
            }) + indent
                + " */\n"
        }
    }
}
