mod kit;

mod collector;
mod configuration;
mod decisions;
mod order;
mod rates;
mod weights;
