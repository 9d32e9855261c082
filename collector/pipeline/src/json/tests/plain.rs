use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value,
};
use prost::Message;

use crate::json::{write_string, write_value};

fn plain(value: Option<Value>) -> String {
    let mut out = Vec::new();
    write_value(&mut out, &AnyValue { value }.encode_to_vec()).unwrap();
    String::from_utf8(out).unwrap()
}

fn list(keys: impl IntoIterator<Item = (String, Option<Value>)>) -> Value {
    let pair =
        |(key, value): (String, _)| KeyValue { key, value: Some(AnyValue { value }), ..Default::default() };
    Value::KvlistValue(KeyValueList { values: keys.into_iter().map(pair).collect() })
}

fn array(values: impl IntoIterator<Item = Option<Value>>) -> Value {
    Value::ArrayValue(ArrayValue { values: values.into_iter().map(|value| AnyValue { value }).collect() })
}

#[test]
fn values_become_what_they_are_in_json() {
    let cases = [
        (None, "null"),
        (Some(Value::StringValue("a\"b\n".into())), r#""a\"b\n""#),
        (Some(Value::StringValue(String::new())), r#""""#),
        (Some(Value::BoolValue(false)), "false"),
        (Some(Value::IntValue(i64::MIN)), "-9223372036854775808"),
        (Some(Value::DoubleValue(0.1)), "0.1"),
        (Some(Value::DoubleValue(1e300)), "1e+300"),
        (Some(Value::DoubleValue(f64::NAN)), "null"),
        (Some(Value::DoubleValue(f64::NEG_INFINITY)), "null"),
        (Some(Value::BytesValue(vec![0xfb, 0xff])), r#""+/8=""#),
        (Some(array([])), "[]"),
        (
            Some(array([Some(Value::IntValue(1)), None, Some(array([Some(Value::BoolValue(true))]))])),
            "[1,null,[true]]",
        ),
        (Some(list([])), "{}"),
        (
            Some(list([
                ("a".into(), Some(Value::IntValue(1))),
                ("b\\".into(), None),
                (String::new(), Some(list([]))),
            ])),
            r#"{"a":1,"b\\":null,"":{}}"#,
        ),
        (Some(Value::StringValueStrindex(3)), "null"),
    ];
    for (value, json) in cases {
        assert_eq!(plain(value.clone()), json, "{value:?}");
    }
}

#[test]
fn of_equal_keys_the_first_counts_however_many_there_are() {
    let keys = (0..100).chain(0..100).map(|i| (format!("k{i}"), Some(Value::IntValue(i))));
    // The second half has the same keys; a map of them tells what is left.
    let json =
        plain(Some(list(keys.enumerate().map(|(n, (key, _))| (key, Some(Value::IntValue(n as i64)))))));
    let parsed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(json.matches("\"k").count(), 100);
    assert!(parsed.iter().all(|(key, value)| *key == format!("k{value}")));
}

#[test]
fn a_string_reads_back_as_it_was() {
    let every: String = (0..0x3000).filter_map(char::from_u32).collect();
    for start in 0..16 {
        let text = &every[start..];
        let mut out = Vec::new();
        write_string(&mut out, text);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}
