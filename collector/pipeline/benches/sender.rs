//! What a sender costs per batch: from `consume` to the answer, with a destination that takes everything.

#![allow(clippy::unwrap_used)] // a bench is a test: it stops where something is wrong

use std::sync::Arc;
use std::time::Duration;

use codeagent_config::{ComponentId, Diagnostics};
use codeagent_pipeline::{
    Batch, BuildContext, Consumer, Encoded, Exporter, Host, QueueConfig, RetryConfig, SendError, Sender,
    SenderSettings, Sending, Sent, Signal,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Builder;

/// Batches in each round.
const BATCHES: usize = 1024;

struct Nop;

impl Exporter for Nop {
    type Request = usize;

    fn encode(&self, batch: &Batch) -> Encoded<usize> {
        Encoded { requests: vec![batch.items()], rejected: Vec::new() }
    }

    fn items(&self, request: &usize) -> usize {
        *request
    }

    async fn send<'a>(&'a self, _: &'a mut usize) -> Result<Sent, SendError> {
        Ok(Sent::default())
    }
}

fn sender(wait_for_result: bool) -> Arc<Sender<Nop>> {
    let (host, id) = (Host::new(1, 1 << 30), "nop".parse::<ComponentId>().unwrap());
    let mut diagnostics = Diagnostics::new();
    let context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let queue = QueueConfig {
        wait_for_result: Some(wait_for_result),
        block_on_overflow: true,
        ..QueueConfig::default()
    };
    let timeout = Duration::from_secs(5);
    let settings = SenderSettings::new(&queue, &RetryConfig::default(), timeout, None);
    Sender::new(&context, Signal::Traces, Nop, settings)
}

/// `callers` at the same time, each handing in one batch after the other.
async fn round(sender: &Arc<Sender<Nop>>, batch: &Batch, callers: usize) {
    let calls: Vec<_> = (0..callers)
        .map(|_| {
            let (sender, batch) = (sender.clone(), batch.clone());
            tokio::spawn(async move {
                for _ in 0..BATCHES / callers {
                    sender.consume(batch.clone()).await.unwrap();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
}

fn consume(c: &mut Criterion) {
    let batch = Batch::new(Signal::Traces, vec![0; 1000].into(), 10);
    let mut group = c.benchmark_group("sender/consume");
    group.throughput(Throughput::Elements(BATCHES as u64));
    for (name, wait) in [("wait", true), ("queue", false)] {
        for callers in [1, 64] {
            let runtime = Builder::new_current_thread().enable_time().build().unwrap();
            let sender = sender(wait);
            runtime.block_on(async { sender.clone().start() });
            group.bench_function(BenchmarkId::new(name, callers), |bench| {
                bench.iter(|| runtime.block_on(round(&sender, &batch, callers)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, consume);
criterion_main!(benches);
