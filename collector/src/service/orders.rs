//! What people order of a running collector: its queues' dead letters again, or nothing of them any more.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_components::net::pages::{Order, Reply};
use codeagent_pipeline::holding::{Answer, Hold};
use codeagent_pipeline::log::TakenOut;
use codeagent_pipeline::{DurableQueue, Ledger, NodeKind, Reason};
use http::StatusCode;
use parking_lot::Mutex;
use serde::Serialize;

use crate::queue::{DropOrder, Dropped, ReplayOrder};
use crate::why::{self, Question};

/// The queues that orders are about, and who carries them out.
pub(super) struct Orders {
    queues: Mutex<Vec<Arc<DurableQueue>>>,
    holds: Mutex<Vec<Arc<Hold>>>,
    ledger: Arc<Ledger>,
}

/// Why an order is not carried out.
struct Refusal(StatusCode, String);

impl Orders {
    /// Orders about no queue yet.
    pub fn new(ledger: Arc<Ledger>) -> Arc<Self> {
        Arc::new(Orders { queues: Mutex::default(), holds: Mutex::default(), ledger })
    }

    /// From here on they are about these queues and holding processors.
    pub fn are_about(&self, queues: Vec<Arc<DurableQueue>>, holds: Vec<Arc<Hold>>) {
        *self.queues.lock() = queues;
        *self.holds.lock() = holds;
    }

    /// Takes orders of the own pages.
    pub fn taken(self: Arc<Self>) -> Order {
        Arc::new(move |path, body| {
            let orders = self.clone();
            Box::pin(async move { orders.carry_out(&path, body).await })
        })
    }

    async fn carry_out(&self, path: &str, body: Bytes) -> Option<Reply> {
        let done = match path {
            "/queue/replay" => self.replay(&body).await.and_then(|out| json(&out)),
            "/queue/drop" => self.drop(&body).await.and_then(|out| json(&out)),
            why::PATH => self.why(&body).await.and_then(|answers| json(&answers)),
            _ => return None,
        };
        Some(done.unwrap_or_else(|Refusal(status, message)| {
            tracing::warn!(path, message, "an order was not carried out");
            Reply { status, content_type: "text/plain; charset=utf-8", body: message }
        }))
    }

    async fn why(&self, body: &[u8]) -> Result<Vec<Answer>, Refusal> {
        let Question { id } = read(body)?;
        let holds = self.holds.lock().clone();
        let mut answers = Vec::with_capacity(holds.len());
        for hold in holds {
            answers.push(hold.why(&id).await.map_err(failed)?);
        }
        Ok(answers)
    }

    async fn replay(&self, body: &[u8]) -> Result<TakenOut, Refusal> {
        let ReplayOrder { pipeline, selection } = read(body)?;
        let mut all = TakenOut::default();
        for queue in self.queues_of(&pipeline)? {
            let out = queue.replay(&selection).await.map_err(failed)?;
            tracing::info!(pipeline, letters = out.letters, items = out.items, "dead letters are sent again");
            all.add(out);
        }
        Ok(all)
    }

    async fn drop(&self, body: &[u8]) -> Result<Dropped, Refusal> {
        let mut dropped = Dropped::default();
        match read(body)? {
            DropOrder::Letters { pipeline, selection } => {
                for queue in self.queues_of(&pipeline)? {
                    let out = queue.drop_letters(&selection).await.map_err(failed)?;
                    tracing::warn!(
                        pipeline,
                        letters = out.letters,
                        items = out.items,
                        "dead letters were dropped"
                    );
                    dropped.letters.add(out);
                }
            }
            DropOrder::Backlog { pipeline, exporter } => {
                for queue in self.queues_of(&pipeline)? {
                    let (signal, name) = (queue.signal(), exporter.clone());
                    let given_up = tokio::task::spawn_blocking(move || queue.drop_backlog(&name)).await;
                    let items = given_up.map_err(failed)?.map_err(failed)?;
                    let node = self.ledger.node(NodeKind::Exporter, &exporter, "", signal);
                    node.enter(usize::try_from(items).unwrap_or(usize::MAX)).drop_rest(Reason::Discarded);
                    tracing::warn!(pipeline, exporter, items, "what waited was dropped");
                    dropped.items += items;
                }
            }
        }
        Ok(dropped)
    }

    fn queues_of(&self, pipeline: &str) -> Result<Vec<Arc<DurableQueue>>, Refusal> {
        let queues = self.queues.lock();
        let of: Vec<_> = queues.iter().filter(|queue| queue.pipeline() == pipeline).cloned().collect();
        if of.is_empty() {
            let message = format!("the running collector has no queue of a pipeline `{pipeline}`\n");
            return Err(Refusal(StatusCode::NOT_FOUND, message));
        }
        Ok(of)
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, format!("the order cannot be read: {error}\n")))
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n"))
}

fn json(answer: &impl Serialize) -> Result<Reply, Refusal> {
    let body = serde_json::to_string(answer).map_err(failed)?;
    Ok(Reply { status: StatusCode::OK, content_type: "application/json", body })
}
