//! From OTLP's nesting to samples of series.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use codeagent_pipeline::Batch;
use codeagent_pipeline::otlp::views::{
    Attribute, Metric, MetricKind, Points, Resource, ResourceGroup, Scope, Temporality,
};
use codeagent_pipeline::otlp::wire::{Fields, Value as WireValue};
use smallvec::SmallVec;
use twox_hash::XxHash3_128;

use super::collected::Collected;
use super::cumulative::Cumulative;
use super::flaws::Flaw;
use super::labels::{Attributes, LabelRules, Labels, Target};
use super::naming::{Naming, Role};
use super::native::{Exponential, Layout};
use super::series::{Family, Group, Known, KnownTarget, identity};

/// What the configuration says about translation.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Labels and names.
    pub labels: LabelRules,
    /// Whether histograms with explicit bounds become native ones with custom buckets.
    pub custom_buckets: bool,
    /// Whether classic histogram series are written (beside custom buckets, if those are on).
    pub classic: bool,
    /// Memory for what is known of series, in bytes.
    pub known_max: usize,
}

/// Translates batches, and remembers what it worked out.
pub struct Translator {
    pub(super) rules: Rules,
    /// What is known of series.
    pub known: Known,
    pub(super) cumulative: Cumulative,
    pub(super) scratch: Scratch,
    /// Points after this time, in milliseconds, do not move `target_info`.
    ahead: i64,
    /// Targets with points in this batch.
    touched: Vec<u32>,
    /// Not the same in any two processes, so that nobody can make hashes meet.
    seed: u64,
}

/// How far ahead of the clock Prometheus takes samples.
const AHEAD_MAX: Duration = Duration::from_secs(600);

/// Buffers that are used again.
#[derive(Default)]
pub struct Scratch {
    pub(super) key: Vec<u8>,
    pub(super) bounds: Vec<f64>,
    pub(super) counts: Vec<u64>,
    pub(super) exponential: Exponential,
    pub(super) layout: Layout,
}

/// Where a metric stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub target: u32,
    pub scope: u32,
    /// Hash of resource, scope and family.
    pub key: u128,
    pub family: u32,
}

/// Positions of points in the batch.
pub(super) struct Cursor<'a> {
    pub out: &'a mut Collected,
    /// The position of the point at hand.
    pub item: usize,
}

impl Translator {
    /// Translates by `rules`; delta series add up in `cumulative`.
    pub fn new(rules: Rules, cumulative: Cumulative) -> Self {
        let seed = RandomState::new().hash_one(0u8);
        let (known, scratch, touched) = Default::default();
        Translator { rules, known, cumulative, scratch, ahead: i64::MAX, touched, seed }
    }

    /// Whether everything known should be forgotten before the next batch.
    pub fn is_full(&self) -> bool {
        self.known.bytes() > self.rules.known_max
    }

    /// Forgets what it worked out, not the totals of delta series.
    pub fn forget(&mut self) {
        self.known = Known::default();
    }

    /// Translates `batch` into `out`.
    pub fn translate(&mut self, batch: &Batch, out: &mut Collected) {
        self.cumulative.begin(Instant::now());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + AHEAD_MAX;
        self.ahead = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        let mut cursor = Cursor { out, item: 0 };
        for chunk in batch.chunks() {
            for group in ResourceGroup::of(&chunk.bytes) {
                let (target, target_key) = self.target(&group.resource);
                for scope in group.scopes() {
                    let (scope_at, scope_key) = self.scope(&scope.scope);
                    for metric in scope.items::<Metric<'_>>() {
                        let place = Place { target, scope: scope_at, key: target_key ^ scope_key, family: 0 };
                        self.metric(&metric, place, &mut cursor);
                    }
                }
            }
        }
        self.write_target_info(cursor.out);
    }

    fn target(&mut self, resource: &Resource<'_>) -> (u32, u128) {
        let key = XxHash3_128::oneshot_with_seed(self.seed, resource.raw);
        if let Some(found) = self.known.targets.get(&key) {
            return (*found, key);
        }
        let target = self.rules.labels.target(resource);
        let info = target.info.clone().map(|labels| self.target_info_series(&labels));
        let known = KnownTarget { target, info, newest: i64::MIN, written: i64::MIN };
        let at = self.known.target_list.len() as u32;
        self.known.charge(3 * resource.raw.len() + 400);
        self.known.target_list.push(known);
        self.known.targets.insert(key, at);
        (at, key)
    }

    fn target_info_series(&mut self, labels: &Labels) -> u32 {
        let name = match self.rules.labels.naming.namespace.as_str() {
            "" => "target_info".to_owned(),
            namespace => format!("{namespace}_target_info"),
        };
        let family =
            self.family_of(0, || Some(name.clone()), INFO, "", "Target metadata").unwrap_or_default();
        let series = self.known.series_of(labels, &name, None, family);
        let group = Group { identity: 0, series: SmallVec::from_slice(&[series]), bounds: Box::default() };
        // The key is not looked up: the target keeps the series.
        self.known.add_group(identity(labels.iter()), group);
        series
    }

    fn scope(&mut self, scope: &Scope<'_>) -> (u32, u128) {
        let key = XxHash3_128::oneshot_with_seed(!self.seed, scope.raw);
        if let Some(found) = self.known.scopes.get(&key) {
            return (*found, key);
        }
        let at = self.known.scope_list.len() as u32;
        self.known.charge(3 * scope.raw.len() + 200);
        let labels = self.rules.labels.scope(scope);
        self.known.scope_list.push(labels);
        self.known.scopes.insert(key, at);
        (at, key)
    }

    fn metric(&mut self, metric: &Metric<'_>, place: Place, cursor: &mut Cursor<'_>) {
        let refused = match metric.points {
            Points::None => return,
            Points::Sum { temporality: Temporality::Delta, monotonic: false, .. } => Some(Flaw::DeltaGauge),
            Points::Sum { temporality: Temporality::Unspecified, .. }
            | Points::Histogram { temporality: Temporality::Unspecified, .. }
            | Points::ExponentialHistogram { temporality: Temporality::Unspecified, .. } => {
                Some(Flaw::Temporality)
            }
            _ => None,
        };
        let place = match refused.map_or_else(|| self.family(metric, place), Err) {
            Ok(place) => place,
            Err(flaw) => {
                let items = count(&metric.points);
                cursor.out.flaws.add(flaw, metric.name, items, Some(cursor.item));
                cursor.item += items;
                return;
            }
        };
        let is_delta = |temporality| temporality == Temporality::Delta;
        match metric.points.clone() {
            Points::None => {}
            Points::Gauge(points) | Points::Sum { points, monotonic: false, .. } => {
                self.each(metric, points, cursor, |this, point, out| this.gauge(point, place, out));
            }
            Points::Sum { points, temporality, .. } => {
                let delta = is_delta(temporality);
                self.each(metric, points, cursor, |this, point, out| this.counter(point, delta, place, out));
            }
            Points::Histogram { points, temporality } => {
                let delta = is_delta(temporality);
                self.each(metric, points, cursor, |this, point, out| {
                    this.histogram(point, delta, place, out)
                });
            }
            Points::ExponentialHistogram { points, temporality } => {
                let delta = is_delta(temporality);
                self.each(metric, points, cursor, |this, point, out| {
                    this.exponential(point, delta, place, out)
                });
            }
            Points::Summary(points) => {
                self.each(metric, points, cursor, |this, point, out| this.summary(point, place, out));
            }
        }
    }

    /// Translates the points of a metric, and notes what is wrong with which.
    fn each<P>(
        &mut self,
        metric: &Metric<'_>,
        points: impl Iterator<Item = P>,
        cursor: &mut Cursor<'_>,
        mut translate: impl FnMut(&mut Self, &P, &mut Cursor<'_>) -> Result<(), Flaw>,
    ) {
        for point in points {
            if let Err(flaw) = translate(self, &point, cursor) {
                cursor.out.flaws.add(flaw, metric.name, 1, Some(cursor.item));
            }
            cursor.item += 1;
        }
    }

    /// The metric's family, and the key of its points.
    fn family(&mut self, metric: &Metric<'_>, place: Place) -> Result<Place, Flaw> {
        let (kind, role) = kind_and_role(metric);
        let key = &mut self.scratch.key;
        key.clear();
        key.push(kind);
        key.extend_from_slice(&(metric.unit.len() as u64).to_le_bytes());
        key.extend_from_slice(metric.unit.as_bytes());
        key.extend_from_slice(metric.name.as_bytes());
        let hash = XxHash3_128::oneshot_with_seed(self.seed ^ 1, key);
        let naming = self.rules.labels.naming.clone();
        let build = || naming.metric(metric.name, metric.unit, role);
        let family = self.family_of(hash, build, kind, metric.unit, metric.description).ok_or(Flaw::Name)?;
        // Asymmetric, so that swapped parts do not meet.
        let key = place.key.rotate_left(17) ^ hash;
        Ok(Place { family, key, ..place })
    }

    fn family_of(
        &mut self,
        hash: u128,
        name: impl FnOnce() -> Option<String>,
        kind: u8,
        unit: &str,
        help: &str,
    ) -> Option<u32> {
        if let Some(found) = self.known.families.get(&hash).copied() {
            let family = &mut self.known.family_list[found as usize];
            if self.known.interner.text(family.help) != help {
                family.help = self.known.interner.number(help);
            }
            return Some(found);
        }
        let name = name()?;
        let at = self.known.family_list.len() as u32;
        self.known.charge(name.len() + 150);
        let (unit, help) =
            (self.known.interner.number(&Naming::unit(unit)), self.known.interner.number(help));
        self.known.family_list.push(Family { name, kind, unit, help });
        self.known.families.insert(hash, at);
        Some(at)
    }

    /// `target_info` for each resource of the batch, at the time of its newest point.
    fn write_target_info(&mut self, out: &mut Collected) {
        for at in self.touched.drain(..) {
            let target = &mut self.known.target_list[at as usize];
            let newest = std::mem::replace(&mut target.newest, i64::MIN);
            // Not again at the same time, and not back in time: Prometheus would refuse that.
            if let Some(series) = target.info.filter(|_| newest > target.written) {
                target.written = newest;
                out.number(series, 0, (newest, 0), 1.0);
            }
        }
    }

    /// The labels of a point without its name.
    pub(super) fn labels(&self, place: Place, attributes: Attributes<'_>) -> Labels {
        let none = (Target::default(), Labels::default());
        let target = self.known.target_list.get(place.target as usize).map(|known| &known.target);
        let scope = self.known.scope_list.get(place.scope as usize);
        self.rules.labels.point(target.unwrap_or(&none.0), scope.unwrap_or(&none.1), attributes)
    }

    /// The hash of a point's series, from the bytes of its attributes (field `field` of `raw`).
    pub(super) fn point_key(&mut self, place: Place, raw: &[u8], field: u32) -> u128 {
        let bytes = attribute_bytes(raw, field, &mut self.scratch.key);
        XxHash3_128::oneshot_with_seed(self.seed ^ 2, bytes) ^ place.key
    }

    /// Notes the newest time of the resource's points. A sender whose clock is far ahead does not take
    /// `target_info` with it: it would stay ahead until the time comes.
    pub(super) fn see(&mut self, place: Place, time: i64) {
        if time > self.ahead {
            return;
        }
        let target = &mut self.known.target_list[place.target as usize];
        if target.newest == i64::MIN {
            self.touched.push(place.target);
        }
        target.newest = target.newest.max(time);
    }
}

/// The fields `field` of `raw`: in place where they stand together, else copied together.
fn attribute_bytes<'a>(raw: &'a [u8], field: u32, copy: &'a mut Vec<u8>) -> &'a [u8] {
    let mut fields = Fields::new(raw);
    let (mut start, mut end, mut together) = (0, 0, true);
    loop {
        let before = raw.len() - fields.rest().len();
        let Some((number, _)) = fields.next() else { break };
        if number == field {
            let after = raw.len() - fields.rest().len();
            if end == 0 {
                start = before;
            }
            together &= end == 0 || end == before;
            end = after;
        }
    }
    if together {
        return &raw[start..end];
    }
    copy.clear();
    for (number, value) in Fields::new(raw) {
        if let WireValue::Bytes(bytes) = value
            && number == field
        {
            copy.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            copy.extend_from_slice(bytes);
        }
    }
    copy
}

/// Start and end of a point in milliseconds.
pub(super) fn times(start: u64, end: u64) -> Result<(i64, i64), Flaw> {
    if end == 0 {
        return Err(Flaw::NoTime);
    }
    let end = i64::try_from(end).map_err(|_| Flaw::FarTime)? / 1_000_000;
    let start = i64::try_from(start / 1_000_000).unwrap_or_default();
    Ok((end, if start <= end { start } else { 0 }))
}

fn count(points: &Points<'_>) -> usize {
    match points.clone() {
        Points::None => 0,
        Points::Gauge(points) | Points::Sum { points, .. } => points.count(),
        Points::Histogram { points, .. } => points.count(),
        Points::ExponentialHistogram { points, .. } => points.count(),
        Points::Summary(points) => points.count(),
    }
}

// `io.prometheus.write.v2.Metadata.MetricType`.
const UNKNOWN: u8 = 0;
const COUNTER: u8 = 1;
const GAUGE: u8 = 2;
const HISTOGRAM: u8 = 3;
const SUMMARY: u8 = 5;
const INFO: u8 = 6;
const STATE_SET: u8 = 7;

/// The type in Prometheus. A gauge or sum that came from Prometheus says in its metadata what it was.
fn kind_and_role(metric: &Metric<'_>) -> (u8, Role) {
    let original = || {
        let mut metadata = metric.metadata();
        let found = metadata.find(|attribute: &Attribute<'_>| attribute.key == "prometheus.type");
        found.and_then(|attribute| attribute.value.as_str())
    };
    match (metric.points.kind(), &metric.points) {
        (_, Points::Sum { monotonic: true, .. }) => (COUNTER, Role::Counter),
        (Some(MetricKind::Sum), _) => match original() {
            Some("info") => (INFO, Role::Other),
            Some("stateset") => (STATE_SET, Role::Other),
            _ => (GAUGE, Role::Other),
        },
        (Some(MetricKind::Gauge), _) if original() == Some("unknown") => (UNKNOWN, Role::Gauge),
        (Some(MetricKind::Gauge), _) => (GAUGE, Role::Gauge),
        (Some(MetricKind::Histogram | MetricKind::ExponentialHistogram), _) => (HISTOGRAM, Role::Other),
        (Some(MetricKind::Summary), _) => (SUMMARY, Role::Other),
        (None, _) => (UNKNOWN, Role::Other),
    }
}
