//! What is refused: where, and why.

use super::{histogram_point, log_body, read, span, sum_point};
use crate::Signal::{Logs, Metrics, Traces};
use crate::json::{Limits, Problem, from_protobuf, to_protobuf, write_value};

/// Members of a span that are wrong for their field.
const WRONG_FIELDS: &[(&str, &str)] = &[
    (r#""traceId":"abc""#, "traceId: expected 32 hex digits or an empty string, found 3 characters"),
    (
        r#""traceId":"CvdlGRbNQ92ESOshHIAxnA==""#,
        "traceId: expected 32 hex digits or an empty string, found 24 characters",
    ),
    (r#""spanId":"0af7651916cd43dd8448eb211c80319c""#, "spanId: expected 16 hex digits"),
    (r#""parentSpanId":"b7ad6b716920333g""#, "parentSpanId: expected hex digits"),
    (r#""spanId":12"#, "spanId: expected a string, found a number"),
    (r#""links":[{},{"traceId":"00"}]"#, "links[1].traceId: expected 32 hex digits"),
    (r#""name":7"#, "name: expected a string, found a number"),
    (r#""name":"a","name":"b""#, "name: the key occurs twice"),
    (r#""name":"a","n\u0061me":"b""#, "name: the key occurs twice"),
    (r#""trace_state":"a","traceState":"b""#, "traceState: the key occurs twice"),
    (r#""attributes":[],"attributes":[]"#, "attributes: the key occurs twice"),
    (r#""attributes":{}"#, "attributes: expected an array, found an object"),
    (r#""attributes":[1]"#, "attributes[0]: expected an object, found a number"),
    (
        r#""attributes":[{},{"value":{"intValue":1.5}}]"#,
        "attributes[1].value.intValue: expected an integer, found a fraction",
    ),
    (r#""status":[]"#, "status: expected an object, found an array"),
    (r#""kind":"server""#, "kind: expected an integer or a name of the enum, such as \"SPAN_KIND_CONSUMER\""),
    (r#""kind":2147483648"#, "kind: the number is out of range for a 32-bit integer"),
    (r#""kind":true"#, "kind: expected an integer as number or string, found a boolean"),
    (r#""flags":-1"#, "flags: the number is out of range for an unsigned 32-bit integer"),
    (r#""flags":4294967296"#, "flags: the number is out of range for an unsigned 32-bit integer"),
    (
        r#""startTimeUnixNano":-1"#,
        "startTimeUnixNano: the number is out of range for an unsigned 64-bit integer",
    ),
    (r#""startTimeUnixNano":"18446744073709551616""#, "startTimeUnixNano: the number is out of range"),
    (r#""startTimeUnixNano":1e20"#, "startTimeUnixNano: the number is out of range"),
    (r#""startTimeUnixNano":"""#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":" 1""#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":01"#, "startTimeUnixNano: expected a comma or a closing brace, found a number"),
    (r#""startTimeUnixNano":"01""#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":1."#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":-"#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":1e"#, "startTimeUnixNano: expected a number by JSON's grammar"),
    (r#""startTimeUnixNano":"1x""#, "startTimeUnixNano: expected a number by JSON's grammar"),
];

/// Members of a span that are no JSON.
const WRONG_SYNTAX: &[(&str, &str)] = &[
    (r#""name":"\ud83d""#, "name: a lone surrogate"),
    (r#""name":"\ude00\ud83d""#, "name: a lone surrogate"),
    (r#""name":"\ud83d\u0041""#, "name: a lone surrogate"),
    (r#""name":"\x""#, "name: an unknown escape"),
    (r#""name":"\u12g4""#, "name: an unknown escape"),
    ("\"name\":\"a\nb\"", "name: a control character in a string"),
    (r#""unknown":{"deep":["\ud800"]}"#, "unknown: a lone surrogate"),
    (r#""unknown":tru"#, "unknown: expected true, found something that is not JSON"),
    (r#""unknown":[1,]"#, "unknown: expected a value, found a closing bracket"),
    (r#""unknown":[1 2]"#, "unknown: expected a comma or a closing bracket, found a number"),
    (r#""unknown":{"a" 1}"#, "unknown: expected a colon, found a number"),
    (r#""unknown":{"a":1,}"#, "unknown: expected a string, found a closing brace"),
    (r#""unknown":+1"#, "unknown: expected a value, found something that is not JSON"),
    (r#""unknown":NaN"#, "unknown: expected a value, found something that is not JSON"),
    (r#""name":nul"#, "name: expected null, found something that is not JSON"),
    (r#""name" "x""#, "expected a colon, found a string"),
    (r#""name":"x","#, "expected a string, found a closing brace"),
    (r#"name:"x""#, "expected a string, found something that is not JSON"),
];

#[test]
fn a_wrong_span_is_refused_with_its_path_and_the_reason() {
    for (members, reason) in WRONG_FIELDS.iter().chain(WRONG_SYNTAX) {
        let body = span(members);
        let message = read(Traces, &body).expect_err(members).to_string();
        let at = message.strip_prefix("resourceSpans[0].scopeSpans[0].spans[0]");
        // `01` ends the number after the zero: the error is the span's, not the field's.
        let reason = if members.contains(":01") { reason.split_once(": ").unwrap().1 } else { reason };
        let at = at.map(|at| at.trim_start_matches(['.', ':', ' ']));
        assert!(at.is_some_and(|at| at.starts_with(reason)), "{members}: {message}");
    }
}

#[test]
fn a_wrong_value_or_point_is_refused_with_its_path_and_the_reason() {
    let values = [
        (r#"{"stringValue":"a","intValue":1}"#, "intValue: a second value"),
        (r#"{"boolValue":"true"}"#, "boolValue: expected true or false, found a string"),
        (r#"{"bytesValue":"*"}"#, "bytesValue: expected base64"),
        (r#"{"bytesValue":"A"}"#, "bytesValue: expected base64"),
        (r#"{"doubleValue":1e400}"#, "doubleValue: the number is out of range for a double"),
        (r#"{"doubleValue":"nan"}"#, "doubleValue: expected a number by JSON's grammar"),
        (r#"{"doubleValue":".5"}"#, "doubleValue: expected a number by JSON's grammar"),
        (r#"{"doubleValue":NaN}"#, "doubleValue: expected a number, or \"NaN\""),
        (r#"{"intValue":9223372036854775808}"#, "intValue: the number is out of range for a 64-bit integer"),
        (
            r#"{"intValue":"-9223372036854775809"}"#,
            "intValue: the number is out of range for a 64-bit integer",
        ),
        (r#"{"intValue":1e-1}"#, "intValue: expected an integer, found a fraction"),
        (r#""text""#, "expected an object, found a string"),
        (r#"{"arrayValue":[]}"#, "arrayValue: expected an object, found an array"),
        (
            r#"{"kvlistValue":{"values":[{"key":null,"value":3}]}}"#,
            "kvlistValue.values[0].value: expected an object, found a number",
        ),
    ];
    for (value, reason) in values {
        let message = read(Logs, &log_body(value)).expect_err(value).to_string();
        let rest = message.strip_prefix("resourceLogs[0].scopeLogs[0].logRecords[0].body").unwrap();
        assert!(rest.trim_start_matches(['.', ':', ' ']).starts_with(reason), "{value}: {message}");
    }
    let points = [
        (sum_point(r#""asInt":1,"asDouble":1"#), "asDouble: a second value"),
        (
            histogram_point(r#""bucketCounts":[1,null]"#),
            "bucketCounts[1]: expected an integer as number or string, found null",
        ),
        (histogram_point(r#""bucketCounts":[1,-1]"#), "bucketCounts[1]: the number is out of range"),
        (histogram_point(r#""explicitBounds":[1,2,"x"]"#), "explicitBounds[2]: expected a number"),
        (histogram_point(r#""explicitBounds":1"#), "explicitBounds: expected an array, found a number"),
    ];
    for (body, reason) in points {
        let message = read(Metrics, &body).expect_err(&body).to_string();
        assert!(message.contains(&format!("dataPoints[0].{reason}")), "{body}: {message}");
    }
}

#[test]
fn a_body_that_is_no_document_is_refused() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "expected an object, found the end of the body (byte 0)"),
        (b"  ", "expected an object, found the end of the body (byte 2)"),
        (b"null", "expected an object, found null (byte 0)"),
        (b"[]", "expected an object, found an array (byte 0)"),
        (b"{", "expected a string, found the end of the body (byte 1)"),
        (b"{}x", "expected the end of the body: something follows the request (byte 2)"),
        (b"{}{}", "expected the end of the body: something follows the request (byte 2)"),
        (b"{} \n{}", "expected the end of the body: something follows the request (byte 4)"),
        (b"\xef\xbb\xbf{}", "the body begins with a byte order mark: send the JSON without it (byte 0)"),
        (b"{\"a\":\"\xff\"}", "invalid UTF-8: JSON must be UTF-8 (byte 6)"),
        (b"{\"a\":\"\xed\xa0\x80\"}", "invalid UTF-8: JSON must be UTF-8 (byte 6)"),
        (b"\x0a\x00", "expected an object, found something that is not JSON (byte 1)"),
        (
            b"{\"resourceSpans\":[{}",
            "resourceSpans: expected a comma or a closing bracket, found the end of the body (byte 20)",
        ),
        (
            b"{\"resourceSpans\":[{\"schemaUrl\":\"x",
            "resourceSpans[0].schemaUrl: expected the end of the string, found the end of the body (byte 33)",
        ),
    ];
    for (body, message) in cases {
        let error = to_protobuf(Traces, body, Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), *message, "{}", body.escape_ascii());
    }
}

#[test]
fn every_prefix_of_a_request_is_refused() {
    let body = span(
        r#""name":"a\n\u00e9","kind":2,"x":[{"y":1.5}],"attributes":[{"key":"k","value":{"doubleValue":1e3}}]"#,
    );
    assert!(read(Traces, &body).is_ok());
    for end in 0..body.len() {
        let error = read(Traces, &body[..end]).expect_err(&body[..end]);
        assert!(error.offset <= end, "{error}");
    }
}

#[test]
fn an_error_does_not_repeat_values() {
    for members in [r#""kind":"hunter2""#, r#""startTimeUnixNano":"hunter2""#, r#""traceId":"hunter2""#] {
        assert!(!read(Traces, &span(members)).unwrap_err().to_string().contains("hunter2"), "{members}");
    }
}

fn nested_arrays(levels: usize) -> String {
    let open = r#"{"arrayValue":{"values":["#;
    log_body(&format!("{}{{}}{}", open.repeat(levels), "]}}".repeat(levels)))
}

#[test]
fn nesting_is_refused_at_the_depth_where_protobuf_parsers_refuse_it() {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use prost::Message as _;
    // Request, resource, scope and record are around the body's AnyValue, the fourth message below the request.
    let deepest = (100 - 4) / 2;
    let protobuf = read(Logs, &nested_arrays(deepest)).unwrap();
    assert!(ExportLogsServiceRequest::decode(protobuf.as_slice()).is_ok());
    let mut out = Vec::new();
    from_protobuf(Logs, &protobuf, &mut out).unwrap();
    let generous = Limits { depth_max: 1000, ..Limits::default() };
    for levels in [deepest + 1, 10_000] {
        let error = read(Logs, &nested_arrays(levels)).unwrap_err();
        assert_eq!(error.problem, Problem::TooDeep(100), "{levels}");
    }
    let deeper = to_protobuf(Logs, nested_arrays(deepest + 1).as_bytes(), generous).unwrap();
    assert!(ExportLogsServiceRequest::decode(deeper.as_slice()).is_err());
    let before = out.clone();
    assert!(from_protobuf(Logs, &deeper, &mut out).is_err());
    assert_eq!(out, before, "a failed write leaves nothing behind");
}

#[test]
fn nesting_in_unknown_fields_is_bounded_too() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let body =
            |levels: usize| format!(r#"{{"unknown":{}1{}}}"#, open.repeat(levels), close.repeat(levels));
        assert!(read(Logs, &body(100)).is_ok());
        assert_eq!(read(Logs, &body(101)).unwrap_err().problem, Problem::TooDeep(100));
        assert_eq!(read(Logs, &body(10_000)).unwrap_err().problem, Problem::TooDeep(100));
    }
}

#[test]
fn protobuf_that_is_none_is_refused_and_leaves_nothing_behind() {
    let cases: &[&[u8]] = &[
        b"\x0a",                                             // no length
        b"\x0a\x05a",                                        // length past the end
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",     // length beyond everything
        b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", // overlong varint
        b"\x0b",                                             // group
        b"\x02\x00",                                         // field number zero
        b"\x08\x01",                                         // wrong wire type
        b"\x0a\x02\x1a\xff",                                 // truncated inside
        b"\x0a\x03\x1a\x01\xff",                             // schema URL that is not UTF-8
        b"\x0a\x02\x18\x01",                                 // schema URL as a varint
    ];
    for bytes in cases {
        let mut out = b"before".to_vec();
        from_protobuf(Traces, bytes, &mut out).unwrap_err();
        assert_eq!(out, b"before", "{}", bytes.escape_ascii());
    }
    let mut out = b"before".to_vec();
    write_value(&mut out, b"\x0a\x01\xff").unwrap_err();
    write_value(&mut out, b"\x08\x01").unwrap_err();
    assert_eq!(out, b"before");
}
