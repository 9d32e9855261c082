//! The collector's own telemetry: its log, its metrics page, and where `service::telemetry` sends both.

mod log;
mod settings;

pub use log::install as install_log;
pub use settings::Settings;
