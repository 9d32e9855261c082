//! From three lines in an agent to running telemetry.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codeagent_semconv::attribute;
use codeagent_semconv::value::Signal;
use opentelemetry::Context;
use opentelemetry::logs::LoggerProvider;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use regex::Regex;
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::correlation::Correlation;
use crate::declarative::{self, FileError};
use crate::exemplars::{self, Meters};
use crate::propagation::{self, SessionRandomness};
use crate::record::Recorder;
use crate::redaction::{Content, Policy, Redactor};
use crate::settings::{self, Settings};
use crate::signals::logs::Logs;
use crate::signals::metrics::Reader;
use crate::signals::spans::Spans;
use crate::signals::tracing_events::LogLayer;
use crate::spool::Spool;
use crate::telemetry::{self, Core, Guard, Telemetry};
use crate::transport::{self, Client, Encoder, Ledger, Outbox, Plan, Protocol};
use crate::{diagnose, lifecycle, resource, resources, self_metrics};

/// The scope of what the SDK itself emits.
const SCOPE: &str = env!("CARGO_PKG_NAME");

/// Begins the telemetry of an agent: `init("my-agent").install()?`.
///
/// `service_name` is what the environment does not override with `OTEL_SERVICE_NAME`.
pub fn init(service_name: &str) -> Builder {
    Builder { settings: Settings::new(service_name), reads_environment: true }
}

/// What a program says of itself before [`install`](Self::install). The environment goes before it.
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `install`"]
pub struct Builder {
    settings: Settings,
    reads_environment: bool,
}

/// Why telemetry could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// Somebody else set `tracing`'s global subscriber.
    #[error(
        "`tracing` has a global subscriber already; call `without_subscriber()` and add `telemetry.layer()` to it"
    )]
    Subscriber,
    /// The exporting thread could not be started.
    #[error("cannot start the exporting thread: {0}")]
    Thread(#[source] std::io::Error),
    /// What [`Builder::redact`] was given is no regular expression, or too large a one.
    #[error("cannot redact by this pattern: {0}")]
    Pattern(#[source] regex::Error),
    /// The file that `OTEL_CONFIG_FILE` names cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Builder {
    /// `service.version`.
    pub fn version(mut self, version: &str) -> Self {
        self.settings.service_version = Some(version.to_owned());
        self
    }

    /// `session.id` of everything that is not within a [`crate::Session`]; random by default.
    pub fn session_id(mut self, id: &str) -> Self {
        self.settings.session_id = Some(id.to_owned());
        self
    }

    /// `codeagent.config.revision`: a digest of all that steers the agent apart from the model.
    pub fn revision(mut self, revision: &str) -> Self {
        self.settings.revision = Some(revision.to_owned());
        self
    }

    /// A further attribute of the resource.
    pub fn resource(mut self, key: &str, value: &str) -> Self {
        self.settings.set_resource(key.to_owned(), value.to_owned());
        self
    }

    /// Sends to `host:port` over gRPC; with TLS to `https://host:port`.
    pub fn grpc(mut self, target: &str) -> Self {
        self.settings.send_to(target, Protocol::Grpc);
        self
    }

    /// Sends to `host:port` as protobuf over HTTP/1.1; with TLS to `https://host:port`.
    pub fn http(mut self, target: &str) -> Self {
        self.settings.send_to(target, Protocol::HttpProtobuf);
        self
    }

    /// Trusts the authorities in this file, in PEM, rather than those of the platform. After [`grpc`](Self::grpc) or [`http`](Self::http).
    pub fn certificate(mut self, authorities: impl Into<PathBuf>) -> Self {
        let file = authorities.into();
        self.settings.each_tls(|tls| tls.authorities = Some(file.clone()));
        self
    }

    /// Shows this certificate, with this key, both in PEM. After [`grpc`](Self::grpc) or [`http`](Self::http).
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let (certificate, key) = (certificate.into(), key.into());
        self.settings.each_tls(|tls| {
            (tls.certificate, tls.key) = (Some(certificate.clone()), Some(key.clone()));
        });
        self
    }

    /// How long a flush at the end may take; two seconds by default.
    pub fn flush_timeout(mut self, timeout: Duration) -> Self {
        self.settings.flush_timeout = timeout;
        self
    }

    /// Puts what cannot be delivered into this folder rather than the platform's for state.
    pub fn spool(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.spool_directory = Some(directory.into());
        self
    }

    /// Puts nothing on disk: what cannot be delivered waits in memory, up to 4 MiB, and ends with the process.
    pub fn without_spool(mut self) -> Self {
        self.settings.spool_directory = None;
        self
    }

    /// Leaves signals alone. By default SIGHUP, SIGINT and SIGTERM, where nobody handles them when the SDK is installed, flush and then end
    /// the process as they would have without us. A program that installs handlers of its own *afterwards* and wants to go on after the
    /// signal calls this.
    pub fn without_signals(mut self) -> Self {
        self.settings.handles_signals = false;
        self
    }

    /// Leaves `tracing`'s global subscriber alone; [`Telemetry::layer`] is then for yours.
    pub fn without_subscriber(mut self) -> Self {
        self.settings.subscribes = false;
        self
    }

    /// Keeps this kind of content, which is left out by default. `CODEAGENT_CONTENT` says for all kinds which are kept.
    pub fn keep(mut self, content: Content) -> Self {
        self.settings.content.push(content);
        self
    }

    /// Masks what this regular expression matches, in all texts, besides what is masked always. Give it no pattern that matches the mark
    /// `[redacted]`.
    pub fn redact(mut self, pattern: &str) -> Self {
        self.settings.redacted.push(pattern.to_owned());
        self
    }

    /// Tells nothing of what the process and the machine use.
    pub fn without_resource_metrics(mut self) -> Self {
        self.settings.observes_resources = false;
        self
    }

    /// Does not look at the environment.
    pub fn without_environment(mut self) -> Self {
        self.reads_environment = false;
        self
    }

    /// Starts the telemetry. Where nobody said where to send to, a collector is looked for on this machine, once; where there is none,
    /// nothing is installed and nothing costs anything.
    ///
    /// # Errors
    /// `tracing` has a global subscriber already, the exporting thread could not be started, a pattern to redact by is none, or
    /// `OTEL_CONFIG_FILE` names a file that cannot be used.
    pub fn install(mut self) -> Result<Guard, InstallError> {
        if self.reads_environment {
            declarative::configure(&mut self.settings, &|name| std::env::var(name).ok())?;
        }
        if !self.settings.is_disabled
            && !self.settings.has_endpoint
            && let Some((authority, protocol)) = settings::find_collector()
        {
            self.settings.send_to(&authority, protocol);
        }
        let settings = self.settings;
        if settings.is_disabled || settings.endpoints.iter().all(Option::is_none) {
            diagnose::say(|| "nothing is exported: switched off, or no collector".to_owned());
            return Ok(Guard { telemetry: Telemetry { core: None } });
        }
        let core = Arc::new(start(&settings)?);
        let telemetry = Telemetry { core: Some(Arc::clone(&core)) };
        telemetry::remember(&core);
        opentelemetry::global::set_tracer_provider(core.tracers.clone());
        opentelemetry::global::set_meter_provider(core.meters.clone());
        opentelemetry::global::set_text_map_propagator(propagation::w3c());
        lifecycle::flush_at_exit();
        lifecycle::record_panics();
        if settings.subscribes {
            let subscriber = tracing_subscriber::registry().with(telemetry.layer());
            tracing::subscriber::set_global_default(subscriber).map_err(|_| InstallError::Subscriber)?;
        }
        Ok(Guard { telemetry })
    }
}

fn start(settings: &Settings) -> Result<Core, InstallError> {
    let redactor = redactor(settings)?;
    let resource = resource::of(settings);
    let outbox = Arc::new(Outbox::new(settings.queue_bytes, Arc::new(Ledger::default())));
    let flush_timeout = settings.flush_timeout;
    let session = settings.session_id.clone().unwrap_or_else(resource::random_id);
    let correlation = Correlation::default().with(attribute::SESSION_ID.name(), &session);
    let manual = Arc::new(ManualReader::builder().with_temporality(settings.temporality).build());
    let reader = Reader { inner: manual, outbox: Arc::clone(&outbox), flush_timeout };
    let core = providers(&resource, &outbox, &correlation, &reader, settings);
    let gzip = Signal::ALL
        .iter()
        .map(|signal| settings.endpoints[signal.index()].as_ref().is_some_and(|to| to.gzip));
    let gzip: Vec<bool> = gzip.collect();
    let spool = settings.spool().map(|limits| Spool::new(limits, Arc::clone(&outbox.ledger)));
    transport::start(Plan {
        outbox,
        spool,
        recorder: Arc::clone(&core.recorder),
        encoder: Encoder::new(
            &resource,
            redactor,
            [gzip[0], gzip[1], gzip[2]],
            Arc::clone(&core.meters.store),
        ),
        client: Client::new(settings.endpoints.clone()),
        metrics: Arc::new(reader),
        batch_delay: settings.batch_delay,
        metrics_interval: settings.metrics_interval,
        signals: if settings.handles_signals { lifecycle::ours() } else { Vec::new() },
        flush_timeout,
    })
    .map_err(InstallError::Thread)?;
    Ok(core)
}

fn redactor(settings: &Settings) -> Result<Redactor, InstallError> {
    let patterns = settings.redacted.iter().map(|pattern| Regex::new(pattern));
    let patterns = patterns.collect::<Result<Vec<_>, _>>().map_err(InstallError::Pattern)?;
    let policy = Policy { kept: settings.content.clone(), patterns };
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE"));
    Ok(Redactor::new(&policy, home.ok().as_deref()))
}

fn providers(
    resource: &Resource,
    outbox: &Arc<Outbox>,
    correlation: &Correlation,
    reader: &Reader,
    settings: &Settings,
) -> Core {
    let (flush_timeout, revision) = (settings.flush_timeout, settings.revision.as_deref());
    let (to_spans, to_logs) = (Arc::clone(outbox), Arc::clone(outbox));
    let tracers = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_sampler(sampler(settings.sampler.clone(), correlation))
        .with_span_processor(Spans { outbox: to_spans, correlation: correlation.clone(), flush_timeout })
        .build();
    let loggers = SdkLoggerProvider::builder()
        .with_resource(resource.clone())
        .with_log_processor(Logs { outbox: to_logs, correlation: correlation.clone(), flush_timeout })
        .build();
    let inner =
        SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader.clone()).build();
    let meters = Meters { inner, store: Arc::new(exemplars::Store::new(settings.exemplars)) };
    let recorder = Recorder::new(
        tracers.tracer(SCOPE),
        Arc::clone(outbox),
        &meters.meter(SCOPE),
        revision,
        correlation.clone(),
    );
    if settings.observes_resources {
        resources::observe(&meters.meter(SCOPE));
    }
    self_metrics::observe(&meters.meter(SCOPE), &outbox.ledger);
    Core {
        outbox: Arc::clone(outbox),
        tracers,
        loggers,
        meters,
        correlation: correlation.clone(),
        recorder,
        flush_timeout,
    }
}

/// Decides as `inner` does; the traces of a session have one randomness.
fn sampler(inner: Sampler, process: &Correlation) -> SessionRandomness {
    let process = process.clone();
    let session = move |context: &Context| {
        Correlation::of(context, &process).get(attribute::SESSION_ID.name()).cloned()
    };
    SessionRandomness::new(inner, session)
}

impl Telemetry {
    /// A layer that makes spans of `tracing`'s spans and log records of its events, for a subscriber of the agent's own. Does nothing where
    /// nothing is exported.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + 'static
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        self.core.as_ref().map(|core| {
            let spans = tracing_opentelemetry::layer()
                .with_tracer(core.tracers.tracer(SCOPE))
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false);
            // Events are log records, with the ids of their span: the specification gives up events within spans.
            let spans = spans.with_filter(filter_fn(|metadata| metadata.is_span()).and(levels()));
            let events = LogLayer { logger: core.loggers.logger(SCOPE) };
            spans.and_then(events.with_filter(filter_fn(|metadata| metadata.is_event()).and(levels())))
        })
    }
}

/// `RUST_LOG`'s directives, without those of spans and fields; `info` where there are none or they cannot be read.
fn levels() -> Targets {
    let text = ["CODEAGENT_LOG", "RUST_LOG"].iter().find_map(|name| std::env::var(name).ok());
    text.and_then(|text| text.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO))
}
