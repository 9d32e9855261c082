mod kit;

mod configuration;
mod decisions;
mod order;
mod rates;
mod weights;
