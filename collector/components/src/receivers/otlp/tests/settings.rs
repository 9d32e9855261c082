//! Configurations: which are right, and what the others are told.

use codeagent_pipeline::{Outputs, Signal};
use http::StatusCode;

use super::http::{JSON, request, send};
use super::kit::{Setting, build, host, warnings};
use super::raw::{Call, Client, framed};

#[test]
fn every_mistake_is_told_with_its_path() {
    for (yaml, texts) in [
        ("", &["at least one protocol"][..]),
        ("protocols:", &["at least one protocol"]),
        ("protocols: {grpc: {endpont: 'a:1'}}", &["protocols::grpc", "endpont", "endpoint"]),
        ("protocols: {grpc: {endpoint: localhost}}", &["endpoint", "port"]),
        ("protocols: {http: {endpoint: 'http://localhost:1'}}", &["endpoint", "scheme"]),
        ("protocols: {grpc: {transport: unix}}", &["transport", "unix"]),
        ("protocols: {grpc: {middlewares: []}}", &["middlewares", "middleware extensions"]),
        ("protocols: {grpc: {auth: {authenticator: nobody}}}", &["nobody", "authenticator"]),
        ("protocols: {http: {auth: {authenticator: a/b/}}}", &["authenticator"]),
        ("protocols: {grpc: {tls: {}}}", &["cert_file", "key_file"]),
        ("protocols: {grpc: {tls: {cert_file: a, key_file: b, min_version: '1.4'}}}", &["min_version"]),
        ("protocols: {grpc: {tls: {cert_file: a, cert_pem: x, key_file: b}}}", &["not both"]),
        (
            "protocols: {grpc: {tls: {cert_file: a, key_file: b, tpm: {enabled: true}}}}",
            &["tpm", "not supported"],
        ),
        ("protocols: {http: {compression_algorithms: [br]}}", &["br", "gzip"]),
        ("protocols: {http: {response_headers: {'a b': c}}}", &["a b"]),
        ("protocols: {grpc:}\nlimits: {max_connections: 0}", &["limits::max_connections", "nobody"]),
        ("protocols: {grpc:}\nlimits: {per_sender: {bytes_per_second: 0}}", &["bytes_per_second", "leave"]),
        ("protocols: {grpc:}\nlimits: {per_sender: {by: token}}", &["by", "identity"]),
        ("protocols: {grpc:}\nlimits: {per_sender: {burst: 1ms, max_senders: 3}}", &["burst", "max_senders"]),
        ("protocols: {grpc: {endpoint: x}, http: {endpoint: y}}", &["`x`", "`y`"]),
    ] {
        let Err(message) = build(yaml, &host(1), Outputs::default()) else {
            panic!("{yaml} is accepted");
        };
        for text in texts {
            assert!(message.contains(text), "{yaml}: {message}");
        }
    }
}

#[test]
fn a_listener_that_others_reach_is_warned_of_once() {
    let tls = "tls: {cert_file: a, key_file: b";
    for (server, warned) in [
        ("endpoint: '127.0.0.1:1'".to_owned(), None),
        ("endpoint: '[::1]:1'".to_owned(), None),
        ("endpoint: 'localhost:1'".to_owned(), None),
        ("endpoint: '0.0.0.0:1'".to_owned(), Some("anybody who reaches it can use it, and all travels")),
        ("endpoint: ':1'".to_owned(), Some("anybody")),
        (
            "endpoint: 'host:1', auth: {authenticator: basicauth}".to_owned(),
            Some("credentials and data travel"),
        ),
        (format!("endpoint: ':1', {tls}}}"), Some("anybody who reaches it can use it")),
        (format!("endpoint: ':1', {tls}, client_ca_file: c}}"), None),
        (format!("endpoint: ':1', {tls}}}, auth: {{authenticator: basicauth}}"), None),
    ] {
        for protocol in ["grpc", "http"] {
            let yaml = format!("protocols: {{{protocol}: {{{server}}}}}");
            let warnings = warnings(&yaml);
            assert_eq!(
                warnings.matches("is not only on this machine").count(),
                usize::from(warned.is_some()),
                "{yaml} {warnings}"
            );
            assert!(warnings.contains(warned.unwrap_or_default()), "{yaml} {warnings}");
        }
    }
}

#[test]
fn what_the_collector_accepts_is_accepted() {
    for yaml in [
        "protocols: {grpc:, http:}",
        "protocols: {grpc: {endpoint: 'localhost:4317', read_buffer_size: 1024, write_buffer_size: 1, include_metadata: true}}",
        "protocols: {grpc: {keepalive: {server_parameters: {time: 1h, timeout: 1s}, enforcement_policy: {min_time: 1s, permit_without_stream: true}}}}",
        "protocols: {http: {cors: {allowed_origins: ['*'], allowed_headers: [x], max_age: 7200}, idle_timeout: 1m, write_timeout: 1s, keep_alives_enabled: true}}",
        "protocols: {grpc: {auth: {authenticator: basicauth}}, http: {auth: {authenticator: basicauth}}}",
    ] {
        assert!(build(yaml, &host(1), Outputs::default()).is_ok(), "{yaml}");
    }
}

#[test]
fn each_yaml_block_of_the_manual_is_valid() {
    use codeagent_config::{Diagnostics, Environment, Section, Source};
    let manual = include_str!("../README.md");
    let blocks: Vec<_> =
        manual.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        let mut diagnostics = Diagnostics::new();
        let source = Source::new("README.md", block);
        let section = Section::from_yaml(&source, &Environment::empty(), &mut diagnostics).unwrap();
        let section = section.at("receivers::otlp").unwrap();
        let mut host = host(1);
        let authenticators = host.authenticators.values().next().cloned().unwrap();
        host.authenticators =
            std::sync::Arc::new([("basicauth/server".parse().unwrap(), authenticators)].into());
        let id = "otlp".parse().unwrap();
        let mut context = codeagent_pipeline::BuildContext {
            id: &id,
            diagnostics: &mut diagnostics,
            host: &host,
            batching: None,
        };
        let built = (super::super::FACTORY.build)(&mut context, &section, Outputs::default());
        assert!(built.is_some(), "{block}\n{}", diagnostics.render(false));
    }
}

#[tokio::test]
async fn a_taken_port_is_said_with_the_key_to_change() {
    let first = Setting::new("protocols: {http: {endpoint: 'localhost:0'}}").start().await;
    let address = first.address("http");
    let yaml = format!("protocols: {{grpc: {{endpoint: '127.0.0.1:0'}}, http: {{endpoint: '{address}'}}}}");
    let message = Setting::new(yaml).try_start().await.err().unwrap();
    let port = address.rsplit(':').next().unwrap();
    for text in [port, "taken", "protocols::http::endpoint"] {
        assert!(message.contains(text), "{message}");
    }
    first.stop().await;
}

#[tokio::test]
async fn a_signal_that_no_pipeline_takes_is_refused_before_its_body() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}";
    let mut setting = Setting::new(yaml);
    setting.signals = vec![Signal::Logs];
    let door = setting.start().await;
    let answer = send(&door, request("POST", "/v1/traces", &[JSON], "{}")).await;
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(body.contains("no pipeline for traces"), "{body}");
    let answer = Client::connect(&door).await.call(Call::traces([framed(0, b"")])).await;
    assert_eq!(answer.code(), Some(12));
    assert!(answer.message().contains("no pipeline for traces"));
    assert_eq!(send(&door, request("POST", "/v1/logs", &[JSON], "{}")).await.status, StatusCode::OK);
    door.stop().await;
}

#[tokio::test]
async fn who_does_not_prove_who_it_is_stays_outside() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0', auth: {authenticator: basicauth}}, http: {endpoint: '127.0.0.1:0', auth: {authenticator: basicauth}}}";
    let door = Setting::new(yaml).start().await;
    let mut client = Client::connect(&door).await;
    for (credentials, http, grpc) in [("wrong", 401, 16), ("let-me-in", 200, 0)] {
        let headers = [JSON, ("authorization", credentials)];
        let answer = send(&door, request("POST", "/v1/traces", &headers, "{}")).await;
        assert_eq!(answer.status.as_u16(), http);
        let call = Call::traces([framed(0, b"")]).header("authorization", credentials);
        assert_eq!(client.call(call).await.code(), Some(grpc));
    }
    assert_eq!(send(&door, request("GET", "/", &[], "")).await.status, StatusCode::UNAUTHORIZED);
    drop(client);
    door.stop().await;
}

#[tokio::test]
async fn who_watches_sees_who_sends() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}";
    let door = Setting::new(yaml).start().await;
    let span = r#""scopeSpans":[{"spans":[{}]}]"#;
    let named = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"codex"}}}}]}},{span}}}]}}"#
    );
    let unnamed = format!(r#"{{"resourceSpans":[{{{span}}}]}}"#);
    let agent = ("user-agent", "OTel-OTLP-Exporter-Python/1.2 x");
    let post = |body: &str| request("POST", "/v1/traces", &[JSON, agent], body.to_owned());
    send(&door, post(&named)).await;
    assert!(door.host.senders.take().is_empty());
    door.host.senders.watch();
    send(&door, post(&named)).await;
    send(&door, post(&named)).await;
    send(&door, post(&unnamed)).await;
    let body = b"\x0a\x06\x12\x04\x12\x02\x2a\x00";
    Client::connect(&door).await.call(Call::traces([framed(0, body)])).await;
    let tally = door.host.senders.take();
    assert_eq!(tally, [("codex".into(), 2), ("OTel-OTLP-Exporter-Python".into(), 1), ("unknown".into(), 1)]);
    door.stop().await;
}
