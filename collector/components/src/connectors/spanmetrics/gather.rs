//! All that was gathered: by resource, by metric, by series.

use std::collections::HashMap;

use codeagent_pipeline::otlp::any_value;
use codeagent_pipeline::otlp::views::{Attribute, Repeated, Resource, ResourceGroup, Span};
use codeagent_pipeline::otlp::wire::put_bytes;
use codeagent_pipeline::sampling::TraceState;
use indexmap::IndexMap;

use super::super::otlp_metrics::{Attributes, Head, put_metric, put_point, put_resource};
use super::config::{Config, Temporality};
use super::dimensions::{Call, Dimensions, Wanted};
use super::series::{Exemplar, Kind, Series};

/// A metric: how it is called, what it gathers, by what.
struct Metric {
    name: String,
    unit: &'static str,
    kind: Kind,
    wanted: Vec<Wanted>,
}

/// The series of one metric, by their attributes.
type Family = HashMap<Box<[u8]>, Series>;

/// What one resource has: a family for each metric.
struct OfResource {
    /// The `Resource` message that its metrics carry.
    message: Box<[u8]>,
    families: Vec<Family>,
    seen: u64,
}

/// What spans were made into, until it is given.
pub struct Gatherer {
    config: Config,
    dimensions: Dimensions,
    /// Calls, then durations, then events, where there are such.
    metrics: Vec<Metric>,
    durations: Option<usize>,
    events: Option<usize>,
    resources: IndexMap<Box<[u8]>, OfResource>,
    /// Memory of all series, about.
    bytes: usize,
    /// When deltas began, Unix nanoseconds.
    since: u64,
}

/// Memory of a series beyond its key: itself, and its place in the table.
const SERIES_BYTES: usize = size_of::<Series>() + 64;

impl Gatherer {
    /// Nothing gathered yet; `instance` tells this collector from others.
    pub fn new(config: Config, instance: String, now: u64) -> Self {
        let name = |last: &str| match config.namespace.as_str() {
            "" => last.to_owned(),
            namespace => format!("{namespace}.{last}"),
        };
        let sum = |last: &str, wanted| Metric { name: name(last), unit: "", kind: Kind::Sum, wanted };
        let mut metrics = vec![sum("calls", Wanted::all(&config.calls_dimensions))];
        let durations = (!config.histogram.disable).then(|| {
            let kind = match &config.histogram.exponential {
                Some(exponential) => Kind::Exponential(exponential.max_size),
                None => Kind::Explicit(config.bounds()),
            };
            let (unit, wanted) = (config.histogram.unit.as_str(), Wanted::all(&config.histogram.dimensions));
            metrics.push(Metric { name: name("duration"), unit, kind, wanted });
            metrics.len() - 1
        });
        let events = config.events.enabled.then(|| {
            metrics.push(sum("events", Wanted::all(&config.events.dimensions)));
            metrics.len() - 1
        });
        let dimensions = Dimensions::new(&config, instance);
        Gatherer {
            config,
            dimensions,
            metrics,
            durations,
            events,
            resources: IndexMap::new(),
            bytes: 0,
            since: now,
        }
    }

    /// Gathers the spans of a request.
    pub fn add(&mut self, request: &[u8], now: u64) {
        let (mut shared, mut own) = (Attributes::default(), Attributes::default());
        for group in ResourceGroup::of(request) {
            let Some(service) = group.resource.text("service.name") else { continue };
            let at = self.resource(&group.resource, now);
            for scope in group.scopes() {
                for span in scope.items::<Span<'_>>() {
                    let (times, is_extrapolated) = weight(&span);
                    let call = Call {
                        service,
                        resource: &group.resource,
                        scope: &scope.scope,
                        span: &span,
                        is_extrapolated,
                    };
                    self.dimensions.put(&call, &mut shared);
                    self.add_span(at, &call, times, now, (&shared, &mut own));
                }
            }
        }
    }

    fn add_span(
        &mut self,
        at: usize,
        call: &Call<'_>,
        times: u64,
        now: u64,
        (shared, own): (&Attributes, &mut Attributes),
    ) {
        let span = call.span;
        let took = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
        let value = self.config.histogram.unit.of_nanos(took);
        let exemplar = self.exemplar(span, value);
        let places = [span.attributes(), call.resource.attributes()];
        for metric in 0..=self.durations.unwrap_or(0) {
            let key = self.key(metric, shared, &places, own);
            self.gather(at, metric, key, (value, times), exemplar, now);
        }
        let Some(events) = self.events else { return };
        for event in span.events() {
            let places = [span.attributes(), event.attributes(), call.resource.attributes()];
            let key = self.key(events, shared, &places, own);
            self.gather(at, events, key, (value, times), exemplar, now);
        }
    }

    /// The key of a series of `metric`: the shared dimensions, and its own.
    fn key<'a>(
        &self,
        metric: usize,
        shared: &'a Attributes,
        places: &[Repeated<'_, Attribute<'_>>],
        own: &'a mut Attributes,
    ) -> &'a [u8] {
        let wanted = &self.metrics[metric].wanted;
        if wanted.is_empty() {
            return shared.as_bytes();
        }
        own.clone_from(shared);
        Dimensions::put_more(wanted, places, own);
        own.as_bytes()
    }

    fn exemplar(&self, span: &Span<'_>, value: f64) -> Option<Exemplar> {
        let trace_id = span.trace_id.try_into().ok().filter(|id: &[u8; 16]| *id != [0; 16]);
        let trace_id = trace_id.filter(|_| self.config.exemplars.enabled)?;
        let span_id = span.span_id.try_into().unwrap_or_default();
        Some(Exemplar { time: span.end_time_unix_nano, value, trace_id, span_id })
    }

    fn gather(
        &mut self,
        at: usize,
        metric: usize,
        key: &[u8],
        (value, times): (f64, u64),
        exemplar: Option<Exemplar>,
        now: u64,
    ) {
        let kind = &self.metrics[metric].kind;
        let Some((_, resource)) = self.resources.get_index_mut(at) else { return };
        let family = &mut resource.families[metric];
        let limit = self.config.aggregation_cardinality_limit;
        let is_full =
            (limit > 0 && family.len() >= limit) || self.bytes as u64 >= self.config.series_bytes_max.bytes();
        let (series, is_overflow) = match family.get_mut(key) {
            Some(series) => (series, false),
            None => {
                let overflow = overflow_key();
                let key = if is_full { overflow.as_slice() } else { key };
                let bytes = &mut self.bytes;
                let series = family.entry(key.into()).or_insert_with(|| {
                    let series = Series::new(kind, now);
                    *bytes += key.len() + SERIES_BYTES + series.heap_bytes();
                    series
                });
                (series, is_full)
            }
        };
        let before = series.heap_bytes();
        series.add(kind, value, times, now);
        if let Some(exemplar) = exemplar.filter(|_| !is_overflow) {
            series.exemplify(exemplar, self.config.exemplars.max_per_data_point);
        }
        self.bytes = (self.bytes + series.heap_bytes()).saturating_sub(before);
    }

    /// Where the resource is among all; made when it is new. Over the limits the one that was quiet for the longest goes.
    fn resource(&mut self, resource: &Resource<'_>, now: u64) -> usize {
        let key = self.resource_key(resource);
        if let Some((at, _, known)) = self.resources.get_full_mut(&key) {
            known.seen = now;
            return at;
        }
        if self.resources.len() >= self.config.resource_metrics_cache_size {
            let oldest = self.resources.values().enumerate().min_by_key(|(_, resource)| resource.seen);
            if let Some((oldest, _)) = oldest {
                self.resources.swap_remove_index(oldest);
                self.recount();
            }
        }
        let families = self.metrics.iter().map(|_| Family::new()).collect();
        let message: Box<[u8]> = resource.raw.into();
        self.bytes += key.len() + message.len() + size_of::<OfResource>();
        self.resources.insert_full(key, OfResource { message, families, seen: now }).0
    }

    fn resource_key(&self, resource: &Resource<'_>) -> Box<[u8]> {
        let wanted = &self.config.resource_metrics_key_attributes;
        let mut attributes: Vec<_> = resource.attributes().collect();
        attributes.retain(|attribute| wanted.is_empty() || wanted.iter().any(|key| key == attribute.key));
        attributes.sort_by_key(|attribute| attribute.key);
        let mut key = Vec::with_capacity(resource.raw.len());
        for attribute in attributes {
            put_bytes(&mut key, 1, attribute.key.as_bytes());
            put_bytes(&mut key, 2, attribute.raw);
        }
        key.into()
    }

    /// Counts memory anew: series went.
    fn recount(&mut self) {
        let mut bytes = 0;
        for (key, resource) in &self.resources {
            bytes += key.len() + resource.message.len() + size_of::<OfResource>();
            for (key, series) in resource.families.iter().flatten() {
                bytes += key.len() + SERIES_BYTES + series.heap_bytes();
            }
        }
        self.bytes = bytes;
    }

    /// The request that tells what was gathered, and how many points are in it; nothing where there is nothing to tell.
    pub fn give(&mut self, now: u64) -> Option<(Vec<u8>, usize)> {
        self.expire(now);
        let is_delta = self.config.aggregation_temporality == Temporality::Delta;
        let (mut out, mut points) = (Vec::new(), 0);
        for resource in self.resources.values() {
            if resource.families.iter().all(HashMap::is_empty) {
                continue;
            }
            put_resource(&mut out, &resource.message, "spanmetricsconnector", |out| {
                for (metric, family) in self.metrics.iter().zip(&resource.families) {
                    if family.is_empty() {
                        continue;
                    }
                    points += family.len();
                    let head = Head {
                        name: &metric.name,
                        description: "",
                        unit: metric.unit,
                        data: metric.kind.data(),
                        temporality: self.config.aggregation_temporality.wire(),
                    };
                    put_metric(out, &head, |out| {
                        for (attributes, series) in family {
                            let start = if is_delta { self.since } else { series.start };
                            put_point(out, head.data, attributes, (start, now), |out| {
                                series.put(out, &metric.kind);
                            });
                        }
                    });
                }
            });
        }
        self.forget_what_was_given(is_delta, now);
        (points > 0).then_some((out, points))
    }

    fn forget_what_was_given(&mut self, is_delta: bool, now: u64) {
        if is_delta {
            self.resources.clear();
            self.since = now;
        } else {
            let series = self.resources.values_mut().flat_map(|resource| &mut resource.families);
            series.flat_map(HashMap::values_mut).for_each(Series::forget_exemplars);
        }
        self.recount();
    }

    /// Forgets what was quiet for too long.
    fn expire(&mut self, now: u64) {
        let is_old = |seen: u64, limit: codeagent_config::Duration| {
            !limit.is_zero() && u128::from(now.saturating_sub(seen)) >= limit.as_nanos()
        };
        let (of_resource, of_series) = (self.config.metrics_expiration, self.config.series_expiration);
        self.resources.retain(|_, resource| !is_old(resource.seen, of_resource));
        if !of_series.is_zero() {
            for family in self.resources.values_mut().flat_map(|resource| &mut resource.families) {
                family.retain(|_, series| !is_old(series.seen, of_series));
            }
        }
    }

    /// Memory of all series, about, in bytes.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The key of the series for what has no room.
fn overflow_key() -> Vec<u8> {
    let mut key = Attributes::default();
    key.put("otel.metric.overflow", &any_value::bool(true));
    key.as_bytes().to_vec()
}

/// For how many spans this one stands, and whether its `tracestate` says so. A fraction is rounded up as often as it is
/// large, by the span's id, so that sums are right.
fn weight(span: &Span<'_>) -> (u64, bool) {
    let is_told = span.trace_state.contains("ot=");
    let threshold = is_told.then(|| TraceState::parse(span.trace_state)?.threshold).flatten();
    let Some(threshold) = threshold else { return (1, false) };
    let exact = 1.0 / threshold.probability();
    let chance = span
        .span_id
        .last_chunk::<4>()
        .map_or(0.5, |end| f64::from(u32::from_be_bytes(*end)) / (f64::from(u32::MAX) + 1.0));
    let rounded = exact.floor() + f64::from(u8::from(exact.fract() > chance));
    (rounded as u64, true)
}
