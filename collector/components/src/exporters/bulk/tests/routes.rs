use codeagent_pipeline::Signal;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use serde_json::Value;

use super::super::calendar::DateFormat;
use super::super::mapping::Mode;
use super::super::route::{DateSuffix, Naming};
use super::kit::*;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn routed(item: Pairs<'_>, of_scope: Pairs<'_>, of_resource: Pairs<'_>) -> (String, Value) {
    let members = |pairs: Pairs<'_>| attributes(pairs.iter().map(|(key, value)| (*key, text(value))));
    let record = LogRecord { attributes: members(item), ..LogRecord::default() };
    let batch = logs(resource(members(of_resource)), scope(members(of_scope)), vec![record]);
    let (action, document) = lines(&encoder(Mode::Otel, Signal::Logs).encode(&batch)).remove(0);
    (index(&action).to_owned(), document)
}

#[test]
fn attributes_name_the_data_stream_the_items_first() {
    const D: &str = "data_stream.dataset";
    const N: &str = "data_stream.namespace";
    let cases: [(Pairs<'_>, Pairs<'_>, Pairs<'_>, &str); 7] = [
        (&[], &[], &[], "logs-generic.otel-default"),
        (&[], &[], &[(D, "r"), (N, "n")], "logs-r.otel-n"),
        (&[], &[(D, "s")], &[(D, "r"), (N, "n")], "logs-s.otel-n"),
        (&[(D, "i")], &[(D, "s")], &[(D, "r"), (N, "n")], "logs-i.otel-n"),
        (
            &[(D, "A-b/c*d?e\"f<g>h|i j,k#l:m")],
            &[],
            &[(N, "X-y z")],
            "logs-a_b_c_d_e_f_g_h_i_j_k_l_m.otel-x-y_z",
        ),
        (&[("elasticsearch.index", "mine")], &[], &[(D, "r")], "mine"),
        (&[(D, "")], &[], &[], "logs-generic.otel-default"),
    ];
    for (item, of_scope, of_resource, expected) in cases {
        let (index, document) = routed(item, of_scope, of_resource);
        assert_eq!(index, expected);
        let stream = &document["data_stream"];
        match expected {
            "mine" => assert!(stream.is_null()),
            name => {
                let parts = [&stream["type"], &stream["dataset"], &stream["namespace"]];
                assert_eq!(parts.map(|part| part.as_str().unwrap()).join("-"), name);
            }
        }
        assert_eq!(document.pointer("/attributes"), None, "routing is not part of the attributes");
    }
}

#[test]
fn a_long_name_is_cut_and_keeps_its_suffix() {
    let (_, document) = routed(&[("data_stream.dataset", &"ä".repeat(200))], &[], &[]);
    let dataset = document["data_stream"]["dataset"].as_str().unwrap();
    assert!(dataset.len() <= 100 && dataset.ends_with("ä.otel"), "{dataset}");
}

#[test]
fn receivers_of_the_collector_are_datasets() {
    let name =
        "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/hostmetricsreceiver/internal";
    let scope = InstrumentationScope { name: name.to_owned(), ..InstrumentationScope::default() };
    let batch = logs(None, Some(scope), vec![LogRecord::default()]);
    let found = lines(&encoder(Mode::Otel, Signal::Logs).encode(&batch));
    assert_eq!(index(&found[0].0), "logs-hostmetricsreceiver.otel-default");
}

#[test]
fn a_name_with_a_date_has_that_of_the_document() {
    let mut encoder = encoder(Mode::Otel, Signal::Logs);
    encoder.items.naming = Naming::Static("agents".to_owned());
    let format = DateFormat::strftime("%Y.%m.%d").unwrap();
    encoder.items.date = Some(DateSuffix { separator: "-".to_owned(), format });
    let of = |time_unix_nano| LogRecord { time_unix_nano, ..LogRecord::default() };
    let batch = logs(None, None, vec![of(86_400_000_000_000), of(1_721_314_113_467_654_123)]);
    let found = lines(&encoder.encode(&batch));
    let names: Vec<&str> = found.iter().map(|(action, _)| index(action)).collect();
    assert_eq!(names, ["agents-1970.01.02", "agents-2024.07.18"]);
}

#[test]
fn attributes_in_a_pattern_are_made_to_fit_a_name() {
    let mut encoder = encoder(Mode::Ss4o, Signal::Logs);
    let text_of = "otel-%{service.name}-%{absent}".to_owned();
    encoder.items.naming = Naming::Pattern { text: text_of, fallback: "unknown".to_owned() };
    let origin = |name: &str| resource(attributes([("service.name", text(name))]));
    let names = ["My Service", "a/b"].map(|name| {
        let batch = logs(origin(name), None, vec![LogRecord::default()]);
        index(&lines(&encoder.encode(&batch))[0].0).to_owned()
    });
    assert_eq!(names, ["otel-my_service-unknown", "otel-a_b-unknown"]);
}
