//! What is measured, and the bars that issue from it.

use codeagent_pipeline::Signal;

/// One load through one configuration.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its row in the table.
    pub name: &'static str,
    /// Its configuration, `configs/NAME.yaml`: a plain Collector file.
    pub config: &'static str,
    /// What is sent.
    pub signal: Signal,
    /// Items a request.
    pub batch: usize,
    /// Items in all, at scale 1.
    pub items: usize,
    /// Whether requests are compressed with gzip.
    pub gzip: bool,
    /// Whether the sink sees items: not for `nop` and Kafka.
    pub counted: bool,
    /// How often each item reaches the sink.
    pub fanout: usize,
    /// Whether the OpenTelemetry Collector is measured too: its build has no Elasticsearch exporter.
    pub go: bool,
    /// Whether the items come from a Kafka topic, which is filled before: one message a request, or one a trace.
    pub from_kafka: Option<Messages>,
    /// The ratio to the Collector that must be held, and the goal.
    pub bars: Option<(f64, f64)>,
}

/// What a message in a topic holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// A request.
    Requests,
    /// The spans of one trace of a request: one span, of what is sent here.
    Traces,
}

const BASE: Scenario = Scenario {
    name: "",
    config: "otlp",
    signal: Signal::Traces,
    batch: 100,
    items: 400_000,
    gzip: false,
    counted: true,
    fanout: 1,
    go: true,
    from_kafka: None,
    bars: None,
};

/// All scenarios.
pub const ALL: &[Scenario] = &[
    Scenario { name: "traces, 100 a request", bars: Some((0.17, 0.10)), ..BASE },
    Scenario { name: "traces, 10 a request", batch: 10, items: 200_000, bars: Some((0.22, 0.15)), ..BASE },
    Scenario {
        name: "traces, queue on disk",
        config: "durable",
        items: 200_000,
        bars: Some((0.25, 0.15)),
        ..BASE
    },
    Scenario {
        name: "traces, queue on disk, six exporters",
        config: "durable-six",
        items: 100_000,
        fanout: 6,
        ..BASE
    },
    Scenario { name: "logs", signal: Signal::Logs, items: 600_000, bars: Some((0.17, 0.12)), ..BASE },
    Scenario { name: "metrics", signal: Signal::Metrics, items: 800_000, bars: Some((0.17, 0.11)), ..BASE },
    Scenario {
        name: "traces, gzip in and out",
        config: "otlp-gzip",
        items: 150_000,
        gzip: true,
        bars: Some((0.50, 0.33)),
        ..BASE
    },
    Scenario { name: "traces to nop", config: "nop", counted: false, bars: Some((0.11, 0.07)), ..BASE },
    Scenario {
        name: "metrics to remote write",
        config: "remote-write",
        signal: Signal::Metrics,
        items: 200_000,
        bars: Some((0.25, 0.12)),
        ..BASE
    },
    Scenario {
        name: "logs to Elasticsearch",
        config: "elasticsearch",
        signal: Signal::Logs,
        items: 200_000,
        go: false,
        ..BASE
    },
    Scenario {
        name: "logs to Elasticsearch, uncompressed",
        config: "elasticsearch-plain",
        signal: Signal::Logs,
        items: 200_000,
        go: false,
        ..BASE
    },
    Scenario {
        name: "traces to Kafka",
        config: "kafka",
        items: 200_000,
        counted: false,
        bars: Some((0.30, 0.15)),
        ..BASE
    },
    Scenario {
        name: "traces from Kafka, 100 a message",
        config: "from-kafka",
        from_kafka: Some(Messages::Requests),
        ..BASE
    },
    Scenario {
        name: "traces from Kafka, keyed by trace, 1 a message",
        config: "from-kafka",
        items: 200_000,
        from_kafka: Some(Messages::Traces),
        ..BASE
    },
];
