//! Paths: what of an item a condition reads.

use codeagent_config::suggest;
use codeagent_pipeline::otlp::views::{
    AnyValue, Attribute, Event, ExponentialHistogramPoint, HistogramPoint, LogRecord, Metric, MetricKind,
    Number, NumberPoint, Points, Repeated, Span, SummaryPoint, Temporality, View,
};

use super::value::{Value, to_hex};
use super::{Context, Item, Mistake, Subject};

/// Where a value is read.
#[derive(Debug)]
pub struct Path {
    owner: Owner,
    field: &'static str,
    keys: Vec<Key>,
}

/// A step into a map or list.
#[derive(Debug)]
pub enum Key {
    /// `["name"]`
    Name(String),
    /// `[0]`
    At(usize),
}

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Resource,
    Scope,
    Span,
    Event,
    Log,
    Metric,
    Point,
}

const RESOURCE: &[&str] = &["attributes", "dropped_attributes_count"];
const SCOPE: &[&str] = &["attributes", "dropped_attributes_count", "name", "version"];
const SPAN: &[&str] = &[
    "attributes",
    "name",
    "kind",
    "kind.string",
    "kind.deprecated_string",
    "status.code",
    "status.message",
    "trace_id",
    "trace_id.string",
    "span_id",
    "span_id.string",
    "parent_span_id",
    "parent_span_id.string",
    "trace_state",
    "start_time_unix_nano",
    "end_time_unix_nano",
    "flags",
    "dropped_attributes_count",
    "dropped_events_count",
    "dropped_links_count",
];
const EVENT: &[&str] = &["attributes", "name", "time_unix_nano", "dropped_attributes_count"];
const LOG: &[&str] = &[
    "attributes",
    "body",
    "body.string",
    "severity_number",
    "severity_text",
    "event_name",
    "trace_id",
    "trace_id.string",
    "span_id",
    "span_id.string",
    "time_unix_nano",
    "observed_time_unix_nano",
    "flags",
    "dropped_attributes_count",
];
const METRIC: &[&str] =
    &["name", "description", "unit", "type", "aggregation_temporality", "is_monotonic", "metadata"];
const POINT: &[&str] = &[
    "attributes",
    "value_int",
    "value_double",
    "count",
    "sum",
    "start_time_unix_nano",
    "time_unix_nano",
    "flags",
];
/// Fields into which keys lead.
const KEYED: &[&str] = &["attributes", "body", "trace_state", "metadata"];

impl Owner {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Owner::Resource => RESOURCE,
            Owner::Scope => SCOPE,
            Owner::Span => SPAN,
            Owner::Event => EVENT,
            Owner::Log => LOG,
            Owner::Metric => METRIC,
            Owner::Point => POINT,
        }
    }

    /// Who can be named in `context`: itself first.
    fn all(context: Context) -> &'static [(&'static str, Owner)] {
        const AROUND: [(&str, Owner); 3] =
            [("scope", Owner::Scope), ("instrumentation_scope", Owner::Scope), ("resource", Owner::Resource)];
        const fn with<const N: usize>(own: [(&'static str, Owner); N]) -> [(&'static str, Owner); 5] {
            let mut all = [own[0], own[N - 1], AROUND[0], AROUND[1], AROUND[2]];
            all[1] = own[N - 1];
            all
        }
        static SPAN: [(&str, Owner); 5] = with([("span", Owner::Span)]);
        static EVENT: [(&str, Owner); 5] = with([("spanevent", Owner::Event), ("span", Owner::Span)]);
        static LOG: [(&str, Owner); 5] = with([("log", Owner::Log)]);
        static METRIC: [(&str, Owner); 5] = with([("metric", Owner::Metric)]);
        static POINT: [(&str, Owner); 5] = with([("datapoint", Owner::Point), ("metric", Owner::Metric)]);
        match context {
            Context::Resource => &[("resource", Owner::Resource)],
            Context::Span => &SPAN,
            Context::SpanEvent => &EVENT,
            Context::Log => &LOG,
            Context::Metric => &METRIC,
            Context::DataPoint => &POINT,
        }
    }
}

impl Path {
    /// The path of these dotted names and keys.
    pub fn resolve(names: &[String], keys: Vec<Key>, context: Context) -> Result<Self, Mistake> {
        let owners = Owner::all(context);
        let named = names.split_first().filter(|(_, rest)| !rest.is_empty());
        let named = named.and_then(|(first, rest)| {
            owners.iter().find(|(name, _)| name == first).map(|(_, owner)| (*owner, rest.join(".")))
        });
        let (owner, wanted) = named.unwrap_or((owners[0].1, names.join(".")));
        let Some(field) = owner.fields().iter().find(|field| **field == wanted) else {
            let full = names.join(".");
            let help = match suggest(&wanted, owner.fields().iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let owners = owners.iter().map(|(name, _)| format!("`{name}.`"));
                    let mut owners: Vec<_> = owners.collect();
                    owners.dedup();
                    let fields = owner.fields().join(", ");
                    format!("paths begin with {}; there are {fields}", owners.join(", "))
                }
            };
            return Err(Mistake::new(format!("there is no path `{full}` about a {}", context.name()), help));
        };
        if !keys.is_empty() && !KEYED.contains(field) {
            return Err(Mistake::new(format!("`{field}` has no keys"), "take the brackets out"));
        }
        Ok(Path { owner, field, keys })
    }

    /// What stands there.
    pub fn read<'a>(&self, subject: &Subject<'a>) -> Value<'a> {
        match (self.owner, subject.item) {
            (Owner::Resource, _) => match self.field {
                "attributes" => self.attribute(subject.resource.attributes()),
                _ => count(subject.resource.dropped_attributes_count),
            },
            (Owner::Scope, _) => subject.scope.map_or(Value::Nil, |scope| match self.field {
                "attributes" => self.attribute(scope.attributes()),
                "name" => Value::text(scope.name),
                "version" => Value::text(scope.version),
                _ => count(scope.dropped_attributes_count),
            }),
            (Owner::Span, Item::Span(span) | Item::Event(span, _)) => self.span(span),
            (Owner::Event, Item::Event(_, event)) => self.event(event),
            (Owner::Log, Item::Log(record)) => self.log(record),
            (Owner::Metric, Item::Metric(metric) | Item::Point(metric, _)) => self.metric(metric),
            (Owner::Point, Item::Point(metric, raw)) => self.point(metric, raw),
            _ => Value::Nil,
        }
    }

    fn attribute<'a>(&self, mut attributes: Repeated<'a, Attribute<'a>>) -> Value<'a> {
        match self.keys.split_first() {
            None => Value::Map(attributes),
            Some((Key::Name(key), deeper)) => {
                let found = attributes.find(|attribute| attribute.key == key);
                found.map_or(Value::Nil, |found| inside(found.value, deeper))
            }
            Some((Key::At(_), _)) => Value::Nil,
        }
    }

    fn span<'a>(&self, span: &'a Span<'a>) -> Value<'a> {
        match self.field {
            "attributes" => self.attribute(span.attributes()),
            "name" => Value::text(span.name),
            "kind" => Value::Int(i64::from(span.kind)),
            "kind.string" => Value::text(kind_name(span.kind).1),
            "kind.deprecated_string" => Value::text(kind_name(span.kind).0),
            "status.code" => Value::Int(i64::from(span.status.code)),
            "status.message" => Value::text(span.status.message),
            "trace_id" => Value::bytes(span.trace_id),
            "trace_id.string" => hex(span.trace_id),
            "span_id" => Value::bytes(span.span_id),
            "span_id.string" => hex(span.span_id),
            "parent_span_id" => Value::bytes(span.parent_span_id),
            "parent_span_id.string" => hex(span.parent_span_id),
            "trace_state" => match self.keys.first() {
                Some(Key::Name(key)) => entry(span.trace_state, key).map_or(Value::Nil, Value::text),
                _ => Value::text(span.trace_state),
            },
            "start_time_unix_nano" => time(span.start_time_unix_nano),
            "end_time_unix_nano" => time(span.end_time_unix_nano),
            "flags" => count(span.flags),
            "dropped_attributes_count" => count(span.dropped_attributes_count),
            "dropped_events_count" => count(span.dropped_events_count),
            _ => count(span.dropped_links_count),
        }
    }

    fn event<'a>(&self, event: &'a Event<'a>) -> Value<'a> {
        match self.field {
            "attributes" => self.attribute(event.attributes()),
            "name" => Value::text(event.name),
            "time_unix_nano" => time(event.time_unix_nano),
            _ => count(event.dropped_attributes_count),
        }
    }

    fn log<'a>(&self, record: &'a LogRecord<'a>) -> Value<'a> {
        match self.field {
            "attributes" => self.attribute(record.attributes()),
            "body" => inside(record.body_value(), &self.keys),
            "body.string" => {
                let text = Value::from(record.body_value());
                text.to_text().map_or(Value::Nil, |text| Value::Text(text.into_owned().into()))
            }
            "severity_number" => Value::Int(i64::from(record.severity_number)),
            "severity_text" => Value::text(record.severity_text),
            "event_name" => Value::text(record.event_name),
            "trace_id" => Value::bytes(record.trace_id),
            "trace_id.string" => hex(record.trace_id),
            "span_id" => Value::bytes(record.span_id),
            "span_id.string" => hex(record.span_id),
            "time_unix_nano" => time(record.time_unix_nano),
            "observed_time_unix_nano" => time(record.observed_time_unix_nano),
            "flags" => count(record.flags),
            _ => count(record.dropped_attributes_count),
        }
    }

    fn metric<'a>(&self, metric: &'a Metric<'a>) -> Value<'a> {
        let (temporality, monotonic) = match &metric.points {
            Points::Sum { temporality, monotonic, .. } => (Some(*temporality), Some(*monotonic)),
            Points::Histogram { temporality, .. } | Points::ExponentialHistogram { temporality, .. } => {
                (Some(*temporality), None)
            }
            _ => (None, None),
        };
        match self.field {
            "name" => Value::text(metric.name),
            "description" => Value::text(metric.description),
            "unit" => Value::text(metric.unit),
            "type" => Value::Int(metric.points.kind().map_or(0, |kind| kind as i64 + 1)),
            "aggregation_temporality" => temporality.map_or(Value::Nil, |temporality| match temporality {
                Temporality::Unspecified => Value::Int(0),
                Temporality::Delta => Value::Int(1),
                Temporality::Cumulative => Value::Int(2),
            }),
            "is_monotonic" => monotonic.map_or(Value::Nil, Value::Bool),
            _ => self.attribute(metric.metadata()),
        }
    }

    fn point<'a>(&self, metric: &Metric<'_>, raw: &'a [u8]) -> Value<'a> {
        macro_rules! common {
            ($point:expr, $count:expr, $sum:expr) => {{
                let point = $point;
                match self.field {
                    "attributes" => self.attribute(point.attributes()),
                    "start_time_unix_nano" => time(point.start_time_unix_nano),
                    "time_unix_nano" => time(point.time_unix_nano),
                    "flags" => count(point.flags),
                    "count" => $count(&point),
                    "sum" => $sum(&point),
                    _ => Value::Nil,
                }
            }};
        }
        match metric.points.kind() {
            Some(MetricKind::Histogram) => common!(
                HistogramPoint::view(raw),
                |point: &HistogramPoint<'_>| time(point.count),
                |point: &HistogramPoint<'_>| point.sum.map_or(Value::Nil, Value::Double)
            ),
            Some(MetricKind::ExponentialHistogram) => common!(
                ExponentialHistogramPoint::view(raw),
                |point: &ExponentialHistogramPoint<'_>| time(point.count),
                |point: &ExponentialHistogramPoint<'_>| point.sum.map_or(Value::Nil, Value::Double)
            ),
            Some(MetricKind::Summary) => common!(
                SummaryPoint::view(raw),
                |point: &SummaryPoint<'_>| time(point.count),
                |point: &SummaryPoint<'_>| Value::Double(point.sum)
            ),
            _ => self.number(&NumberPoint::view(raw)),
        }
    }

    fn number<'a>(&self, point: &NumberPoint<'a>) -> Value<'a> {
        match (self.field, point.value) {
            ("attributes", _) => self.attribute(point.attributes()),
            ("start_time_unix_nano", _) => time(point.start_time_unix_nano),
            ("time_unix_nano", _) => time(point.time_unix_nano),
            ("flags", _) => count(point.flags),
            ("value_int", Number::Int(value)) => Value::Int(value),
            ("value_double", Number::Double(value)) => Value::Double(value),
            _ => Value::Nil,
        }
    }
}

fn inside<'a>(value: AnyValue<'a>, keys: &[Key]) -> Value<'a> {
    let Some((key, deeper)) = keys.split_first() else { return value.into() };
    let found = match (value, key) {
        (AnyValue::Map(mut map), Key::Name(key)) => {
            map.find(|entry| entry.key == key).map(|entry| entry.value)
        }
        (AnyValue::Array(mut list), Key::At(at)) => list.nth(*at),
        _ => None,
    };
    found.map_or(Value::Nil, |found| inside(found, deeper))
}

fn count<'a>(count: u32) -> Value<'a> {
    Value::Int(i64::from(count))
}

fn time<'a>(nanoseconds: u64) -> Value<'a> {
    Value::Int(nanoseconds as i64)
}

fn hex<'a>(id: &[u8]) -> Value<'a> {
    Value::Text(to_hex(id).into())
}

/// The value of a `tracestate` entry.
fn entry<'a>(state: &'a str, key: &str) -> Option<&'a str> {
    let mut entries = state.split(',').filter_map(|entry| entry.trim().split_once('='));
    entries.find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// A span kind's name in protobuf, and its short one.
pub fn kind_name(kind: i32) -> (&'static str, &'static str) {
    match kind {
        1 => ("SPAN_KIND_INTERNAL", "Internal"),
        2 => ("SPAN_KIND_SERVER", "Server"),
        3 => ("SPAN_KIND_CLIENT", "Client"),
        4 => ("SPAN_KIND_PRODUCER", "Producer"),
        5 => ("SPAN_KIND_CONSUMER", "Consumer"),
        _ => ("SPAN_KIND_UNSPECIFIED", "Unspecified"),
    }
}
