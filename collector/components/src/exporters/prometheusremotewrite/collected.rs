//! A batch as samples of series, before it is written.

use std::ops::Range;

use super::flaws::{Flaw, Flaws};
use super::series::Known;

/// One value of one series.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Index of the series.
    pub series: u32,
    /// OTLP points that this sample stands for: 1 in one sample of a point, else 0.
    pub items: u32,
    /// Milliseconds since 1970.
    pub time: i64,
    /// When counting began, in milliseconds since 1970; 0 where unknown.
    pub start: i64,
    /// The value.
    pub value: Value,
}

/// A sample's value.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Fields of a native histogram: a range of [`Collected::histograms`].
    Histogram {
        /// Where it begins.
        at: u32,
        /// Its bytes.
        length: u32,
    },
}

/// An example of a value.
#[derive(Clone, Debug)]
pub struct Exemplar {
    /// Index of the series.
    pub series: u32,
    /// Milliseconds since 1970.
    pub time: i64,
    /// The value.
    pub value: f64,
    /// Its labels: a range of [`Collected::exemplar_labels`].
    pub labels: Range<u32>,
}

/// A name (by its number) and a range of [`Collected::texts`].
pub type ExemplarLabel = (u32, Range<u32>);

/// All of a batch. The buffers are used again.
#[derive(Debug, Default)]
pub struct Collected {
    /// Samples.
    pub samples: Vec<Sample>,
    /// The native histograms of samples, without their times.
    pub histograms: Vec<u8>,
    /// Exemplars.
    pub exemplars: Vec<Exemplar>,
    /// Labels of exemplars.
    pub exemplar_labels: Vec<ExemplarLabel>,
    /// Texts of exemplars: most come once, so they are not kept.
    pub texts: String,
    /// What is left out.
    pub flaws: Flaws,
}

impl Collected {
    /// Empties it.
    pub fn clear(&mut self) {
        self.samples.clear();
        self.histograms.clear();
        self.exemplars.clear();
        self.exemplar_labels.clear();
        self.texts.clear();
    }

    /// Adds a number.
    pub fn number(&mut self, series: u32, items: u32, (time, start): (i64, i64), value: f64) {
        self.samples.push(Sample { series, items, time, start, value: Value::Number(value) });
    }

    /// Adds a native histogram that `write` appends.
    pub fn histogram(&mut self, series: u32, (time, start): (i64, i64), write: impl FnOnce(&mut Vec<u8>)) {
        let at = self.histograms.len() as u32;
        write(&mut self.histograms);
        let length = self.histograms.len() as u32 - at;
        let value = Value::Histogram { at, length };
        self.samples.push(Sample { series, items: 1, time, start, value });
    }

    /// The fields of a native histogram.
    pub fn histogram_bytes(&self, at: u32, length: u32) -> &[u8] {
        self.histograms.get(at as usize..(at + length) as usize).unwrap_or_default()
    }

    /// Orders samples by series and time, one for each time; exemplars too.
    pub fn arrange(&mut self, known: &Known) {
        let in_order = self
            .samples
            .windows(2)
            .all(|pair| (pair[0].series, pair[0].time) < (pair[1].series, pair[1].time));
        if !in_order {
            self.samples.sort_by_key(|sample| (sample.series, sample.time));
            self.drop_repeats(known);
        }
        self.exemplars.sort_by(|one, other| {
            let order = (one.series, one.time).cmp(&(other.series, other.time));
            order.then(one.value.total_cmp(&other.value))
        });
    }

    /// Prometheus takes one value a millisecond: of equal ones one is sent, of different ones the last.
    fn drop_repeats(&mut self, known: &Known) {
        let mut samples = std::mem::take(&mut self.samples);
        let mut kept = 0;
        for at in 1..samples.len() {
            let (head, tail) = samples.split_at_mut(at);
            let (last, next) = (&mut head[kept], &mut tail[0]);
            if (last.series, last.time) != (next.series, next.time) {
                kept += 1;
                samples.swap(kept, at);
                continue;
            }
            if self.same(last.value, next.value) {
                next.items += last.items;
            } else {
                let family = known.series[last.series as usize].family;
                let name = &known.family_list[family as usize].name;
                self.flaws.add(Flaw::SameTime, name, last.items as usize, None);
            }
            samples.swap(kept, at);
        }
        samples.truncate(kept + 1);
        self.samples = samples;
    }

    fn same(&self, one: Value, other: Value) -> bool {
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => one.to_bits() == other.to_bits(),
            (Value::Histogram { at, length }, Value::Histogram { at: other, length: size }) => {
                self.histogram_bytes(at, length) == self.histogram_bytes(other, size)
            }
            _ => false,
        }
    }
}
