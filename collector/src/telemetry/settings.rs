//! `service::telemetry`, resolved.

use std::sync::Arc;
use std::time::Duration;

use codeagent_config::{Diagnostics, Section, Signal};
use codeagent_pipeline::spans::{Sampler, Tracer};
use codeagent_pipeline::telemetry::Outbox;

use super::config::{
    BatchProcessor, Encoding, Level, Periodic, Processor, Prometheus, Propagator, SamplerConfig, Telemetry,
    Traces, UNSUPPORTED,
};
use super::destination::Destinations;
use super::page::Page;
use super::push::{Push, Readings, Records};
use super::resource;

/// What the collector tells of itself, and where.
#[derive(Debug)]
pub struct Settings {
    /// Where its metrics page listens; none at level `none`, or where the readers name no page.
    pub page: Option<Page>,
    /// The log's level, where the configuration sets one.
    pub log_level: Option<String>,
    /// Whether the log is JSON, where the configuration says so.
    pub log_json: Option<bool>,
    /// Makes the collector's spans, where they are sent anywhere.
    pub tracer: Tracer,
    /// What is sent over OTLP.
    pub push: Push,
}

/// The delay before spans are sent, and before log records are, where none is set: those of the SDKs.
const SPANS_DELAY: Duration = Duration::from_secs(5);
const LOGS_DELAY: Duration = Duration::from_secs(1);

impl Settings {
    /// Reads the section; an absent one gives the defaults. Pure: nothing is opened.
    pub fn read(section: &Section, diagnostics: &mut Diagnostics) -> Self {
        let config: Telemetry = section.decode_refusing(UNSUPPORTED, diagnostics).unwrap_or_default();
        let below = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        let resource = resource::read(&config.resource, &below("resource"), diagnostics);
        let mut destinations = Destinations::new(diagnostics);
        let mut push = Push::new(resource);
        let mut page = None;
        if config.metrics.level != Level::None {
            let place = below("metrics::readers");
            let places = place.items();
            if config.metrics.readers.is_none() {
                page = Some(match config.metrics.address {
                    Some(address) => Page::open(address, &below("metrics::address")),
                    None => Page::of(Prometheus::default(), section),
                });
            }
            for (at, reader) in config.metrics.readers.unwrap_or_default().into_iter().enumerate() {
                let place = places.get(at).unwrap_or(&place);
                if let Some(served) = reader.pull.and_then(|pull| pull.exporter.prometheus)
                    && page.replace(Page::of(served, place)).is_some()
                {
                    let problem =
                        place.warning("only the last Prometheus reader is served", "keep one of them");
                    destinations.diagnostics.push(problem);
                }
                push.readings.extend(
                    reader.periodic.and_then(|periodic| readings(periodic, place, &mut destinations)),
                );
            }
        }
        let logs = below("logs::processors");
        push.records = records(Signal::Logs, config.logs.processors, &logs, &mut destinations);
        let (tracer, spans) = traces(config.traces, &below("traces"), &mut destinations);
        push.records.extend(spans);
        Settings {
            page,
            log_level: config.logs.level,
            log_json: config.logs.encoding.map(|encoding| encoding == Encoding::Json),
            tracer,
            push,
        }
    }
}

fn readings(periodic: Periodic, place: &Section, destinations: &mut Destinations<'_>) -> Option<Readings> {
    let below = |key: &str| place.at(key).unwrap_or_else(|| place.clone());
    if periodic.interval == 0 {
        let problem = below("periodic::interval").error("`interval` must not be 0", "it is in milliseconds");
        destinations.diagnostics.push(problem);
    }
    let timeout = Duration::from_millis(periodic.timeout);
    let exporter = below("periodic::exporter::otlp");
    let exporter = destinations.exporter(Signal::Metrics, periodic.exporter.otlp, timeout, &exporter)?;
    Some(Readings { interval: Duration::from_millis(periodic.interval.max(1)), exporter })
}

fn traces(config: Traces, place: &Section, destinations: &mut Destinations<'_>) -> (Tracer, Vec<Records>) {
    let below = |key: &str| place.at(key).unwrap_or_else(|| place.clone());
    let sampler = match &config.sampler {
        Some(config) => sampler(config).unwrap_or_else(|(problem, help)| {
            destinations.diagnostics.push(below("sampler").error(problem, help));
            Sampler::AlwaysOff
        }),
        None => Sampler::default(),
    };
    let records = records(Signal::Traces, config.processors, &below("processors"), destinations);
    if config.level == Level::None || records.is_empty() {
        return (Tracer::default(), Vec::new());
    }
    let outboxes: Vec<Arc<Outbox>> = records.iter().map(|records| records.outbox.clone()).collect();
    let adopts = config.propagators.contains(&Propagator::TraceContext);
    (Tracer::new(sampler, adopts, outboxes), records)
}

fn records(
    signal: Signal,
    processors: Vec<Processor>,
    place: &Section,
    destinations: &mut Destinations<'_>,
) -> Vec<Records> {
    let places = place.items();
    let delay = if signal == Signal::Logs { LOGS_DELAY } else { SPANS_DELAY };
    let mut all = Vec::new();
    for (at, processor) in processors.into_iter().enumerate() {
        let place = places.get(at).unwrap_or(place);
        let (key, batch) = match processor {
            Processor { batch: Some(batch), simple: None } => ("batch", batch),
            Processor { batch: None, simple: Some(simple) } => ("simple", BatchProcessor::from(simple)),
            _ => {
                let problem = place.error("a processor is one of `batch` and `simple`", "");
                destinations.diagnostics.push(problem);
                continue;
            }
        };
        let place = place.at(&format!("{key}::exporter::otlp")).unwrap_or_else(|| place.clone());
        let timeout = Duration::from_millis(batch.export_timeout);
        let Some(exporter) = destinations.exporter(signal, batch.exporter.otlp, timeout, &place) else {
            continue;
        };
        let outbox = Arc::new(Outbox::new(batch.max_queue_size, batch.max_export_batch_size));
        let delay = batch.schedule_delay.map_or(delay, Duration::from_millis).max(Duration::from_millis(1));
        all.push(Records { signal, outbox, delay, exporter });
    }
    all
}

/// The sampler, or what is wrong and what to do.
fn sampler(config: &SamplerConfig) -> Result<Sampler, (&'static str, &'static str)> {
    let one = "write one of `always_on`, `always_off`, `trace_id_ratio_based` and `parent_based`";
    match config {
        SamplerConfig {
            always_on: Some(_),
            always_off: None,
            trace_id_ratio_based: None,
            parent_based: None,
        } => Ok(Sampler::AlwaysOn),
        SamplerConfig {
            always_on: None,
            always_off: Some(_),
            trace_id_ratio_based: None,
            parent_based: None,
        } => Ok(Sampler::AlwaysOff),
        SamplerConfig {
            always_on: None,
            always_off: None,
            trace_id_ratio_based: Some(share),
            parent_based: None,
        } => match share.ratio.unwrap_or(1.0) {
            ratio if (0.0..=1.0).contains(&ratio) => Ok(Sampler::Ratio(ratio)),
            _ => Err(("the `ratio` of a sampler is within 0 and 1", "1 keeps every trace")),
        },
        SamplerConfig {
            always_on: None,
            always_off: None,
            trace_id_ratio_based: None,
            parent_based: Some(parent),
        } => {
            let root = parent.root.as_deref().map_or(Ok(Sampler::AlwaysOn), sampler)?;
            Ok(Sampler::ParentBased(Box::new(root)))
        }
        _ => Err(("a sampler is one of several kinds", one)),
    }
}
