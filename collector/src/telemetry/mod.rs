//! The collector's own telemetry: its log, its metrics page, and where `service::telemetry` sends metrics, spans and
//! log records.

mod config;
mod destination;
mod headers;
mod log;
mod log_records;
mod process;
mod push;
mod resource;
mod settings;
#[cfg(test)]
mod tests;

pub use log::install as install_log;
pub use process::register as register_process;
pub use settings::Settings;
