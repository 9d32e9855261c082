//! Programs that use the SDK; see `src/bin/`.
