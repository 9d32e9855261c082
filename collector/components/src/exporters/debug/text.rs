//! Values as the Collector prints them.

use std::fmt::Write as _;

use codeagent_pipeline::json::write_value;
use codeagent_pipeline::otlp::views::{AnyValue, Attribute, View as _};

use crate::exporters::calendar::date;

/// `Str(text)`, `Int(1)`, `Map({"a":1})`
pub(super) fn typed(raw: &[u8]) -> String {
    let name = match AnyValue::view(raw) {
        AnyValue::Empty => "Empty",
        AnyValue::String(_) => "Str",
        AnyValue::Bool(_) => "Bool",
        AnyValue::Int(_) => "Int",
        AnyValue::Double(_) => "Double",
        AnyValue::Array(_) => "Slice",
        AnyValue::Map(_) => "Map",
        AnyValue::Bytes(_) => "Bytes",
    };
    format!("{name}({})", plain(raw))
}

/// Text as it is, all else as JSON.
pub(super) fn plain(raw: &[u8]) -> String {
    match AnyValue::view(raw) {
        AnyValue::Empty => String::new(),
        AnyValue::String(text) => text.to_owned(),
        value => {
            let mut json = Vec::new();
            // what was checked at the door can be written
            let _ = write_value(&mut json, raw);
            let json = String::from_utf8(json).unwrap_or_default();
            match value {
                AnyValue::Bytes(_) => json.trim_matches('"').to_owned(),
                _ => json,
            }
        }
    }
}

/// ` -> key: Str(text)` for each attribute, below `header`.
pub(super) fn attributes<'a>(
    out: &mut String,
    header: &str,
    attributes: impl Iterator<Item = Attribute<'a>>,
) {
    let indent = header.split_once("->").map_or("", |(indent, _)| indent);
    let mut header = Some(header);
    for attribute in attributes {
        if let Some(header) = header.take() {
            let _ = writeln!(out, "{header}:");
        }
        let _ = writeln!(out, "{indent}     -> {}: {}", attribute.key, typed(attribute.raw));
    }
}

/// Lower-case hex; nothing for an id that is absent or zero.
pub(super) fn id(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| *byte == 0) {
        return String::new();
    }
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// `2020-02-11 20:26:13.000000789 +0000 UTC`, as Go prints times.
pub(super) fn time(nanoseconds: u64) -> String {
    let (seconds, fraction) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    if fraction > 0 {
        let digits = format!("{fraction:09}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
    text + " +0000 UTC"
}

/// Six digits after the point, as Go's `%f`.
pub(super) fn fixed(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    format!("{value:.6}")
}
