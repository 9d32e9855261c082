//! The ways in which a process ends, each of which must bring its last telemetry out: return from `main` (the guard is dropped),
//! `process::exit` (here), a panic (here, and the guard as the stack unwinds), a signal (the exporting thread).

mod exit;
mod panic;
mod signals;

pub(crate) use exit::flush_at_exit;
pub(crate) use panic::{crash, has_crashed, record_panics};
pub(crate) use signals::ours;
