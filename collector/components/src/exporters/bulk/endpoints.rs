//! Several addresses of one cluster: taken in turn, and passed over for a while when nobody answers.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, Uri};

use crate::net::http_client::{Body, HttpClient, HttpError, HttpResponse};

/// How long an address is passed over after no connection could be made.
const PASSED_OVER: Duration = Duration::from_secs(10);

/// The nodes of a cluster behind one client.
#[derive(Debug)]
pub struct Endpoints {
    client: HttpClient,
    nodes: Vec<Node>,
    turn: AtomicUsize,
    since: Instant,
}

#[derive(Debug)]
struct Node {
    /// Without a slash at the end.
    base: String,
    /// Milliseconds after `since` until which others go first.
    passed_over_until: AtomicU64,
}

impl Endpoints {
    /// These addresses, which are URLs with or without a path.
    pub fn new(client: HttpClient, addresses: &[Uri]) -> Self {
        let node = |address: &Uri| Node {
            base: address.to_string().trim_end_matches('/').to_owned(),
            passed_over_until: AtomicU64::new(0),
        };
        let nodes = addresses.iter().map(node).collect();
        Endpoints { client, nodes, turn: AtomicUsize::new(0), since: Instant::now() }
    }

    /// The client.
    pub fn client(&self) -> &HttpClient {
        &self.client
    }

    /// One attempt at the node whose turn it is; where no connection can be made, at the next, until one answers.
    ///
    /// # Errors
    /// The error of the last node that was tried. A request that may have arrived is not sent to another.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Body,
    ) -> Result<HttpResponse, HttpError> {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut order: Vec<&Node> = (0..self.nodes.len())
            .map(|step| &self.nodes[turn.wrapping_add(step) % self.nodes.len()])
            .collect();
        order.sort_by_key(|node| node.passed_over_until.load(Ordering::Relaxed) > now);
        let mut failed = None;
        for node in order {
            let url = format!("{}{path}", node.base);
            let uri: Uri = url.parse().map_err(|_| HttpError::Invalid {
                host: "the endpoint".to_owned(),
                cause: "its URL with the path of the request is not valid".to_owned(),
            })?;
            match self.client.send(method.clone(), &uri, headers, body.clone()).await {
                Err(error @ HttpError::Connect { .. }) => {
                    let until = now.saturating_add(PASSED_OVER.as_millis() as u64);
                    node.passed_over_until.store(until, Ordering::Relaxed);
                    failed = Some(error);
                }
                done => {
                    node.passed_over_until.store(0, Ordering::Relaxed);
                    return done;
                }
            }
        }
        Err(failed.unwrap_or_else(|| HttpError::Invalid {
            host: "nowhere".to_owned(),
            cause: "no endpoint is configured".to_owned(),
        }))
    }
}
