//! The exporters of a signal: one of them is our destination.

use std::path::PathBuf;
use std::time::Duration;

use codeagent_semconv::value::Signal;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::Problem;
use super::section::{Section, text};
use crate::settings;
use crate::transport::{Endpoint, Protocol, TlsFiles};

/// A time limit of zero is none.
const WITHOUT_LIMIT: Duration = Duration::from_secs(60 * 60);

/// What an exporter's section says; `None` where it is none of ours. `rest` reads what the signal adds.
pub(super) fn endpoint(
    exporter: &Section<'_>,
    signal: Signal,
    rest: impl Fn(&Section<'_>) -> Result<(), Problem>,
) -> Result<Option<Endpoint>, Problem> {
    let foreign = ["console", "otlp_file", "otlp_file/development", "zipkin"];
    for key in foreign {
        if exporter.raw(key).is_some() {
            exporter.find(format!("{} is ignored: this exporter is not supported", exporter.at(key)));
        }
    }
    for (key, protocol) in [("otlp_http", Protocol::HttpProtobuf), ("otlp_grpc", Protocol::Grpc)] {
        let Some(section) = exporter.section(key)? else { continue };
        let endpoint = otlp(&section, protocol, signal)?;
        rest(&section)?;
        section.finish();
        return Ok(Some(endpoint));
    }
    Ok(None)
}

fn otlp(section: &Section<'_>, protocol: Protocol, signal: Signal) -> Result<Endpoint, Problem> {
    let target = section.text("endpoint")?.unwrap_or_else(|| match protocol {
        Protocol::Grpc => "http://localhost:4317".to_owned(),
        Protocol::HttpProtobuf => format!("http://localhost:4318/v1/{}", signal.as_str()),
    });
    let uri = target.parse::<Uri>().ok().filter(|uri| uri.authority().is_some());
    let uri = uri.ok_or_else(|| format!("{} is no address: `{target}`", section.at("endpoint")))?;
    let mut endpoint = settings::endpoint(&settings::authority(&uri, protocol), protocol, signal);
    if protocol == Protocol::HttpProtobuf {
        uri.path().clone_into(&mut endpoint.path);
    }
    endpoint.tls = tls(section, uri.scheme_str())?;
    endpoint.headers = headers(section)?;
    endpoint.gzip = section.word("compression", &[("gzip", true), ("none", false)])?.unwrap_or(false);
    let timeout = section.millis("timeout")?.unwrap_or(endpoint.timeout);
    endpoint.timeout = if timeout.is_zero() { WITHOUT_LIMIT } else { timeout };
    if section.word("encoding", &[("protobuf", false), ("json", true)])? == Some(true) {
        section.find(format!("{} is ignored: messages are protobuf", section.at("encoding")));
    }
    Ok(endpoint)
}

/// The names are those of 1.0, and those that its release candidates had.
fn tls(section: &Section<'_>, scheme: Option<&str>) -> Result<Option<TlsFiles>, Problem> {
    let mut files = TlsFiles::default();
    let mut insecure = false;
    if let Some(tls) = section.section("tls")? {
        let file = |new, old| Ok::<_, Problem>(tls.text(new)?.or(tls.text(old)?).map(PathBuf::from));
        files.authorities = file("ca_file", "certificate_file")?;
        files.certificate = file("cert_file", "client_certificate_file")?;
        files.key = file("key_file", "client_key_file")?;
        insecure = tls.flag("insecure")?.unwrap_or(false);
        tls.finish();
    }
    // Without a scheme it is TLS, unless it is said that it is not.
    let is_plain = scheme == Some("http") || (scheme.is_none() && insecure);
    Ok((!is_plain).then_some(files))
}

fn headers(section: &Section<'_>) -> Result<HeaderMap, Problem> {
    let mut pairs = section.text("headers_list")?.map(|list| settings::pairs(&list)).unwrap_or_default();
    for header in section.sections("headers")? {
        let name = header.text("name")?.ok_or_else(|| header.at("name") + " is missing")?;
        pairs.extend(header.value("value").and_then(text).map(|value| (name, value)));
        header.finish();
    }
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        // Neither stands in the message: it may be a secret.
        let wrong = |_| format!("{} has a header that cannot be sent", section.at("headers"));
        let name = HeaderName::try_from(name).map_err(|error| wrong(error.to_string()))?;
        let mut value = HeaderValue::try_from(value).map_err(|error| wrong(error.to_string()))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}
