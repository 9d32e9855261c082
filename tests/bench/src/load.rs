//! Load over gRPC: a closed loop of requests on several connections.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::{BufMut, Bytes, BytesMut};
use codeagent_pipeline::Signal;
use h2::client::SendRequest;
use http::{Method, Request};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 8;
const WINDOW: u32 = 4 << 20;

/// What is sent.
pub struct Load {
    /// Which service is called.
    pub signal: Signal,
    /// Bodies to cycle through.
    pub bodies: Vec<Bytes>,
    /// Items in each body.
    pub items: usize,
    /// `grpc-encoding`, where the bodies are compressed.
    pub encoding: Option<&'static str>,
}

impl Load {
    /// Bodies of `items` items, gzip-compressed where asked for.
    pub fn new(signal: Signal, items: usize, gzip: bool) -> anyhow::Result<Self> {
        let mut bodies = Vec::new();
        for body in crate::payload::requests(signal, items) {
            let body = if gzip { compress(&body)? } else { body };
            bodies.push(frame(&body, gzip)?);
        }
        Ok(Load { signal, bodies, items, encoding: gzip.then_some("gzip") })
    }

    /// Sends `total` items to `port`; a request that is refused is sent again.
    pub async fn run(self: Rc<Self>, port: u16, total: usize) -> anyhow::Result<()> {
        let left = Rc::new(Cell::new(total.div_ceil(self.items)));
        let mut workers = JoinSet::new();
        let local = tokio::task::LocalSet::new();
        for _ in 0..CONNECTIONS {
            let sender = connect(port).await?;
            for _ in 0..IN_FLIGHT {
                let (load, left, sender) = (self.clone(), left.clone(), sender.clone());
                workers.spawn_local_on(async move { load.work(sender, &left).await }, &local);
            }
        }
        local
            .run_until(async {
                while let Some(worker) = workers.join_next().await {
                    worker??;
                }
                Ok(())
            })
            .await
    }

    async fn work(&self, sender: SendRequest<Bytes>, left: &Cell<usize>) -> anyhow::Result<()> {
        while let Some(next) = left.get().checked_sub(1) {
            left.set(next);
            let mut refusals = 0;
            while !self.send(sender.clone(), self.bodies[next % self.bodies.len()].clone()).await? {
                refusals += 1;
                if refusals > 600 {
                    bail!("the collector keeps refusing");
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// One request; whether it was accepted.
    pub async fn send(&self, sender: SendRequest<Bytes>, body: Bytes) -> anyhow::Result<bool> {
        let service = match self.signal {
            Signal::Traces => "trace.v1.TraceService",
            Signal::Metrics => "metrics.v1.MetricsService",
            Signal::Logs => "logs.v1.LogsService",
        };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://127.0.0.1/opentelemetry.proto.collector.{service}/Export"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if let Some(encoding) = self.encoding {
            request = request.header("grpc-encoding", encoding);
        }
        let mut sender = sender.ready().await?;
        let (response, mut stream) = sender.send_request(request.body(())?, false)?;
        stream.send_data(body, true)?;
        let mut response = response.await?;
        let early = response.headers().get("grpc-status").cloned();
        let body = response.body_mut();
        while let Some(data) = body.data().await {
            let length = data?.len();
            body.flow_control().release_capacity(length)?;
        }
        let trailers = body.trailers().await?;
        let status = early.or_else(|| trailers?.get("grpc-status").cloned());
        Ok(status.context("no grpc-status")? == "0")
    }
}

/// A connection to `port`.
pub async fn connect(port: u16) -> anyhow::Result<SendRequest<Bytes>> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let (sender, connection) = builder.handshake::<_, Bytes>(stream).await?;
    tokio::spawn(async move {
        // The end of a connection shows in its requests.
        let _ = connection.await;
    });
    Ok(sender)
}

/// A body as gRPC sends it.
pub fn frame(body: &[u8], is_compressed: bool) -> anyhow::Result<Bytes> {
    let mut framed = BytesMut::with_capacity(body.len() + 5);
    framed.put_u8(u8::from(is_compressed));
    framed.put_u32(u32::try_from(body.len())?);
    framed.put(body);
    Ok(framed.freeze())
}

fn compress(body: &[u8]) -> anyhow::Result<Bytes> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}
