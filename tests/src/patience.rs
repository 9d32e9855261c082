//! Waiting for what happens in other processes, with an end that is a failure.

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it: far longer than it ever takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(170);

/// Asks again and again until the answer is `Ok`.
///
/// # Panics
/// After [`PATIENCE`], with the last `Err`: what is still missing.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(10);
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(missing) if begun.elapsed() > PATIENCE => {
                panic!("{what}: not within {} s: {missing}", PATIENCE.as_secs())
            }
            Err(_) => tokio::time::sleep(pause).await,
        }
        // Some questions are dear: all that a backend stored.
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Seconds of a fault, if the environment says so, else this many: faults that last a minute have no place in a daily run.
pub fn seconds(short: u64) -> Duration {
    let seconds = std::env::var("CODEAGENT_TEST_DURABLE_SECONDS").ok();
    Duration::from_secs(seconds.map_or(short, |seconds| seconds.parse().expect("a number of seconds")))
}
