//! The receiver on real sockets, with independent peers.

mod grpc;
mod http;
mod kit;
mod samples;
