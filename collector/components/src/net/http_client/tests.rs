//! Against a real server (hyper's), and against sockets that misbehave.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::{BuildContext, Host};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::net::compress::Compression;
use crate::net::tls_client::TlsClientConfig;

fn build(settings: &HttpSettings) -> Result<HttpClient, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let host = Host::new(1, 1 << 30);
    let id = "otlphttp".parse().unwrap();
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let client = HttpClient::new(settings, &Section::absent("exporters::otlphttp"), &mut context);
    client.ok_or(diagnostics)
}

fn client() -> HttpClient {
    build(&HttpSettings::default()).unwrap()
}

/// A server that answers what `answer` says.
pub(crate) async fn serve<F>(answer: F) -> SocketAddr
where
    F: Fn(Request<Bytes>) -> Response<Full<Bytes>> + Clone + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_one(stream, answer.clone()));
        }
    });
    address
}

async fn serve_one<S, F>(stream: S, answer: F)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Bytes>) -> Response<Full<Bytes>> + Clone + Send + Sync + 'static,
{
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let answer = answer.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Ok::<_, Infallible>(answer(Request::from_parts(head, body)))
        }
    });
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    drop(builder.serve_connection(TokioIo::new(stream), service).await);
}

/// A server that reads a little and writes `reply`, then closes.
async fn reply_and_close(reply: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.read(&mut [0; 1024]).await);
            drop(stream.write_all(reply).await);
        }
    });
    address
}

fn url(address: SocketAddr) -> Uri {
    format!("http://{address}/v1/traces").parse().unwrap()
}

async fn post(client: &HttpClient, address: SocketAddr) -> Result<HttpResponse, HttpError> {
    client.send(Method::POST, &url(address), &[], Bytes::from_static(b"hello")).await
}

#[tokio::test]
async fn a_request_arrives_with_its_chunks_headers_and_encoding() {
    let address = serve(|request| {
        let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let seen = [header("content-encoding"), header("x-mine"), header("x-secret"), header("user-agent")];
        let seen = format!("{} {} {}", request.method(), request.uri(), seen.join(" "));
        Response::new(Full::new(seen.into()))
    })
    .await;
    let mut settings = HttpSettings { compression: Compression::Gzip, ..HttpSettings::default() };
    settings.headers.insert("x-secret".to_owned(), codeagent_config::Secret::new("s"));
    let client = build(&settings).unwrap();
    let body = client.compress(&[b"one", b"two"]).unwrap();
    let mine = [(HeaderName::from_static("x-mine"), HeaderValue::from_static("m"))];
    let response = client.send(Method::PUT, &url(address), &mine, body).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    let expected = format!("PUT /v1/traces gzip m s {USER_AGENT_NAME}");
    assert_eq!(response.body, expected.as_bytes());
}

#[tokio::test]
async fn chunks_are_sent_as_one_body_of_known_length() {
    let address = serve(|request| {
        let length = request.headers()["content-length"].to_str().unwrap().to_owned();
        Response::new(Full::new([length.as_bytes(), request.body()].concat().into()))
    })
    .await;
    let chunks = ["ab", "", "cde"].map(|text| Bytes::from_static(text.as_bytes()));
    let response = client().send(Method::POST, &url(address), &[], Body::chunks(chunks)).await.unwrap();
    assert_eq!(response.body, "5abcde");
}

#[tokio::test]
async fn every_status_is_an_answer_and_not_an_error() {
    let address = serve(|request| {
        let code: u16 = std::str::from_utf8(request.body()).unwrap().parse().unwrap();
        let mut response = Response::new(Full::new(Bytes::from_static(b"no \n way")));
        *response.status_mut() = StatusCode::from_u16(code).unwrap();
        response.headers_mut().insert("retry-after", HeaderValue::from_static("7"));
        response
    })
    .await;
    let client = client();
    for code in ["200", "302", "400", "401", "404", "413", "429", "503"] {
        let response = client.send(Method::POST, &url(address), &[], Bytes::from(code)).await.unwrap();
        assert_eq!(response.status.as_str(), code);
        assert_eq!(response.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(response.excerpt(), "no way");
    }
}

#[tokio::test]
async fn credentials_in_the_url_become_a_header_and_stay_out_of_errors() {
    let address = serve(|request| {
        let value = request.headers()["authorization"].as_bytes().to_vec();
        Response::new(Full::new([request.uri().to_string().as_bytes(), &value].concat().into()))
    })
    .await;
    let uri: Uri = format!("http://user:hunter2@{address}/x").parse().unwrap();
    let response = client().send(Method::GET, &uri, &[], Body::default()).await.unwrap();
    assert_eq!(response.body, "/xBasic dXNlcjpodW50ZXIy");

    let refused: Uri = "http://user:hunter2@127.0.0.1:1/x".parse().unwrap();
    let error = client().send(Method::GET, &refused, &[], Body::default()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.starts_with("cannot connect to 127.0.0.1:1: "), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn misbehaving_servers_cost_an_error_that_says_how() {
    let cases: [(&[u8], &str); 5] = [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "answered what cannot be understood"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", "before its answer was complete"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "answered what cannot be understood"),
        (b"HTTP/1.1 2", "before its answer was complete"),
        (b"", "before its answer was complete"),
    ];
    for (reply, expected) in cases {
        let address = reply_and_close(reply).await;
        let error = post(&client(), address).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{reply:?}: {error:?}");
        assert!(error.is_retryable() && error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_costs_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let timeout = Some(Duration::from_millis(50));
    let client = build(&HttpSettings { timeout, ..HttpSettings::default() }).unwrap();
    let error = post(&client, address).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no answer from {address} within 50ms"));
}

#[tokio::test]
async fn an_answer_without_end_is_refused_at_its_bound() {
    let address = serve(|_| Response::new(Full::new(vec![b'x'; 2000].into()))).await;
    let client = build(&HttpSettings { response_bytes_max: 1999, ..HttpSettings::default() }).unwrap();
    let error = post(&client, address).await.unwrap_err();
    assert!(error.to_string().contains("more than 1999 bytes"), "{error}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_a_connect_error() {
    let uri: Uri = "http://nowhere.invalid:80/".parse().unwrap();
    let error = client().send(Method::GET, &uri, &[], Body::default()).await.unwrap_err();
    assert!(matches!(&error, HttpError::Connect { host, .. } if host == "nowhere.invalid:80"), "{error:?}");
}

#[tokio::test]
async fn tls_is_spoken_to_the_named_server_only_and_http2_where_it_offers_it() {
    let issued = rcgen::generate_simple_self_signed(["collector.test".to_owned()]).unwrap();
    let chain = vec![issued.cert.der().clone()];
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key.into())
        .unwrap();
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri: Uri = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let answer =
                |request: Request<Bytes>| Response::new(Full::new(format!("{:?}", request.version()).into()));
            tokio::spawn(serve_one(stream, answer));
        }
    });
    let ca_pem = codeagent_config::Secret::new(issued.cert.pem());
    let trusting = TlsClientConfig { ca_pem, ..TlsClientConfig::default() };
    let named = TlsClientConfig { server_name_override: "collector.test".to_owned(), ..trusting.clone() };
    let blind = TlsClientConfig { insecure_skip_verify: true, ..TlsClientConfig::default() };
    let cases = [(named, true, "HTTP/2.0"), (blind, false, "HTTP/1.1"), (trusting, true, "TLS: ")];
    for (tls, force_attempt_http2, expected) in cases {
        let client = build(&HttpSettings { tls, force_attempt_http2, ..HttpSettings::default() }).unwrap();
        client.prepare().await.unwrap();
        let text = match client.send(Method::GET, &uri, &[], Body::default()).await {
            Ok(response) => String::from_utf8(response.body.to_vec()).unwrap(),
            Err(error) => error.to_string(),
        };
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn a_missing_certificate_file_is_told_before_the_first_request() {
    let tls = TlsClientConfig { ca_file: "/does/not/exist.pem".to_owned(), ..TlsClientConfig::default() };
    let client = build(&HttpSettings { tls, ..HttpSettings::default() }).unwrap();
    let message = client.prepare().await.unwrap_err();
    assert!(message.starts_with("tls: cannot read ca_file /does/not/exist.pem: "), "{message}");
}

#[tokio::test]
async fn a_proxy_gets_absolute_urls_for_http_and_a_tunnel_for_the_rest() {
    let proxy = serve(|request| {
        let header = request.headers()["proxy-authorization"].to_str().unwrap().to_owned();
        let mut response = Response::new(Full::new(format!("{} {header}", request.uri()).into()));
        if request.method() == Method::CONNECT {
            *response.status_mut() = StatusCode::FORBIDDEN;
        }
        response
    })
    .await;
    let proxy_url = format!("http://u:p@{proxy}");
    let client = build(&HttpSettings { proxy_url, ..HttpSettings::default() }).unwrap();
    let plain: Uri = "http://backend.test/v1/logs".parse().unwrap();
    let response = client.send(Method::POST, &plain, &[], Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(response.body, "http://backend.test/v1/logs Basic dTpw");

    let secure: Uri = "https://backend.test/v1/logs".parse().unwrap();
    let error = client.send(Method::POST, &secure, &[], Bytes::from_static(b"x")).await.unwrap_err();
    assert!(error.to_string().contains("it answered CONNECT with HTTP/1.1 403"), "{error}");
}

#[test]
fn wrong_settings_are_refused_with_their_key() {
    let tls = |change: fn(&mut TlsClientConfig)| {
        let mut tls = TlsClientConfig::default();
        change(&mut tls);
        HttpSettings { tls, ..HttpSettings::default() }
    };
    let mut header = HttpSettings::default();
    header.headers.insert("sp ace".to_owned(), codeagent_config::Secret::new("x"));
    let cases = [
        (tls(|tls| tls.cert_file = "a".to_owned()), "the client's key is missing"),
        (tls(|tls| tls.min_version = "1.4".to_owned()), "`1.4` is not a TLS version"),
        (tls(|tls| tls.max_version = "1.1".to_owned()), "TLS `1.1` is not spoken"),
        (tls(|tls| tls.cipher_suites = vec!["RC4".to_owned()]), "`RC4` is not a cipher suite"),
        (tls(|tls| tls.curve_preferences = vec!["P521".to_owned()]), "`P521` is not a curve"),
        (HttpSettings { proxy_url: "socks5://x".to_owned(), ..HttpSettings::default() }, "only a proxy with"),
        (header, "`sp ace` is not a header name"),
    ];
    for (settings, reason) in cases {
        let shown = build(&settings).unwrap_err().render(false);
        assert!(shown.contains(reason), "{shown}");
    }
}

#[test]
fn retry_after_is_read_in_seconds_and_as_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
    let cases = [
        ("120", Some(120)),
        ("0", Some(0)),
        ("Wed, 21 Oct 2015 07:28:30 GMT", Some(30)),
        ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
        ("-5", None),
        ("soon", None),
    ];
    for (text, seconds) in cases {
        let wait = parse_retry_after(&HeaderValue::from_static(text), now);
        assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
    }
}

#[test]
fn an_endpoint_is_a_url_with_a_host() {
    assert_eq!(parse_endpoint(" https://h:1/base ").unwrap().path(), "/base");
    for text in ["", "localhost:4318", "ftp://h", "http://", "h t", "http://u:hunter2@ho st"] {
        let error = parse_endpoint(text).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
