//! Points that are numbers: gauges, sums and summaries.

use codeagent_pipeline::otlp::views::{Number, NumberPoint, Quantile, SummaryPoint};
use smallvec::SmallVec;

use super::cumulative::{Span, Total};
use super::flaws::Flaw;
use super::labels::Labels;
use super::native::STALE;
use super::series::{Group, identity};
use super::translate::{Cursor, Place, Translator, times};

/// Field numbers of attributes.
const NUMBER_ATTRIBUTES: u32 = 7;
const SUMMARY_ATTRIBUTES: u32 = 7;

/// The value of a series that ended.
pub(super) fn stale() -> f64 {
    f64::from_bits(STALE)
}

/// A value that is no number in the one form that does not say "the series ended".
pub(super) fn plain(value: f64) -> f64 {
    if value.is_nan() { f64::from_bits(0x7ff8_0000_0000_0001) } else { value }
}

impl Translator {
    /// A gauge, or a sum that can fall.
    pub(super) fn gauge(
        &mut self,
        point: &NumberPoint<'_>,
        place: Place,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Flaw> {
        let value = value(point)?.map_or_else(stale, plain);
        let time = times(0, point.time_unix_nano)?;
        let group = self.number_group(place, point);
        self.see(place, time.0);
        let series = self.known.group_list[group as usize].series[0];
        cursor.out.number(series, 1, time, value);
        Ok(())
    }

    /// A sum that never falls.
    pub(super) fn counter(
        &mut self,
        point: &NumberPoint<'_>,
        delta: bool,
        place: Place,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Flaw> {
        let value = value(point)?;
        let mut time = times(point.start_time_unix_nano, point.time_unix_nano)?;
        let group = self.number_group(place, point);
        let group = &self.known.group_list[group as usize];
        let (series, identity) = (group.series[0], group.identity);
        let value = match value {
            None => stale(),
            Some(value) if !delta => plain(value),
            Some(_) => {
                let span = Span { start: point.start_time_unix_nano, end: point.time_unix_nano };
                let (start, total) = self.cumulative.add(identity, span, Total::Sum(point.value))?;
                time = times(start, span.end)?;
                let Total::Sum(total) = total else { return Err(Flaw::Temporality) };
                plain(total.as_f64().unwrap_or_default())
            }
        };
        self.see(place, time.0);
        cursor.out.number(series, 1, time, value);
        self.exemplars(point.exemplars(), time.0, cursor.out, |_| series);
        Ok(())
    }

    fn number_group(&mut self, place: Place, point: &NumberPoint<'_>) -> u32 {
        let key = self.point_key(place, point.raw, NUMBER_ATTRIBUTES);
        if let Some(found) = self.known.groups.get(&key) {
            return *found;
        }
        let labels = self.labels(place, point.attributes());
        self.single_group(key, place, &labels)
    }

    /// A group of one series under the family's own name.
    pub(super) fn single_group(&mut self, key: u128, place: Place, labels: &Labels) -> u32 {
        let name = self.known.family_list[place.family as usize].name.clone();
        let series = self.known.series_of(labels, &name, None, place.family);
        let identity = self.identity(labels, &name, &[]);
        let group = Group { identity, series: SmallVec::from_slice(&[series]), bounds: Box::default() };
        self.known.add_group(key, group)
    }

    /// The same for the same name, labels and bounds.
    pub(super) fn identity(&self, labels: &Labels, name: &str, bounds: &[f64]) -> u128 {
        let bounds: String = bounds.iter().map(|bound| format!("{:x};", bound.to_bits())).collect();
        identity(labels.iter().chain([("__name__", name), ("le", bounds.as_str())]))
    }

    /// A summary: count, sum and quantiles, each a series.
    pub(super) fn summary(
        &mut self,
        point: &SummaryPoint<'_>,
        place: Place,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Flaw> {
        let time = times(point.start_time_unix_nano, point.time_unix_nano)?;
        self.see(place, time.0);
        let group = self.summary_group(place, point);
        let ended = point.has_no_recorded_value();
        let value = |value: f64| if ended { stale() } else { plain(value) };
        let series = &self.known.group_list[group as usize].series;
        cursor.out.number(series[0], 1, time, value(point.count as f64));
        cursor.out.number(series[1], 0, time, value(point.sum));
        // A quantile is the value of a moment: it has no start.
        for (series, quantile) in series[2..].iter().zip(quantiles(point)) {
            cursor.out.number(*series, 0, (time.0, 0), value(quantile.value));
        }
        if ended {
            // A point without quantiles ends all that the series had.
            for series in series.iter().skip(2 + quantiles(point).len()) {
                cursor.out.number(*series, 0, (time.0, 0), stale());
            }
        }
        Ok(())
    }

    fn summary_group(&mut self, place: Place, point: &SummaryPoint<'_>) -> u32 {
        let base = self.point_key(place, point.raw, SUMMARY_ATTRIBUTES);
        let quantiles = quantiles(point);
        if quantiles.is_empty()
            && point.has_no_recorded_value()
            && let Some(last) = self.known.last_bounds.get(&base)
        {
            return *last;
        }
        self.scratch.bounds.clear();
        self.scratch.bounds.extend(quantiles.iter().map(|quantile| quantile.quantile));
        let key = self.bounds_key(base);
        if let Some(found) = self.known.groups.get(&key) {
            return *found;
        }
        let labels = self.labels(place, point.attributes());
        let name = self.known.family_list[place.family as usize].name.clone();
        let known = &mut self.known;
        let mut series = SmallVec::new();
        for suffix in ["_count", "_sum"] {
            series.push(known.series_of(&labels, &format!("{name}{suffix}"), None, place.family));
        }
        for quantile in &self.scratch.bounds {
            let quantile = quantile.to_string();
            series.push(known.series_of(&labels, &name, Some(("quantile", &quantile)), place.family));
        }
        let identity = identity(labels.iter().chain([("__name__", name.as_str())]));
        let bounds = self.scratch.bounds.as_slice().into();
        let group = self.known.add_group(key, Group { identity, series, bounds });
        self.known.last_bounds.insert(base, group);
        group
    }
}

fn quantiles(point: &SummaryPoint<'_>) -> SmallVec<[Quantile; 8]> {
    point.quantiles().collect()
}

/// The value; nothing where the point says that its series ended.
fn value(point: &NumberPoint<'_>) -> Result<Option<f64>, Flaw> {
    match point.value {
        _ if point.has_no_recorded_value() => Ok(None),
        Number::None => Err(Flaw::NoValue),
        value => Ok(value.as_f64()),
    }
}
