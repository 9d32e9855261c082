#![doc = include_str!("README.md")]

mod config;
mod destination;
mod headers;
mod log;
mod log_records;
mod page;
mod process;
mod push;
mod resource;
mod settings;
#[cfg(test)]
mod tests;

pub use log::install as install_log;
pub use page::Page;
pub use process::register as register_process;
pub use settings::Settings;
