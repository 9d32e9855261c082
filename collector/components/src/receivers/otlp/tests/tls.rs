//! TLS and mutual TLS, with certificates made for the test.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_body_util::Full;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::kit::{Door, Setting};
use super::samples::traces;

/// An authority, and what it signed: `server.pem`, `server.key`, `client.pem`, `client.key`, `ca.pem`.
struct Authority {
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("ca.pem", &authority.pem());
        for name in ["server", "client"] {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &authority).unwrap();
            write(&format!("{name}.pem"), &certificate.pem());
            write(&format!("{name}.key"), &key.serialize_pem());
        }
        Authority { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn yaml(&self, more: &str) -> String {
        let tls = format!(
            "{{cert_file: '{}', key_file: '{}'{more}}}",
            self.path("server.pem"),
            self.path("server.key")
        );
        format!(
            "protocols: {{grpc: {{endpoint: '127.0.0.1:0', tls: {tls}}}, http: {{endpoint: '127.0.0.1:0', tls: {tls}}}}}"
        )
    }
}

async fn channel(door: &Door, tls: ClientTlsConfig) -> Result<Channel, tonic::transport::Error> {
    let endpoint = Endpoint::from_shared(format!("https://{}", door.address("grpc"))).unwrap();
    endpoint.tls_config(tls.domain_name("localhost")).unwrap().connect().await
}

async fn export(door: &Door, tls: ClientTlsConfig) -> Result<(), String> {
    let channel = channel(door, tls).await.map_err(|error| error.to_string())?;
    TraceServiceClient::new(channel).export(traces(1, 10)).await.map(drop).map_err(|error| error.to_string())
}

#[tokio::test]
async fn grpc_is_taken_over_tls() {
    let authority = Authority::new();
    let door = Setting::new(authority.yaml("")).start().await;
    let roots = || ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.read("ca.pem")));
    export(&door, roots()).await.unwrap();
    let other = Certificate::from_pem(Authority::new().read("ca.pem"));
    assert!(export(&door, ClientTlsConfig::new().ca_certificate(other)).await.is_err());
    assert_eq!(door.stop().await[0].items_out, 1);
}

#[tokio::test]
async fn clients_must_show_a_certificate_where_that_is_asked_for() {
    let authority = Authority::new();
    let more = format!(", min_version: '1.3', client_ca_file: '{}'", authority.path("ca.pem"));
    let door = Setting::new(authority.yaml(&more)).start().await;
    let roots = || ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.read("ca.pem")));
    assert!(export(&door, roots()).await.is_err());
    let stranger = Authority::new();
    let identity = |of: &Authority| Identity::from_pem(of.read("client.pem"), of.read("client.key"));
    assert!(export(&door, roots().identity(identity(&stranger))).await.is_err());
    export(&door, roots().identity(identity(&authority))).await.unwrap();
    assert_eq!(door.stop().await[0].items_out, 1);
}

/// What a POST of `{}` gets over TLS with this ALPN.
async fn post(door: &Door, authority: &Authority, protocol: &[u8]) -> (Option<Vec<u8>>, u16) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.read("ca.pem").as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let tcp = TcpStream::connect(door.address("http")).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let tls = connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap();
    let agreed = tls.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    let request =
        http::Request::post("https://localhost/v1/traces").header("content-type", "application/json");
    let request =
        request.header("host", "localhost").body(Full::new(bytes::Bytes::from_static(b"{}"))).unwrap();
    let io = TokioIo::new(tls);
    let response = if protocol == b"h2" {
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut client, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
        tokio::spawn(connection);
        client.send_request(request).await.unwrap()
    } else {
        let (mut client, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        client.send_request(request).await.unwrap()
    };
    (agreed, response.status().as_u16())
}

#[tokio::test]
async fn both_versions_of_http_are_taken_over_tls() {
    let authority = Authority::new();
    let door = Setting::new(authority.yaml("")).start().await;
    for protocol in [&b"h2"[..], b"http/1.1"] {
        assert_eq!(post(&door, &authority, protocol).await, (Some(protocol.to_vec()), 200));
    }
    door.stop().await;
}

/// Puts `from` in place of `to` as long ago, so that it is not taken for half written.
fn replace(from: impl AsRef<[u8]>, to: &str) {
    std::fs::write(to, from).unwrap();
    let file = std::fs::File::options().write(true).open(to).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

/// Waits until a metric of the section `grpc::tls` has this value.
async fn until(door: &Door, metric: &str, value: u64) {
    let line = format!("{metric}{{path=\"protocols::grpc::tls\"}} {value}");
    loop {
        if codeagent_pipeline::telemetry::render(&door.host).contains(&line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_when_it_is_whole() {
    let (authority, next) = (Authority::new(), Authority::new());
    let door = Setting::new(authority.yaml(", reload_interval: 1s")).start().await;
    let roots =
        |of: &Authority| ClientTlsConfig::new().ca_certificate(Certificate::from_pem(of.read("ca.pem")));
    export(&door, roots(&authority)).await.unwrap();
    let old = channel(&door, roots(&authority)).await.unwrap();

    replace(next.read("server.pem"), &authority.path("server.pem"));
    until(&door, "codeagent_tls_reload_failures_total", 1).await;
    export(&door, roots(&authority)).await.unwrap();

    replace(next.read("server.key"), &authority.path("server.key"));
    until(&door, "codeagent_tls_reloads_total", 1).await;
    export(&door, roots(&next)).await.unwrap();
    assert!(export(&door, roots(&authority)).await.is_err());
    TraceServiceClient::new(old).export(traces(1, 10)).await.unwrap();

    std::fs::remove_file(authority.path("server.key")).unwrap();
    until(&door, "codeagent_tls_reload_failures_total", 2).await;
    export(&door, roots(&next)).await.unwrap();
    door.stop().await;
}

#[tokio::test]
async fn renewed_authorities_of_clients_count_for_new_connections() {
    let (authority, next) = (Authority::new(), Authority::new());
    let more = format!(", client_ca_file: '{}', client_ca_file_reload: true", authority.path("clients.pem"));
    replace(authority.read("ca.pem"), &authority.path("clients.pem"));
    let door = Setting::new(authority.yaml(&more)).start().await;
    let identity = |of: &Authority| {
        let roots = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.read("ca.pem")));
        roots.identity(Identity::from_pem(of.read("client.pem"), of.read("client.key")))
    };
    let old = channel(&door, identity(&authority)).await.unwrap();
    assert!(export(&door, identity(&next)).await.is_err());

    replace(next.read("ca.pem"), &authority.path("clients.pem"));
    until(&door, "codeagent_tls_reloads_total", 1).await;
    export(&door, identity(&next)).await.unwrap();
    assert!(export(&door, identity(&authority)).await.is_err());
    TraceServiceClient::new(old).export(traces(1, 10)).await.unwrap();
    door.stop().await;
}

#[tokio::test]
async fn a_file_that_is_being_written_is_not_taken_yet() {
    let (authority, next) = (Authority::new(), Authority::new());
    let door = Setting::new(authority.yaml(", reload_interval: 1s")).start().await;
    let whole = next.read("server.pem");
    for part in [&whole[..whole.len() / 2], &whole] {
        std::fs::write(authority.path("server.pem"), part).unwrap();
        std::fs::write(authority.path("server.key"), next.read("server.key")).unwrap();
    }
    until(&door, "codeagent_tls_reloads_total", 1).await;
    until(&door, "codeagent_tls_reload_failures_total", 0).await;
    door.stop().await;
}

#[tokio::test]
async fn wrong_files_are_named_at_the_start() {
    let authority = Authority::new();
    let other = Authority::new();
    let file = |name: &str| authority.path(name);
    let cases = [
        (file("missing.pem"), file("server.key"), "", ["missing.pem", "No such file"]),
        (file("server.pem"), other.path("server.key"), "", ["is not the key of", "server.pem"]),
        (file("server.key"), file("server.key"), "", ["server.key", "no certificate"]),
        (file("server.pem"), file("server.pem"), "", ["server.pem", "no private key"]),
        (file("server.pem"), file("server.key"), "server.key", ["client_ca_file", "no certificate"]),
    ];
    for (certificate, key, roots, texts) in cases {
        let roots = if roots.is_empty() { String::new() } else { file(roots) };
        let tls = format!("{{cert_file: '{certificate}', key_file: '{key}', client_ca_file: '{roots}'}}");
        let yaml = format!("protocols: {{grpc: {{endpoint: '127.0.0.1:0', tls: {tls}}}}}");
        let message = Setting::new(yaml).try_start().await.err().unwrap();
        for text in texts.into_iter().chain(["protocols::grpc::tls"]) {
            assert!(message.contains(text), "{message}");
        }
        assert!(Path::new(&certificate).is_absolute() && !message.contains("PRIVATE"));
    }
}
