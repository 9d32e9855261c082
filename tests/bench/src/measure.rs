//! Runs scenarios: start, warm up, load, wait for the last item, read the CPU time.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use crate::Options;
use crate::launch::{Launch, Topic, queue};
use crate::load::Load;
use crate::scenario::{ALL, Messages, Scenario};
use crate::sink::Sink;

/// What one run of one collector cost.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which row of the table.
    pub scenario: Scenario,
    /// `ours` or `go`.
    pub collector: &'static str,
    /// Its threads.
    pub threads: usize,
    /// CPU seconds per million items.
    pub cpu_per_million: f64,
    /// Peak memory in MiB.
    pub peak_mib: f64,
    /// Memory before the load in MiB.
    pub idle_mib: f64,
    /// From start to the first connection.
    pub ready: Duration,
    /// Items a second.
    pub rate: f64,
}

/// All scenarios that were asked for.
pub async fn all(options: &Options) -> anyhow::Result<Vec<Run>> {
    let local = LocalSet::new();
    local
        .run_until(async {
            let sink = Rc::new(Sink::default());
            let ports = sink.serve().await?;
            let mut runs = Vec::new();
            for scenario in ALL.iter().filter(|scenario| wanted(scenario, options)) {
                let topic = fill(scenario, options).await?;
                for repetition in 1..=options.repetitions {
                    for (collector, binary, threads) in collectors(options, scenario) {
                        let (name, repetitions) = (scenario.name, options.repetitions);
                        eprintln!("{name}: {collector}, threads: {threads}, {repetition} of {repetitions}");
                        let setup = Setup {
                            scenario,
                            collector,
                            threads,
                            binary,
                            sink: &sink,
                            ports,
                            options,
                            queue: queue()?,
                            topic: &topic,
                        };
                        let run = setup.run().await;
                        runs.push(run.with_context(|| format!("{}: {collector}", scenario.name))?);
                    }
                }
            }
            Ok(runs)
        })
        .await
}

fn wanted(scenario: &Scenario, options: &Options) -> bool {
    let needs_kafka = scenario.config == "kafka" || scenario.from_kafka.is_some();
    let possible = !needs_kafka || options.kafka.is_some();
    possible
        && (options.only.is_empty() || options.only.iter().any(|part| scenario.name.contains(part.trim())))
}

/// Ours with each number of threads, and the OpenTelemetry Collector with the first.
fn collectors<'a>(options: &'a Options, scenario: &Scenario) -> Vec<(&'static str, &'a Path, usize)> {
    let first = options.threads.first().copied().unwrap_or(1);
    let go = options.go.as_deref().filter(|_| scenario.go).map(|path| ("go", path, first));
    let ours = options.threads.iter().map(|threads| ("ours", options.ours.as_path(), *threads));
    ours.chain(go).collect()
}

struct Setup<'a> {
    scenario: &'a Scenario,
    collector: &'static str,
    threads: usize,
    binary: &'a Path,
    sink: &'a Rc<Sink>,
    ports: (u16, u16),
    options: &'a Options,
    queue: TempDir,
    topic: &'a str,
}

/// How many items a run has.
fn total(scenario: &Scenario, options: &Options) -> usize {
    ((scenario.items as f64 * options.scale) as usize).next_multiple_of(scenario.batch)
}

/// Fills a topic with all items of a scenario that reads from Kafka, through our collector; its name.
async fn fill(scenario: &Scenario, options: &Options) -> anyhow::Result<String> {
    let Some(messages) = scenario.from_kafka else { return Ok(String::new()) };
    let name = format!("bench-{}-{messages:?}", std::process::id());
    let (port, queue) = (free_port().await?, queue()?);
    let launch = Launch {
        binary: &options.ours,
        is_ours: true,
        threads: 1,
        config: "fill-kafka",
        queue: queue.path(),
        sinks: (0, 0),
        kafka: options.kafka.as_deref().unwrap_or_default(),
        topic: Topic { name: &name, is_keyed: messages == Messages::Traces },
    };
    let (_collector, _) = launch.start(port).await?;
    let load = Rc::new(Load::new(scenario.signal, scenario.batch, false)?);
    load.run(port, total(scenario, options)).await?;
    Ok(name)
}

impl Setup<'_> {
    async fn run(&self) -> anyhow::Result<Run> {
        let port = free_port().await?;
        self.sink.reset();
        let (collector, ready) = self.launch().start(port).await?;
        if self.scenario.from_kafka.is_none() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let idle_mib = collector.memory_mib("VmRSS")?;
        let Scenario { signal, batch, gzip, .. } = *self.scenario;
        let load = Rc::new(Load::new(signal, batch, gzip)?);
        let total = total(self.scenario, self.options);
        if self.scenario.from_kafka.is_none() {
            self.send(&load, port, total / 12).await?;
        }
        let before = collector.cpu_seconds()?;
        let begun = std::time::Instant::now();
        if self.scenario.from_kafka.is_none() {
            self.send(&load, port, total).await?;
        } else {
            self.arrive(total).await?;
        }
        let elapsed = begun.elapsed();
        let cpu = collector.cpu_seconds()? - before;
        Ok(Run {
            scenario: *self.scenario,
            collector: self.collector,
            threads: self.threads,
            cpu_per_million: cpu * 1e6 / total as f64,
            peak_mib: collector.memory_mib("VmHWM")?,
            idle_mib,
            ready,
            rate: total as f64 / elapsed.as_secs_f64(),
        })
    }

    fn launch(&self) -> Launch<'_> {
        Launch {
            binary: self.binary,
            is_ours: self.collector == "ours",
            threads: self.threads,
            config: self.scenario.config,
            queue: self.queue.path(),
            sinks: self.ports,
            kafka: self.options.kafka.as_deref().unwrap_or_default(),
            topic: Topic { name: self.topic, is_keyed: false },
        }
    }

    /// Sends `items`, and waits until the sink has seen them all.
    async fn send(&self, load: &Rc<Load>, port: u16, items: usize) -> anyhow::Result<()> {
        self.sink.reset();
        let sent = items.next_multiple_of(load.items);
        load.clone().run(port, sent).await?;
        self.arrive(sent * self.scenario.fanout).await
    }

    /// Waits until the sink has seen so many items.
    async fn arrive(&self, sent: usize) -> anyhow::Result<()> {
        // a consumer group takes a while to be one
        let (mut seen, mut quiet) = (0, if self.scenario.from_kafka.is_some() { -10_000 } else { 0 });
        while self.scenario.counted && self.sink.items() < sent && quiet < 1000 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            quiet = if self.sink.items() == seen { quiet + 1 } else { 0 };
            seen = self.sink.items();
        }
        // Remote write makes several samples of a histogram's point, so the count is a lower bound.
        anyhow::ensure!(
            !self.scenario.counted || self.sink.items() >= sent,
            "{} of {sent} items did not arrive",
            sent - self.sink.items()
        );
        Ok(())
    }
}

/// A port that nobody listens on.
pub async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}
