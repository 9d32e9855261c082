//! What an item is called in an error.

use codeagent_config::Signal;
use codeagent_pipeline::otlp::views::{LogRecord, Metric, Repeated, ResourceGroup, ScopeGroup, Span, View};

/// Names in errors are cut to this many characters.
const NAME_CHARS_MAX: usize = 80;

/// The first item of a request: a span and a log record by their ids, a data point by its metric.
pub(super) fn name_of(signal: Signal, request: &[u8]) -> String {
    match signal {
        Signal::Traces => {
            let span: Span<'_> = first(request).unwrap_or_default();
            format!("the span {} of trace {} ({})", hex(span.span_id), hex(span.trace_id), short(span.name))
        }
        Signal::Logs => {
            let record: LogRecord<'_> = first(request).unwrap_or_default();
            match record.trace_id {
                [] => format!("a log record of {} without a trace", record.time_unix_nano),
                trace => format!("a log record of span {} of trace {}", hex(record.span_id), hex(trace)),
            }
        }
        Signal::Metrics => {
            let name = first::<Metric<'_>>(request).map(|metric| short(metric.name)).unwrap_or_default();
            format!("a data point of the metric {name}")
        }
    }
}

fn first<'a, T: View<'a>>(request: &'a [u8]) -> Option<T> {
    let mut scopes = ResourceGroup::of(request).flat_map(|group| group.scopes());
    scopes.find_map(|scope: ScopeGroup<'a>| {
        let mut items: Repeated<'a, T> = scope.items();
        items.next()
    })
}

fn hex(id: &[u8]) -> String {
    let digits = |byte: &u8| format!("{byte:02x}");
    if id.is_empty() { "without id".to_owned() } else { id.iter().map(digits).collect() }
}

fn short(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect()
}
