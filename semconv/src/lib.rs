//! CodeAgent semantic conventions.
