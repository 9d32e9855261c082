//! Three lines of telemetry, in each kind of runtime, ended in each way that a process ends.
//!
//!     endings SHAPE ENDING
//!
//! SHAPE: `sync` (no runtime), `current_thread`, `one_worker`, `four_workers`. ENDING: `return`, `flush` (from within a task, then
//! return), `exit`, `panic`, `sigterm`, `abort` (after a flush: like a `kill -9`), `nothing` (records nothing at all).

use std::process;
use std::time::Duration;

fn main() -> anyhow::Result<()> {
    let telemetry = codeagent_sdk::init("endings").session_id("s-1").install()?;
    let mut arguments = std::env::args().skip(1);
    let shape = arguments.next().unwrap_or_default();
    let ending = arguments.next().unwrap_or_default();
    let handle: codeagent_sdk::Telemetry = telemetry.clone();
    match shape.as_str() {
        "current_thread" => on(&mut tokio::runtime::Builder::new_current_thread(), handle, ending)?,
        "one_worker" => on(tokio::runtime::Builder::new_multi_thread().worker_threads(1), handle, ending)?,
        "four_workers" => on(tokio::runtime::Builder::new_multi_thread().worker_threads(4), handle, ending)?,
        _ => work(&handle, &ending),
    }
    Ok(())
}

/// The work and its end are in a task of the runtime.
fn on(
    runtime: &mut tokio::runtime::Builder,
    telemetry: codeagent_sdk::Telemetry,
    ending: String,
) -> anyhow::Result<()> {
    let runtime = runtime.enable_all().build()?;
    let task = runtime.spawn(async move { work(&telemetry, &ending) });
    // A panic of the task is the program's.
    if let Err(error) = runtime.block_on(task) {
        std::panic::resume_unwind(error.into_panic());
    }
    Ok(())
}

fn work(telemetry: &codeagent_sdk::Telemetry, ending: &str) {
    if ending == "nothing" {
        return;
    }
    for number in 0..10 {
        step(number);
    }
    match ending {
        "flush" => {
            telemetry.flush();
        }
        "exit" => process::exit(3),
        "panic" => fail(),
        "abort" => {
            telemetry.flush();
            process::abort();
        }
        "sigterm" => {
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGTERM);
            // The SDK's thread ends the process, in its own time.
            std::thread::park_timeout(Duration::from_secs(30));
        }
        _ => {}
    }
}

#[tracing::instrument]
fn step(number: u32) {
    tracing::info!("at work");
}

#[expect(clippy::panic, reason = "a panic is what is shown")]
fn fail() {
    panic!("as asked");
}
