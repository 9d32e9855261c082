//! The dimensions of a span: the attributes of its series.

use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::views::{Attribute, Repeated, Resource, Scope, Span};

use super::super::otlp_metrics::Attributes;
use super::config::{Config, Dimension};

/// What to look for.
#[derive(Debug)]
pub struct Dimensions {
    service: bool,
    name: bool,
    kind: bool,
    status: bool,
    instance: Option<String>,
    scopes: Vec<String>,
    says_method: bool,
    shared: Vec<Wanted>,
}

/// A further dimension.
#[derive(Debug)]
pub struct Wanted {
    name: String,
    /// The `AnyValue` message that stands where it is missing.
    default: Option<Vec<u8>>,
}

impl Wanted {
    /// A list of them.
    pub fn all(dimensions: &[Dimension]) -> Vec<Self> {
        let wanted = |dimension: &Dimension| Wanted {
            name: dimension.name.clone(),
            default: dimension.default.as_deref().map(any_value::string),
        };
        dimensions.iter().map(wanted).collect()
    }

    /// Adds it to `attributes`, from the first place that has it.
    fn put(&self, attributes: &mut Attributes, places: &[Repeated<'_, Attribute<'_>>]) {
        let mut places = places.iter().cloned();
        let found = places.find_map(|mut place| place.find(|attribute| attribute.key == self.name));
        if let Some(value) = found.map(|found| found.raw).or(self.default.as_deref()) {
            attributes.put(&self.name, value);
        }
    }
}

/// A span with what is around it.
pub struct Call<'a> {
    /// `service.name` of the resource.
    pub service: &'a str,
    /// The resource.
    pub resource: &'a Resource<'a>,
    /// The scope.
    pub scope: &'a Scope<'a>,
    /// The span.
    pub span: &'a Span<'a>,
    /// Whether it stands for others that were not sampled.
    pub is_extrapolated: bool,
}

impl Dimensions {
    /// Those of a configuration; `instance` tells this collector from others.
    pub fn new(config: &Config, instance: String) -> Self {
        let has = |name: &str| !config.exclude_dimensions.iter().any(|excluded| excluded == name);
        Dimensions {
            service: has("service.name"),
            name: has("span.name"),
            kind: has("span.kind"),
            status: has("status.code"),
            instance: has("collector.instance.id").then_some(instance),
            scopes: config.include_instrumentation_scope.clone(),
            says_method: config.enable_metrics_sampling_method,
            shared: Wanted::all(&config.dimensions),
        }
    }

    /// Puts the dimensions that all metrics have.
    pub fn put(&self, call: &Call<'_>, out: &mut Attributes) {
        out.clear();
        if self.service {
            out.put_text("service.name", call.service);
        }
        if self.name {
            out.put_text("span.name", call.span.name);
        }
        if self.kind {
            out.put_text("span.kind", kind_name(call.span.kind));
        }
        if self.status {
            out.put_text("status.code", status_name(call.span.status.code));
        }
        if let Some(instance) = &self.instance {
            out.put_text("collector.instance.id", instance);
        }
        if !call.scope.name.is_empty() && self.scopes.iter().any(|scope| scope == call.scope.name) {
            out.put_text("span.instrumentation.scope.name", call.scope.name);
            if !call.scope.version.is_empty() {
                out.put_text("span.instrumentation.scope.version", call.scope.version);
            }
        }
        if self.says_method {
            out.put_text("sampling.method", if call.is_extrapolated { "extrapolated" } else { "counted" });
        }
        let places = [call.span.attributes(), call.resource.attributes()];
        self.shared.iter().for_each(|wanted| wanted.put(out, &places));
    }

    /// Adds further ones, looked for in these places.
    pub fn put_more(wanted: &[Wanted], places: &[Repeated<'_, Attribute<'_>>], out: &mut Attributes) {
        wanted.iter().for_each(|wanted| wanted.put(out, places));
    }
}

fn kind_name(kind: i32) -> &'static str {
    match kind {
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    }
}

fn status_name(code: i32) -> &'static str {
    match code {
        1 => "STATUS_CODE_OK",
        2 => "STATUS_CODE_ERROR",
        _ => "STATUS_CODE_UNSET",
    }
}
