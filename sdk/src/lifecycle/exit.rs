//! `process::exit` drops nothing: only what C's `atexit` knows is run.

use std::sync::Once;

use crate::telemetry;

/// Registers, once for each process.
pub(crate) fn flush_at_exit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        shutdown_hooks::add_shutdown_hook(finish);
    });
}

extern "C" fn finish() {
    // A panic must not cross into C.
    let _ = std::panic::catch_unwind(|| {
        if let Some(core) = telemetry::installed() {
            core.outbox.finish(core.flush_timeout);
        }
    });
}
