mod crashes;
mod life;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use parking_lot::Mutex;
use prost::Message;

use super::*;
use crate::durable::StoreSettings;
use crate::log::{Form, Limits, LogSettings, WhenFull};
use crate::otlp::views;
use crate::sampling::Threshold;
use crate::{Batch, BoxFuture, Consumer, Host, Refused, Signal, Store};

/// Keeps traces with an error.
pub(super) struct Errors;

impl Policies for Errors {
    fn rules(&self) -> Vec<String> {
        vec!["errors".to_owned()]
    }

    fn observe_span(
        &self,
        _: &views::Span<'_>,
        _: &views::Scope<'_>,
        _: &views::Resource<'_>,
        _: &mut Evidence,
    ) {
    }

    fn decide(&mut self, evidence: &Evidence, _: &Occasion) -> Verdict {
        let is_kept = evidence.has_error;
        let threshold = is_kept.then_some(Threshold::ALWAYS);
        Verdict { is_kept, rule: is_kept.then_some(0), threshold }
    }
}

/// A span of the trace `trace` with the number `span`.
pub(super) fn span(trace: u8, span: u64, is_error: bool) -> Span {
    Span {
        trace_id: vec![trace; 16],
        span_id: span.to_be_bytes().to_vec(),
        name: format!("span {span}"),
        start_time_unix_nano: span,
        end_time_unix_nano: span + 5,
        status: is_error.then(|| Status { code: 2, ..Status::default() }),
        ..Span::default()
    }
}

pub(super) fn batch(spans: Vec<Span>) -> Batch {
    let items = spans.len();
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    Batch::new(Signal::Traces, Bytes::from(request.encode_to_vec()), items)
}

/// What comes out behind a hold; it refuses as often as it is told to.
#[derive(Default)]
pub(super) struct Outlet {
    pub taken: Mutex<Vec<Span>>,
    pub refusals: Mutex<Vec<Refused>>,
}

impl Outlet {
    /// Trace and span of all that came out, in order of their numbers.
    pub fn spans(&self) -> Vec<(u8, u64)> {
        let number = |span: &Span| (span.trace_id[0], span.start_time_unix_nano);
        let mut spans: Vec<_> = self.taken.lock().iter().map(number).collect();
        spans.sort_unstable();
        spans
    }

    pub async fn wait_for(&self, count: usize) -> Vec<(u8, u64)> {
        while self.taken.lock().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.spans()
    }
}

impl Consumer for Outlet {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            if let Some(refused) = self.refusals.lock().pop() {
                return Err(refused);
            }
            let request = ExportTraceServiceRequest::decode(batch.to_contiguous()).unwrap();
            let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            let spans: Vec<_> = scopes.flat_map(|scope| scope.spans).collect();
            assert_eq!(spans.len(), batch.items());
            self.taken.lock().extend(spans);
            Ok(())
        })
    }
}

/// The text of a span's attribute.
pub(super) fn text(span: &Span, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        _ => None,
    }
}

pub(super) fn store(folder: &std::path::Path) -> Arc<Store> {
    let limits =
        Limits { segment_bytes: 1 << 16, bytes_max: 1 << 20, age_max: None, when_full: WhenFull::Refuse };
    Store::new(StoreSettings {
        directory: folder.to_owned(),
        create_directory: true,
        directory_permissions: 0o700,
        fsync: false,
        log: LogSettings { limits, form: Form::Plain, memory_bytes: 1 << 16, keeps_all: false },
        dead_letter_bytes: 1 << 16,
    })
}

/// A hold of one pipeline of traces.
pub(super) struct Fixture {
    pub host: Host,
    pub hold: Arc<Hold>,
    pub gate: Arc<dyn Consumer>,
    pub outlet: Arc<Outlet>,
}

impl Fixture {
    pub async fn start(store: Option<Arc<Store>>, settings: HoldSettings) -> Self {
        let host = Host::new(1, 64 << 20);
        let hold = Hold::new(&host, "tail_sampling", store);
        let gate = hold.gate("traces", Signal::Traces);
        let outlet = Arc::new(Outlet::default());
        let fixture = Fixture { host, hold, gate, outlet };
        fixture.apply(settings).await;
        fixture
    }

    pub async fn apply(&self, settings: HoldSettings) {
        let outlets = vec![("traces".to_owned(), self.outlet.clone() as Arc<dyn Consumer>)];
        let plan = Plan { settings, policies: Box::new(Errors), outlets };
        self.hold.start(plan).await.unwrap();
    }

    /// Items in, out, sampled and inside, which must add up.
    pub fn counts(&self) -> (u64, u64, u64, u64) {
        let rows = self.host.ledger.rows();
        let row = rows.iter().find(|row| row.node.contains("tail_sampling")).unwrap();
        assert!(row.balances(), "{row:?}");
        let sampled = row.dropped.get("sampled").copied().unwrap_or_default();
        (row.items_in, row.items_out, sampled, row.in_flight)
    }
}

pub(super) fn waiting(wait: Duration) -> HoldSettings {
    HoldSettings { wait, decisions_max: 1000, ..HoldSettings::default() }
}
