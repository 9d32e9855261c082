//! Certificates and authorities are replaced while telemetry flows, with mutual TLS on every way.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use codeagent_tests::authority::ClientTls;
use codeagent_tests::numbered::{base, logs, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::{Authority, Collector, Payload, Sender, Sink, eventually};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::Endpoint;

/// Receivers that show a certificate, and want one that the authorities have signed.
const RECEIVER: &str = "
receivers:
  otlp:
    protocols:
      grpc: {tls: &tls {cert_file: FOLDER/server.pem, key_file: FOLDER/server.key, reload_interval: 1s,
        client_ca_file: FOLDER/ca.pem, client_ca_file_reload: true}, keepalive: {server_parameters: {max_connection_age: 1s}}}
      http: {tls: *tls}
";

const BACK: &str = "
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
    logs: {receivers: [otlp], exporters: [otlp]}
";

const FRONT: &str = "
exporters:
  otlp:
    endpoint: GRPC
    tls: &out {cert_file: FOLDER/client.pem, key_file: FOLDER/client.key, ca_file: FOLDER/ca.pem, reload_interval: 1s, server_name_override: localhost}
  otlphttp:
    endpoint: HTTP
    tls: *out
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
    logs: {receivers: [otlp], exporters: [otlphttp]}
";

/// What the senders and the test share.
struct Shared {
    tls: Mutex<ClientTls>,
    grpc: String,
    http: String,
    next: AtomicU64,
    stop: AtomicBool,
    acknowledged: Mutex<Vec<u64>>,
    refused: Mutex<Vec<String>>,
    connections: AtomicU64,
}

impl Shared {
    /// Sends on new connections until it is told to stop, each request once.
    async fn send(self: Arc<Self>, signal: Signal) {
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.next.fetch_add(10, Ordering::Relaxed);
            let numbers = first..first + 10;
            let sent = match signal {
                Signal::Logs => self.over_http(logs(numbers.clone(), "rotation")).await,
                _ => self.over_grpc(spans(numbers.clone(), "rotation")).await,
            };
            self.connections.fetch_add(1, Ordering::Relaxed);
            match sent {
                Ok(()) => self.acknowledged.lock().unwrap().extend(numbers),
                Err(error) => self.refused.lock().unwrap().push(error),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn over_grpc(&self, payload: Payload) -> Result<(), String> {
        let tls = self.tls.lock().unwrap().grpc();
        let endpoint = Endpoint::from_shared(self.grpc.replace("http:", "https:")).unwrap();
        let channel = endpoint.tls_config(tls).unwrap().connect().await;
        let channel = channel.map_err(|error| format!("gRPC: {error:?}"))?;
        Sender::over(channel).send(&payload).await.map_err(|error| error.to_string())
    }

    async fn over_http(&self, payload: Payload) -> Result<(), String> {
        let connector = TlsConnector::from(self.tls.lock().unwrap().http());
        let shown = |error: &dyn std::fmt::Debug| format!("HTTP: {error:?}");
        let tcp = TcpStream::connect(self.http.trim_start_matches("http://")).await.unwrap();
        let name = "localhost".try_into().unwrap();
        let io = TokioIo::new(connector.connect(name, tcp).await.map_err(|error| shown(&error))?);
        let (mut client, connection) =
            hyper::client::conn::http1::handshake(io).await.map_err(|error| shown(&error))?;
        tokio::spawn(connection);
        let request = hyper::Request::post("/v1/logs").header("host", "localhost");
        let request = request.header("content-type", "application/x-protobuf");
        let request = request.body(Full::<Bytes>::new(payload.encode())).unwrap();
        let answer = client.send_request(request).await.map_err(|error| shown(&error))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| shown(&error))?.to_bytes();
        if status == 200 { Ok(()) } else { Err(format!("{status} {}", String::from_utf8_lossy(&body))) }
    }

    async fn advance(&self, connections: u64) {
        let target = self.connections.load(Ordering::Relaxed) + connections;
        eventually("the senders go on", async || {
            let made = self.connections.load(Ordering::Relaxed);
            if made >= target { Ok(()) } else { Err(format!("{made} of {target} connections")) }
        })
        .await;
    }
}

/// The value of a metric of the `tls` section at this path.
async fn value(collector: &Collector, metric: &str, path: &str) -> f64 {
    let start = format!("{metric}{{path=\"{path}\"}} ");
    let text = collector.metrics().await;
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("{start} is not in {text}")).parse().unwrap()
}

async fn reloaded(collector: &Collector, path: &str, times: f64) {
    eventually("the files were read again", async || {
        let made = value(collector, "codeagent_tls_reloads_total", path).await;
        if made >= times { Ok(()) } else { Err(format!("{made} of {times} at {path}")) }
    })
    .await;
}

fn issue(folder: &Path, authority: &Authority) {
    for name in ["server", "client"] {
        let issued = authority.issue();
        fs::write(folder.join(format!("{name}.key")), issued.key).unwrap();
        fs::write(folder.join(format!("{name}.pem")), issued.certificate).unwrap();
    }
}

/// Both collectors, with everything that they need.
async fn start(folder: &TempDir, sink: &Sink) -> (Collector, Collector) {
    let place = |config: &str| config.replace("FOLDER", &folder.path().display().to_string());
    let back =
        Collector::start(&place(&(RECEIVER.to_owned() + &BACK.replace("SINK", &sink.endpoint())))).await;
    let to = FRONT.replace("GRPC", back.grpc().trim_start_matches("http://"));
    let to = to.replace("HTTP", &back.http().replace("http:", "https:"));
    let front = Collector::start(&place(&(RECEIVER.to_owned() + &to))).await;
    (front, back)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn certificates_and_authorities_are_rotated_under_load_and_no_request_is_refused() {
    const SERVER: &str = "receivers::otlp::protocols::grpc::tls";
    const CLIENT: &str = "exporters::otlp::tls";
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let folder = tempfile::tempdir().unwrap();
    let publish = |pem: String| fs::write(folder.path().join("ca.pem"), pem).unwrap();
    publish(old.pem());
    issue(folder.path(), &old);
    let sink = Sink::start();
    let (front, back) = start(&folder, &sink).await;
    let tls = ClientTls { authorities: old.pem() + &new.pem(), identity: old.issue() };
    let shared = Arc::new(Shared {
        tls: Mutex::new(tls),
        grpc: front.grpc(),
        http: front.http(),
        next: AtomicU64::new(base()),
        stop: AtomicBool::new(false),
        acknowledged: Mutex::default(),
        refused: Mutex::default(),
        connections: AtomicU64::new(0),
    });
    let signals = [Signal::Traces, Signal::Logs, Signal::Traces, Signal::Logs];
    let senders: Vec<_> = signals.map(|signal| tokio::spawn(shared.clone().send(signal))).into();
    shared.advance(50).await;

    let all = async |times: f64| {
        for (collector, path) in [(&front, SERVER), (&back, SERVER), (&front, CLIENT)] {
            reloaded(collector, path, times).await;
        }
        shared.advance(50).await;
    };
    issue(folder.path(), &old);
    all(1.0).await;
    publish(old.pem() + &new.pem());
    all(2.0).await;
    issue(folder.path(), &new);
    shared.tls.lock().unwrap().identity = new.issue();
    all(3.0).await;
    publish(new.pem());
    all(4.0).await;
    for (collector, path) in [(&front, SERVER), (&back, SERVER), (&front, CLIENT)] {
        assert!(value(collector, "codeagent_tls_certificate_expiry_seconds", path).await > 1.8e9);
    }

    shared.stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.unwrap();
    }
    assert_eq!(*shared.refused.lock().unwrap(), Vec::<String>::new());
    let acknowledged = shared.acknowledged.lock().unwrap().clone();
    let mut arrived = sink.numbers(Signal::Traces);
    arrived.extend(sink.numbers(Signal::Logs));
    assert_eq!(missing(acknowledged.iter().copied(), &arrived), "");
    println!("{} items over {} connections", acknowledged.len(), shared.connections.load(Ordering::Relaxed));
    // The old authority counts for nothing any more.
    shared.tls.lock().unwrap().identity = old.issue();
    assert!(shared.over_grpc(spans(0..1, "old")).await.is_err());
    assert!(shared.over_http(logs(0..1, "old")).await.is_err());
    front.finish().await;
    back.finish().await;
}
