//! Log records of what is not OTLP.

use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::wire::{put_bytes, put_fixed64, put_message};
use serde_json::Value;

use super::topics::Encoding;

/// Objects and arrays in each other. Each costs three levels of the 200 that a request may have.
const DEPTH_MAX: usize = 60;

/// `AnyValue`, encoded.
pub(super) fn body(encoding: Encoding, value: &[u8]) -> Result<Vec<u8>, String> {
    match encoding {
        Encoding::Json => {
            let value: Value = serde_json::from_slice(value).map_err(|error| format!("not JSON: {error}"))?;
            any_of(&value, 0)
        }
        Encoding::Raw => {
            let mut any = Vec::with_capacity(value.len() + 8);
            put_bytes(&mut any, 7, value);
            Ok(any)
        }
        _ => Ok(any_value::string(&String::from_utf8_lossy(value))),
    }
}

fn any_of(value: &Value, depth: usize) -> Result<Vec<u8>, String> {
    if depth > DEPTH_MAX {
        return Err(format!("objects nest deeper than {DEPTH_MAX}"));
    }
    let mut inner = Vec::new();
    let mut any = Vec::new();
    match value {
        Value::Null => {}
        Value::Bool(value) => any = any_value::bool(*value),
        Value::String(text) => any = any_value::string(text),
        Value::Number(number) => {
            any = match number.as_i64() {
                Some(number) => any_value::int(number),
                None => any_value::double(number.as_f64().unwrap_or(f64::NAN)),
            }
        }
        Value::Array(values) => {
            for value in values {
                put_bytes(&mut inner, 1, &any_of(value, depth + 1)?);
            }
            put_bytes(&mut any, 5, &inner);
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let value = any_of(value, depth + 1)?;
                put_message(&mut inner, 1, |pair| {
                    put_bytes(pair, 1, key.as_bytes());
                    put_bytes(pair, 2, &value);
                });
            }
            put_bytes(&mut any, 6, &inner);
        }
    }
    Ok(any)
}

/// Appends a field `log_records` of `ScopeLogs`. The time is when Kafka got it: it stays the same when it is read again.
pub(super) fn put_record(out: &mut Vec<u8>, body: &[u8], observed_time_unix_nano: u64) {
    put_message(out, 2, |record| {
        put_bytes(record, 5, body);
        put_fixed64(record, 11, observed_time_unix_nano);
    });
}

/// An `ExportLogsServiceRequest` with these fields of one `ScopeLogs`.
pub(super) fn request_of(records: &[u8]) -> Vec<u8> {
    let mut request = Vec::with_capacity(records.len() + 32);
    put_message(&mut request, 1, |resource| put_bytes(resource, 2, records));
    request
}
