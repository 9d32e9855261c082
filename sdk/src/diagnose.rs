//! What the SDK says of itself: nothing, unless `CODEAGENT_DEBUG` is set; then one line to standard error.

use std::io::Write;
use std::sync::OnceLock;

/// Says `text` where somebody asked to hear it. Never fails, never panics (standard error may be closed).
pub(crate) fn say(text: impl FnOnce() -> String) {
    static IS_ON: OnceLock<bool> = OnceLock::new();
    if *IS_ON.get_or_init(|| std::env::var_os("CODEAGENT_DEBUG").is_some_and(|value| !value.is_empty())) {
        let _ = writeln!(std::io::stderr(), "codeagent-sdk: {}", text());
    }
}
