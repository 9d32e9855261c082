//! The exporter as users write it.

mod mock;
mod packing;
mod partitions;
mod routes;
mod spans;

use codeagent_config::{Section, Signal};
use codeagent_pipeline::BuildContext;

use super::*;
use crate::exporters::written;

/// The exporter of the section `kafka: SECTION`.
fn exporter(section: &str, signal: Signal) -> Kafka {
    config(section, signal, |config| kafka(config, signal, "kafka"))
}

fn config<T>(section: &str, signal: Signal, mut with: impl FnMut(&Config) -> T) -> T {
    let yaml = format!("exporters: {{kafka: {section}}}");
    let read = |context: &mut BuildContext<'_>, section: &Section| {
        let config = Config::read(section, context.diagnostics)?;
        config.check(signal, section, context.diagnostics).then(|| with(&config))
    };
    written::each(&yaml, read).unwrap().pop().unwrap()
}

#[test]
fn mistakes_are_told_with_their_keys() {
    let cases = [
        ("{brokers: []}", "there must be one"),
        ("{brokers: ['kafka://h:9092']}", "exporters::kafka::brokers"),
        ("{broker: ['h:9092']}", "brokers"),
        ("{traces: {topic: 'a b'}}", "exporters::kafka::traces::topic"),
        ("{topic: 'a/b'}", "exporters::kafka::topic"),
        ("{traces: {encoding: jaeger_proto}}", "exporters::kafka::traces::encoding"),
        ("{encoding: raw}", "the encoding `raw` is not supported"),
        ("{encoding: zipkin_json}", "`otlp_proto` and `otlp_json` are"),
        ("{partition_traces_by_id: true, partition_by_attribute: session.id}", "can have one key only"),
        ("{producer: {max_message_bytes: 10}}", "producer::max_message_bytes"),
        ("{producer: {required_acks: 2}}", "producer::required_acks"),
        ("{producer: {compression: brotli}}", "`brotli` is no compression"),
        ("{producer: {compression: gzip, compression_params: {level: 10}}}", "gzip has no level 10"),
        ("{include_metadata_keys: [a]}", "headers of requests are not kept"),
        ("{traces: {topic_from_metadata_key: a}}", "headers of requests are not kept"),
        ("{auth: {kerberos: {realm: x}}}", "Kerberos is not supported"),
        ("{auth: {sasl: {mechanism: PLAIN, username: u}}}", "`username` and `password` are both needed"),
        ("{auth: {sasl: {mechanism: GSSAPI, username: u, password: p}}}", "`GSSAPI` is no supported"),
        ("{auth: {plain_text: {username: u, password: p}, sasl: {mechanism: PLAIN}}}", "cannot both be set"),
        ("{tls: {min_version: '1.3'}}", "`min_version` is not supported for Kafka"),
        ("{tls: {cert_file: a}}", "a client certificate needs its key"),
        ("{record_partitioner: {round_robin: {}}}", "spread at random"),
        ("{sending_queue: {num_consumers: 0}}", "must be positive"),
        ("{retry_on_failure: {multiplier: -1}}", "must not be negative"),
    ];
    for (section, reason) in cases {
        let yaml = format!("exporters: {{kafka: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Traces).err().unwrap();
        assert!(shown.contains(reason), "{section}: {shown}");
    }
}

#[test]
#[cfg(not(feature = "kafka-tls"))]
fn a_build_without_openssl_says_so() {
    for section in [
        "{tls: {}}",
        "{auth: {tls: {ca_file: a}}}",
        "{auth: {sasl: {mechanism: SCRAM-SHA-512, username: u, password: p}}}",
    ] {
        let yaml = format!("exporters: {{kafka: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Traces).err().unwrap();
        assert!(shown.contains("--features kafka-tls"), "{shown}");
    }
}

#[test]
#[cfg(feature = "kafka-tls")]
fn a_build_with_openssl_takes_tls_and_scram() {
    let cases = [
        ("{tls: {}}", "security.protocol", "ssl"),
        ("{auth: {tls: {insecure_skip_verify: true}}}", "enable.ssl.certificate.verification", "false"),
        ("{tls: {ca_file: /ca.pem}}", "ssl.ca.location", "/ca.pem"),
        (
            "{tls: {}, auth: {sasl: {mechanism: SCRAM-SHA-512, username: u, password: p}}}",
            "security.protocol",
            "sasl_ssl",
        ),
    ];
    for (section, name, value) in cases {
        let properties = config(section, Signal::Traces, |config| config.properties(Signal::Traces));
        assert_eq!(properties.get(name), Some(value), "{section}");
        assert!(properties.create_native_config().is_ok(), "{section}");
    }
}

#[test]
fn logs_by_resource_and_by_trace_exclude_each_other() {
    let yaml =
        "exporters: {kafka: {partition_logs_by_trace_id: true, partition_logs_by_resource_attributes: true}}";
    assert!(written::build(&FACTORY, yaml, Signal::Logs).is_err());
    assert!(written::build(&FACTORY, yaml, Signal::Traces).is_ok());
}

#[test]
fn topics_are_found_in_the_collectors_order() {
    let cases = [
        ("{}", "otlp_spans"),
        ("{topic: old}", "old"),
        ("{topic: old, traces: {topic: new}}", "new"),
        ("{logs: {topic: other}}", "otlp_spans"),
    ];
    for (section, topic) in cases {
        assert_eq!(exporter(section, Signal::Traces).topic, topic, "{section}");
    }
    assert_eq!(exporter("{}", Signal::Metrics).topic, "otlp_metrics");
    assert_eq!(exporter("{}", Signal::Logs).topic, "otlp_logs");
}

#[test]
fn settings_become_librdkafkas_and_it_takes_them() {
    let cases = [
        ("{}", "acks", "all"),
        ("{}", "enable.idempotence", "true"),
        ("{}", "compression.codec", "none"),
        ("{}", "message.timeout.ms", "300000"),
        ("{}", "partitioner", "fnv1a_random"),
        ("{}", "security.protocol", "plaintext"),
        ("{producer: {required_acks: -1}}", "acks", "all"),
        ("{producer: {required_acks: 1}}", "enable.idempotence", "false"),
        ("{producer: {compression: zstd, compression_params: {level: 3}}}", "compression.level", "3"),
        ("{producer: {flush_max_messages: 0}}", "batch.num.messages", "10000"),
        ("{producer: {linger: 500us}}", "linger.ms", "0.5"),
        ("{}", "linger.ms", "0"),
        ("{partition_traces_by_id: true}", "linger.ms", "10"),
        ("{producer: {allow_auto_topic_creation: false}}", "allow.auto.create.topics", "false"),
        ("{timeout: 1h}", "socket.timeout.ms", "295000"),
        ("{timeout: 7s, retry_on_failure: {enabled: false}}", "message.timeout.ms", "7000"),
        ("{retry_on_failure: {max_elapsed_time: 0}}", "message.timeout.ms", "0"),
        ("{record_partitioner: {sticky_key: {hasher: murmur2}}}", "partitioner", "murmur2_random"),
        ("{tls: {insecure: true}}", "security.protocol", "plaintext"),
        ("{auth: {plain_text: {username: u, password: p}}}", "security.protocol", "sasl_plaintext"),
        ("{auth: {sasl: {mechanism: PLAIN, username: u, password: p}}}", "sasl.mechanism", "PLAIN"),
        (
            "{resolve_canonical_bootstrap_servers_only: true}",
            "client.dns.lookup",
            "resolve_canonical_bootstrap_servers_only",
        ),
    ];
    for (section, name, value) in cases {
        let properties = config(section, Signal::Traces, |config| config.properties(Signal::Traces));
        assert_eq!(properties.get(name), Some(value), "{section}");
        assert!(properties.create_native_config().is_ok(), "{section}");
    }
}

#[test]
fn a_password_is_not_shown() {
    let section = "{auth: {sasl: {mechanism: PLAIN, username: u, password: hunter2}}}";
    let shown = config(section, Signal::Traces, |config| {
        format!("{config:?} {:?}", config.properties(Signal::Traces))
    });
    assert!(!shown.contains("hunter2"), "{shown}");
}
