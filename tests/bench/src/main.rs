#![doc = include_str!("../README.md")]

use std::path::PathBuf;

use clap::Parser;

mod load;
mod measure;
mod payload;
mod process;
mod scenario;
mod sink;
mod table;

/// Measures collectors: CPU seconds per million items, peak memory, readiness.
#[derive(Debug, Parser)]
struct Options {
    /// Our collector.
    #[arg(long, default_value = "target/release/codeagent-collector")]
    ours: PathBuf,
    /// The OpenTelemetry Collector, measured beside ours where it is given.
    #[arg(long, env = "OTELCOL")]
    go: Option<PathBuf>,
    /// Only the scenarios whose name contains one of these.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Repetitions; collectors take turns within each, and the median counts.
    #[arg(long, default_value_t = 3)]
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

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let cores = std::thread::available_parallelism()?.get();
    // Beside the collector's cores, where there are so many.
    let most = options.threads.iter().copied().max().unwrap_or(1);
    process::pin_to_core(most.min(cores - 1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let results = runtime.block_on(measure::all(&options))?;
    print!("{}{}", table::render(&results), table::threads(&results));
    Ok(())
}
