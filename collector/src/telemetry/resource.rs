//! `service::telemetry::resource`: who the collector says it is.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::spans::random_uuid;
use codeagent_pipeline::telemetry::Resource;
use indexmap::IndexMap;
use serde_json::Value;

/// The name of the program, its scope, and its `service.name`.
const PROGRAM: &str = "codeagent-collector";

/// Keys that are not attributes.
const REFUSED: [(&str, &str, &str); 3] = [
    ("attributes_list", "`attributes_list` is not supported", "write the attributes under `attributes`"),
    ("detectors", "resource detectors are not supported", "write the attributes under `attributes`"),
    (
        "detection/development",
        "resource detectors are not supported",
        "write the attributes under `attributes`",
    ),
];

/// The resource: name, version and a random instance id, where the section does not say otherwise. The section is a
/// map of attributes, in which `null` takes a default away, or has a list of `attributes` with `name` and `value`.
pub(super) fn read(
    written: &IndexMap<String, Option<Value>>,
    section: &Section,
    diagnostics: &mut Diagnostics,
) -> Resource {
    let below = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
    let mut attributes: IndexMap<String, Option<Vec<u8>>> = [
        ("service.name", PROGRAM.to_owned()),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", random_uuid()),
    ]
    .map(|(key, value)| (key.to_owned(), Some(any_value::string(&value))))
    .into();
    for (key, value) in written {
        if let Some((_, problem, help)) = REFUSED.iter().find(|(refused, ..)| refused == key) {
            diagnostics.push(below(key).error(*problem, *help));
            continue;
        }
        match (key.as_str(), value) {
            ("schema_url", _) => {}
            ("attributes", Some(Value::Array(list))) => {
                for pair in list {
                    let Some((name, value)) = named(pair) else {
                        let help = "write `- {name: deployment.environment.name, value: production}`";
                        diagnostics
                            .push(below(key).error("an attribute needs a `name` and a plain `value`", help));
                        continue;
                    };
                    attributes.insert(name, Some(value));
                }
            }
            (_, None | Some(Value::Null)) => {
                attributes.insert(key.clone(), None);
            }
            (_, Some(Value::Array(_) | Value::Object(_))) => {
                diagnostics.push(below(key).error("an attribute has a plain value", "write a text, or null"));
            }
            (_, Some(Value::String(text))) => {
                attributes.insert(key.clone(), Some(any_value::string(text)));
            }
            (_, Some(plain)) => {
                attributes.insert(key.clone(), Some(any_value::string(&plain.to_string())));
            }
        }
    }
    let kept = attributes.iter().filter_map(|(key, value)| Some((key.as_str(), value.clone()?)));
    Resource::new(kept, PROGRAM, env!("CARGO_PKG_VERSION"))
}

/// An element of `attributes`.
fn named(pair: &Value) -> Option<(String, Vec<u8>)> {
    let value = match pair.get("value")? {
        Value::String(text) => any_value::string(text),
        Value::Bool(value) => any_value::bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => any_value::int(integer),
            None => any_value::double(number.as_f64()?),
        },
        _ => return None,
    };
    Some((pair.get("name")?.as_str()?.to_owned(), value))
}
