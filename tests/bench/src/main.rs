#![doc = include_str!("../README.md")]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::task::LocalSet;

mod contender;
mod latency;
mod launch;
mod load;
mod losses;
mod measure;
mod numbered;
mod open_loop;
mod payload;
mod process;
mod scenario;
mod sink;
mod table;
mod tail;

/// Measures collectors: CPU seconds per million items, peak memory, readiness.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    mode: Option<Mode>,
    /// Our collector.
    #[arg(long, global = true, default_value = "target/release/codeagent-collector")]
    ours: PathBuf,
    /// The OpenTelemetry Collector, measured beside ours where it is given.
    #[arg(long, global = true, env = "OTELCOL")]
    go: Option<PathBuf>,
    /// Only the scenarios whose name contains one of these.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Repetitions; collectors take turns within each, and the median counts.
    #[arg(long, global = true, default_value_t = 3)]
    repetitions: usize,
    /// Multiplies the number of items, for a quick look (0.1) or a long one.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// A Kafka broker for the Kafka scenarios, such as 127.0.0.1:9092.
    #[arg(long, env = "KAFKA_ENDPOINT")]
    kafka: Option<String>,
    /// Runtime threads of our collector. Several numbers (`1,2`) are measured in turns, and compared in a second table.
    #[arg(long, value_delimiter = ',', default_value = "1")]
    threads: Vec<usize>,
}

/// What else can be measured.
#[derive(Clone, Debug, Subcommand)]
enum Mode {
    /// How long an acknowledgement takes at a fixed rate.
    Latency {
        /// Spans a second.
        #[arg(long, default_value_t = 10_000.0)]
        rate: f64,
        /// Seconds of each run.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Spans a request.
        #[arg(long, value_delimiter = ',', default_value = "10,100")]
        batch: Vec<usize>,
    },
    /// Tail sampling with errors, slow and a tenth, held on disk; the Collector's in memory.
    Tail {
        /// Traces of each run.
        #[arg(long, value_delimiter = ',', default_value = "60000")]
        traces: Vec<usize>,
        /// Spans of a trace.
        #[arg(long, default_value_t = 10)]
        spans: usize,
        /// Spans a second.
        #[arg(long, default_value_t = 20_000.0)]
        rate: f64,
        /// Seconds until a decision.
        #[arg(long, default_value_t = 10)]
        wait: u64,
    },
    /// What was acknowledged and never arrived, after a kill and after an outage.
    Losses {
        /// Spans a second.
        #[arg(long, default_value_t = 10_000.0)]
        rate: f64,
    },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let cores = std::thread::available_parallelism()?.get();
    // Beside the collector's cores, where there are so many.
    let most = options.threads.iter().copied().max().unwrap_or(1);
    process::pin_to_core(most.min(cores - 1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tables = match &options.mode {
        None => {
            let results = runtime.block_on(measure::all(&options))?;
            table::render(&results) + &table::threads(&results)
        }
        Some(Mode::Latency { rate, seconds, batch }) => {
            let pace = open_loop::Pace { rate: *rate, time: Duration::from_secs(*seconds) };
            LocalSet::new().block_on(&runtime, latency::table(&options, pace, batch))?
        }
        Some(Mode::Tail { traces, spans, rate, wait }) => {
            let shape =
                |traces: &usize| tail::Shape { traces: *traces, spans: *spans, rate: *rate, wait: *wait };
            let shapes: Vec<_> = traces.iter().map(shape).collect();
            LocalSet::new().block_on(&runtime, tail::table(&options, &shapes))?
        }
        Some(Mode::Losses { rate }) => LocalSet::new().block_on(&runtime, losses::table(&options, *rate))?,
    };
    print!("{tables}");
    Ok(())
}
