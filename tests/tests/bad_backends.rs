//! Backends that refuse, hang, break off and answer nonsense, one table for all exporters that speak HTTP.

use codeagent_tests::backend::{Backend, Reply};
use codeagent_tests::numbered::{base, gauges, logs};
use codeagent_tests::{Collector, Payload, Sender};
use tonic::Code;

/// An exporter, its configuration, and what it is sent.
struct Exporter {
    name: &'static str,
    config: &'static str,
    signal: &'static str,
    make: fn(std::ops::Range<u64>, &str) -> Payload,
}

const EXPORTERS: [Exporter; 4] = [
    Exporter {
        name: "otlphttp",
        config: "
    endpoint: BACKEND
    compression: none
    timeout: 500ms
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms, max_elapsed_time: 60s}",
        signal: "logs",
        make: logs,
    },
    Exporter {
        name: "prometheusremotewrite",
        config: "
    endpoint: BACKEND/api/v1/write
    protobuf_message: prometheus.WriteRequest
    timeout: 500ms
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms, max_elapsed_time: 60s}",
        signal: "metrics",
        make: gauges,
    },
    Exporter {
        name: "elasticsearch",
        config: "
    endpoint: BACKEND
    compression: none
    timeout: 500ms
    retry: {max_retries: 100, initial_interval: 20ms, max_interval: 100ms}",
        signal: "logs",
        make: logs,
    },
    Exporter {
        name: "opensearch",
        config: "
    http: {endpoint: BACKEND, compression: none, timeout: 500ms}
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms, max_elapsed_time: 60s}",
        signal: "logs",
        make: logs,
    },
];

impl Exporter {
    async fn start(&self) -> (Collector, Backend) {
        let backend = Backend::start().await;
        let (name, signal) = (self.name, self.signal);
        let config = self.config.replace("BACKEND", &backend.endpoint());
        let config = format!(
            "
exporters:
  {name}:{config}
service:
  pipelines:
    {signal}: {{receivers: [otlp], exporters: [{name}]}}
"
        );
        (Collector::start(&config).await, backend)
    }

    async fn send(&self, collector: &Collector) -> Result<(), tonic::Status> {
        let first = base();
        Sender::new(&collector.grpc()).send(&(self.make)(first..first + 10, "backends")).await
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_passes_is_waited_for() {
    let passing = [
        ("503", Reply::Status(503, None)),
        ("429", Reply::Status(429, None)),
        ("429 with Retry-After", Reply::Status(429, Some(("retry-after", "1")))),
        ("a closed connection", Reply::Close),
        ("no answer", Reply::Hang),
    ];
    for exporter in EXPORTERS {
        let (collector, backend) = exporter.start().await;
        for (name, reply) in &passing {
            let before = backend.taken();
            backend.reply([reply.clone(), reply.clone()]);
            let sent = exporter.send(&collector).await;
            sent.unwrap_or_else(|status| panic!("{} after {name} twice: {status}", exporter.name));
            assert_eq!(backend.taken(), before + 1, "{} after {name} twice", exporter.name);
        }
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_does_not_pass_is_counted_and_its_sender_told() {
    for exporter in EXPORTERS {
        let (collector, backend) = exporter.start().await;
        let codes = [400, 401, 403, 404];
        for code in codes {
            backend.reply([Reply::Status(code, None)]);
            let Err(refusal) = exporter.send(&collector).await else {
                panic!("{} after {code}: acknowledged", exporter.name);
            };
            let retryable =
                [Code::Unavailable, Code::ResourceExhausted, Code::Aborted, Code::DeadlineExceeded];
            assert!(!retryable.contains(&refusal.code()), "{} after {code}: {refusal}", exporter.name);
        }
        assert_eq!(backend.taken(), 0, "{}", exporter.name);
        let status = collector.settled().await;
        status.assert_balanced();
        let dropped = status.total("exporter", exporter.signal, |node| node.dropped.values().sum());
        assert_eq!(dropped, 10 * codes.len() as u64, "{}: {status:?}", exporter.name);
        exporter.send(&collector).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_is_too_large_at_once_is_not_sent_for_ever() {
    for exporter in EXPORTERS {
        let (collector, backend) = exporter.start().await;
        backend.reply([Reply::Status(413, None)]);
        // It may be split and taken in parts, or refused; what it must not do is to hold up what comes after it.
        drop(exporter.send(&collector).await);
        exporter.send(&collector).await.unwrap();
        collector.settled().await.assert_balanced();
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn nonsense_stops_nothing() {
    for exporter in EXPORTERS {
        let (collector, backend) = exporter.start().await;
        backend.reply([Reply::Nonsense]);
        drop(exporter.send(&collector).await);
        exporter.send(&collector).await.unwrap();
        assert!(backend.taken() > 0, "{}", exporter.name);
        collector.settled().await.assert_balanced();
    }
}
