//! The servers that the other tests need are there, and are what they claim to be.

use std::io::{Read, Write};
use std::net::TcpStream;

fn endpoint(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run this through tests/run"))
}

/// The body of the answer to one GET.
fn get(url: &str, path: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
    answer
}

#[test]
#[ignore = "needs Prometheus"]
fn prometheus_answers_queries() {
    assert!(
        get(&endpoint("CODEAGENT_TEST_PROMETHEUS"), "/api/v1/query?query=1")
            .contains(r#""status":"success""#)
    );
}

#[test]
#[ignore = "needs OpenSearch"]
fn opensearch_names_its_distribution() {
    assert!(get(&endpoint("CODEAGENT_TEST_OPENSEARCH"), "/").contains("opensearch"));
}

#[test]
#[ignore = "needs Elasticsearch"]
fn elasticsearch_names_its_version() {
    assert!(get(&endpoint("CODEAGENT_TEST_ELASTICSEARCH"), "/").contains("You Know, for Search"));
}

#[test]
#[ignore = "needs Kafka"]
fn kafka_accepts_connections() {
    TcpStream::connect(endpoint("CODEAGENT_TEST_KAFKA")).unwrap();
}
