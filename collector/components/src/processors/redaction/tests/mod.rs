mod attributes;
mod bodies;
mod configuration;
mod kit;
mod messages;
