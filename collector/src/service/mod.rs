//! The life of a running collector: start, serve, reload, drain, report.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use codeagent_components::processors::memory_limiter::available_memory;
use codeagent_pipeline::Phase;
use tokio::runtime::{Builder, Runtime};

use crate::cli::Run;
use crate::commands::Checked;
use crate::configuration;
use crate::telemetry::{self, Settings};
use crate::{exit, live};

mod collector;
mod greeting;
mod holds;
mod orders;
mod pages;
mod queues;
mod reload;
mod reloads;
mod report;
mod retire;
mod signals;
mod watch;

use reload::Reloader;
use report::Ending;
use signals::{Signal, Signals};
pub use watch::Watch;

/// What a collector is run with.
pub struct Setup {
    /// The command line.
    pub options: Run,
    /// Runtime threads.
    pub threads: usize,
    /// Where the embedded default keeps data.
    pub data_dir: PathBuf,
    /// The files to watch, where that is asked for.
    pub watch: Option<Watch>,
}

/// Runs a checked configuration until the collector is told to stop; the exit code says how that went.
pub fn run(checked: Checked, setup: Setup) -> ExitCode {
    install_log(&checked.settings, &setup.options);
    install_crypto();
    let runtime = match runtime(setup.threads) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::from(error).context("cannot start runtime threads")),
    };
    match runtime.block_on(serve(checked, setup)) {
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

async fn serve(checked: Checked, mut setup: Setup) -> anyhow::Result<Ending> {
    let mut signals = Signals::listen()?;
    let watch = setup.watch.take();
    if watch.as_ref().is_some_and(Watch::is_empty) {
        tracing::warn!("--watch watches the files of --config, and there are none");
    }
    let kept = configuration::is_default(&setup.options.sources).then(|| setup.data_dir.clone());
    let host = checked.graph.host.clone();
    let own = checked.settings.push.start(host.clone()).context("cannot start to send own telemetry")?;
    let page = checked.settings.page;
    let mut reloader = Reloader::start(checked.document, checked.graph, page, setup).await?;
    host.health.set(Phase::Ready);
    reloader.greet(kept.as_deref());
    let live = std::io::stderr().is_terminal().then(|| tokio::spawn(live::lines(host.clone(), kept)));
    let outcome = work(&mut reloader, &mut signals, watch).await;
    if let Some(live) = live {
        live.abort();
    }
    host.health.set(Phase::Stopping);
    tracing::info!(deadline = ?reloader.drain(), "stopping: no new data, delivering what was accepted");
    let ending = tokio::select! {
        ending = reloader.stop() => ending,
        () = signals.stop() => {
            tracing::warn!("second signal: stopping at once");
            return outcome.map(|()| report::report(&host));
        }
    };
    if let Some(own) = own {
        own.stop(Instant::now() + OWN_DRAIN.min(reloader.drain())).await;
    }
    outcome.map(|()| ending)
}

/// Reloads whenever it is told to, until it is told to stop.
async fn work(
    reloader: &mut Reloader,
    signals: &mut Signals,
    mut watch: Option<Watch>,
) -> anyhow::Result<()> {
    let mut asked = None;
    loop {
        if let Some(cause) = asked.take_if(|_| reloader.may_reload()) {
            reloader.reload(cause).await?;
        }
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop => return Ok(()),
                Signal::Reload => asked = Some("SIGHUP"),
            },
            () = changed(&mut watch) => asked = Some("a file changed"),
            () = reloader.retired() => {}
        }
    }
}

async fn changed(watch: &mut Option<Watch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}
