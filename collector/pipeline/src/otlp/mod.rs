//! OTLP bytes: checked once, then read through borrowed views and edited by splices.

pub mod views;
pub mod wire;
