//! What a user writes.

use codeagent_config::{ByteSize, ComponentId, Diagnostics, Duration, Section};
use codeagent_pipeline::holding::{HoldSettings, KeySource};
use schemars::JsonSchema;
use serde::Deserialize;

use super::policy_config::PolicyConfig;

/// The section.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What keeps and what drops a trace.
    pub policies: Vec<PolicyConfig>,
    /// From a trace's first span to its decision.
    pub decision_wait: Duration,
    /// From a trace's root span to its decision, where that is earlier; 0 for no such shortcut.
    pub decision_wait_after_root_received: Duration,
    /// Traces that may wait for a decision; the oldest is decided when there are more. Left out, bytes are the bound.
    pub num_traces: Option<usize>,
    /// Read for compatibility: nothing is allocated in advance.
    #[allow(dead_code)]
    pub expected_new_traces_per_sec: u64,
    /// Read for compatibility: where the hold is full, the oldest trace is decided.
    pub block_on_overflow: bool,
    /// How many decisions are remembered.
    pub decision_cache: DecisionCache,
    /// Ask no further policy once one has kept the trace.
    pub sample_on_first_match: bool,
    /// When policies are asked: `trace-complete` only.
    pub sampling_strategy: Strategy,
    /// Read for compatibility: what waits on disk is decided after the restart.
    pub drop_pending_traces_on_shutdown: bool,
    /// Bytes of a trace at which it is decided at once; 0 for no such bound.
    pub maximum_trace_size_bytes: u64,
    /// Own: the extension that keeps what waits. Left out, the only one that there is, or memory.
    pub storage: Option<ComponentId>,
    /// Own: the attribute whose value is decided over together, such as `session.id`. Left out, the trace id.
    pub group_by: Option<String>,
    /// Own: bytes that may wait for a decision; the oldest trace is decided when they are used up.
    pub held_bytes_max: Option<ByteSize>,
    /// Own: decisions that are remembered for late spans, kept and dropped ones together.
    pub decisions_max: Option<usize>,
    /// Own: whether log records are kept whose trace does not show up while they wait.
    pub keep_orphan_logs: bool,
    /// Own: decide and tell, and drop nothing.
    pub dry_run: bool,
    /// Own: `all` asks every policy, as the Collector; `first_match` asks one after the other until one decides.
    pub policy_mode: Mode,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            policies: Vec::new(),
            decision_wait: Duration::from_secs(30),
            decision_wait_after_root_received: Duration::ZERO,
            num_traces: None,
            expected_new_traces_per_sec: 0,
            block_on_overflow: false,
            decision_cache: DecisionCache::default(),
            sample_on_first_match: false,
            sampling_strategy: Strategy::default(),
            drop_pending_traces_on_shutdown: false,
            maximum_trace_size_bytes: 0,
            storage: None,
            group_by: None,
            held_bytes_max: None,
            decisions_max: None,
            keep_orphan_logs: true,
            dry_run: false,
            policy_mode: Mode::default(),
        }
    }
}

/// How many decisions are remembered.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionCache {
    /// Traces that were kept.
    pub sampled_cache_size: Option<usize>,
    /// Traces that were dropped.
    pub non_sampled_cache_size: Option<usize>,
}

/// When policies are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// When the trace has waited.
    #[default]
    TraceComplete,
    /// With each request: not supported.
    SpanIngest,
}

/// In which order policies are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Every policy is asked; one that keeps is enough, one that drops goes before.
    #[default]
    All,
    /// From the top; the first that keeps or drops decides.
    FirstMatch,
}

/// Keys of the Collector that are explained, not read.
pub const UNSUPPORTED: &[(&str, &str)] = &[
    ("tail_storage", "name the extension that keeps what waits in `storage`"),
    ("num_shards", "what waits is on disk, so one decider keeps up; take it out"),
];

impl Config {
    /// The settings of the hold. Problems go to `diagnostics`.
    pub fn hold(&self, section: &Section, diagnostics: &mut Diagnostics) -> Option<HoldSettings> {
        let at = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        if self.sampling_strategy == Strategy::SpanIngest {
            let help = "take it out; `decision_wait_after_root_received` makes decisions early";
            let message = "`span-ingest` is not supported: a trace is decided over when it has waited";
            diagnostics.push(at("sampling_strategy").error(message, help));
            return None;
        }
        if self.decision_wait.is_zero() {
            let help = "write how long the spans of a trace take to arrive, such as 30s";
            diagnostics.push(at("decision_wait").error("without waiting no trace is complete", help));
            return None;
        }
        if self.num_traces == Some(0) {
            let message = "no trace may wait for a decision";
            diagnostics.push(at("num_traces").error(message, "take it out: bytes are the bound"));
            return None;
        }
        if self.block_on_overflow {
            let message = "nothing waits for room: where the hold is full, the oldest trace is decided";
            diagnostics.push(at("block_on_overflow").warning(message, "take it out"));
        }
        if self.drop_pending_traces_on_shutdown {
            let message = "nothing is dropped at a stop: what waits on disk is decided after the restart";
            diagnostics.push(at("drop_pending_traces_on_shutdown").warning(message, "take it out"));
        }
        let defaults = HoldSettings::default();
        let cache = &self.decision_cache;
        let cached = match (cache.sampled_cache_size, cache.non_sampled_cache_size) {
            (None, None) => None,
            (kept, dropped) => Some(kept.unwrap_or(0).saturating_add(dropped.unwrap_or(0))),
        };
        let after_root = self.decision_wait_after_root_received;
        Some(HoldSettings {
            key: self.group_by.clone().map_or(KeySource::TraceId, KeySource::Attribute),
            wait: self.decision_wait.get(),
            wait_after_root: (!after_root.is_zero()).then(|| after_root.get()),
            bytes_max: self.held_bytes_max.map(ByteSize::bytes),
            groups_max: self.num_traces,
            group_bytes_max: (self.maximum_trace_size_bytes > 0).then_some(self.maximum_trace_size_bytes),
            decisions_max: self.decisions_max.or(cached).unwrap_or(defaults.decisions_max),
            keeps_orphans: self.keep_orphan_logs,
            is_dry_run: self.dry_run,
        })
    }
}
