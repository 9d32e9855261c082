//! From the document to the settings.

use std::path::PathBuf;
use std::time::Duration;

use codeagent_semconv::attribute;
use codeagent_semconv::value::Signal;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::trace::Sampler;

use super::Problem;
use super::exporter::endpoint;
use super::section::{Findings, Section, text};
use super::yaml::Value;
use crate::exemplars::Filter;
use crate::redaction::Content;
use crate::settings::{self, Settings};

const BYTES: &str = "queues are bounded in bytes, by `distribution.codeagent.queue_bytes`";
const NOT_SUPPORTED: &str = "it is not supported";

pub(super) fn document(
    settings: &mut Settings,
    document: &Value,
    findings: &Findings,
) -> Result<(), Problem> {
    let root =
        Section::new(String::new(), document, findings).map_err(|_| "the file must hold a map".to_owned())?;
    format(&root)?;
    settings.is_disabled = root.flag("disabled")?.unwrap_or(false);
    if let Some(section) = root.section("resource")? {
        resource(settings, section)?;
    }
    if let Some(section) = root.section("propagator")? {
        propagator(section)?;
    }
    // A provider that is left out does nothing.
    settings.endpoints = Default::default();
    settings.has_endpoint = true;
    let mut delays = Vec::new();
    if let Some(section) = root.section("tracer_provider")? {
        processors(settings, &section, Signal::Traces, &mut delays)?;
        if let Some(sampler) = section.section("sampler")? {
            settings.sampler = self::sampler(&sampler)?;
            sampler.finish();
        }
        section.ignore(&["limits", "tracer_configurator/development", "id_generator"], NOT_SUPPORTED);
        section.finish();
    }
    if let Some(section) = root.section("logger_provider")? {
        processors(settings, &section, Signal::Logs, &mut delays)?;
        section.ignore(&["limits", "logger_configurator/development"], NOT_SUPPORTED);
        section.finish();
    }
    if let Some(section) = root.section("meter_provider")? {
        meters(settings, section)?;
    }
    settings.batch_delay = delays.into_iter().min().unwrap_or(settings.batch_delay);
    if let Some(distribution) = root.section("distribution")? {
        // The parts of other distributions are none of our business.
        if let Some(section) = distribution.section("codeagent")? {
            ours(settings, section)?;
        }
    }
    root.ignore(&["attribute_limits", "instrumentation", "instrumentation/development"], NOT_SUPPORTED);
    root.ignore(&["log_level"], "CODEAGENT_DEBUG says whether the SDK speaks");
    root.ignore(&["stability"], "nothing depends on it");
    root.finish();
    Ok(())
}

fn format(root: &Section<'_>) -> Result<(), Problem> {
    let version = root.text("file_format")?.ok_or("file_format is missing: write `file_format: \"1.1\"`")?;
    // A number would be 1.1 as well as "1.1"; release candidates of 1.0 differ in names that we know.
    let minor =
        version.strip_prefix("1.").map(|minor| minor.split('-').next().unwrap_or_default().parse::<u32>());
    match minor {
        Some(Ok(0 | 1)) => {}
        Some(Ok(_)) => {
            root.find(format!("file_format {version} is later than 1.1: what is new in it is unknown here"))
        }
        _ => return Err(format!("file_format is `{version}`; 1.0 and 1.1 can be read")),
    }
    Ok(())
}

fn resource(settings: &mut Settings, section: Section<'_>) -> Result<(), Problem> {
    let list = section.text("attributes_list")?.map(|list| settings::pairs(&list)).unwrap_or_default();
    let mut pairs = list;
    for attribute in section.sections("attributes")? {
        let name = attribute.text("name")?.ok_or_else(|| attribute.at("name") + " is missing")?;
        let value = match attribute.raw("value") {
            Some(Value::List(values)) => Some(values.iter().filter_map(text).collect::<Vec<_>>().join(",")),
            other => other.and_then(text),
        };
        let _ = attribute.text("type")?;
        pairs.extend(value.map(|value| (name, value)));
        attribute.finish();
    }
    for (name, value) in pairs {
        if name == attribute::SERVICE_NAME.name() {
            settings.service_name = value;
        } else {
            settings.set_resource(name, value);
        }
    }
    section.ignore(&["detection", "detection/development"], "what the SDK finds out it always tells");
    section.ignore(&["schema_url"], NOT_SUPPORTED);
    section.finish();
    Ok(())
}

fn propagator(section: Section<'_>) -> Result<(), Problem> {
    let list = section.text("composite_list")?.unwrap_or_default();
    let mut names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    match section.value("composite") {
        Some(Value::List(list)) => {
            let key = |value: &Value| match value {
                Value::Map(pairs) => pairs.first().map(|(key, _)| key.clone()),
                other => text(other),
            };
            names.extend(list.iter().filter_map(key));
        }
        Some(_) => return Err(section.at("composite") + " must be a list"),
        None => {}
    }
    names.retain(|name| !matches!(name.as_str(), "" | "tracecontext" | "baggage"));
    names.sort_unstable();
    names.dedup();
    for name in names {
        section.find(format!("the propagator `{name}` is ignored: {NOT_SUPPORTED}"));
    }
    section.finish();
    Ok(())
}

/// The first exporter that is ours; there is one destination for each signal.
fn processors(
    settings: &mut Settings,
    provider: &Section<'_>,
    signal: Signal,
    delays: &mut Vec<Duration>,
) -> Result<(), Problem> {
    for processor in provider.sections("processors")? {
        for kind in ["batch", "simple"] {
            let Some(section) = processor.section(kind)? else { continue };
            delays.extend(section.millis("schedule_delay")?);
            section.ignore(&["export_timeout"], "`timeout` of the exporter says how long an attempt takes");
            section.ignore(&["max_queue_size", "max_export_batch_size"], BYTES);
            if let Some(exporter) = section.section("exporter")? {
                take(settings, &exporter, signal, endpoint(&exporter, signal, |_| Ok(()))?);
                exporter.finish();
            }
            section.finish();
        }
        processor.finish();
    }
    Ok(())
}

fn take(
    settings: &mut Settings,
    exporter: &Section<'_>,
    signal: Signal,
    found: Option<crate::transport::Endpoint>,
) {
    match (&mut settings.endpoints[signal.index()], found) {
        (place @ None, found) => *place = found,
        (Some(_), Some(_)) => {
            exporter.find(format!(
                "{} is ignored: {} go to the first exporter",
                exporter.at("otlp"),
                signal.as_str()
            ));
        }
        (Some(_), None) => {}
    }
}

fn meters(settings: &mut Settings, provider: Section<'_>) -> Result<(), Problem> {
    let temporalities = [
        ("cumulative", Temporality::Cumulative),
        ("delta", Temporality::Delta),
        ("low_memory", Temporality::LowMemory),
    ];
    for reader in provider.sections("readers")? {
        reader.ignore(&["pull"], "metrics are sent, not fetched");
        let Some(section) = reader.section("periodic")? else { continue };
        let is_first = settings.endpoints[Signal::Metrics.index()].is_none();
        let interval = section.millis("interval")?;
        section.ignore(&["timeout"], "`timeout` of the exporter says how long an attempt takes");
        section.ignore(&["producers", "cardinality_limits", "maximum_export_batch_size"], NOT_SUPPORTED);
        if let Some(exporter) = section.section("exporter")? {
            let temporality = std::cell::Cell::new(None);
            let found = endpoint(&exporter, Signal::Metrics, |otlp| {
                temporality.set(otlp.word("temporality_preference", &temporalities)?);
                let aggregations =
                    [("explicit_bucket_histogram", false), ("base2_exponential_bucket_histogram", true)];
                if otlp.word("default_histogram_aggregation", &aggregations)? == Some(true) {
                    otlp.find(format!(
                        "{} is ignored: histograms have explicit buckets",
                        otlp.at("default_histogram_aggregation")
                    ));
                }
                Ok(())
            })?;
            if is_first && found.is_some() {
                settings.metrics_interval =
                    interval.filter(|interval| !interval.is_zero()).unwrap_or(settings.metrics_interval);
                settings.temporality = temporality.get().unwrap_or(settings.temporality);
            }
            take(settings, &exporter, Signal::Metrics, found);
            exporter.finish();
        }
        section.finish();
        reader.finish();
    }
    let filters = [
        ("trace_based", Filter::TraceBased),
        ("always_on", Filter::AlwaysOn),
        ("always_off", Filter::AlwaysOff),
    ];
    settings.exemplars = provider.word("exemplar_filter", &filters)?.unwrap_or(settings.exemplars);
    provider.ignore(
        &["views", "view_matching_mode/development", "meter_configurator/development"],
        NOT_SUPPORTED,
    );
    provider.finish();
    Ok(())
}

fn sampler(section: &Section<'_>) -> Result<Sampler, Problem> {
    if section.section("always_on")?.is_some() {
        return Ok(Sampler::AlwaysOn);
    }
    if section.section("always_off")?.is_some() {
        return Ok(Sampler::AlwaysOff);
    }
    if let Some(by_id) = section.section("trace_id_ratio_based")? {
        let ratio = match by_id.value("ratio") {
            None => 1.0,
            Some(Value::Float(ratio)) => *ratio,
            Some(Value::Int(0)) => 0.0,
            Some(Value::Int(1)) => 1.0,
            Some(_) => return Err(by_id.at("ratio") + " must be a number from 0 to 1"),
        };
        if !(0.0..=1.0).contains(&ratio) {
            return Err(by_id.at("ratio") + " must be a number from 0 to 1");
        }
        by_id.finish();
        return Ok(Sampler::TraceIdRatioBased(ratio));
    }
    if let Some(by_parent) = section.section("parent_based")? {
        let root = by_parent.section("root")?;
        let inner = root.map_or(Ok(Sampler::AlwaysOn), |root| sampler(&root))?;
        // The defaults of all four, which `ParentBased` has built in.
        let usual = [
            ("remote_parent_sampled", "always_on"),
            ("remote_parent_not_sampled", "always_off"),
            ("local_parent_sampled", "always_on"),
            ("local_parent_not_sampled", "always_off"),
        ];
        for (key, usual) in usual {
            if let Some(Value::Map(pairs)) = by_parent.value(key)
                && !pairs.iter().any(|(name, _)| name == usual)
            {
                by_parent.find(format!("{} is ignored: it is always {usual}", by_parent.at(key)));
            }
        }
        by_parent.finish();
        return Ok(Sampler::ParentBased(Box::new(inner)));
    }
    section.ignore(
        &["probability/development", "composite/development", "jaeger_remote/development"],
        "this sampler is not supported",
    );
    Ok(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
}

/// What the schema has no place for.
fn ours(settings: &mut Settings, section: Section<'_>) -> Result<(), Problem> {
    for word in section.texts("content")? {
        let kinds = Content::parse_list(&word)
            .ok_or_else(|| format!("{} has the unknown kind `{word}`", section.at("content")))?;
        settings.content.extend(kinds);
    }
    settings.redacted.extend(section.texts("redact")?);
    let bytes = section.number("queue_bytes")?.and_then(|bytes| usize::try_from(bytes).ok());
    settings.queue_bytes = bytes.unwrap_or(settings.queue_bytes);
    settings.flush_timeout = section.millis("flush_timeout")?.unwrap_or(settings.flush_timeout);
    settings.session_id = section.text("session_id")?.or(settings.session_id.take());
    settings.revision = section.text("revision")?.or(settings.revision.take());
    if let Some(spool) = section.section("spool")? {
        match spool.text("directory")? {
            Some(text) if text == "off" => settings.spool_directory = None,
            Some(text) => settings.spool_directory = Some(PathBuf::from(text)),
            None => {}
        }
        settings.spool_bytes = spool.number("bytes_max")?.unwrap_or(settings.spool_bytes);
        spool.finish();
    }
    section.finish();
    Ok(())
}
