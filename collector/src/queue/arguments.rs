//! The command line of `queue`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::{Format, Sources, Whom};

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

const REPLAY_EXAMPLES: &str = "\
Examples:
  codeagent-collector queue replay --exporter elasticsearch --reason rejected
      After the mapping was repaired: send again what elasticsearch had rejected.

A letter is removed when it is on disk in the queue of its destination: a crash in between sends it twice.

Exit codes:
  0  done
  1  not all of it was done, and standard error says why; it can be tried again
  2  the command line or the configuration is wrong
  5  some letters are damaged";

const DROP_EXAMPLES: &str = "\
Examples:
  codeagent-collector queue drop --exporter kafka/old
      Give up what waits for a destination. Where the configuration has it no more, forget it.
  codeagent-collector queue drop --exporter elasticsearch --dead --reason rejected --yes
      Give up dead letters, without being asked.

Exit codes:
  0  done
  1  not all of it was done, and standard error says why
  2  the command line or the configuration is wrong, or it was not confirmed";

/// What to do with what waits on disk, whether the collector runs or not.
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
        /// The collector, if one is running on the queues: it says why a destination takes nothing.
        #[command(flatten)]
        whom: Whom,
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
    /// Send dead letters again to the destinations that refused them.
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
    /// Give up what waits for a destination, or its dead letters.
    #[command(after_help = DROP_EXAMPLES)]
    Drop(Drop),
}

/// What `replay` sends.
#[derive(Debug, Args)]
pub struct Replay {
    /// Where the queues are.
    #[command(flatten)]
    pub place: Place,
    /// Of what.
    #[command(flatten)]
    pub selection: Selection,
    /// Only what was refused for this reason, as `queue list` names it.
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Also letters of which only some items were refused, and nobody knows which: the others of them arrive twice.
    #[arg(long)]
    pub partial: bool,
    /// The collector, if one is running on the queues.
    #[command(flatten)]
    pub whom: Whom,
}

/// What `drop` drops.
#[derive(Debug, Args)]
pub struct Drop {
    /// Where the queues are.
    #[command(flatten)]
    pub place: Place,
    /// The destination.
    #[arg(long, value_name = "EXPORTER")]
    pub exporter: String,
    /// Only in this pipeline, such as traces or logs/eu.
    #[arg(long, value_name = "PIPELINE")]
    pub pipeline: Option<String>,
    /// Its dead letters, instead of what waits for it.
    #[arg(long)]
    pub dead: bool,
    /// With --dead: only what was refused for this reason.
    #[arg(long, value_name = "REASON", requires = "dead")]
    pub reason: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// The collector, if one is running on the queues.
    #[command(flatten)]
    pub whom: Whom,
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
