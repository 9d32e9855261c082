//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::queue;

const EXAMPLES: &str = "\
Examples:
  codeagent-collector
      Start with the embedded default: OTLP on 127.0.0.1:4317 (gRPC) and :4318 (HTTP), data kept on disk.
  codeagent-collector --config collector.yaml
      Start with a configuration of your own; the OpenTelemetry Collector's format.
  codeagent-collector --config base.yaml --config site.yaml --set exporters.otlp.endpoint=gateway:4317
      Merge files, the later one wins, and set one key on top.
  codeagent-collector --config collector.yaml --watch
      Reload when the file changes. SIGHUP reloads too. What did not change is not touched; a configuration with
      mistakes changes nothing.
  codeagent-collector validate --config collector.yaml
      Report every mistake of a configuration at once, with line and suggestion.
  codeagent-collector status
      Ask the running collector where every item went.
  codeagent-collector why 5b8efff798038103d269b633813fc60c
      Why tail sampling kept or dropped this trace.
  codeagent-collector queue list
      What waits on disk, for whom, how old it is, and what was refused for good.

Exit codes:
  0  done, or stopped with everything delivered
  1  could not start, or failed while running
  2  the command line or the configuration is wrong
  3  stopped, and some items were not delivered: the report says which
  4  status: no collector answered
  5  queue: something on disk is damaged; what is whole was still read";

/// A collector for the telemetry of AI code agents.
#[derive(Debug, Parser)]
#[command(name = "codeagent-collector", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; `run` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `run`.
    #[command(flatten)]
    pub run: Run,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the collector until SIGTERM or Ctrl-C (the default).
    Run(Run),
    /// Check a configuration and report all its mistakes; nothing is started.
    Validate(Sources),
    /// List the components of this build.
    Components {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print the JSON Schema of the configuration, for editors.
    Schema,
    /// Ask a running collector where every item went.
    Status {
        /// Whom to ask.
        #[command(flatten)]
        whom: Whom,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Ask a running collector why tail sampling kept or dropped a trace.
    Why {
        /// The trace id in hexadecimal, or the id of a session where sessions are sampled.
        #[arg(value_name = "TRACE_ID")]
        id: String,
        /// Whom to ask.
        #[command(flatten)]
        whom: Whom,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What waits on disk, and what went wrong: for a stopped collector and a running one.
    #[command(subcommand)]
    Queue(queue::Command),
    /// Print a completion script: `codeagent-collector completions bash > /etc/bash_completion.d/codeagent-collector`.
    Completions {
        /// For which shell.
        shell: Shell,
    },
}

/// A running collector, and what it wants to see of who asks. Secrets are read from files or the environment: the
/// command line is open to every process of the machine.
#[derive(Clone, Debug, Args)]
pub struct Whom {
    /// Address of its own metrics (`service::telemetry::metrics`); `https://HOST:PORT` where it has TLS.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8888")]
    pub endpoint: String,
    /// File with the bearer token that its page wants; or the token itself in CODEAGENT_STATUS_TOKEN.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The user that its page wants.
    #[arg(long, value_name = "NAME", env = "CODEAGENT_STATUS_USER")]
    pub user: Option<String>,
    /// File with the password of that user; or the password itself in CODEAGENT_STATUS_PASSWORD.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The authorities that sign its certificate, a PEM file [default: the system's].
    #[arg(long, value_name = "FILE", env = "CODEAGENT_STATUS_CA_FILE")]
    pub ca_file: Option<PathBuf>,
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct Sources {
    /// A configuration: a file, or `env:NAME`, `yaml:TEXT`. Repeat to merge; the later one wins. Without any, the
    /// embedded default is used.
    #[arg(long, value_name = "FILE")]
    pub config: Vec<String>,
    /// Set one key of the configuration: `exporters.otlp.endpoint=gateway:4317`. Repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
}

/// How to run.
#[derive(Clone, Debug, Args)]
pub struct Run {
    /// Where the configuration comes from.
    #[command(flatten)]
    pub sources: Sources,
    /// Reload the configuration when one of its files changes, as SIGHUP does.
    #[arg(long)]
    pub watch: bool,
    /// Runtime threads; one a core when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Where the embedded default keeps data [default: the platform's data directory].
    #[arg(long, value_name = "DIR", env = "CODEAGENT_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// How long a stop may take to deliver what was accepted, such as 30s or 2m.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub drain_timeout: codeagent_config::Duration,
    /// The collector's own log: error, warn, info, debug or trace [default: info, or what the configuration says].
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// How to print the collector's own log [default: text, or what the configuration says].
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How to print an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// How to print the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, such as exporters.otlp.endpoint=gateway:4317".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_is_the_default_and_takes_its_options() {
        let cli = Cli::try_parse_from(["x", "--config", "a.yaml", "--config", "b.yaml", "--set", "a.b=c=d"]);
        let cli = cli.unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.run.sources.config, ["a.yaml", "b.yaml"]);
        assert_eq!(cli.run.sources.set, [("a.b".to_owned(), "c=d".to_owned())]);
    }

    #[test]
    fn a_setting_without_a_value_is_refused_with_an_example() {
        let error = Cli::try_parse_from(["x", "--set", "a.b"]).unwrap_err().to_string();
        assert!(error.contains("KEY=VALUE"), "{error}");
    }
}
