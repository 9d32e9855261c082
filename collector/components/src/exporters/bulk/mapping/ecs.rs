//! Mode `ecs`: Elastic Common Schema for logs. Spans keep the names that the Collector gives them in this mode, beside
//! `trace.id` and `span.id`, so that logs and spans meet.
//!
//! Names with dots become objects in each other, as readers of ECS expect. Where a name is a value and an object
//! (`a` and `a.b`), the value becomes `a.value`; of equal names the last counts.

use std::borrow::Cow;

use codeagent_pipeline::otlp::views::{
    AnyValue, Attribute, Event, Link, LogRecord, Repeated, ResourceGroup, ScopeGroup, Span,
};

use super::super::route::Stream;
use super::super::value::{
    close, is_id, sound_key, time_text, write_hex, write_integer, write_key, write_map, write_value,
};
use super::{is_for_routing, otel};

/// What the resource and the scope give to each document.
#[derive(Clone, Debug, Default)]
pub struct Origin<'a> {
    /// For logs: mapped to ECS.
    mapped: Vec<Field<'a>>,
    /// For spans: as they are.
    plain: Vec<Field<'a>>,
}

/// A member of a document with its whole name.
#[derive(Clone, Debug)]
struct Field<'a> {
    name: Cow<'a, str>,
    value: Value<'a>,
}

#[derive(Clone, Debug)]
enum Value<'a> {
    Any(AnyValue<'a>),
    Text(Cow<'a, str>),
    Integer(i64),
    Time(u64),
    Id(&'a [u8]),
}

/// Resource attributes with another name in ECS. Without a name they are left out: they are part of `agent.*`.
const RESOURCE_NAMES: [(&str, &str); 30] = [
    ("service.instance.id", "service.node.name"),
    ("deployment.environment", "service.environment"),
    ("deployment.environment.name", "service.environment"),
    ("telemetry.sdk.name", ""),
    ("telemetry.sdk.language", ""),
    ("telemetry.sdk.version", ""),
    ("telemetry.distro.name", ""),
    ("telemetry.distro.version", ""),
    ("cloud.platform", "cloud.service.name"),
    ("container.image.tags", "container.image.tag"),
    ("host.name", "host.hostname"),
    ("host.arch", "host.architecture"),
    ("process.executable.path", "process.executable"),
    ("process.runtime.name", "service.runtime.name"),
    ("process.runtime.version", "service.runtime.version"),
    ("os.name", "host.os.name"),
    ("os.type", "host.os.platform"),
    ("os.description", "host.os.full"),
    ("os.version", "host.os.version"),
    ("k8s.deployment.name", "kubernetes.deployment.name"),
    ("k8s.namespace.name", "kubernetes.namespace"),
    ("k8s.node.name", "kubernetes.node.name"),
    ("k8s.pod.name", "kubernetes.pod.name"),
    ("k8s.pod.uid", "kubernetes.pod.uid"),
    ("k8s.job.name", "kubernetes.job.name"),
    ("k8s.cronjob.name", "kubernetes.cronjob.name"),
    ("k8s.statefulset.name", "kubernetes.statefulset.name"),
    ("k8s.replicaset.name", "kubernetes.replicaset.name"),
    ("k8s.daemonset.name", "kubernetes.daemonset.name"),
    ("k8s.cluster.name", "orchestrator.cluster.name"),
];

/// Attributes of log records with another name in ECS.
const RECORD_NAMES: [(&str, &str); 5] = [
    ("event.name", "event.action"),
    ("exception.message", "error.message"),
    ("exception.stacktrace", "error.stacktrace"),
    ("exception.type", "error.type"),
    ("exception.escaped", "event.error.exception.handled"),
];

impl<'a> Origin<'a> {
    /// What this resource and scope give.
    pub fn of(resource: &ResourceGroup<'a>, scope: &ScopeGroup<'a>) -> Self {
        let mut origin = Origin::default();
        for Attribute { key, value, .. } in unrouted(resource.resource.attributes()) {
            add_to(&mut origin.plain, &["Resource", key], Value::Any(value.clone()));
            let renamed = RESOURCE_NAMES.iter().find(|(from, _)| *from == key);
            match renamed {
                Some((_, "")) => continue,
                Some((_, name)) => add(&mut origin.mapped, name, Value::Any(value.clone())),
                None => {}
            }
            if renamed.is_none() || key == "host.name" {
                add(&mut origin.mapped, key, Value::Any(value));
            }
        }
        for Attribute { key, value, .. } in unrouted(scope.scope.attributes()) {
            add_to(&mut origin.plain, &["Scope", key], Value::Any(value.clone()));
            add(&mut origin.mapped, key, Value::Any(value));
        }
        add(&mut origin.plain, "Scope.name", Value::Text(scope.scope.name.into()));
        add(&mut origin.plain, "Scope.version", Value::Text(scope.scope.version.into()));
        add_text(&mut origin.mapped, "agent.name", agent_name(resource));
        let version = resource.resource.text("telemetry.distro.version");
        let version = version.or_else(|| resource.resource.text("telemetry.sdk.version"));
        add_text(&mut origin.mapped, "agent.version", version.unwrap_or_default().into());
        add_text(&mut origin.mapped, "host.os.type", os_type(resource).into());
        origin
    }
}

/// `SDK/LANGUAGE/DISTRIBUTION`, as far as they are known.
fn agent_name<'a>(resource: &ResourceGroup<'a>) -> Cow<'a, str> {
    let text = |key| resource.resource.text(key).filter(|text| !text.is_empty());
    let sdk = text("telemetry.sdk.name").unwrap_or("otlp");
    match (text("telemetry.sdk.language"), text("telemetry.distro.name")) {
        (None, None) => sdk.into(),
        (Some(language), None) => format!("{sdk}/{language}").into(),
        (language, Some(distro)) => format!("{sdk}/{}/{distro}", language.unwrap_or("unknown")).into(),
    }
}

/// ECS knows a few families of operating systems only.
fn os_type(resource: &ResourceGroup<'_>) -> &'static str {
    let text = |key| resource.resource.text(key).unwrap_or_default();
    match (text("os.name"), text("os.type")) {
        ("Android", _) => "android",
        ("iOS", _) => "ios",
        (_, "windows") => "windows",
        (_, "linux") => "linux",
        (_, "darwin") => "macos",
        (_, "aix" | "hpux" | "solaris") => "unix",
        _ => "",
    }
}

/// The document of a log record; whether one of its attributes is for routing.
pub fn write_log(
    out: &mut Vec<u8>,
    origin: &Origin<'_>,
    stream: Option<&Stream>,
    record: &LogRecord<'_>,
) -> bool {
    let mut fields = origin.mapped.clone();
    for Attribute { key, value, .. } in unrouted(record.attributes()) {
        let renamed = RECORD_NAMES.iter().find(|(from, _)| *from == key);
        add(&mut fields, renamed.map_or(key, |(_, name)| name), Value::Any(value));
    }
    add_stream(&mut fields, "", stream);
    add(&mut fields, "@timestamp", Value::Time(otel::log_time(record)));
    add_id(&mut fields, "trace.id", record.trace_id);
    add_id(&mut fields, "span.id", record.span_id);
    if record.severity_number != 0 {
        add(&mut fields, "event.severity", Value::Integer(record.severity_number.into()));
    }
    add_text(&mut fields, "event.action", record.event_name.into());
    add_text(&mut fields, "log.level", record.severity_text.into());
    match record.body_value() {
        AnyValue::Empty => {}
        AnyValue::String(text) => add(&mut fields, "message", Value::Text(text.into())),
        // the Collector drops other bodies; as text they can at least be found
        value => add(&mut fields, "message", Value::Text(json_text(value).into())),
    }
    write_fields(out, fields);
    record.attributes().any(|attribute| is_for_routing(attribute.key))
}

/// The document of a span with its events; whether one of its attributes is for routing.
pub fn write_span(out: &mut Vec<u8>, origin: &Origin<'_>, stream: Option<&Stream>, span: &Span<'_>) -> bool {
    let mut fields = origin.plain.clone();
    add(&mut fields, "@timestamp", Value::Time(span.start_time_unix_nano));
    add(&mut fields, "EndTimestamp", Value::Time(span.end_time_unix_nano));
    for (name, id) in [
        ("TraceId", span.trace_id),
        ("SpanId", span.span_id),
        ("ParentSpanId", span.parent_span_id),
        ("trace.id", span.trace_id),
        ("span.id", span.span_id),
        ("parent.id", span.parent_span_id),
    ] {
        add_id(&mut fields, name, id);
    }
    add_text(&mut fields, "Name", span.name.into());
    add_text(&mut fields, "Kind", kind(span.kind).into());
    add(&mut fields, "TraceStatus", Value::Integer(span.status.code.into()));
    add_text(&mut fields, "TraceStatusDescription", span.status.message.into());
    add(&mut fields, "Link", Value::Text(links_text(span.links()).into()));
    let duration = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano) / 1000;
    add(&mut fields, "Duration", Value::Integer(duration.cast_signed()));
    for Attribute { key, value, .. } in unrouted(span.attributes()) {
        add_to(&mut fields, &["Attributes", key], Value::Any(value));
    }
    add_stream(&mut fields, "", stream);
    for event in span.events() {
        add_event(&mut fields, &event);
    }
    write_fields(out, fields);
    span.attributes().any(|attribute| is_for_routing(attribute.key))
}

fn add_event<'a>(fields: &mut Vec<Field<'a>>, event: &Event<'a>) {
    let name = sound_key(event.name);
    add_to(fields, &["Events", name, "time"], Value::Time(event.time_unix_nano));
    for Attribute { key, value, .. } in event.attributes() {
        add_to(fields, &["Events", name, key], Value::Any(value));
    }
}

/// Links are one text of JSON, as in the Collector.
fn links_text<'a>(links: Repeated<'a, Link<'a>>) -> String {
    let mut out = vec![b'['];
    for link in links {
        out.extend_from_slice(b"{\"attribute\":");
        write_map(&mut out, link.attributes());
        for (name, id) in [("spanID", link.span_id), ("traceID", link.trace_id)] {
            out.push(b',');
            write_key(&mut out, name);
            write_hex(&mut out, if is_id(id) { id } else { &[] });
        }
        out.extend_from_slice(b"},");
    }
    close(&mut out, b']');
    String::from_utf8(out).unwrap_or_default()
}

fn kind(kind: i32) -> &'static str {
    const KINDS: [&str; 6] = [
        "SPAN_KIND_UNSPECIFIED",
        "SPAN_KIND_INTERNAL",
        "SPAN_KIND_SERVER",
        "SPAN_KIND_CLIENT",
        "SPAN_KIND_PRODUCER",
        "SPAN_KIND_CONSUMER",
    ];
    usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind)).copied().unwrap_or_default()
}

fn json_text(value: AnyValue<'_>) -> String {
    let mut out = Vec::new();
    write_value(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

fn unrouted<'a>(attributes: Repeated<'a, Attribute<'a>>) -> impl Iterator<Item = Attribute<'a>> {
    attributes.filter(|attribute| !is_for_routing(attribute.key))
}

fn add_stream<'a>(fields: &mut Vec<Field<'a>>, prefix: &str, stream: Option<&Stream>) {
    let Some(stream) = stream else { return };
    for (name, text) in
        [("type", stream.kind), ("dataset", &stream.dataset), ("namespace", &stream.namespace)]
    {
        let name = Cow::Owned(format!("{prefix}data_stream.{name}"));
        fields.push(Field { name, value: Value::Text(text.to_owned().into()) });
    }
}

fn add_id<'a>(fields: &mut Vec<Field<'a>>, name: &'a str, id: &'a [u8]) {
    if is_id(id) {
        add(fields, name, Value::Id(id));
    }
}

fn add_text<'a>(fields: &mut Vec<Field<'a>>, name: &'a str, text: Cow<'a, str>) {
    if !text.is_empty() {
        add(fields, name, Value::Text(text));
    }
}

fn add_to<'a>(fields: &mut Vec<Field<'a>>, path: &[&str], value: Value<'a>) {
    add_named(fields, Cow::Owned(path.join(".")), value);
}

fn add<'a>(fields: &mut Vec<Field<'a>>, name: &'a str, value: Value<'a>) {
    add_named(fields, Cow::Borrowed(name), value);
}

/// Objects are taken apart into fields of their own, so that their names take part in the order.
fn add_named<'a>(fields: &mut Vec<Field<'a>>, name: Cow<'a, str>, value: Value<'a>) {
    if let Value::Any(AnyValue::Map(members)) = value {
        for Attribute { key, value, .. } in members {
            add_named(fields, Cow::Owned(format!("{name}.{key}")), Value::Any(value));
        }
        return;
    }
    let sound = name.split('.').all(|part| !part.trim().is_empty());
    let name = if sound { name } else { Cow::Owned(sound_name(&name)) };
    fields.push(Field { name, value });
}

/// Parts that are empty or white space become `_`: an index takes none of them.
fn sound_name(name: &str) -> String {
    let parts = name.split('.').map(|part| if part.trim().is_empty() { "_" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// For an order in which what is in one object stands together: a dot is before everything else.
fn by_parts(name: &str) -> impl Iterator<Item = u16> {
    name.bytes().map(|byte| if byte == b'.' { 0 } else { 1 + u16::from(byte) })
}

/// Writes the fields as objects in each other.
fn write_fields(out: &mut Vec<u8>, mut fields: Vec<Field<'_>>) {
    fields.sort_by(|a, b| by_parts(&a.name).cmp(by_parts(&b.name)));
    out.push(b'{');
    let mut open: Vec<&str> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let next = fields.get(at + 1).map(|next| next.name.as_ref());
        if next == Some(field.name.as_ref()) {
            continue;
        }
        let mut parts: Vec<&str> = field.name.split('.').collect();
        let mut last = parts.pop().unwrap_or_default();
        let is_object = next.is_some_and(|next| {
            next.strip_prefix(field.name.as_ref()).is_some_and(|rest| rest.starts_with('.'))
        });
        if is_object {
            parts.push(last);
            last = "value";
            // what is called so already goes first
            let inside =
                fields[at + 1..].iter().map_while(|other| other.name.strip_prefix(field.name.as_ref()));
            if inside.take_while(|rest| rest.starts_with('.')).any(|rest| rest == ".value") {
                continue;
            }
        }
        let common = open.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        for _ in common..open.len() {
            close(out, b'}');
            out.push(b',');
        }
        for part in &parts[common..] {
            write_key(out, part);
            out.push(b'{');
        }
        open = parts;
        write_key(out, last);
        write_field(out, &field.value);
        out.push(b',');
    }
    for _ in 0..=open.len() {
        close(out, b'}');
    }
}

fn write_field(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Any(value) => write_value(out, value.clone()),
        Value::Text(text) => codeagent_pipeline::json::write_string(out, text),
        Value::Integer(number) => write_integer(out, *number),
        Value::Time(time) => time_text(out, *time),
        Value::Id(id) => write_hex(out, id),
    }
}
