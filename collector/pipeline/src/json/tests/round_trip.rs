//! Two oracles that share no code with ours: prost for the protobuf, serde (as `opentelemetry-proto` derives it) for the JSON.

use std::fmt::Debug;

use proptest::prelude::*;
use prost::Message;
use serde::Serialize;
use serde_json::Value;

use super::{generated, read, write};
use crate::Signal;
use crate::json::{Limits, from_protobuf, to_protobuf};

/// Protobuf → JSON → protobuf gives the same request, and gives prost's own bytes once prost has ordered the fields.
fn survives<R: Message + Default + Debug + PartialEq>(signal: Signal, request: &R) {
    let protobuf = request.encode_to_vec();
    let json = write(signal, &protobuf);
    let back = read(signal, &json).unwrap();
    assert_eq!(R::decode(back.as_slice()).unwrap(), *request, "{json}");
    assert_eq!(write(signal, &back), json);
    assert_eq!(R::decode(back.as_slice()).unwrap().encode_to_vec(), protobuf);
}

/// We read what serde writes, and write the same members, less the defaults. (serde cannot read what we write back: it
/// wants the defaults of some messages.)
fn agrees_with_serde<R: Message + Default + Debug + PartialEq + Serialize>(signal: Signal, request: &R) {
    let theirs = serde_json::to_value(request).unwrap();
    let read_back = read(signal, &theirs.to_string()).unwrap();
    assert_eq!(R::decode(read_back.as_slice()).unwrap(), *request, "{theirs}");
    let ours = write(signal, &request.encode_to_vec());
    assert_same(&serde_json::from_str(&ours).unwrap(), &theirs);
    // White space changes nothing.
    assert_eq!(read(signal, &spaced(&ours)).unwrap(), read(signal, &ours).unwrap());
}

/// Numbers may be strings; the last digit of a double is not compared, since serde_json rounds when reading (that it is
/// exact, `survives` shows).
fn assert_same(ours: &Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(mine), Value::Object(other)) => {
            for (key, value) in mine {
                assert_same(value, other.get(key).unwrap_or_else(|| panic!("{key} is not in {theirs}")));
            }
            for (key, value) in other.iter().filter(|(key, _)| !mine.contains_key(*key)) {
                let defaults =
                    [Value::Null, "".into(), "0".into(), 0.into(), false.into(), Value::Array(Vec::new())];
                assert!(
                    defaults.contains(value) || value.as_f64() == Some(0.0),
                    "{key}: {value} is not in {ours}"
                );
            }
        }
        (Value::Array(mine), Value::Array(other)) => {
            assert_eq!(mine.len(), other.len());
            mine.iter().zip(other).for_each(|(mine, other)| assert_same(mine, other));
        }
        // An empty AnyValue.
        (Value::Object(empty), Value::Null) if empty.is_empty() => {}
        (Value::String(mine), Value::Number(other)) => assert_eq!(*mine, other.to_string()),
        (Value::Number(mine), Value::Number(other)) if mine.is_f64() || other.is_f64() => {
            let (mine, other) = (mine.as_f64().unwrap(), other.as_f64().unwrap());
            assert!((mine - other).abs() <= other.abs() * 1e-14, "{mine} {other}");
        }
        _ => assert_eq!(ours, theirs),
    }
}

/// White space wherever JSON allows it.
fn spaced(json: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        in_string ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        match character {
            '{' | '}' | '[' | ']' | ',' | ':' if !in_string => out.push_str(&format!(" \t{character}\r\n")),
            _ => out.push(character),
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn traces_survive_both_ways(request in generated::traces()) {
        survives(Signal::Traces, &request);
        agrees_with_serde(Signal::Traces, &request);
    }

    #[test]
    fn logs_survive_both_ways(request in generated::logs()) {
        survives(Signal::Logs, &request);
        agrees_with_serde(Signal::Logs, &request);
    }

    #[test]
    fn metrics_survive_both_ways(request in generated::metrics()) {
        survives(Signal::Metrics, &request);
        agrees_with_serde(Signal::Metrics, &request);
    }

    #[test]
    fn bytes_that_were_tampered_with_are_refused_or_give_valid_json(
        request in generated::metrics(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut bytes = request.encode_to_vec();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let mut out = Vec::new();
        if from_protobuf(Signal::Metrics, &bytes, &mut out).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&out).is_ok());
        }
    }

    #[test]
    fn json_that_was_tampered_with_is_refused_or_gives_valid_protobuf(
        request in generated::traces(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut body = write(Signal::Traces, &request.encode_to_vec()).into_bytes();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Ok(bytes) = to_protobuf(Signal::Traces, &body, Limits::default()) {
            use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok());
            prop_assert!(ExportTraceServiceRequest::decode(bytes.as_slice()).is_ok());
        }
    }
}
