//! Sending OTLP as any program does: gRPC and HTTP, protobuf and JSON, compressed or not.

use std::io::Write;

use bytes::{Buf, BufMut, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest,
};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::http::{self, Answer};
use crate::patience::PATIENCE;

/// The three signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    /// As in `/v1/traces`, file names and `/status`.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }

    fn grpc_path(self) -> PathAndQuery {
        PathAndQuery::from_static(match self {
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        })
    }
}

/// One export request.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    Traces(ExportTraceServiceRequest),
    Metrics(ExportMetricsServiceRequest),
    Logs(ExportLogsServiceRequest),
}

impl Payload {
    /// Decodes a protobuf body.
    pub fn decode(signal: Signal, body: &[u8]) -> Result<Self, prost::DecodeError> {
        Ok(match signal {
            Signal::Traces => Payload::Traces(Message::decode(body)?),
            Signal::Metrics => Payload::Metrics(Message::decode(body)?),
            Signal::Logs => Payload::Logs(Message::decode(body)?),
        })
    }

    /// The protobuf body.
    pub fn encode(&self) -> Bytes {
        match self {
            Payload::Traces(request) => request.encode_to_vec(),
            Payload::Metrics(request) => request.encode_to_vec(),
            Payload::Logs(request) => request.encode_to_vec(),
        }
        .into()
    }

    /// Which signal it is.
    pub fn signal(&self) -> Signal {
        match self {
            Payload::Traces(_) => Signal::Traces,
            Payload::Metrics(_) => Signal::Metrics,
            Payload::Logs(_) => Signal::Logs,
        }
    }

    /// How many spans, data points or log records it has.
    pub fn items(&self) -> usize {
        match self {
            Payload::Traces(request) => {
                let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
                scopes.map(|scope| scope.spans.len()).sum()
            }
            Payload::Logs(request) => {
                let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
                scopes.map(|scope| scope.log_records.len()).sum()
            }
            Payload::Metrics(request) => {
                let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
                scopes
                    .flat_map(|scope| &scope.metrics)
                    .filter_map(|metric| metric.data.as_ref())
                    .map(points)
                    .sum()
            }
        }
    }
}

fn points(data: &Data) -> usize {
    match data {
        Data::Gauge(gauge) => gauge.data_points.len(),
        Data::Sum(sum) => sum.data_points.len(),
        Data::Histogram(histogram) => histogram.data_points.len(),
        Data::ExponentialHistogram(histogram) => histogram.data_points.len(),
        Data::Summary(summary) => summary.data_points.len(),
    }
}

/// Exports over one gRPC connection, which is made when it is needed and made again when it is lost.
#[derive(Clone)]
pub struct Sender {
    grpc: tonic::client::Grpc<Channel>,
    token: Option<String>,
}

impl Sender {
    /// To `http://host:port`.
    pub fn new(endpoint: &str) -> Self {
        let endpoint = Endpoint::from_shared(endpoint.to_owned()).unwrap();
        Sender::over(endpoint.timeout(PATIENCE).connect_lazy())
    }

    /// Over a connection of the test's own making.
    pub fn over(channel: Channel) -> Self {
        Sender { grpc: tonic::client::Grpc::new(channel).max_decoding_message_size(usize::MAX), token: None }
    }

    /// The same with a bearer token in every request.
    pub fn bearing(mut self, token: &str) -> Self {
        self.token = Some(format!("Bearer {token}"));
        self
    }

    /// The same with every request compressed by gzip.
    pub fn gzip(mut self) -> Self {
        self.grpc = self.grpc.send_compressed(tonic::codec::CompressionEncoding::Gzip);
        self
    }

    /// The same with every request compressed by zstd.
    pub fn zstd(mut self) -> Self {
        self.grpc = self.grpc.send_compressed(tonic::codec::CompressionEncoding::Zstd);
        self
    }

    /// Sends a request; `Ok` is the acknowledgement.
    pub async fn send(&self, payload: &Payload) -> Result<(), Status> {
        let answer = self.send_bytes(payload.signal(), payload.encode()).await?;
        assert_eq!(rejected(&answer), 0, "a partial success");
        Ok(())
    }

    /// Sends any bytes as a request; returns the bytes of the response.
    pub async fn send_bytes(&self, signal: Signal, body: Bytes) -> Result<Bytes, Status> {
        let mut grpc = self.grpc.clone();
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut request = Request::new(body);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.parse().unwrap());
        }
        let answer = grpc.unary(request, signal.grpc_path(), Raw).await?;
        Ok(answer.into_inner())
    }
}

/// How many items a response says were rejected. The three responses have the same shape.
pub fn rejected(response: &[u8]) -> i64 {
    #[derive(Clone, PartialEq, Message)]
    struct Response {
        #[prost(message, optional, tag = "1")]
        partial_success: Option<ExportTracePartialSuccess>,
    }
    let response = Response::decode(response).expect("a response is a protobuf message");
    response.partial_success.map_or(0, |partial| partial.rejected_spans)
}

/// How a body travels over HTTP.
#[derive(Clone, Copy, Debug)]
pub enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

/// POSTs a body to `{endpoint}/v1/{signal}`.
pub async fn post(
    endpoint: &str,
    signal: Signal,
    content_type: &str,
    encoding: Encoding,
    body: Bytes,
) -> Result<Answer, String> {
    let url = format!("{endpoint}/v1/{}", signal.name());
    let mut headers = vec![("content-type", content_type)];
    let body = match encoding {
        Encoding::Identity => body,
        Encoding::Gzip => {
            headers.push(("content-encoding", "gzip"));
            gzip(&body).into()
        }
        Encoding::Zstd => {
            headers.push(("content-encoding", "zstd"));
            zstd::encode_all(&body[..], 3).unwrap().into()
        }
    };
    http::send("POST", &url, &headers, body).await
}

/// Compresses by gzip.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Messages as the bytes they are, so that broken ones can be sent too.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
