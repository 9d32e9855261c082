//! Samples as requests: remote write 1.0 and 2.0, written by hand into buffers that are used again.
//!
//! Sources: <https://prometheus.io/docs/specs/prw/remote_write_spec/>, and 2.0-rc.4 (start timestamps in
//! samples, Prometheus 3.8 and later) at <https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/>.

use std::ops::Range;

use codeagent_pipeline::otlp::wire::{
    put_bytes, put_double, put_message, put_tag, put_uint, put_varint, varint_len,
};

use super::collected::{Collected, Exemplar, Sample, Value};
use super::request::{Compressor, Request, Version};
use super::series::{Known, Series};
use super::symbols::SymbolTable;

/// How a batch is cut into requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A request is closed when its message has so many bytes.
    pub bytes: usize,
    /// So many requests of one batch are made at the same time.
    pub parallel: usize,
    /// Whether remote write 1.0 carries metadata; 2.0 always does.
    pub metadata: bool,
}

/// A batch below so many samples is not cut for the sake of parallel requests.
const SAMPLES_MIN: usize = 5_000;

/// Writes requests.
#[derive(Default)]
pub struct Writer {
    symbols: SymbolTable,
    compressor: Compressor,
    /// Time series of the request at hand.
    series: Vec<u8>,
    message: Vec<u8>,
    items: Vec<u32>,
    samples: u64,
    exemplars: u64,
    /// Families whose metadata is in the request (1.0 only).
    described: Vec<u32>,
}

impl Writer {
    /// The interner was replaced: its numbers mean other texts.
    pub fn forget(&mut self) {
        self.symbols.reset();
    }

    /// Cuts what was collected, which must be arranged, into requests. All of a series, and all series of a
    /// point, are in one request, so that requests of a batch may overtake each other.
    pub fn write(
        &mut self,
        known: &mut Known,
        collected: &Collected,
        version: Version,
        limits: Limits,
    ) -> Vec<Request> {
        let target = collected.samples.len().div_ceil(limits.parallel.max(1)).max(SAMPLES_MIN) as u64;
        let mut requests = Vec::new();
        let (mut rest, mut exemplars) = (collected.samples.as_slice(), collected.exemplars.as_slice());
        let mut group = None;
        self.begin();
        while let Some(first) = rest.first() {
            let length = rest.iter().take_while(|sample| sample.series == first.series).count();
            let (samples, others) = rest.split_at(length);
            rest = others;
            exemplars =
                &exemplars[exemplars.iter().take_while(|other| other.series < first.series).count()..];
            let own = exemplars.iter().take_while(|other| other.series == first.series).count();
            let (own, others) = exemplars.split_at(own);
            exemplars = others;
            let at = first.series as usize;
            let full = self.samples >= target || self.bytes() >= limits.bytes;
            if full && group != Some(known.series[at].group) {
                requests.push(self.finish(known, version, limits));
            }
            group = Some(known.series[at].group);
            match version {
                Version::One => self.write_one(known, at, collected, samples, own),
                Version::Two => self.write_two(known, at, collected, samples, own),
            }
            if let Some(newest) = own.last() {
                known.series[at].newest_exemplar = newest.time;
            }
            self.items.push(samples.iter().map(|sample| sample.items).sum());
            self.samples += samples.len() as u64;
            self.exemplars += own.len() as u64;
        }
        if !self.items.is_empty() {
            requests.push(self.finish(known, version, limits));
        }
        requests
    }

    fn begin(&mut self) {
        self.symbols.begin();
        self.series.clear();
        self.items.clear();
        self.described.clear();
        (self.samples, self.exemplars) = (0, 0);
    }

    fn bytes(&self) -> usize {
        self.series.len() + self.symbols.encoded().len()
    }

    fn finish(&mut self, known: &Known, version: Version, limits: Limits) -> Request {
        let body = match version {
            Version::One => {
                if limits.metadata {
                    self.write_metadata(known);
                }
                self.compressor.compress(&self.series)
            }
            Version::Two => {
                self.message.clear();
                self.message.extend_from_slice(self.symbols.encoded());
                self.message.extend_from_slice(&self.series);
                self.compressor.compress(&self.message)
            }
        };
        let request = Request {
            version,
            body,
            items_by_series: self.items.as_slice().into(),
            samples: self.samples,
            exemplars: self.exemplars,
        };
        self.begin();
        request
    }

    fn write_one(
        &mut self,
        known: &Known,
        at: usize,
        collected: &Collected,
        samples: &[Sample],
        exemplars: &[Exemplar],
    ) {
        let series = &known.series[at];
        put_message(&mut self.series, 1, |out| {
            for pair in series.labels.chunks_exact(2) {
                put_label(out, known.interner.text(pair[0]), known.interner.text(pair[1]));
            }
            put_samples(out, collected, samples, 4, false);
            for exemplar in exemplars {
                put_message(out, 3, |out| {
                    for (name, text) in labels_of(collected, exemplar) {
                        put_label(out, known.interner.text(name), text);
                    }
                    put_double(out, 2, exemplar.value);
                    put_uint(out, 3, exemplar.time as u64);
                });
            }
        });
        if self.described.last() != Some(&series.family) {
            self.described.push(series.family);
        }
    }

    fn write_two(
        &mut self,
        known: &Known,
        at: usize,
        collected: &Collected,
        samples: &[Sample],
        exemplars: &[Exemplar],
    ) {
        let (symbols, interner) = (&mut self.symbols, &known.interner);
        let series: &Series = &known.series[at];
        let family = &known.family_list[series.family as usize];
        put_message(&mut self.series, 5, |out| {
            put_message(out, 1, |out| {
                for number in &series.labels {
                    put_varint(out, u64::from(symbols.reference(*number, interner)));
                }
            });
            put_samples(out, collected, samples, 3, true);
            for exemplar in exemplars {
                put_message(out, 4, |out| {
                    put_message(out, 1, |out| {
                        for (name, text) in labels_of(collected, exemplar) {
                            put_varint(out, u64::from(symbols.reference(name, interner)));
                            put_varint(out, u64::from(symbols.once(text)));
                        }
                    });
                    put_double(out, 2, exemplar.value);
                    put_uint(out, 3, exemplar.time as u64);
                });
            }
            let help = symbols.reference(family.help, interner);
            let unit = symbols.reference(family.unit, interner);
            put_message(out, 5, |out| {
                for (field, value) in [(1, u32::from(family.kind)), (3, help), (4, unit)] {
                    if value != 0 {
                        put_uint(out, field, u64::from(value));
                    }
                }
            });
        });
    }

    /// `prometheus.MetricMetadata` of the families in the request.
    fn write_metadata(&mut self, known: &Known) {
        self.described.sort_unstable();
        self.described.dedup();
        for family in &self.described {
            let family = &known.family_list[*family as usize];
            put_message(&mut self.series, 3, |out| {
                put_uint(out, 1, u64::from(family.kind));
                put_bytes(out, 2, family.name.as_bytes());
                put_bytes(out, 4, known.interner.text(family.help).as_bytes());
                put_bytes(out, 5, known.interner.text(family.unit).as_bytes());
            });
        }
    }
}

/// `prometheus.Label`.
fn put_label(out: &mut Vec<u8>, name: &str, value: &str) {
    let field = |text: &str| 1 + varint_len(text.len() as u64) + text.len();
    put_tag(out, 1, 2);
    put_varint(out, (field(name) + field(value)) as u64);
    put_bytes(out, 1, name.as_bytes());
    put_bytes(out, 2, value.as_bytes());
}

/// Samples in field 2, native histograms in the given field.
fn put_samples(
    out: &mut Vec<u8>,
    collected: &Collected,
    samples: &[Sample],
    histograms: u32,
    with_start: bool,
) {
    for sample in samples {
        let start = if with_start { sample.start } else { 0 };
        match sample.value {
            Value::Number(value) => put_message(out, 2, |out| {
                put_double(out, 1, value);
                put_time(out, 2, sample.time);
                put_time(out, 3, start);
            }),
            Value::Histogram { at, length } => put_message(out, histograms, |out| {
                out.extend_from_slice(collected.histogram_bytes(at, length));
                put_time(out, 15, sample.time);
                put_time(out, 17, start);
            }),
        }
    }
}

fn put_time(out: &mut Vec<u8>, field: u32, time: i64) {
    if time != 0 {
        put_uint(out, field, time as u64);
    }
}

fn labels_of<'a>(collected: &'a Collected, exemplar: &Exemplar) -> impl Iterator<Item = (u32, &'a str)> {
    let Range { start, end } = exemplar.labels.clone();
    let labels = &collected.exemplar_labels[start as usize..end as usize];
    labels.iter().map(|(name, text)| (*name, &collected.texts[text.start as usize..text.end as usize]))
}
