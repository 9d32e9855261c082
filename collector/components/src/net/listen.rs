//! Listening sockets: what an `endpoint` means, and errors that say what to do.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::StartError;
use tokio::net::{TcpListener, TcpSocket, lookup_host};

use super::handover;
use super::tls_server::TlsServerConfig;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// A `host:port` to listen on, as Go reads it: an empty host means every address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// Whether only this machine reaches it, as far as its name says.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is no address to listen on: {why}");
        let (host, port) = text.rsplit_once(':').ok_or_else(|| wrong("the port is missing"))?;
        let port = port.parse().map_err(|_| wrong("the port must be a number from 0 to 65535"))?;
        let host = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
            Some(Some(inner)) => inner,
            None if !host.contains([':', '[', ']', '/']) => host,
            _ if host.contains('/') => return Err(wrong("a URL scheme or path does not belong here")),
            _ => return Err(wrong("put an IPv6 address in brackets: [::1]:4317")),
        };
        Ok(Endpoint { host: host.to_owned(), port })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// Reads the `endpoint` and `transport` of a server's section.
pub fn endpoint(
    text: &str,
    transport: &str,
    section: &Section,
    diagnostics: &mut Diagnostics,
) -> Option<Endpoint> {
    if !matches!(transport, "tcp" | "tcp4" | "tcp6") {
        let message = format!("the transport `{transport}` is not supported");
        diagnostics.push(at(section, "transport").error(message, "use tcp"));
        return None;
    }
    match text.parse() {
        Ok(endpoint) => Some(endpoint),
        Err(message) => {
            let help = "write host:port, such as 127.0.0.1:4317, or 0.0.0.0:4317 for every address";
            diagnostics.push(at(section, "endpoint").error(message, help));
            None
        }
    }
}

/// Warns, once for a listener, where whoever reaches it can use it, or can read what others say to it.
pub fn warn_of_exposure(
    endpoint: &Endpoint,
    tls: Option<&TlsServerConfig>,
    has_auth: bool,
    section: &Section,
    diagnostics: &mut Diagnostics,
) {
    if endpoint.is_loopback() {
        return;
    }
    let knows_clients = has_auth || tls.is_some_and(|tls| !tls.client_ca_file.is_empty());
    let (message, help) = match (tls.is_some(), knows_clients) {
        (true, true) => return,
        (false, false) => (
            "anybody who reaches it can use it, and all travels in clear text",
            "set `tls` and `auth`, or listen on 127.0.0.1",
        ),
        (false, true) => ("credentials and data travel in clear text", "set `tls`, or listen on 127.0.0.1"),
        (true, false) => (
            "anybody who reaches it can use it",
            "set `auth` or `tls::client_ca_file`, or listen on 127.0.0.1",
        ),
    };
    diagnostics.push(
        at(section, "endpoint").warning(format!("{endpoint} is not only on this machine: {message}"), help),
    );
}

fn at(section: &Section, key: &str) -> Section {
    section.at(key).unwrap_or_else(|| section.clone())
}

/// Opens `endpoint`, or takes the socket on it over, where that is offered. `path` is the configuration key that a person would change.
pub async fn listen(endpoint: &Endpoint, path: &str) -> Result<Arc<TcpListener>, StartError> {
    let mut failure = None;
    for address in addresses(endpoint, path).await? {
        if let Some(socket) = handover::taken_over(address) {
            return Ok(socket);
        }
        match open(address) {
            Ok(socket) => return Ok(handover::opened(socket)),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let error = failure.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into());
    Err(StartError::listening(explain(endpoint, path, &error), Some(endpoint.port), &error))
}

/// IPv4 first, as Go does: `localhost` must mean what agents on this machine connect to.
async fn addresses(endpoint: &Endpoint, path: &str) -> Result<Vec<SocketAddr>, StartError> {
    let port = endpoint.port;
    if endpoint.host.is_empty() {
        return Ok(vec![(Ipv6Addr::UNSPECIFIED, port).into(), (Ipv4Addr::UNSPECIFIED, port).into()]);
    }
    let found = lookup_host((endpoint.host.as_str(), port)).await;
    let mut found: Vec<SocketAddr> = match found {
        Ok(found) => found.collect(),
        Err(error) => {
            let message = format!("cannot listen on {endpoint}: {error}; change {path}");
            return Err(StartError::new(message));
        }
    };
    found.sort_by_key(SocketAddr::is_ipv6);
    Ok(found)
}

fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn explain(endpoint: &Endpoint, path: &str, error: &std::io::Error) -> String {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    let what = match error.kind() {
        AddrInUse => format!(
            "port {} is taken: another process, perhaps another collector, listens there. Stop it, or set {path} to a free port",
            endpoint.port
        ),
        AddrNotAvailable => {
            format!(
                "this machine has no such address. Set {path} to one that it has, such as 127.0.0.1:{}",
                endpoint.port
            )
        }
        PermissionDenied => {
            format!("not permitted. Set {path} to a port above 1023, or start with the right to bind it")
        }
        _ => format!("{error}. Check {path}"),
    };
    format!("cannot listen on {endpoint}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_go_reads_them() {
        for (text, shown) in [
            ("localhost:4317", "localhost:4317"),
            (":4317", ":4317"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[::1]:4317", "[::1]:4317"),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), shown);
        }
        for text in
            ["localhost", "::1:4317", "http://localhost:4317", "localhost:http", "localhost:65536", "[::1:1"]
        {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_key_to_change() {
        let first = listen(&"127.0.0.1:0".parse().unwrap(), "a::endpoint").await.unwrap();
        let port = first.local_addr().unwrap().port();
        let second = listen(&Endpoint { host: "localhost".into(), port }, "a::endpoint").await;
        let message = second.unwrap_err().message;
        assert!(message.contains(&port.to_string()) && message.contains("a::endpoint"), "{message}");
    }

    #[tokio::test]
    async fn a_socket_is_handed_over_as_long_as_it_is_offered_and_never_closed_in_between() {
        let first = listen(&"127.0.0.1:0".parse().unwrap(), "a::endpoint").await.unwrap();
        let address = first.local_addr().unwrap();
        let endpoint = Endpoint { host: "127.0.0.1".into(), port: address.port() };
        assert!(listen(&endpoint, "a::endpoint").await.is_err());
        let offer = handover::offer(address.port());
        let second = listen(&endpoint, "a::endpoint").await.unwrap();
        assert!(listen(&endpoint, "a::endpoint").await.is_err(), "there is one successor");
        drop(offer);
        assert!(listen(&endpoint, "a::endpoint").await.is_err());
        // connects while both have it, and while only the second has
        let early = tokio::net::TcpStream::connect(address).await.unwrap();
        drop(first);
        let late = tokio::net::TcpStream::connect(address).await.unwrap();
        let (_, one) = second.accept().await.unwrap();
        let (_, other) = second.accept().await.unwrap();
        assert_eq!([one, other], [early.local_addr().unwrap(), late.local_addr().unwrap()]);
        drop(second);
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_refused_with_advice() {
        let error = listen(&"192.0.2.1:0".parse().unwrap(), "a::endpoint").await.unwrap_err();
        assert!(error.message.contains("no such address"), "{error}");
    }
}
