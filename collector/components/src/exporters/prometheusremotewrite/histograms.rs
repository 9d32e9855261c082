//! Histogram points: classic series, custom buckets, and exponential ones as native histograms.

use codeagent_pipeline::otlp::views::{ExponentialHistogramPoint, HistogramPoint};
use smallvec::SmallVec;
use twox_hash::XxHash3_128;

use super::collected::Collected;
use super::cumulative::{Span, Total};
use super::flaws::Flaw;
use super::native::{write_custom, write_stale};
use super::points::{plain, stale};
use super::series::Group;
use super::translate::{Cursor, Place, Translator, times};

/// Field numbers of attributes.
const EXPLICIT_ATTRIBUTES: u32 = 9;
const EXPONENTIAL_ATTRIBUTES: u32 = 1;

/// What a point with explicit bounds says.
struct Explicit {
    count: u64,
    sum: Option<f64>,
    ended: bool,
    time: (i64, i64),
}

impl Translator {
    /// A histogram with explicit bounds.
    pub(super) fn histogram(
        &mut self,
        point: &HistogramPoint<'_>,
        delta: bool,
        place: Place,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Flaw> {
        let mut time = times(point.start_time_unix_nano, point.time_unix_nano)?;
        self.read_buckets(point)?;
        let group = self.histogram_group(place, point);
        let ended = point.has_no_recorded_value();
        let (mut count, mut sum) = (point.count, point.sum);
        if delta && !ended {
            let identity = self.known.group_list[group as usize].identity;
            let span = Span { start: point.start_time_unix_nano, end: point.time_unix_nano };
            let delta = Total::Explicit { count, sum, buckets: self.scratch.counts.clone() };
            let (start, total) = self.cumulative.add(identity, span, delta)?;
            time = times(start, span.end)?;
            if let Total::Explicit { count: whole, sum: added, buckets } = total {
                (count, sum) = (*whole, *added);
                self.scratch.counts.clone_from(buckets);
            }
        }
        self.see(place, time.0);
        let said = Explicit { count, sum, ended, time };
        let mut series = self.known.group_list[group as usize].series.clone();
        if self.rules.custom_buckets {
            let native = series.remove(0);
            self.write_custom_buckets(native, &said, cursor.out)?;
            self.exemplars(point.exemplars(), time.0, cursor.out, |_| native);
        }
        if self.rules.classic {
            let bounds = std::mem::take(&mut self.known.group_list[group as usize].bounds);
            self.write_classic(&series, &said, u32::from(!self.rules.custom_buckets), cursor.out);
            self.exemplars(point.exemplars(), time.0, cursor.out, |value| {
                series[2 + bounds.iter().take_while(|bound| value > **bound).count()]
            });
            self.known.group_list[group as usize].bounds = bounds;
        }
        Ok(())
    }

    /// Bounds and counts into the scratch buffers, checked.
    fn read_buckets(&mut self, point: &HistogramPoint<'_>) -> Result<(), Flaw> {
        let (bounds, counts) = (&mut self.scratch.bounds, &mut self.scratch.counts);
        bounds.clear();
        bounds.extend(point.explicit_bounds());
        counts.clear();
        counts.extend(point.bucket_counts());
        if counts.is_empty() && bounds.is_empty() {
            // Only count and sum: all values are in one bucket.
            counts.push(point.count);
        }
        if counts.len() != bounds.len() + 1 {
            return Err(Flaw::Buckets);
        }
        if bounds.iter().any(|bound| bound.is_nan()) || bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Flaw::Bounds);
        }
        if bounds.last() == Some(&f64::INFINITY) {
            bounds.pop();
            let beyond = counts.pop().unwrap_or_default();
            let last = counts.last_mut().ok_or(Flaw::Buckets)?;
            *last = last.checked_add(beyond).ok_or(Flaw::Overflow)?;
        }
        let total = counts.iter().try_fold(0u64, |sum, count| sum.checked_add(*count));
        total.filter(|_| point.count <= i64::MAX as u64).ok_or(Flaw::Overflow).map(drop)
    }

    fn write_classic(&self, series: &[u32], said: &Explicit, items: u32, out: &mut Collected) {
        let value = |value: f64| if said.ended { stale() } else { plain(value) };
        out.number(series[0], items, said.time, value(said.count as f64));
        if said.sum.is_some() || said.ended {
            out.number(series[1], 0, said.time, value(said.sum.unwrap_or_default()));
        }
        let Some((infinite, buckets)) = series[2..].split_last() else { return };
        let mut below = 0u64;
        // A point that ends its series may come without buckets; the series end all the same.
        for (at, bucket) in buckets.iter().enumerate() {
            below = below.saturating_add(self.scratch.counts.get(at).copied().unwrap_or_default());
            out.number(*bucket, 0, said.time, value(below as f64));
        }
        out.number(*infinite, 0, said.time, value(said.count as f64));
    }

    fn write_custom_buckets(
        &mut self,
        series: u32,
        said: &Explicit,
        out: &mut Collected,
    ) -> Result<(), Flaw> {
        let scratch = &mut self.scratch;
        let sum = said.sum.unwrap_or_default();
        let total: u64 = scratch.counts.iter().fold(0, |sum, count| sum.saturating_add(*count));
        if !said.ended && total != said.count && !(sum.is_nan() && total < said.count) {
            return Err(Flaw::Count);
        }
        out.histogram(series, said.time, |bytes| {
            if said.ended {
                return write_stale(bytes, true);
            }
            let (counts, bounds) = (&scratch.counts, &scratch.bounds);
            write_custom(bytes, &mut scratch.layout, said.count, plain(sum), counts, bounds);
        });
        Ok(())
    }

    /// The key of a point's series with the bounds in the scratch buffer.
    pub(super) fn bounds_key(&mut self, base: u128) -> u128 {
        let key = &mut self.scratch.key;
        key.clear();
        key.extend_from_slice(&base.to_le_bytes());
        self.scratch.bounds.iter().for_each(|bound| key.extend_from_slice(&bound.to_le_bytes()));
        XxHash3_128::oneshot(key)
    }

    /// In order: the native series if custom buckets are on; then, if classic series are on, count, sum and
    /// buckets.
    fn histogram_group(&mut self, place: Place, point: &HistogramPoint<'_>) -> u32 {
        let base = self.point_key(place, point.raw, EXPLICIT_ATTRIBUTES);
        if self.scratch.bounds.is_empty()
            && point.has_no_recorded_value()
            && let Some(last) = self.known.last_bounds.get(&base)
        {
            return *last;
        }
        let key = self.bounds_key(base);
        if let Some(found) = self.known.groups.get(&key) {
            return *found;
        }
        let labels = self.labels(place, point.attributes());
        let name = self.known.family_list[place.family as usize].name.clone();
        let known = &mut self.known;
        let mut series = SmallVec::new();
        if self.rules.custom_buckets {
            series.push(known.series_of(&labels, &name, None, place.family));
        }
        if self.rules.classic {
            for suffix in ["_count", "_sum"] {
                series.push(known.series_of(&labels, &format!("{name}{suffix}"), None, place.family));
            }
            let bucket = format!("{name}_bucket");
            let bounds = self.scratch.bounds.iter().map(f64::to_string);
            for bound in bounds.chain(["+Inf".to_owned()]) {
                series.push(known.series_of(&labels, &bucket, Some(("le", &bound)), place.family));
            }
        }
        let identity = self.identity(&labels, &name, &self.scratch.bounds);
        let bounds = self.scratch.bounds.as_slice().into();
        let group = self.known.add_group(key, Group { identity, series, bounds });
        self.known.last_bounds.insert(base, group);
        group
    }

    /// An exponential histogram.
    pub(super) fn exponential(
        &mut self,
        point: &ExponentialHistogramPoint<'_>,
        delta: bool,
        place: Place,
        cursor: &mut Cursor<'_>,
    ) -> Result<(), Flaw> {
        let mut time = times(point.start_time_unix_nano, point.time_unix_nano)?;
        let ended = point.has_no_recorded_value();
        if !ended {
            self.scratch.exponential.read(point)?;
        }
        let key = self.point_key(place, point.raw, EXPONENTIAL_ATTRIBUTES);
        let group = match self.known.groups.get(&key) {
            Some(found) => *found,
            None => {
                let labels = self.labels(place, point.attributes());
                self.single_group(key, place, &labels)
            }
        };
        let group = &self.known.group_list[group as usize];
        let (series, identity) = (group.series[0], group.identity);
        if delta && !ended {
            let span = Span { start: point.start_time_unix_nano, end: point.time_unix_nano };
            let delta = Total::Exponential(Box::new(self.scratch.exponential.clone()));
            let (start, total) = self.cumulative.add(identity, span, delta)?;
            time = times(start, span.end)?;
            if let Total::Exponential(total) = total {
                self.scratch.exponential.clone_from(total);
            }
        }
        self.see(place, time.0);
        let scratch = &mut self.scratch;
        scratch.exponential.sum = plain(scratch.exponential.sum);
        cursor.out.histogram(series, time, |bytes| {
            if ended {
                write_stale(bytes, false);
            } else {
                scratch.exponential.write(bytes, &mut scratch.layout);
            }
        });
        self.exemplars(point.exemplars(), time.0, cursor.out, |_| series);
        Ok(())
    }
}
