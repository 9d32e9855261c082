//! `OTEL_*` as the specification of OpenTelemetry names them, and `CODEAGENT_*` for what it has no name for.
//!
//! A value that cannot be read is said where `CODEAGENT_DEBUG` is set, and ignored, as the specification asks for.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use codeagent_semconv::value::Signal;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use opentelemetry_sdk::metrics::Temporality;

use super::Settings;
use crate::diagnose;
use crate::exemplars::Filter;
use crate::redaction::Content;
use crate::transport::{Endpoint, Protocol, TlsFiles};

/// Sets what `read` has a value for.
pub(crate) fn apply(settings: &mut Settings, read: &dyn Fn(&str) -> Option<String>) {
    let env = Environment { read };
    settings.is_disabled |= env.flag("OTEL_SDK_DISABLED").unwrap_or(false);
    let pairs = env.text("OTEL_RESOURCE_ATTRIBUTES").map(|text| pairs(&text)).unwrap_or_default();
    for (key, value) in pairs {
        settings.set_resource(key, value);
    }
    if let Some(name) = env.text("OTEL_SERVICE_NAME") {
        settings.service_name = name;
    }
    env.set(&mut settings.batch_delay, "OTEL_BSP_SCHEDULE_DELAY", Environment::millis);
    env.set(&mut settings.metrics_interval, "OTEL_METRIC_EXPORT_INTERVAL", Environment::millis);
    env.set(
        &mut settings.temporality,
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        Environment::temporality,
    );
    env.set(&mut settings.exemplars, "OTEL_METRICS_EXEMPLAR_FILTER", Environment::exemplars);
    env.set(&mut settings.queue_bytes, "CODEAGENT_QUEUE_BYTES", Environment::number);
    env.set(&mut settings.flush_timeout, "CODEAGENT_FLUSH_TIMEOUT", Environment::millis);
    env.set(&mut settings.handles_signals, "CODEAGENT_HANDLE_SIGNALS", Environment::flag);
    env.set(&mut settings.observes_resources, "CODEAGENT_RESOURCE_METRICS", Environment::flag);
    env.set(&mut settings.levels, "RUST_LOG", Environment::text);
    env.set(&mut settings.levels, "CODEAGENT_LOG", Environment::text);
    env.set(&mut settings.spool_bytes, "CODEAGENT_SPOOL_BYTES", Environment::number);
    // Upstream's name for prompts and replies; ours says it for all kinds.
    if env.flag("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT") == Some(true) {
        settings.content.push(Content::Prompts);
    }
    env.set(&mut settings.content, "CODEAGENT_CONTENT", |env, name| env.parsed(name, Content::parse_list));
    match env.text("CODEAGENT_SPOOL_DIR") {
        Some(text) if text == "off" => settings.spool_directory = None,
        Some(text) => settings.spool_directory = Some(text.into()),
        None => {}
    }
    settings.session_id = env.text("CODEAGENT_SESSION_ID").or(settings.session_id.take());
    settings.revision = env.text("CODEAGENT_CONFIG_REVISION").or(settings.revision.take());
    for &signal in Signal::ALL {
        env.endpoint(settings, signal);
    }
}

impl Settings {
    pub(crate) fn set_resource(&mut self, key: String, value: String) {
        self.resource.retain(|(known, _)| *known != key);
        self.resource.push((key, value));
    }

    /// Sends all signals to `host:port` with the defaults of `protocol`; with TLS where `https://` stands before it.
    pub(crate) fn send_to(&mut self, target: &str, protocol: Protocol) {
        let (authority, tls) = match target.strip_prefix("https://") {
            Some(authority) => (authority, Some(TlsFiles::default())),
            None => (target.strip_prefix("http://").unwrap_or(target), None),
        };
        for &signal in Signal::ALL {
            let endpoint = endpoint(authority.trim_end_matches('/'), protocol, signal);
            self.endpoints[signal.index()] = Some(Endpoint { tls: tls.clone(), ..endpoint });
        }
        self.has_endpoint = true;
    }

    /// Changes the files of all endpoints that speak TLS.
    pub(crate) fn each_tls(&mut self, change: impl Fn(&mut TlsFiles)) {
        self.endpoints.iter_mut().flatten().filter_map(|to| to.tls.as_mut()).for_each(change);
    }
}

/// The endpoint with all defaults of the specification, but for compression: ours is gzip.
pub(crate) fn endpoint(authority: &str, protocol: Protocol, signal: Signal) -> Endpoint {
    let path = format!("/v1/{}", signal.as_str());
    let (headers, timeout) = (HeaderMap::new(), Duration::from_secs(10));
    Endpoint { protocol, authority: authority.to_owned(), tls: None, path, headers, timeout, gzip: true }
}

struct Environment<'a> {
    read: &'a dyn Fn(&str) -> Option<String>,
}

impl Environment<'_> {
    /// An empty value is no value, says the specification.
    fn text(&self, name: &str) -> Option<String> {
        (self.read)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            diagnose::say(|| format!("{name} is ignored: it cannot be read"));
        }
        value
    }

    fn set<T>(&self, place: &mut T, name: &str, read: impl Fn(&Self, &str) -> Option<T>) {
        if let Some(value) = read(self, name) {
            *place = value;
        }
    }

    fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.parsed(name, |text| text.parse().ok())
    }

    fn millis(&self, name: &str) -> Option<Duration> {
        self.number(name).map(Duration::from_millis)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.parsed(name, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => Some(true),
            "false" | "0" | "off" | "no" => Some(false),
            _ => None,
        })
    }

    fn temporality(&self, name: &str) -> Option<Temporality> {
        self.parsed(name, |text| match text.to_ascii_lowercase().as_str() {
            "cumulative" => Some(Temporality::Cumulative),
            "delta" => Some(Temporality::Delta),
            "lowmemory" => Some(Temporality::LowMemory),
            _ => None,
        })
    }

    fn exemplars(&self, name: &str) -> Option<Filter> {
        self.parsed(name, |text| match text.to_ascii_lowercase().as_str() {
            "trace_based" => Some(Filter::TraceBased),
            "always_on" => Some(Filter::AlwaysOn),
            "always_off" => Some(Filter::AlwaysOff),
            _ => None,
        })
    }

    fn protocol(&self, name: &str) -> Option<Protocol> {
        self.parsed(name, |text| match text.to_ascii_lowercase().as_str() {
            "grpc" => Some(Protocol::Grpc),
            // JSON is optional for an exporter; whoever asks for it gets the same over the same port.
            "http/protobuf" | "http/json" => Some(Protocol::HttpProtobuf),
            _ => None,
        })
    }

    /// The variables of one signal go before those of all.
    fn endpoint(&self, settings: &mut Settings, signal: Signal) {
        let place = signal.index();
        let upper = signal.as_str().to_ascii_uppercase();
        if self.text(&format!("OTEL_{upper}_EXPORTER")).is_some_and(|name| name == "none") {
            settings.endpoints[place] = None;
            settings.has_endpoint = true;
            return;
        }
        let own = |what: &str| format!("OTEL_EXPORTER_OTLP_{upper}_{what}");
        let all = |what: &str| format!("OTEL_EXPORTER_OTLP_{what}");
        let parse = |text: &str| text.parse::<Uri>().ok().filter(|uri| uri.authority().is_some());
        let for_signal = self.parsed(&own("ENDPOINT"), parse);
        let for_all = self.parsed(&all("ENDPOINT"), parse);
        let Some(uri) = for_signal.clone().or(for_all) else { return };
        let protocol = self.protocol(&own("PROTOCOL")).or_else(|| self.protocol(&all("PROTOCOL")));
        let protocol = protocol.unwrap_or_else(|| usual_protocol(&uri));
        let mut endpoint = endpoint(&authority(&uri, protocol), protocol, signal);
        if for_signal.is_some() {
            uri.path().clone_into(&mut endpoint.path);
        } else {
            endpoint.path = format!("{}{}", uri.path().trim_end_matches('/'), endpoint.path);
        }
        for name in [all("HEADERS"), own("HEADERS")] {
            self.headers(&name, &mut endpoint.headers);
        }
        for name in [all("TIMEOUT"), own("TIMEOUT")] {
            self.set(&mut endpoint.timeout, &name, Self::millis);
        }
        for name in [all("COMPRESSION"), own("COMPRESSION")] {
            self.set(&mut endpoint.gzip, &name, Self::gzip);
        }
        if uri.scheme_str() == Some("https") {
            let file =
                |what: &str| self.text(&own(what)).or_else(|| self.text(&all(what))).map(PathBuf::from);
            endpoint.tls = Some(TlsFiles {
                authorities: file("CERTIFICATE"),
                certificate: file("CLIENT_CERTIFICATE"),
                key: file("CLIENT_KEY"),
            });
        }
        settings.endpoints[place] = Some(endpoint);
        settings.has_endpoint = true;
    }

    fn gzip(&self, name: &str) -> Option<bool> {
        self.parsed(name, |text| match text.to_ascii_lowercase().as_str() {
            "gzip" => Some(true),
            "none" => Some(false),
            _ => None,
        })
    }

    fn headers(&self, name: &str, headers: &mut HeaderMap) {
        for (key, value) in self.text(name).map(|text| pairs(&text)).unwrap_or_default() {
            match (HeaderName::from_str(&key), HeaderValue::from_str(&value)) {
                (Ok(key), Ok(mut value)) => {
                    value.set_sensitive(true);
                    headers.insert(key, value);
                }
                _ => diagnose::say(|| format!("a header of {name} is ignored: it cannot be read")),
            }
        }
    }
}

/// The specification's default is `http/protobuf`; a port that is gRPC's by name is taken at its word.
fn usual_protocol(uri: &Uri) -> Protocol {
    if uri.port_u16() == Some(4317) { Protocol::Grpc } else { Protocol::HttpProtobuf }
}

pub(crate) fn authority(uri: &Uri, protocol: Protocol) -> String {
    let host = uri.host().unwrap_or("localhost");
    let port = uri.port_u16().unwrap_or(match (uri.scheme_str(), protocol) {
        (Some("https"), _) => 443,
        (_, Protocol::Grpc) => 4317,
        (_, Protocol::HttpProtobuf) => 4318,
    });
    format!("{host}:{port}")
}

/// `key=value,key=value`, percent-encoded as in W3C Baggage.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=')?;
        Some((decode(key.trim()), decode(value.trim()))).filter(|(key, _)| !key.is_empty())
    };
    text.split(',').filter_map(pair).collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        let value = escaped
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
