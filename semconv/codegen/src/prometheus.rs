//! Names on a Prometheus page, by the OpenTelemetry specification "Prometheus and OpenMetrics Compatibility".

use crate::schema::{Attribute, Instrument, Metric};

/// The name of a metric: the one that its annotation states, else the translation of name and unit.
#[must_use]
pub fn metric_name(metric: &Metric) -> String {
    match &metric.annotations.prometheus.name {
        Some(name) => name.clone(),
        None => translate(&metric.name, &metric.unit, metric.instrument),
    }
}

/// The label of an attribute: the one that its annotation states, else the key with underscores.
#[must_use]
pub fn label(attribute: &Attribute) -> String {
    attribute.annotations.prometheus.label.clone().unwrap_or_else(|| underscored(&attribute.key))
}

/// The unit follows the name, and `total` follows that of a counter, unless the name has the word already.
fn translate(name: &str, unit: &str, instrument: Instrument) -> String {
    let mut name = underscored(name);
    let mut append = |word: &str| {
        if !name.split('_').any(|known| known == word) {
            name.push('_');
            name.push_str(word);
        }
    };
    match (unit, instrument) {
        ("s", _) => append("seconds"),
        ("By", _) => append("bytes"),
        ("1", Instrument::Gauge) => append("ratio"),
        _ => {}
    }
    if instrument == Instrument::Counter {
        append("total");
    }
    name
}

fn underscored(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::translate;
    use crate::schema::Instrument;

    #[test]
    fn names_are_translated_as_the_specification_says() {
        let cases = [
            ("codeagent.task.duration", "s", Instrument::Histogram, "codeagent_task_duration_seconds"),
            ("codeagent.ledger.items_in", "{item}", Instrument::Counter, "codeagent_ledger_items_in_total"),
            (
                "codeagent.memory.budget.used",
                "By",
                Instrument::UpDownCounter,
                "codeagent_memory_budget_used_bytes",
            ),
            ("codeagent.active_time", "s", Instrument::Counter, "codeagent_active_time_seconds_total"),
            ("codeagent.context.utilization", "1", Instrument::Histogram, "codeagent_context_utilization"),
            (
                "codeagent.degradation.deviation",
                "1",
                Instrument::Gauge,
                "codeagent_degradation_deviation_ratio",
            ),
            ("process.cpu_seconds", "s", Instrument::Counter, "process_cpu_seconds_total"),
        ];
        for (name, unit, instrument, expected) in cases {
            assert_eq!(translate(name, unit, instrument), expected);
        }
    }
}
