//! What the exporters' settings have in common.

use std::fmt;
use std::time::Duration;

use codeagent_pipeline::Signal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::encode::Encoder;
use super::mapping::Mode;
use super::route::{Naming, Router};
use super::templates::{Dialect, Template};

/// What of an answer is asked for.
const FILTER_PATH: &str = "errors,items.*.status,items.*.error.type,items.*.error.reason,\
                           items.*.error.caused_by.type,items.*.error.caused_by.reason";

/// Our key `template`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TemplateConfig {
    /// Whether index templates are installed where the server has none for the names in use.
    pub enabled: bool,
}

impl Default for TemplateConfig {
    fn default() -> Self {
        TemplateConfig { enabled: true }
    }
}

/// The path of bulk requests, with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct BulkPath<'a> {
    /// An ingest pipeline; empty for none.
    pub pipeline: &'a str,
    /// Whether the server may quote documents in its reasons, where somebody said.
    pub include_source: Option<bool>,
}

impl fmt::Display for BulkPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/_bulk?filter_path={FILTER_PATH}")?;
        if !self.pipeline.is_empty() {
            f.write_str("&pipeline=")?;
            for byte in self.pipeline.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                        write!(f, "{}", char::from(byte))?;
                    }
                    _ => write!(f, "%{byte:02X}")?,
                }
            }
        }
        self.include_source.map_or(Ok(()), |include| write!(f, "&include_source_on_error={include}"))
    }
}

/// Zero means without.
pub fn positive(time: codeagent_config::Duration) -> Option<Duration> {
    (!time.is_zero()).then(|| time.get())
}

/// How long `times` waits take at most, each double the one before up to `longest`, varied by half.
pub fn elapsed_time(times: u32, first: Duration, longest: Duration) -> Duration {
    let waits =
        std::iter::successors(Some(first.min(longest)), |wait| Some(wait.saturating_mul(2).min(longest)));
    // after so many doublings every wait is the longest
    let growing = times.min(40);
    let sum = waits.take(growing as usize).fold(Duration::ZERO, Duration::saturating_add);
    sum.saturating_add(longest.saturating_mul(times - growing)).saturating_mul(3) / 2
}

/// The templates for what an encoder writes.
pub fn templates_of(config: &TemplateConfig, encoder: &Encoder, dialect: Dialect) -> Vec<Template> {
    if !config.enabled {
        return Vec::new();
    }
    let with_events = encoder.signal == Signal::Traces && encoder.mode == Mode::Otel;
    let mut routers = vec![&encoder.items];
    routers.extend(with_events.then_some(&encoder.events));
    let templates = routers.into_iter().filter_map(|router| template(router, encoder.mode, dialect));
    // a data stream takes nothing but `create`
    let streams = encoder.action == "create";
    templates.map(|template| Template { data_stream: template.data_stream && streams, ..template }).collect()
}

fn template(router: &Router, mode: Mode, dialect: Dialect) -> Option<Template> {
    let kind = router.kind;
    let dated = router.date.is_some();
    let (label, pattern, example, rank) = match &router.naming {
        Naming::Pattern { .. } => return None,
        Naming::Static(index) => {
            let pattern = if dated { format!("{index}*") } else { index.clone() };
            (index.clone(), pattern, index.clone(), 3)
        }
        // Every dataset with the suffix is ours; without one, names like these are used by many.
        Naming::DataStream { dataset, namespace, suffix } => {
            let any = if suffix.is_empty() { dataset } else { "*" };
            let example = format!("{kind}-{dataset}{suffix}-{namespace}");
            let rank = if suffix.is_empty() { 0 } else { 1 };
            (kind.to_owned(), format!("{kind}-{any}{suffix}-*"), example, rank)
        }
    };
    let plain = pattern.strip_prefix("ss4o_").unwrap_or(&pattern);
    let named_like_a_stream = plain.starts_with(&format!("{kind}-")) && plain.matches('-').count() >= 2;
    let name = format!("codeagent-{}-{label}", mode.name());
    let data_stream = named_like_a_stream && !dated;
    Some(Template { name, pattern, example, rank, data_stream, mode, dialect })
}
