//! The collector's own page behind TLS and credentials, and `status` that has them.

use std::fs;

use codeagent_tests::collector::run_to_end;
use codeagent_tests::http::send;
use codeagent_tests::{Authority, Collector, Sink, eventually};

const TOKEN: &str = "operators-only";

/// The page with these keys, beside a pipeline.
fn config(page: &str, sink: &Sink) -> String {
    format!(
        "
extensions:
  bearertokenauth: {{token: {TOKEN}}}
  basicauth: {{htpasswd: {{inline: 'ops:{TOKEN}'}}}}
exporters:
  otlp: {{endpoint: \"{}\", tls: {{insecure: true}}}}
service:
  extensions: [health_check, bearertokenauth, basicauth]
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: \"${{env:METRICS_PORT}}\", {page}}}}}}}}}]}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [otlp]}}}}
",
        sink.endpoint()
    )
}

/// The exit code of `status`, and all that it said.
async fn status(arguments: &[&str], files: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = run_to_end(&[&["status"], arguments].concat(), files).await;
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn the_page_wants_credentials_where_it_is_told_to_and_status_has_them() {
    let sink = Sink::start();
    for authenticator in ["bearertokenauth", "basicauth"] {
        let page = format!("auth: {{authenticator: {authenticator}}}");
        let collector = Collector::start(&config(&page, &sink)).await;
        let endpoint = collector.own_endpoint();
        for path in ["metrics", "status", "nowhere"] {
            let url = format!("http://{endpoint}/{path}");
            let answer = send("GET", &url, &[], Default::default()).await.unwrap();
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.header("www-authenticate").contains("Bearer"), "{answer:?}");
        }
        let file = [("secret", TOKEN)];
        let how: &[&str] = match authenticator {
            "basicauth" => &["--user", "ops", "--password-file", "secret"],
            _ => &["--token-file", "secret"],
        };
        let to = ["--endpoint", &endpoint];
        let (code, text) = status(&[&to, how].concat(), &file).await;
        assert_eq!(code, Some(0), "{text}");
        let (code, text) = status(&to, &[]).await;
        assert_eq!(code, Some(4), "{text}");
        assert!(text.contains("--token-file") && text.contains("credentials"), "{text}");
        let (code, text) = status(&[&to, how].concat(), &[("secret", "wrong-guess")]).await;
        assert!(code == Some(4) && !text.contains("wrong-guess"), "{text}");
        assert!(collector.stop().await.0.success());
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn the_page_is_served_over_tls_and_its_certificate_is_renewed() {
    let (sink, authority) = (Sink::start(), Authority::new("pages"));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let issue = || {
        let issued = authority.issue();
        fs::write(path("key"), issued.key).unwrap();
        fs::write(path("pem"), issued.certificate).unwrap();
    };
    issue();
    fs::write(path("ca"), authority.pem()).unwrap();
    let page = format!(
        "auth: {{authenticator: bearertokenauth}}, tls: {{cert_file: '{}', key_file: '{}', reload_interval: 1s}}",
        path("pem"),
        path("key")
    );
    let collector = Collector::start(&config(&page, &sink)).await;
    let port = collector.own_endpoint().rsplit(':').next().unwrap().to_owned();
    let endpoint = format!("https://localhost:{port}");
    let ca = path("ca");
    let arguments = ["--endpoint", &endpoint, "--ca-file", &ca, "--token-file", "secret", "--format", "json"];
    let (code, text) = status(&arguments, &[("secret", TOKEN)]).await;
    assert_eq!(code, Some(0), "{text}");
    let stranger = Authority::new("stranger");
    fs::write(path("other"), stranger.pem()).unwrap();
    let other = path("other");
    let (code, text) = status(&["--endpoint", &endpoint, "--ca-file", &other], &[]).await;
    assert!(code == Some(4) && text.contains("certificate"), "{text}");
    issue();
    eventually("the new certificate is taken", async || {
        let log = collector.log();
        if log.contains("TLS files have changed") { Ok(()) } else { Err(log) }
    })
    .await;
    let (code, text) = status(&arguments, &[("secret", TOKEN)]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(collector.stop().await.0.success());
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn validate_warns_once_for_each_listener_that_others_can_reach() {
    const OPEN: &str = "
receivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, http: {endpoint: '127.0.0.1:4318'}}}}
exporters: {nop: {}}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8888}}}}]}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
";
    let output = run_to_end(&["validate", "--config", "open.yaml"], &[("open.yaml", OPEN)]).await;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches("is not only on this machine").count(), 2, "{text}");
    assert!(text.contains("0.0.0.0:4317") && text.contains("0.0.0.0:8888"), "{text}");
}
