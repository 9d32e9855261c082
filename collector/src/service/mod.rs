//! The life of a running collector: start, serve, drain, report.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use codeagent_components::processors::memory_limiter::available_memory;
use codeagent_config::ComponentId;
use codeagent_pipeline::{Host, Phase, Receiver, Running, Stop};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::cli::Run;
use crate::graph::Graph;
use crate::telemetry::{self, Settings};
use crate::{configuration, exit, live};

mod greeting;
mod pages;
mod report;
mod signals;

use report::Ending;

/// Runs a built collector until it is told to stop; the exit code says how that went.
pub fn run(graph: Graph, settings: Settings, options: &Run, threads: usize, data_dir: &Path) -> ExitCode {
    install_log(&settings, options);
    install_crypto();
    let runtime = match runtime(threads) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::from(error).context("cannot start runtime threads")),
    };
    let is_default = configuration::is_default(&options.sources);
    let kept = is_default.then(|| data_dir.to_owned());
    let drain = *options.drain_timeout;
    match runtime.block_on(serve(graph, settings, kept, drain)) {
        Ok(Ending::Delivered) => exit::DONE.into(),
        Ok(Ending::Undelivered) => exit::UNDELIVERED.into(),
        Err(error) => fail(&error),
    }
}

/// How long the collector's own telemetry may take to be sent at a stop, after all data is.
const OWN_DRAIN: Duration = Duration::from_secs(2);

/// Bytes that data may hold where no `memory_limiter` says otherwise: a quarter of the memory of the container or the
/// machine, at most 512 MiB.
pub fn default_memory_limit() -> usize {
    const MOST: usize = 512 << 20;
    (available_memory() / 4).min(MOST)
}

fn install_log(settings: &Settings, options: &Run) {
    let level = options.log_level.clone().or_else(|| settings.log_level.clone());
    let json = settings.log_json.unwrap_or_default();
    let format =
        options.log_format.unwrap_or(if json { crate::cli::LogFormat::Json } else { Default::default() });
    telemetry::install_log(level.as_deref().unwrap_or("info"), format, settings.push.log_outboxes());
}

/// One provider for the process: rustls refuses to guess when there could be two.
fn install_crypto() {
    // A second installation fails and leaves the first one in place: that is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn runtime(threads: usize) -> std::io::Result<Runtime> {
    match threads {
        1 => Builder::new_current_thread().enable_all().build(),
        threads => Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    exit::FAILED.into()
}

async fn serve(
    graph: Graph,
    settings: Settings,
    kept: Option<std::path::PathBuf>,
    drain: Duration,
) -> anyhow::Result<Ending> {
    let Graph { extensions, exporters, receivers, host } = graph;
    let (order, stop) = Stop::channel();
    let metrics_address = settings.metrics_address;
    pages::serve(metrics_address.as_deref(), &host).await?;
    let own = settings.push.start(host.clone()).context("cannot start to send own telemetry")?;
    for (_, exporter) in &exporters {
        exporter.clone().start();
    }
    let mut running = start_all("extension", extensions, &stop).await?;
    let started = start_all("receiver", receivers, &stop).await?;
    host.health.set(Phase::Ready);
    greeting::greet(&started, metrics_address.as_deref(), kept.as_deref());
    let live = std::io::stderr().is_terminal().then(|| tokio::spawn(live::lines(host.clone(), kept)));
    running.extend(started);
    signals::wait_for_stop().await?;
    if let Some(live) = live {
        live.abort();
    }
    host.health.set(Phase::Stopping);
    tracing::info!(deadline = ?drain, "stopping: no new data, delivering what was accepted");
    let ending = tokio::select! {
        ending = stop_all(order, running, exporters, drain, &host) => ending,
        signal = signals::wait_for_stop() => {
            signal?;
            tracing::warn!("second signal: stopping at once");
            return Ok(report::report(&host));
        }
    };
    if let Some(own) = own {
        own.stop(Instant::now() + OWN_DRAIN.min(drain)).await;
    }
    Ok(ending)
}

async fn stop_all(
    order: watch::Sender<Option<Instant>>,
    running: Vec<(ComponentId, Running)>,
    exporters: Vec<(ComponentId, codeagent_pipeline::BuiltExporter)>,
    drain: Duration,
    host: &Host,
) -> Ending {
    let deadline = Instant::now() + drain;
    // No receiver is left to hear it: then there is nothing to stop.
    let _ = order.send(Some(deadline));
    let mut drains = tokio::task::JoinSet::new();
    for (_, exporter) in exporters {
        drains.spawn(async move { exporter.drain(deadline).await });
    }
    for (id, component) in running {
        let patience = tokio::time::Instant::from_std(deadline + Duration::from_secs(1));
        if tokio::time::timeout_at(patience, component.task).await.is_err() {
            tracing::warn!(component = %id, "did not stop in time");
        }
    }
    while drains.join_next().await.is_some() {}
    report::report(host)
}

async fn start_all(
    role: &str,
    components: Vec<(ComponentId, Box<dyn Receiver>)>,
    stop: &Stop,
) -> anyhow::Result<Vec<(ComponentId, Running)>> {
    let mut running = Vec::new();
    for (id, component) in components {
        let started = component.start(stop.clone()).await;
        let started = started.with_context(|| format!("{role} `{id}` cannot start"))?;
        running.push((id, started));
    }
    Ok(running)
}
