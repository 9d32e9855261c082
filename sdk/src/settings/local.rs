//! Nothing was said about where to send to: look for a collector on this machine, once.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::transport::Protocol;

/// The ports of OTLP, as IANA has them.
const PORTS: [(u16, Protocol); 2] = [(4317, Protocol::Grpc), (4318, Protocol::HttpProtobuf)];
/// For both; on loopback a port that nobody listens on is refused at once.
const TIMEOUT: Duration = Duration::from_millis(200);

pub(crate) fn find_collector() -> Option<(String, Protocol)> {
    let each = TIMEOUT / u32::try_from(PORTS.len()).unwrap_or(1);
    PORTS.into_iter().find_map(|(port, protocol)| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        TcpStream::connect_timeout(&address, each).ok().map(|_| (address.to_string(), protocol))
    })
}
