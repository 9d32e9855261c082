//! What users write: the Collector's keys and defaults.

use codeagent_pipeline::QueueConfig;
use schemars::JsonSchema;
use serde::Deserialize;

/// How much is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verbosity {
    /// How many items a batch has.
    #[default]
    Basic,
    /// A line for each item.
    Normal,
    /// Everything.
    Detailed,
}

/// Where to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum OutputPath {
    /// The standard output.
    Stdout,
    /// The standard error output.
    Stderr,
}

/// The section `debug`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// `basic`, `normal` or `detailed`.
    pub verbosity: Verbosity,
    /// Batches that are printed in each second in any case.
    pub sampling_initial: u64,
    /// Of those after them, each one of so many is printed; 0 for none.
    pub sampling_thereafter: u64,
    /// Print through the collector's own log.
    pub use_internal_logger: bool,
    /// Where to print without it: `stdout`, `stderr`.
    pub output_paths: Vec<OutputPath>,
    /// Read for compatibility: batches are printed as they come.
    pub sending_queue: QueueConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            verbosity: Verbosity::Basic,
            sampling_initial: 2,
            sampling_thereafter: 1,
            use_internal_logger: true,
            output_paths: vec![OutputPath::Stdout],
            sending_queue: QueueConfig::default(),
        }
    }
}
