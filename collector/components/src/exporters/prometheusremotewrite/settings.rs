//! From what users wrote to what the code works with.

use codeagent_config::{ByteSize, Duration, Section};
use codeagent_pipeline::{BuildContext, QueueConfig, RetryConfig, SenderSettings};
use http::Uri;

use super::config::{Config, HttpConfig, ProtobufMessage, TranslationStrategy, UNSUPPORTED};
use super::cumulative::Cumulative;
use super::encoder::Encoder;
use super::labels::{LabelRules, SERVICE_INSTANCE, SERVICE_NAME, SERVICE_NAMESPACE, Selection};
use super::naming::Naming;
use super::request::Version;
use super::translate::Rules;
use super::write::Limits;
use crate::net::compress::Compression;
use crate::net::http_client::{HttpSettings, parse_endpoint};

/// The largest answer that is read, in bytes: Prometheus lists every sample that it refuses.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// Headers that the protocol sets.
const RESERVED_HEADERS: [&str; 4] =
    ["content-encoding", "content-type", "x-prometheus-remote-write-version", "user-agent"];

/// A checked configuration.
pub struct Settings {
    config: Config,
    http: HttpConfig,
    /// Where requests go.
    pub endpoint: Uri,
    /// The only version that is sent, where the user chose one.
    pub version: Option<Version>,
}

impl Settings {
    /// Reads and checks the section. All mistakes go to the diagnostics; `None` when there are any.
    pub fn new(section: &Section, context: &mut BuildContext<'_>) -> Option<Self> {
        let (beside, config): (HttpConfig, Config) =
            section.decode_beside(UNSUPPORTED, context.diagnostics)?;
        let before = context.diagnostics.errors();
        let http = config.http.clone().unwrap_or(beside);
        let mut refuse = |key: &str, message: String, help: &str| {
            let place = section.at(&format!("http::{key}")).or_else(|| section.at(key));
            context.diagnostics.push(place.unwrap_or_else(|| section.clone()).error(message, help));
        };
        let help = "write the URL that takes remote writes, such as http://prometheus:9090/api/v1/write";
        let endpoint = match http.endpoint.as_str() {
            "" => Err("`endpoint` is not set".to_owned()),
            endpoint => parse_endpoint(endpoint),
        };
        let endpoint = endpoint.map_err(|message| refuse("endpoint", message, help)).ok();
        mistakes(&config, &http, &mut refuse);
        for name in http.headers.keys().filter(|name| is_reserved(name)) {
            let place = section.at("http::headers").or_else(|| section.at("headers"));
            let place = place.unwrap_or_else(|| section.clone());
            let message = format!("the header `{name}` is the protocol's and is not replaced");
            context.diagnostics.push(place.warning(message, "leave it out"));
        }
        if let (Some(queue), Some(place)) = (&config.sending_queue, section.at("sending_queue")) {
            queue.check(&place, context.diagnostics);
        }
        if let Some(place) = section.at("retry_on_failure") {
            config.retry_on_failure.check(&place, context.diagnostics);
        }
        let version = config.protobuf_message.map(|message| match message {
            ProtobufMessage::One => Version::One,
            ProtobufMessage::Two => Version::Two,
        });
        let endpoint = endpoint.filter(|_| context.diagnostics.errors() == before)?;
        Some(Settings { config, http, endpoint, version })
    }

    /// For the HTTP client.
    pub fn http(&self) -> HttpSettings {
        let http = self.http.clone();
        let headers = http.headers.into_iter().filter(|(name, _)| !is_reserved(name));
        HttpSettings {
            tls: http.tls,
            headers: headers.collect(),
            auth: http.auth,
            compression: Compression::None,
            proxy_url: http.proxy_url,
            max_idle_conns_per_host: http.max_idle_conns_per_host,
            idle_conn_timeout: Some(http.idle_conn_timeout.get()).filter(|time| !time.is_zero()),
            disable_keep_alives: http.disable_keep_alives,
            force_attempt_http2: http.force_attempt_http2,
            response_bytes_max: ANSWER_BYTES_MAX,
            ..HttpSettings::default()
        }
    }

    /// For the sender. One batch at a time: a series' samples arrive in order.
    pub fn sender(&self, section: &Section, context: &BuildContext<'_>) -> SenderSettings {
        let queue = self.config.sending_queue.clone().unwrap_or_else(|| QueueConfig {
            enabled: self.config.remote_write_queue.enabled,
            queue_size: Some(ByteSize(self.config.remote_write_queue.queue_size)),
            ..QueueConfig::default()
        });
        let mut retry: RetryConfig = self.config.retry_on_failure.clone();
        if section.at("retry_on_failure::initial_interval").is_none() {
            retry.initial_interval = Duration::from_millis(50);
        }
        SenderSettings::new(&queue, &retry, self.http.timeout.get(), context.batching).in_order()
    }

    /// Requests at the same time.
    pub fn parallel(&self) -> usize {
        let consumers = self.config.remote_write_queue.num_consumers;
        self.config.max_batch_request_parallelism.unwrap_or(consumers).clamp(1, 1_000)
    }

    /// The encoder.
    pub fn encoder(&self) -> Encoder {
        encoder(&self.config, self.parallel())
    }

    /// The encoder of an empty configuration.
    pub fn default_encoder() -> Encoder {
        let config = Config::default();
        encoder(&config, config.remote_write_queue.num_consumers)
    }
}

fn encoder(config: &Config, parallel: usize) -> Encoder {
    let deltas = &config.delta_to_cumulative;
    let bytes = usize::try_from(config.max_batch_size_bytes.bytes()).unwrap_or(usize::MAX);
    let limits = Limits { bytes, parallel, metadata: config.send_metadata };
    let cumulative = Cumulative::new(deltas.max_streams, deltas.max_stale.get());
    Encoder::new(rules(config), cumulative, limits)
}

fn is_reserved(name: &str) -> bool {
    RESERVED_HEADERS.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}

fn mistakes(config: &Config, http: &HttpConfig, refuse: &mut dyn FnMut(&str, String, &str)) {
    if !matches!(http.compression.as_str(), "" | "snappy") {
        refuse("compression", "`compression` must be snappy".to_owned(), "the protocol prescribes it");
    }
    if config.sending_queue.is_none()
        && config.remote_write_queue.enabled
        && config.remote_write_queue.queue_size == 0
    {
        let help = "the default is 10000";
        refuse("remote_write_queue::queue_size", "`queue_size` must be positive".to_owned(), help);
    }
    if config.max_batch_request_parallelism == Some(0) {
        let message = "`max_batch_request_parallelism` must be positive".to_owned();
        refuse("max_batch_request_parallelism", message, "the default is 5");
    }
    if config.max_batch_size_bytes.bytes() == 0 {
        let message = "`max_batch_size_bytes` must be positive".to_owned();
        refuse("max_batch_size_bytes", message, "the default is 3000000");
    }
    if config.resource_to_telemetry_conversion.enabled && config.resource_constant_labels.is_some() {
        let message = "`resource_constant_labels` replaces `resource_to_telemetry_conversion`".to_owned();
        refuse("resource_constant_labels", message, "write one of them");
    }
    if config.keep_classic_histograms && !config.convert_explicit_histograms_to_nhcb {
        let message = "classic histograms are all there is to keep".to_owned();
        let help = "write `convert_explicit_histograms_to_nhcb: true` or leave it out";
        refuse("keep_classic_histograms", message, help);
    }
    if config.protobuf_message == Some(ProtobufMessage::One) && !naming(config).escape {
        let message = "names in UTF-8 need remote write 2.0".to_owned();
        refuse(
            "translation_strategy",
            message,
            "leave `protobuf_message` out, or choose an escaping strategy",
        );
    }
    let nameless = |(name, value): (&String, &String)| name.is_empty() || value.is_empty();
    if config.external_labels.iter().any(nameless) {
        let message = "an external label needs a name and a value".to_owned();
        refuse("external_labels", message, "write `name: value`");
    }
}

fn naming(config: &Config) -> Naming {
    let (escape, suffixes) = match config.translation_strategy {
        None => (true, config.add_metric_suffixes),
        Some(TranslationStrategy::UnderscoreEscapingWithSuffixes) => (true, true),
        Some(TranslationStrategy::UnderscoreEscapingWithoutSuffixes) => (true, false),
        Some(TranslationStrategy::NoUTF8EscapingWithSuffixes) => (false, true),
        Some(TranslationStrategy::NoTranslation) => (false, false),
    };
    let namespace = if escape {
        config.namespace.replace(|c: char| !c.is_ascii_alphanumeric() && c != ':', "_")
    } else {
        config.namespace.clone()
    };
    Naming { escape, suffixes, namespace }
}

fn rules(config: &Config) -> Rules {
    let naming = naming(config);
    let external = config.external_labels.iter().filter_map(|(name, value)| {
        // Labels that begin with two underscores are the server's to read: they stay as they are.
        let kept = name.starts_with("__").then(|| name.clone());
        Some((kept.or_else(|| naming.label(name))?, value.clone()))
    });
    let conversion = &config.resource_to_telemetry_conversion;
    let service = [SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE].map(str::to_owned);
    let converted = match &config.resource_constant_labels {
        Some(labels) => {
            Some(Selection { included: labels.included.clone(), excluded: labels.excluded.clone() })
        }
        None if conversion.enabled => {
            let excluded = if conversion.exclude_service_attributes { service.to_vec() } else { Vec::new() };
            Some(Selection { included: Vec::new(), excluded })
        }
        None => None,
    };
    Rules {
        labels: LabelRules {
            external: external.collect(),
            naming,
            converted,
            promoted: config.promote_resource_attributes.clone(),
            scope: !config.disable_scope_info,
            target_info: config.target_info.enabled,
        },
        custom_buckets: config.convert_explicit_histograms_to_nhcb,
        classic: !config.convert_explicit_histograms_to_nhcb || config.keep_classic_histograms,
        known_max: usize::try_from(config.series_cache_bytes_max.bytes()).unwrap_or(usize::MAX),
    }
}
