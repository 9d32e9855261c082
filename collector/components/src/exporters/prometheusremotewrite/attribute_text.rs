//! Attribute values as label values.

use codeagent_pipeline::otlp::views::AnyValue;

/// How deep arrays and maps are followed; what is deeper becomes `null`.
const DEPTH_MAX: usize = 64;

/// Appends `value` as OpenTelemetry represents it outside of OTLP: text as it is, numbers and truth values as in
/// JSON, bytes in base64, arrays and maps as JSON, an empty value as nothing.
pub fn write(out: &mut String, value: &AnyValue<'_>) {
    match value {
        AnyValue::Empty => {}
        AnyValue::String(text) => out.push_str(text),
        AnyValue::Double(number) => write_double(out, *number),
        AnyValue::Bytes(bytes) => write_base64(out, bytes),
        value => write_json(out, value, DEPTH_MAX),
    }
}

fn write_json(out: &mut String, value: &AnyValue<'_>, depth: usize) {
    match value {
        AnyValue::String(text) => write_json_text(out, text),
        AnyValue::Bool(true) => out.push_str("true"),
        AnyValue::Bool(false) => out.push_str("false"),
        AnyValue::Int(number) => out.push_str(itoa::Buffer::new().format(*number)),
        AnyValue::Double(number) if number.is_finite() => write_double(out, *number),
        AnyValue::Double(number) => {
            out.push('"');
            write_double(out, *number);
            out.push('"');
        }
        AnyValue::Bytes(bytes) => {
            out.push('"');
            write_base64(out, bytes);
            out.push('"');
        }
        AnyValue::Array(items) if depth > 0 => {
            out.push('[');
            for (at, item) in items.clone().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(out, &item, depth - 1);
            }
            out.push(']');
        }
        AnyValue::Map(entries) if depth > 0 => {
            out.push('{');
            for (at, entry) in entries.clone().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json_text(out, entry.key);
                out.push(':');
                write_json(out, &entry.value, depth - 1);
            }
            out.push('}');
        }
        AnyValue::Empty | AnyValue::Array(_) | AnyValue::Map(_) => out.push_str("null"),
    }
}

fn write_json_text(out: &mut String, text: &str) {
    // Serialising a string to JSON cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn write_base64(out: &mut String, bytes: &[u8]) {
    base64::Engine::encode_string(&base64::engine::general_purpose::STANDARD, bytes, out);
}

/// A double as in JSON; with an exponent where it would have more than 21 digits or more than six zeros.
fn write_double(out: &mut String, number: f64) {
    use std::fmt::Write;
    let size = number.abs();
    // Writing to a string cannot fail.
    let _ = if number.is_nan() {
        write!(out, "NaN")
    } else if number.is_infinite() {
        write!(out, "{}Infinity", if number < 0.0 { "-" } else { "" })
    } else if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        write!(out, "{mantissa}e{}{exponent}", if exponent.starts_with('-') { "" } else { "+" })
    } else {
        write!(out, "{number}")
    };
}

#[cfg(test)]
mod tests {
    use codeagent_pipeline::otlp::views::View;
    use codeagent_pipeline::otlp::wire::{put_bytes, put_double, put_message, put_uint};

    use super::*;

    fn text_of(value: &[u8]) -> String {
        let mut out = String::new();
        write(&mut out, &AnyValue::view(value));
        out
    }

    fn encoded(build: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        build(&mut out);
        out
    }

    #[test]
    fn scalars_are_written_plainly() {
        let cases = [
            (encoded(|out| put_bytes(out, 1, b"a \"b\"")), "a \"b\""),
            (encoded(|out| put_uint(out, 2, 1)), "true"),
            (encoded(|out| put_uint(out, 3, -5i64 as u64)), "-5"),
            (encoded(|out| put_double(out, 4, 1.5)), "1.5"),
            (encoded(|out| put_double(out, 4, 3.0)), "3"),
            (encoded(|out| put_double(out, 4, 1e21)), "1e+21"),
            (encoded(|out| put_double(out, 4, 1.5e-7)), "1.5e-7"),
            (encoded(|out| put_double(out, 4, f64::NAN)), "NaN"),
            (encoded(|out| put_double(out, 4, f64::NEG_INFINITY)), "-Infinity"),
            (encoded(|out| put_bytes(out, 7, &[1, 2, 3])), "AQID"),
            (vec![], ""),
        ];
        for (value, expected) in cases {
            assert_eq!(text_of(&value), expected);
        }
    }

    #[test]
    fn arrays_and_maps_become_json() {
        let array = encoded(|out| {
            put_message(out, 5, |out| {
                put_message(out, 1, |out| put_bytes(out, 1, b"x\n"));
                put_message(out, 1, |out| put_double(out, 4, f64::INFINITY));
                put_message(out, 1, |_| {});
                put_message(out, 1, |out| put_bytes(out, 7, &[255]));
            });
        });
        assert_eq!(text_of(&array), r#"["x\n","Infinity",null,"/w=="]"#);
        let map = encoded(|out| {
            put_message(out, 6, |out| {
                put_message(out, 1, |out| {
                    put_bytes(out, 1, b"k");
                    put_message(out, 2, |out| put_uint(out, 3, 7));
                });
                put_message(out, 1, |out| {
                    put_bytes(out, 1, b"l");
                    put_message(out, 2, |out| put_uint(out, 2, 0));
                });
            });
        });
        assert_eq!(text_of(&map), r#"{"k":7,"l":false}"#);
    }

    #[test]
    fn nesting_ends_at_a_bound() {
        let mut value = encoded(|out| put_uint(out, 3, 1));
        for _ in 0..1_000 {
            let inner = value;
            value = encoded(|out| put_message(out, 5, |out| put_bytes(out, 1, &inner)));
        }
        let text = text_of(&value);
        assert!(text.contains("null") && text.len() < 200, "{text}");
    }
}
