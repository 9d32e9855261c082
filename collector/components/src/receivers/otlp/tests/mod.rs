//! The receiver on real sockets, with independent peers.

mod grpc;
mod grpc_bad;
mod grpc_life;
mod http;
mod kit;
mod limits;
mod malformed;
mod own_telemetry;
mod raw;
mod samples;
mod settings;
mod tls;
