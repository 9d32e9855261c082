//! The command line of `queue`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::{Format, Sources};

const EXAMPLES: &str = "\
Examples:
  codeagent-collector queue list --config collector.yaml
      What waits, for whom and how old it is; what was refused for good and why; destinations that nobody serves any more.
  codeagent-collector queue verify --directory /var/lib/codeagent-telemetry/queue
      Read every record: what is damaged is named with its file and counted to the item.

Exit codes:
  0  done
  1  the folder cannot be read
  2  the command line or the configuration is wrong
  5  something is damaged";

const EXPORT_EXAMPLES: &str = "\
Examples:
  codeagent-collector queue export --exporter elasticsearch --output undelivered.jsonl
      What elasticsearch has not got yet, as OTLP JSON, one request a line.
  codeagent-collector queue export --dead --reason rejected | jq .
      What a destination refused for good.

Exit codes:
  0  done
  1  the folder cannot be read, or the output cannot be written
  2  the command line or the configuration is wrong
  5  some of it is damaged and missing from the output; standard error says how much";

/// What to do with what waits on disk. None of it needs the collector to be stopped.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what waits, for whom, how old it is, and what was refused for good.
    #[command(after_help = EXAMPLES)]
    List {
        /// Where the queues are.
        #[command(flatten)]
        place: Place,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Read every record of every file, and say what is damaged.
    #[command(after_help = EXAMPLES)]
    Verify {
        /// Where the queues are.
        #[command(flatten)]
        place: Place,
        /// Only this pipeline, such as traces or logs/eu.
        #[arg(long, value_name = "PIPELINE")]
        pipeline: Option<String>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write what is not delivered yet, or what was refused for good, as OTLP JSON, one request a line.
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Export),
}

/// What `export` writes, and where.
#[derive(Debug, Args)]
pub struct Export {
    /// Where the queues are.
    #[command(flatten)]
    pub place: Place,
    /// Of what.
    #[command(flatten)]
    pub selection: Selection,
    /// What was refused for good, instead of what waits.
    #[arg(long)]
    pub dead: bool,
    /// With --dead: only what was refused for this reason, as `queue list` names it.
    #[arg(long, value_name = "REASON", requires = "dead")]
    pub reason: Option<String>,
    /// A new file to write to, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Where the queues are: those of a configuration, or a folder.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The configuration whose `file_storage` keeps them.
    #[command(flatten)]
    pub sources: Sources,
    /// The folder itself (`directory` of `file_storage`), without a configuration.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["config", "set"])]
    pub directory: Option<PathBuf>,
    /// Where the collector keeps data by default [default: the platform's data directory].
    #[arg(long, value_name = "DIR", env = "CODEAGENT_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// A part of what is there.
#[derive(Clone, Debug, Default, Args)]
pub struct Selection {
    /// Only this pipeline, such as traces or logs/eu.
    #[arg(long, value_name = "PIPELINE")]
    pub pipeline: Option<String>,
    /// Only for this destination, such as otlp or kafka/eu.
    #[arg(long, value_name = "EXPORTER")]
    pub exporter: Option<String>,
}
