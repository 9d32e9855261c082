//! The collector and a real Kafka broker that wants to know who it is.

use std::fs;

use codeagent_tests::kafka::numbers;
use codeagent_tests::numbered::{base, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::Server;
use codeagent_tests::{Authority, Collector, Sender, eventually};
use tempfile::TempDir;
use tonic::Code;

const PASSWORD: &str = "open-sesame-4711";

/// A broker, the authority that it trusts, and a folder with the authority and a certificate for clients.
struct Secured {
    broker: Server,
    folder: TempDir,
}

impl Secured {
    fn start() -> Self {
        let authority = Authority::new("the broker's authority");
        let (server, client) = (authority.issue(), authority.issue());
        let identity = format!("{}{}", server.key, server.certificate);
        let files = [("server.pem", identity.as_str()), ("ca.pem", &authority.pem()), ("password", PASSWORD)];
        let folder = tempfile::tempdir().unwrap();
        let strangers = Authority::new("somebody else's authority").pem();
        for (name, text) in [
            ("ca.pem", authority.pem()),
            ("strangers.pem", strangers),
            ("client.pem", client.certificate),
            ("client.key", client.key),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Secured { broker: Server::start_with("kafka", &files), folder }
    }

    /// A collector that speaks to this listener of it, with this in its exporter's section.
    async fn collector(&self, listener: &str, topic: &str, section: &str) -> Collector {
        let port = self.broker.file(&format!("{listener}-port"));
        let config = format!(
            "
exporters:
  kafka:
    brokers: [\"localhost:{port}\"]
    traces: {{topic: {topic}}}
    timeout: 2s
    {section}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [kafka]}}
"
        );
        let config = config.replace("FOLDER", &self.folder.path().display().to_string());
        Collector::start(&config).await
    }

    /// Sends through such a collector, and reads it back from the broker's listener for everybody.
    async fn takes(&self, listener: &str, topic: &str, section: &str) {
        let collector = self.collector(listener, topic, section).await;
        let first = base();
        Sender::new(&collector.grpc()).send(&spans(first..first + 100, "tls")).await.unwrap();
        let arrived = numbers(self.broker.endpoint(), topic, Signal::Traces).await.unwrap();
        assert_eq!(missing(first..first + 100, &arrived), "", "{section}");
        let log = collector.log().to_lowercase();
        for word in [PASSWORD, "certificate", "authentication"] {
            assert!(!log.contains(word), "{word} is in the log: {log}");
        }
        collector.finish().await;
    }

    /// Such a collector tells its sender to come again, and its operator what is wrong.
    async fn refuses(&self, listener: &str, section: &str, reason: &str) {
        let brief = format!(
            "retry_on_failure: {{initial_interval: 200ms, max_interval: 500ms, max_elapsed_time: 3s}}\n    {section}"
        );
        let collector = self.collector(listener, "refused", &brief).await;
        let first = base();
        let refusal =
            Sender::new(&collector.grpc()).send(&spans(first..first + 10, "tls")).await.unwrap_err();
        assert!([Code::Unavailable, Code::ResourceExhausted].contains(&refusal.code()), "{refusal}");
        eventually("the log says why", async || {
            let log = collector.log().to_lowercase();
            if log.contains(reason) { Ok(()) } else { Err(log) }
        })
        .await;
        assert!(!collector.log().contains(PASSWORD), "the password is in the log");
        let arrived = numbers(self.broker.endpoint(), "refused", Signal::Traces).await.unwrap();
        assert!(arrived.is_empty(), "{section}: {arrived:?}");
        collector.finish().await;
    }
}

/// Who logs in over TLS in this way, with this password.
fn login(mechanism: &str, password: &str) -> String {
    format!(
        "tls: {{ca_file: FOLDER/ca.pem}}
    auth: {{sasl: {{mechanism: {mechanism}, username: collector, password: {password}}}}}"
    )
}

#[tokio::test]
#[ignore = "needs Kafka and the feature kafka-tls"]
async fn a_broker_that_asks_for_a_password_over_tls_gets_what_was_acknowledged() {
    let secured = Secured::start();
    for (topic, mechanism) in
        [("plain", "PLAIN"), ("scram256", "SCRAM-SHA-256"), ("scram512", "SCRAM-SHA-512")]
    {
        secured.takes("login", topic, &login(mechanism, PASSWORD)).await;
        secured.refuses("login", &login(mechanism, "wrong"), "authentication").await;
    }
    let strangers = login("PLAIN", PASSWORD).replace("ca.pem", "strangers.pem");
    secured.refuses("login", &strangers, "certificate").await;
}

#[tokio::test]
#[ignore = "needs Kafka and the feature kafka-tls"]
async fn a_broker_that_asks_for_a_certificate_gets_what_was_acknowledged() {
    let secured = Secured::start();
    let certificate = "cert_file: FOLDER/client.pem, key_file: FOLDER/client.key";
    secured.takes("mutual", "mutual", &format!("tls: {{ca_file: FOLDER/ca.pem, {certificate}}}")).await;
    secured.refuses("mutual", "tls: {ca_file: FOLDER/ca.pem}", "certificate").await;
}
