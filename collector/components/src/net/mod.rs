//! What components share of the network: clients, servers, TLS, compression.
