//! Asks a running collector for its own pages, as an operator with credentials.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::cli::Whom;

/// The largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// For the connection, and for each reading and writing.
const TIMEOUT: Duration = Duration::from_secs(5);
/// For the answer to an order.
const ORDER_TIMEOUT: Duration = Duration::from_secs(600);
/// A header that a page of a browser cannot send to another site, so that no site can give orders to a collector on
/// its visitor's machine.
const ORDER_HEADER: &str = "codeagent-admin";

/// The body of a page.
///
/// # Errors
/// When nobody answers, or not with 200. No message has a credential in it.
pub fn get(whom: &Whom, path: &str) -> anyhow::Result<String> {
    ask(whom, &format!("GET {path} HTTP/1.0"), "", TIMEOUT)
}

/// What the collector answers to an order, which may take it a while.
///
/// # Errors
/// When nobody answers, or not with 200. No message has a credential in it.
pub fn post(whom: &Whom, path: &str, body: &serde_json::Value) -> anyhow::Result<String> {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.0\r\n{ORDER_HEADER}: 1\r\nContent-Type: application/json\r\nContent-Length: {}",
        body.len()
    );
    ask(whom, &head, &body, ORDER_TIMEOUT)
}

fn ask(whom: &Whom, head: &str, body: &str, patience: Duration) -> anyhow::Result<String> {
    let (is_tls, endpoint) = match whom.endpoint.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, whom.endpoint.trim_start_matches("http://")),
    };
    let endpoint = endpoint.trim_end_matches('/');
    let authorization = authorization(whom)?;
    let address = endpoint.to_socket_addrs().context("not an address")?.next().context("no such host")?;
    let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("{head}\r\nHost: {endpoint}\r\n{authorization}\r\n{body}");
    if !is_tls {
        return exchange(stream, &request);
    }
    let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let name = name.context("the host is not a name that a certificate can have")?;
    let connection = ClientConnection::new(Arc::new(tls(whom.ca_file.as_deref())?), name)?;
    exchange(StreamOwned::new(connection, stream), &request)
}

fn exchange(mut stream: impl Read + Write, request: &str) -> anyhow::Result<String> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut answer = String::new();
    let read = stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        read?;
        bail!("the answer is not HTTP");
    };
    match head.lines().next().unwrap_or_default() {
        line if line.contains(" 200 ") => {
            read?;
            Ok(body.to_owned())
        }
        line if line.contains(" 401 ") => bail!("it wants credentials, or others: {}", body.trim()),
        line if body.trim().is_empty() => bail!("it answered `{line}`"),
        line => bail!("it answered `{line}`: {}", body.trim()),
    }
}

/// The header with the credentials, or nothing.
fn authorization(whom: &Whom) -> anyhow::Result<String> {
    let token = secret(whom.token_file.as_deref(), "CODEAGENT_STATUS_TOKEN")?;
    let value = match (&whom.user, token) {
        (Some(user), _) => {
            let password = secret(whom.password_file.as_deref(), "CODEAGENT_STATUS_PASSWORD")?;
            let both = format!("{user}:{}", password.unwrap_or_default());
            format!("Basic {}", STANDARD.encode(both))
        }
        (None, Some(token)) => format!("Bearer {token}"),
        (None, None) => return Ok(String::new()),
    };
    if value.contains(|character: char| character.is_control()) {
        bail!("the token has characters that no header can have");
    }
    Ok(format!("Authorization: {value}\r\n"))
}

fn secret(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<String>> {
    let Some(file) = file else { return Ok(std::env::var(variable).ok().filter(|text| !text.is_empty())) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(text.lines().next().unwrap_or_default().trim().to_owned()))
}

fn tls(ca_file: Option<&Path>) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
        Some(file) => {
            let cannot = || format!("cannot use {}", file.display());
            for certificate in CertificateDer::pem_file_iter(file).with_context(cannot)? {
                roots.add(certificate.with_context(cannot)?).with_context(cannot)?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
