//! Waiting for what happens in other processes, with an end that is a failure.

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it: far longer than it ever takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is `Ok`.
///
/// # Panics
/// After [`PATIENCE`], with the last `Err`: what is still missing.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(missing) if begun.elapsed() > PATIENCE => {
                panic!("{what}: not within {} s: {missing}", PATIENCE.as_secs())
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
