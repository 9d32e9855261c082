//! From a batch to bulk requests, in one pass over borrowed views.

use codeagent_pipeline::otlp::views::{Attribute, LogRecord, Repeated, ResourceGroup, ScopeGroup, Span};
use codeagent_pipeline::otlp::{GroupHash, ItemKey, ItemKeys};
use codeagent_pipeline::{Batch, Signal};

use super::document_id::{self, ID_LENGTH};
use super::mapping::{Mode, ecs, otel, ss4o};
use super::request::{Document, Request};
use super::route::{Origins, Route, Router, Stream};
use super::value::write_key;

/// Bytes of JSON that a byte of OTLP becomes, roughly: what is reserved before it is written.
const GROWTH: usize = 2;

/// Makes documents of items.
#[derive(Clone, Debug)]
pub struct Encoder {
    /// Logs or traces.
    pub signal: Signal,
    /// What documents look like.
    pub mode: Mode,
    /// Where items go.
    pub items: Router,
    /// Where the events of spans go.
    pub events: Router,
    /// What documents of mode `ss4o` say about their data stream.
    pub label: Option<Stream>,
    /// `create` or `index`.
    pub action: &'static str,
    /// Bytes at which a request is closed; a document that is larger has one of its own.
    pub bytes_max: usize,
}

/// Where documents of a resource and scope go, and how each begins and ends.
struct Target {
    action: Vec<u8>,
    tail: Vec<u8>,
    stream: Option<Stream>,
}

struct Group<'a> {
    resource: ResourceGroup<'a>,
    scope: ScopeGroup<'a>,
    hash: GroupHash,
    items: Target,
    events: Target,
    ecs: ecs::Origin<'a>,
}

/// A document that is to be written.
struct Draft<'g, 'a> {
    id: [u8; ID_LENGTH],
    /// Nanoseconds since 1970.
    time: u64,
    attributes: Repeated<'a, Attribute<'a>>,
    router: &'g Router,
    target: &'g Target,
}

/// The requests of a batch while they are written.
struct Writing<'e> {
    encoder: &'e Encoder,
    lines: Vec<u8>,
    documents: Vec<Document>,
    requests: Vec<Request>,
    keys: ItemKeys,
    /// The position of the item at work, and where its lines begin.
    item: usize,
    item_start: usize,
}

impl Encoder {
    /// The requests of a batch of logs or traces.
    pub fn encode(&self, batch: &Batch) -> Vec<Request> {
        let mut writing = Writing {
            encoder: self,
            lines: Vec::with_capacity((batch.bytes() * GROWTH).min(self.bytes_max + self.bytes_max / 8)),
            documents: Vec::with_capacity(batch.items()),
            requests: Vec::new(),
            keys: ItemKeys::default(),
            item: 0,
            item_start: 0,
        };
        for chunk in batch.chunks() {
            writing.keys.begin(chunk);
            for resource in ResourceGroup::of(&chunk.bytes) {
                for scope in resource.scopes() {
                    let group = self.group(&resource, scope);
                    match batch.signal() {
                        Signal::Logs => group.scope.items().for_each(|record| writing.log(&group, &record)),
                        Signal::Traces => group.scope.items().for_each(|span| writing.span(&group, &span)),
                        Signal::Metrics => {}
                    }
                }
            }
        }
        writing.finish()
    }

    fn group<'a>(&self, resource: &ResourceGroup<'a>, scope: ScopeGroup<'a>) -> Group<'a> {
        let target = |router: &Router| {
            let origins = [Repeated::default(), scope.scope.attributes(), resource.resource.attributes()];
            self.target(&router.route(&origins, scope.scope.name, 0), resource, &scope)
        };
        let items = target(&self.items);
        let events = target(&self.events);
        let ecs = match self.mode {
            Mode::Ecs => ecs::Origin::of(resource, &scope),
            Mode::Otel | Mode::Ss4o => ecs::Origin::default(),
        };
        Group { hash: GroupHash::of(resource, &scope), resource: resource.clone(), scope, items, events, ecs }
    }

    fn target(&self, route: &Route, resource: &ResourceGroup<'_>, scope: &ScopeGroup<'_>) -> Target {
        let mut action = Vec::with_capacity(96);
        action.push(b'{');
        write_key(&mut action, self.action);
        action.extend_from_slice(b"{\"_index\":");
        codeagent_pipeline::json::write_string(&mut action, &route.index);
        action.extend_from_slice(b",\"_id\":\"");
        let tail = match self.mode {
            Mode::Otel => otel::tail(resource, scope, route.stream.as_ref()),
            Mode::Ecs => b"\n".to_vec(),
            Mode::Ss4o => ss4o::tail(resource, scope, self.signal == Signal::Logs),
        };
        Target { action, tail, stream: route.stream.clone() }
    }
}

impl Writing<'_> {
    fn log(&mut self, group: &Group<'_>, record: &LogRecord<'_>) {
        self.begin_item();
        let draft = Draft {
            id: document_id::of(self.keys.next(group.hash, record.raw), 0),
            time: otel::log_time(record),
            attributes: record.attributes(),
            router: &self.encoder.items,
            target: &group.items,
        };
        let label = self.encoder.label.as_ref();
        match self.encoder.mode {
            Mode::Otel => self.document(group, draft, |out, _| otel::write_log(out, record).routed),
            Mode::Ecs => {
                self.document(group, draft, |out, stream| ecs::write_log(out, &group.ecs, stream, record))
            }
            Mode::Ss4o => self.document(group, draft, |out, _| {
                ss4o::write_log(out, label, record);
                false
            }),
        }
        self.end_item();
    }

    fn span(&mut self, group: &Group<'_>, span: &Span<'_>) {
        self.begin_item();
        let key = self.keys.next(group.hash, span.raw);
        let draft = Draft {
            id: document_id::of(key, 0),
            time: span.start_time_unix_nano,
            attributes: span.attributes(),
            router: &self.encoder.items,
            target: &group.items,
        };
        let label = self.encoder.label.as_ref();
        match self.encoder.mode {
            Mode::Otel => {
                self.document(group, draft, |out, _| otel::write_span(out, span).routed);
                self.span_events(group, span, key);
            }
            Mode::Ecs => {
                self.document(group, draft, |out, stream| ecs::write_span(out, &group.ecs, stream, span))
            }
            Mode::Ss4o => self.document(group, draft, |out, _| {
                ss4o::write_span(out, label, span);
                false
            }),
        }
        self.end_item();
    }

    fn span_events(&mut self, group: &Group<'_>, span: &Span<'_>, key: ItemKey) {
        for (part, event) in (1..).zip(span.events()) {
            let draft = Draft {
                id: document_id::of(key, part),
                time: event.time_unix_nano,
                attributes: event.attributes(),
                router: &self.encoder.events,
                target: &group.events,
            };
            self.document(group, draft, |out, _| otel::write_event(out, span, &event).routed);
        }
    }

    /// Writes a document to where its group goes, and again to elsewhere if its own attributes or time say so:
    /// what is true of few is not asked of all.
    fn document<'a>(
        &mut self,
        group: &Group<'a>,
        draft: Draft<'_, 'a>,
        write: impl Fn(&mut Vec<u8>, Option<&Stream>) -> bool,
    ) {
        let start = self.lines.len();
        let routed = self.write(draft.target, draft.id, &write);
        if draft.router.is_moved(routed) {
            let origins: Origins<'_> =
                [draft.attributes, group.scope.scope.attributes(), group.resource.resource.attributes()];
            let route = draft.router.route(&origins, group.scope.scope.name, draft.time);
            let target = self.encoder.target(&route, &group.resource, &group.scope);
            self.lines.truncate(start);
            self.write(&target, draft.id, &write);
        }
        self.documents.push(Document { end: self.lines.len(), item: self.item });
    }

    /// Whether attributes of the item are for routing.
    fn write(
        &mut self,
        target: &Target,
        id: [u8; ID_LENGTH],
        write: impl Fn(&mut Vec<u8>, Option<&Stream>) -> bool,
    ) -> bool {
        self.lines.extend_from_slice(&target.action);
        self.lines.extend_from_slice(&id);
        self.lines.extend_from_slice(b"\"}}\n");
        let routed = write(&mut self.lines, target.stream.as_ref());
        self.lines.extend_from_slice(&target.tail);
        routed
    }

    fn begin_item(&mut self) {
        self.item_start = self.lines.len();
    }

    /// Closes the request before the item if it does not fit any more.
    fn end_item(&mut self) {
        if self.lines.len() > self.encoder.bytes_max && self.item_start > 0 {
            let tail = self.lines.split_off(self.item_start);
            let first = self.documents.partition_point(|document| document.end <= self.item_start);
            let mut documents = self.documents.split_off(first);
            documents.iter_mut().for_each(|document| document.end -= self.item_start);
            self.close();
            (self.lines, self.documents) = (tail, documents);
        }
        self.item += 1;
    }

    fn close(&mut self) {
        let (lines, documents) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.documents));
        self.requests.push(Request::new(lines, documents));
    }

    fn finish(mut self) -> Vec<Request> {
        if !self.documents.is_empty() {
            self.close();
        }
        self.requests
    }
}
