//! A server that takes few requests at a time, and says so.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use codeagent_pipeline::{BuiltExporter, QueueConfig, RetryConfig, Sender, SenderSettings};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::*;

/// What the server takes at a time.
const AT_ONCE: usize = 4;
const REQUESTS: usize = 1000;

#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    taken: AtomicUsize,
    refused: AtomicUsize,
}

impl Seen {
    async fn answer(&self) -> Response<Full<Bytes>> {
        let is_too_many = self.now.fetch_add(1, SeqCst) >= AT_ONCE;
        let status = if is_too_many {
            self.refused.fetch_add(1, SeqCst);
            429
        } else {
            sleep(Duration::from_millis(5)).await;
            self.taken.fetch_add(1, SeqCst);
            200
        };
        self.now.fetch_sub(1, SeqCst);
        answer(status, "application/x-protobuf", Bytes::new())
    }
}

async fn serve() -> (SocketAddr, Arc<Seen>) {
    let (listener, seen) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::new(Seen::default()));
    let (address, server) = (listener.local_addr().unwrap(), seen.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let server = server.clone();
            let service = hyper::service::service_fn(move |_: Request<Incoming>| {
                let server = server.clone();
                async move { Ok::<_, Infallible>(server.answer().await) }
            });
            let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move { drop(builder.serve_connection(TokioIo::new(stream), service).await) });
        }
    });
    (address, seen)
}

/// An exporter with 32 workers that soon tries again.
fn sender(address: SocketAddr) -> BuiltExporter {
    let soon = codeagent_config::Duration::from_millis(20);
    let retry = RetryConfig { initial_interval: soon, max_interval: soon, ..RetryConfig::default() };
    let queue = QueueConfig { num_consumers: 32, ..QueueConfig::default() };
    let settings = SenderSettings::new(&queue, &retry, Duration::from_secs(5), None).batch_items_max(1);
    let read = |context: &mut BuildContext<'_>, section: &Section| {
        let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
        let exporter = exporter(config, context, section, Signal::Logs)?;
        Some(Sender::build(context, Signal::Logs, exporter, settings.clone()))
    };
    let yaml = format!("exporters: {{otlphttp: {{endpoint: 'http://{address}/', compression: none}}}}");
    written::each(&yaml, read).unwrap().pop().unwrap()
}

#[tokio::test]
async fn a_server_that_takes_four_at_a_time_is_seldom_asked_for_more() {
    let (address, seen) = serve().await;
    let sender = sender(address);
    sender.clone().start();
    let start = std::time::Instant::now();
    let sending: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let sender = sender.clone();
            tokio::spawn(async move { sender.consume(records(1)).await })
        })
        .collect();
    for sent in sending {
        assert_eq!(sent.await.unwrap(), Ok(()));
    }
    let refused = seen.refused.load(SeqCst);
    println!("{refused} of {} requests refused, {:?}", REQUESTS + refused, start.elapsed());
    assert_eq!(seen.taken.load(SeqCst), REQUESTS);
    // without a window more are refused than taken
    assert!(refused > 0 && refused < REQUESTS / 4, "{refused} refused");
}
