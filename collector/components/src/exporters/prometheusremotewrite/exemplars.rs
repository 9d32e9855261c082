//! Exemplars: from a metric to the trace that made a value.

use std::ops::Range;

use codeagent_pipeline::otlp::views::{Exemplar as View, Repeated};

use super::attribute_text;
use super::collected::{Collected, Exemplar};
use super::points::plain;
use super::translate::Translator;

/// Characters that names and values of an exemplar may have together (OpenMetrics 1.0).
const CHARACTERS_MAX: usize = 128;

impl Translator {
    /// Adds `exemplars` to the series that `series` finds by value. One that has no value is left out, as is
    /// one that is not newer than what the series had: SDKs send an exemplar again with every export, and
    /// Prometheus refuses old ones. No exemplar costs its point anything.
    pub(super) fn exemplars<'a>(
        &mut self,
        exemplars: Repeated<'a, View<'a>>,
        point_time: i64,
        out: &mut Collected,
        series: impl Fn(f64) -> u32,
    ) {
        for view in exemplars {
            let Some(value) = view.value.as_f64() else { continue };
            let given = i64::try_from(view.time_unix_nano / 1_000_000).unwrap_or_default();
            let time = if given == 0 { point_time } else { given };
            let series = series(value);
            if time <= self.known.series[series as usize].newest_exemplar {
                continue;
            }
            let labels = self.exemplar_labels(&view, out);
            out.exemplars.push(Exemplar { series, time, value: plain(value), labels });
        }
    }

    fn exemplar_labels(&mut self, view: &View<'_>, out: &mut Collected) -> Range<u32> {
        let first = out.exemplar_labels.len();
        for (name, id) in [("trace_id", view.trace_id), ("span_id", view.span_id)] {
            if id.iter().any(|byte| *byte != 0) {
                let start = out.texts.len() as u32;
                for byte in id.iter().take(32) {
                    out.texts.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
                    out.texts.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
                }
                let number = self.known.interner.number(name);
                out.exemplar_labels.push((number, start..out.texts.len() as u32));
            }
        }
        let ids = out.exemplar_labels.len();
        for attribute in view.filtered_attributes() {
            let Some(name) = self.rules.labels.naming.label(attribute.key) else { continue };
            let number = self.known.interner.number(&name);
            let start = out.texts.len();
            attribute_text::write(&mut out.texts, &attribute.value);
            let taken = out.exemplar_labels[first..].iter().any(|(other, _)| *other == number);
            if taken || out.texts.len() == start {
                out.texts.truncate(start);
            } else {
                out.exemplar_labels.push((number, start as u32..out.texts.len() as u32));
            }
        }
        let characters = |out: &Collected| {
            let labels = out.exemplar_labels[first..].iter();
            labels
                .map(|(name, text)| {
                    let name = self.known.interner.text(*name).chars().count();
                    name + out.texts[text.start as usize..text.end as usize].chars().count()
                })
                .sum::<usize>()
        };
        // The ids alone always fit: 16 and 8 bytes.
        if characters(out) > CHARACTERS_MAX {
            out.exemplar_labels.truncate(ids);
        }
        if characters(out) > CHARACTERS_MAX {
            out.exemplar_labels.truncate(first);
        }
        let interner = &self.known.interner;
        out.exemplar_labels[first..]
            .sort_by(|(one, _), (other, _)| interner.text(*one).cmp(interner.text(*other)));
        first as u32..out.exemplar_labels.len() as u32
    }
}
