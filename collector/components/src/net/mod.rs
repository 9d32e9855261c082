//! What components share of the network: clients, servers, TLS, compression.

pub mod client_auth;
pub mod compress;
pub mod connect;
pub mod grpc_client;
pub mod http_client;
pub mod pages;
pub mod tls_client;
