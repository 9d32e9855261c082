//! What components share of the network: clients, servers, TLS, compression.

pub mod accept;
pub mod client_auth;
pub mod compress;
pub mod connect;
pub mod decompress;
pub mod grpc_client;
pub mod grpc_server;
pub mod gzip;
pub mod handover;
pub mod http_client;
pub mod http_server;
pub mod kafka;
pub mod listen;
mod own_secrets;
pub mod pages;
pub mod rpc_status;
pub mod sender_limits;
pub mod server_auth;
pub mod tls_client;
mod tls_expiry;
mod tls_files;
mod tls_reload;
pub mod tls_server;
