//! What OTLP/JSON may look like, and the one way in which it is written.

use super::{exponential_point, histogram_point, log_body, metric, read, span, sum_point, write};
use crate::Signal::{self, Logs, Metrics, Traces};

fn check(signal: Signal, cases: &[(String, String)]) {
    for (body, canonical) in cases {
        let protobuf = read(signal, body).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(&write(signal, &protobuf), canonical, "{body}");
    }
}

/// Bodies of a log record, as they may come and as they are written.
fn check_values(cases: &[(&str, &str)]) {
    let cases: Vec<_> = cases.iter().map(|(value, written)| (log_body(value), log_body(written))).collect();
    check(Logs, &cases);
}

fn check_members(signal: Signal, request: fn(&str) -> String, cases: &[(&str, &str)]) {
    let cases: Vec<_> = cases.iter().map(|(from, to)| (request(from), request(to))).collect();
    check(signal, &cases);
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[test]
fn ids_are_hex_in_either_case_and_empty_means_absent() {
    let lower = format!(r#""traceId":"{TRACE}","spanId":"b7ad6b7169203331""#);
    let upper = format!(r#""traceId":"{}","spanId":"B7AD6B7169203331""#, TRACE.to_uppercase());
    check_members(
        Traces,
        span,
        &[
            (&lower, &lower),
            (&upper, &lower),
            (r#""traceId":"","spanId":"","parentSpanId":"""#, ""),
            (r#""parentSpanId":"00000000000000ff""#, r#""parentSpanId":"00000000000000ff""#),
            (r#""links":[{"spanId":"B7ad6b7169203331"}]"#, r#""links":[{"spanId":"b7ad6b7169203331"}]"#),
        ],
    );
    let exemplar =
        format!(r#""exemplars":[{{"asInt":"1","spanId":"b7ad6b7169203331","traceId":"{TRACE}"}}]"#);
    check_members(Metrics, sum_point, &[(&exemplar, &exemplar)]);
}

#[test]
fn other_bytes_are_base64_in_either_alphabet_with_or_without_padding() {
    let standard = r#"{"bytesValue":"+/+/AA=="}"#;
    check_values(&[
        (standard, standard),
        (r#"{"bytesValue":"-_-_AA=="}"#, standard),
        (r#"{"bytesValue":"-_-_AA"}"#, standard),
        (r#"{"bytesValue":"+\/+\/AA"}"#, standard),
        (r#"{"bytesValue":""}"#, r#"{"bytesValue":""}"#),
    ]);
}

#[test]
fn enums_are_integers_or_names_and_unknown_integers_stay() {
    check_members(
        Traces,
        span,
        &[
            (r#""kind":3"#, r#""kind":3"#),
            (r#""kind":"SPAN_KIND_SERVER""#, r#""kind":2"#),
            (r#""kind":0"#, ""),
            (r#""kind":99"#, r#""kind":99"#),
            (r#""kind":-1"#, r#""kind":-1"#),
            (r#""status":{"code":"STATUS_CODE_ERROR"}"#, r#""status":{"code":2}"#),
            (r#""status":{}"#, r#""status":{}"#),
        ],
    );
    let delta = r#""sum":{"aggregationTemporality":1,"isMonotonic":true}"#;
    let named = r#""sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","isMonotonic":true}"#;
    check_members(Metrics, metric, &[(delta, delta), (named, delta)]);
}

#[test]
fn integers_of_64_bits_are_strings_or_numbers_and_exponents_may_be_integral() {
    check_values(&[
        (r#"{"intValue":"42"}"#, r#"{"intValue":"42"}"#),
        (r#"{"intValue":42}"#, r#"{"intValue":"42"}"#),
        (r#"{"intValue":-42.0}"#, r#"{"intValue":"-42"}"#),
        (r#"{"intValue":4.2e1}"#, r#"{"intValue":"42"}"#),
        (r#"{"intValue":"4200E-2"}"#, r#"{"intValue":"42"}"#),
        (r#"{"intValue":0}"#, r#"{"intValue":"0"}"#),
        (r#"{"intValue":-0}"#, r#"{"intValue":"0"}"#),
        (r#"{"intValue":0.0e999999999999999999999}"#, r#"{"intValue":"0"}"#),
        (r#"{"intValue":9223372036854775807}"#, r#"{"intValue":"9223372036854775807"}"#),
        (r#"{"intValue":"-9223372036854775808"}"#, r#"{"intValue":"-9223372036854775808"}"#),
        (r#"{"intValue":9.223372036854775807e18}"#, r#"{"intValue":"9223372036854775807"}"#),
    ]);
    check_members(
        Traces,
        span,
        &[
            (r#""startTimeUnixNano":1544712660000000000"#, r#""startTimeUnixNano":"1544712660000000000""#),
            (r#""endTimeUnixNano":"18446744073709551615""#, r#""endTimeUnixNano":"18446744073709551615""#),
            (r#""endTimeUnixNano":1.5e9"#, r#""endTimeUnixNano":"1500000000""#),
            (r#""droppedLinksCount":"7","flags":257"#, r#""droppedLinksCount":7,"flags":257"#),
            (r#""startTimeUnixNano":0,"endTimeUnixNano":"0""#, ""),
        ],
    );
    check_members(
        Metrics,
        histogram_point,
        &[(r#""bucketCounts":["1",2,"3"],"count":6"#, r#""bucketCounts":["1","2","3"],"count":"6""#)],
    );
}

#[test]
fn doubles_keep_their_value_and_the_special_ones_are_strings() {
    check_values(&[
        (r#"{"doubleValue":1}"#, r#"{"doubleValue":1.0}"#),
        (r#"{"doubleValue":"1.5"}"#, r#"{"doubleValue":1.5}"#),
        (r#"{"doubleValue":0.1}"#, r#"{"doubleValue":0.1}"#),
        (r#"{"doubleValue":-0.0}"#, r#"{"doubleValue":-0.0}"#),
        (r#"{"doubleValue":5e-324}"#, r#"{"doubleValue":5e-324}"#),
        (r#"{"doubleValue":1e-400}"#, r#"{"doubleValue":0.0}"#),
        (r#"{"doubleValue":"NaN"}"#, r#"{"doubleValue":"NaN"}"#),
        (r#"{"doubleValue":"Infinity"}"#, r#"{"doubleValue":"Infinity"}"#),
        (r#"{"doubleValue":"-Infinity"}"#, r#"{"doubleValue":"-Infinity"}"#),
        (r#"{"doubleValue":"+Inf"}"#, r#"{"doubleValue":"Infinity"}"#),
        (r#"{"doubleValue":"-Inf"}"#, r#"{"doubleValue":"-Infinity"}"#),
    ]);
}

#[test]
fn null_is_absent_and_keeps_its_place_only_among_values() {
    check_values(&[
        ("{}", "{}"),
        (r#"{"stringValue":null}"#, "{}"),
        (r#"{"stringValue":null,"intValue":3}"#, r#"{"intValue":"3"}"#),
        (
            r#"{"arrayValue":{"values":[null,{},{"boolValue":false}]}}"#,
            r#"{"arrayValue":{"values":[{},{},{"boolValue":false}]}}"#,
        ),
        (
            r#"{"kvlistValue":{"values":[{"key":"a","value":null}]}}"#,
            r#"{"kvlistValue":{"values":[{"key":"a"}]}}"#,
        ),
        (r#"{"kvlistValue":{"values":null}}"#, r#"{"kvlistValue":{}}"#),
        (r#"{"arrayValue":null}"#, "{}"),
    ]);
    check_members(
        Traces,
        span,
        &[
            (r#""name":null,"traceId":null,"kind":null,"flags":null,"attributes":null,"status":null"#, ""),
            (
                r#""attributes":[{"key":"a","value":null},{"key":"b","value":{}}]"#,
                r#""attributes":[{"key":"a"},{"key":"b","value":{}}]"#,
            ),
            (r#""events":[null,{"name":"x"},null]"#, r#""events":[{"name":"x"}]"#),
        ],
    );
    check(Logs, &[(r#"{"resourceLogs":null}"#.into(), "{}".into()), ("{}".into(), "{}".into())]);
}

#[test]
fn defaults_are_omitted_but_not_where_presence_means_something() {
    check_values(&[
        (r#"{"stringValue":""}"#, r#"{"stringValue":""}"#),
        (r#"{"boolValue":false}"#, r#"{"boolValue":false}"#),
        (r#"{"doubleValue":0}"#, r#"{"doubleValue":0.0}"#),
    ]);
    check_members(
        Traces,
        span,
        &[(r#""name":"","traceState":"","droppedEventsCount":0,"links":[],"events":[]"#, "")],
    );
    check_members(
        Metrics,
        histogram_point,
        &[(r#""count":0,"sum":0,"min":0,"max":-0.0,"flags":0"#, r#""sum":0.0,"min":0.0,"max":-0.0"#)],
    );
    check_members(
        Metrics,
        sum_point,
        &[(r#""asInt":0"#, r#""asInt":"0""#), (r#""asDouble":0"#, r#""asDouble":0.0"#)],
    );
    check_members(Metrics, histogram_point, &[(r#""bucketCounts":[],"explicitBounds":[]"#, "")]);
}

#[test]
fn unknown_keys_are_ignored_whatever_they_hold() {
    check_members(
        Traces,
        span,
        &[
            (
                r#""future":{"a":[1,-2.5e3,"x\n\ud83d\ude00",{"b":null}],"c":true},"name":"n","":0"#,
                r#""name":"n""#,
            ),
            (r#""name":"n","Name":"other","NAME":"x""#, r#""name":"n""#),
            (r#""x":1,"x":2,"name":"n""#, r#""name":"n""#),
        ],
    );
}

#[test]
fn keys_may_be_escaped_spaced_out_of_order_or_in_the_spelling_of_the_proto_files() {
    check_members(
        Traces,
        span,
        &[
            (r#""n\u0061me":"n""#, r#""name":"n""#),
            ("\n\t\"name\" \r\n:\t\"n\" ", r#""name":"n""#),
            (
                r#""start_time_unix_nano":"5","trace_state":"a=b""#,
                r#""startTimeUnixNano":"5","traceState":"a=b""#,
            ),
            (r#""status":{"code":1},"name":"n","kind":1"#, r#""status":{"code":1},"name":"n","kind":1"#),
        ],
    );
}

#[test]
fn strings_are_unescaped_and_escaped_only_where_json_requires_it() {
    check_values(&[
        (
            r#"{"stringValue":"\"\\\/\b\f\n\r\t\u0000\u001F\u00e9\u20ac\ud83d\ude00"}"#,
            r#"{"stringValue":"\"\\/\b\f\n\r\t\u0000\u001fé€😀"}"#,
        ),
        ("{\"stringValue\":\"\u{7f}\u{2028}é😀\"}", "{\"stringValue\":\"\u{7f}\u{2028}é😀\"}"),
    ]);
    // Every length around the eight bytes that are looked at together, with the escape at every place.
    for length in 0..40 {
        for at in 0..=length {
            let (head, tail) = ("x".repeat(at), "é".repeat(length - at));
            let value = format!(r#"{{"stringValue":"{head}\n{tail}"}}"#);
            check_values(&[(&value, &value)]);
        }
    }
}

#[test]
fn the_rest_of_the_data_model_is_there() {
    let exponential = r#""attributes":[{"key":"k","value":{"stringValue":"v"}}],"count":"5","sum":1.5,"scale":-3,"zeroCount":"1","positive":{"offset":-7,"bucketCounts":["1","2"]},"negative":{"offset":4,"bucketCounts":["1"]},"flags":1,"exemplars":[{"filteredAttributes":[{"key":"f","value":{"boolValue":true}}],"timeUnixNano":"9","asDouble":2.5}],"min":0.5,"max":1.0,"zeroThreshold":0.001"#;
    check_members(Metrics, exponential_point, &[(exponential, exponential)]);
    let summary = r#""name":"m","description":"d","unit":"s","summary":{"dataPoints":[{"count":"2","sum":3.0,"quantileValues":[{"quantile":0.5,"value":1.5}]}]},"metadata":[{"key":"a","value":{"intValue":"1"}}]"#;
    check_members(Metrics, metric, &[(summary, summary)]);
    let histogram = r#""bucketCounts":["1","0"],"explicitBounds":[0.5,"NaN","Infinity"]"#;
    check_members(Metrics, histogram_point, &[(histogram, histogram)]);
    let resource = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"b","value":{"bytesValue":"AA=="}}]}}]}}}],"droppedAttributesCount":2,"entityRefs":[{"schemaUrl":"u","type":"service","idKeys":["a","","b"],"descriptionKeys":["c"]}]},"scopeSpans":[{"scope":{"name":"s","version":"1","attributes":[],"droppedAttributesCount":1},"schemaUrl":"x"}],"schemaUrl":"y"}]}"#;
    check(Traces, &[(resource.into(), resource.replace(r#""attributes":[],"#, ""))]);
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","observedTimeUnixNano":"2","severityNumber":9,"severityText":"INFO","droppedAttributesCount":1,"flags":1,"eventName":"e"}]}]}]}"#;
    check(Logs, &[(log.into(), log.into()), (log.replace(":9", r#":"SEVERITY_NUMBER_INFO""#), log.into())]);
}
