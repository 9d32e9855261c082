//! The JSON Schema of a whole configuration, for editors.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::id::Signal;
use crate::kind::Kind;

/// One component's contribution.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Under which key it is configured.
    pub kind: Kind,
    /// Its type, such as `otlp`.
    pub name: &'a str,
    /// Other accepted types, such as `prometheus_remote_write` for `prometheusremotewrite`.
    pub aliases: &'a [&'a str],
    /// Its configuration: `schemars::schema_for!(Config)`.
    pub schema: Schema,
}

/// The schema (draft 2020-12) of a configuration file that uses these components.
///
/// It accepts what the reader accepts: ids `type` and `type/name`; for every value also nothing (the default)
/// and a text with a reference `${...}`; numbers and booleans for texts; a text with commas for a list; and
/// `a::b:` on the top level. Other names that a struct accepts for a field (`serde(alias)`) are not in
/// schemars' schemas, and so not in this one.
#[must_use]
pub fn document(parts: &[Part<'_>]) -> Value {
    let mut definitions = Map::new();
    definitions.insert("reference".to_owned(), reference());
    let mut properties = Map::new();
    for kind in Kind::ALL {
        let mut ids = Map::new();
        for part in parts.iter().filter(|part| part.kind == kind) {
            let name = format!("{}.{}", kind.plural(), part.name);
            ids.insert(
                id_pattern(part),
                json!({ "anyOf": [{ "type": "null" }, { "$ref": pointer(&name) }] }),
            );
            define(&mut definitions, &name, part.schema.clone().to_value());
        }
        let description = format!("the {} by id: `type` or `type/name`", kind.plural());
        let known = json!({
            "description": description,
            "type": ["object", "null"],
            "patternProperties": ids,
            "additionalProperties": false,
        });
        properties.insert(kind.plural().to_owned(), known);
    }
    properties.insert("service".to_owned(), service(parts));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CodeAgent collector configuration",
        "type": "object",
        "properties": properties,
        "patternProperties": { "::": true },
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn pointer(definition: &str) -> String {
    format!("#/$defs/{definition}")
}

/// What any value may also be.
fn reference() -> Value {
    json!({
        "description": "nothing, for the default; or a text with a reference such as ${env:NAME:-default}",
        "type": ["string", "null"],
        "pattern": r"\$\{",
    })
}

fn id_pattern(part: &Part<'_>) -> String {
    let names: Vec<&str> = std::iter::once(part.name).chain(part.aliases.iter().copied()).collect();
    format!("^(?:{})(?:/.+)?$", names.join("|"))
}

fn service(parts: &[Part<'_>]) -> Value {
    let ids = |kinds: &[Kind]| {
        let patterns: Vec<Value> = parts
            .iter()
            .filter(|part| kinds.contains(&part.kind))
            .map(|part| json!({ "pattern": id_pattern(part) }))
            .collect();
        let reference = json!({ "$ref": pointer("reference") });
        let item = if patterns.is_empty() {
            reference.clone()
        } else {
            json!({ "type": "string", "anyOf": [{ "anyOf": patterns }, reference] })
        };
        json!({ "type": ["array", "null"], "items": item, "uniqueItems": true })
    };
    let pipeline = json!({
        "type": "object",
        "properties": {
            "receivers": ids(&[Kind::Receiver, Kind::Connector]),
            "processors": ids(&[Kind::Processor]),
            "exporters": ids(&[Kind::Exporter, Kind::Connector]),
        },
        "required": ["receivers", "exporters"],
        "additionalProperties": false,
    });
    let signals = Signal::ALL.map(Signal::as_str).join("|");
    let pipelines = Map::from_iter([(format!("^(?:{signals})(?:/.+)?$"), pipeline)]);
    json!({
        "description": "what runs, and how it is connected",
        "type": "object",
        "properties": {
            "extensions": ids(&[Kind::Extension]),
            "pipelines": {
                "description": "the pipelines by id: a signal, or signal/name",
                "type": "object",
                "patternProperties": pipelines,
                "additionalProperties": false,
            },
            "telemetry": { "description": "the collector's own telemetry", "type": ["object", "null"] },
        },
        "additionalProperties": false,
    })
}

/// Adds a component's schema with its own definitions, their names made unique by the component's.
/// The schema of a section that two structs read side by side, as [`crate::Section::decode_beside`] does.
#[must_use]
pub fn beside(mut shared: Schema, mut own: Schema) -> Schema {
    for part in ["properties", "$defs"] {
        if let Some(Value::Object(theirs)) = shared.ensure_object().remove(part) {
            let mine = own.ensure_object().entry(part).or_insert_with(|| json!({}));
            if let Some(mine) = mine.as_object_mut() {
                mine.extend(theirs);
            }
        }
    }
    own
}

fn define(definitions: &mut Map<String, Value>, name: &str, mut schema: Value) {
    let inner = schema.as_object_mut().and_then(|schema| {
        schema.remove("$schema");
        schema.remove("$defs")
    });
    relax(&mut schema, name);
    definitions.insert(name.to_owned(), schema);
    for (key, mut inner) in inner.as_ref().and_then(Value::as_object).cloned().unwrap_or_default() {
        relax(&mut inner, name);
        definitions.insert(format!("{name}.{key}"), inner);
    }
}

/// Rewrites a schema to what the reader accepts, and its references to the names of this document.
fn relax(schema: &mut Value, name: &str) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::String(target)) = schema.get_mut("$ref") {
        let renamed = match target.strip_prefix("#/$defs/") {
            Some(key) => pointer(&format!("{name}.{key}")),
            None => pointer(name),
        };
        *target = renamed;
    }
    let free = !["pattern", "enum", "const", "format"].iter().any(|key| schema.contains_key(*key));
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "string" && free => {
            schema.insert("type".to_owned(), json!(["string", "number", "boolean"]));
        }
        Some(Value::String(kind)) if kind == "array" => {
            schema.insert("type".to_owned(), json!(["array", "string"]));
        }
        _ => {}
    }
    if schema.contains_key("properties") && !schema.contains_key("additionalProperties") {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for key in ["properties", "patternProperties"] {
        for inner in schema.get_mut(key).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
        {
            relax(inner, name);
            or_reference(inner);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            relax(inner, name);
            or_reference(inner);
        }
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for inner in schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            relax(inner, name);
        }
    }
}

/// What editors show stays on the outside.
const SHOWN: [&str; 5] = ["title", "description", "default", "deprecated", "examples"];

fn or_reference(schema: &mut Value) {
    let Some(inner) = schema.as_object_mut() else { return };
    let mut outer = Map::new();
    for key in SHOWN {
        if let Some(value) = inner.remove(key) {
            outer.insert(key.to_owned(), value);
        }
    }
    if inner.is_empty() {
        *schema = Value::Object(outer);
        return;
    }
    let reference = json!({ "$ref": pointer("reference") });
    let only = inner.len() == 1;
    match inner.get_mut("anyOf").and_then(Value::as_array_mut).filter(|_| only) {
        Some(all) => {
            all.push(reference);
            outer.insert("anyOf".to_owned(), Value::Array(std::mem::take(all)));
        }
        None => {
            outer.insert("anyOf".to_owned(), json!([std::mem::take(inner), reference]));
        }
    }
    *schema = Value::Object(outer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::{JsonSchema, schema_for};

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Otlp {
        protocols: Option<Protocols>,
        /// Shown to people.
        #[schemars(default = "five")]
        timeout: crate::Duration,
        tags: Vec<String>,
        port: u16,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Protocols {
        grpc: Option<Box<Otlp>>,
    }

    fn five() -> crate::Duration {
        crate::Duration::from_secs(5)
    }

    fn example() -> Value {
        let part = |kind, name, aliases| Part { kind, name, aliases, schema: schema_for!(Otlp) };
        document(&[
            part(Kind::Receiver, "otlp", &[]),
            part(Kind::Exporter, "prometheusremotewrite", &["prometheus_remote_write"]),
        ])
    }

    /// All values of `$ref` below a value.
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value.as_str().filter(|_| key == "$ref") {
                        Some(target) => found.push(target),
                        None => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_in_the_schema_has_its_definition() {
        let schema = example();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.contains(&"#/$defs/receivers.otlp.Protocols"), "{found:?}");
        for target in found {
            assert!(schema.pointer(target.trim_start_matches('#')).is_some(), "{target}");
        }
    }

    #[test]
    fn components_are_keyed_by_type_alias_and_name() {
        let schema = example();
        let ids = schema.pointer("/properties/exporters/patternProperties").unwrap().as_object().unwrap();
        let pattern = "^(?:prometheusremotewrite|prometheus_remote_write)(?:/.+)?$";
        assert_eq!(ids.keys().collect::<Vec<_>>(), [pattern]);
        assert_eq!(schema.pointer("/properties/exporters/additionalProperties"), Some(&Value::Bool(false)));
    }

    #[test]
    fn every_value_may_be_left_out_or_refer_to_a_variable() {
        let schema = example();
        let field =
            |name: &str| schema.pointer(&format!("/$defs/receivers.otlp/properties/{name}")).unwrap().clone();
        let reference = json!({ "$ref": "#/$defs/reference" });
        for name in ["protocols", "timeout", "tags", "port"] {
            assert!(field(name)["anyOf"].as_array().unwrap().contains(&reference), "{name}");
        }
        assert_eq!(field("timeout")["description"], "Shown to people.");
        assert_eq!(field("timeout")["default"], "5s");
        assert_eq!(field("tags")["anyOf"][0]["type"], json!(["array", "string"]));
    }
}
