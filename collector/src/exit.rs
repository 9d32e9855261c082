//! Exit codes; `--help` documents them.

/// Done, or stopped with everything delivered.
pub const DONE: u8 = 0;
/// Could not start, or failed while running.
pub const FAILED: u8 = 1;
/// The command line or the configuration is wrong.
pub const USAGE: u8 = 2;
/// Stopped with items that were not delivered.
pub const UNDELIVERED: u8 = 3;
/// `status`: no collector answered.
pub const UNREACHABLE: u8 = 4;
/// `queue`: something on disk is damaged.
pub const DAMAGED: u8 = 5;
