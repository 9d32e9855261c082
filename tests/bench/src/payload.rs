//! Requests shaped like an agent's telemetry: spans of about 1,130 bytes, log records of 660, points of 300.

use bytes::Bytes;
use codeagent_pipeline::Signal;
use codeagent_pipeline::otlp::wire::{put_bytes, put_double, put_fixed64, put_message, put_uint};

/// Different requests that a load cycles through.
const VARIETY: u64 = 64;
/// 2026-01-01, in nanoseconds.
const BEGIN: u64 = 1_767_225_600_000_000_000;

/// `VARIETY` requests of `items` items each.
pub fn requests(signal: Signal, items: usize) -> Vec<Bytes> {
    (0..VARIETY).map(|seed| Bytes::from(request(signal, items, &mut Random(seed * 7919 + 1)))).collect()
}

/// Xorshift: the same requests in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }

    fn words(&mut self, bytes: usize) -> String {
        const WORDS: [&str; 16] = [
            "read", "write", "plan", "the", "file", "test", "error", "retry", "agent", "model", "tool",
            "span", "edit", "commit", "branch", "review",
        ];
        let mut text = String::with_capacity(bytes + 8);
        while text.len() < bytes {
            text.push_str(WORDS[self.below(16) as usize]);
            text.push(' ');
        }
        text
    }
}

fn request(signal: Signal, items: usize, random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    put_message(&mut out, 1, |group| {
        put_message(group, 1, |resource| {
            text(resource, 1, "service.name", "codeagent");
            text(resource, 1, "service.version", "1.4.2");
            text(resource, 1, "service.instance.id", &format!("host-{}", random.below(20)));
            text(resource, 1, "host.name", "build-worker-07.eu-west.example.com");
            text(resource, 1, "os.type", "linux");
        });
        put_message(group, 2, |scope| {
            put_message(scope, 1, |scope| put_bytes(scope, 1, b"codeagent.runtime"));
            match signal {
                Signal::Traces => (0..items).for_each(|_| put_message(scope, 2, |out| span(out, random))),
                Signal::Logs => (0..items).for_each(|_| put_message(scope, 2, |out| record(out, random))),
                Signal::Metrics => metrics(scope, items, random),
            }
        });
    });
    out
}

fn any(out: &mut Vec<u8>, field: u32, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
    put_message(out, field, |pair| {
        put_bytes(pair, 1, key.as_bytes());
        put_message(pair, 2, value);
    });
}

fn text(out: &mut Vec<u8>, field: u32, key: &str, value: &str) {
    any(out, field, key, |out| put_bytes(out, 1, value.as_bytes()));
}

fn number(out: &mut Vec<u8>, field: u32, key: &str, value: u64) {
    any(out, field, key, |out| put_uint(out, 3, value));
}

fn span(out: &mut Vec<u8>, random: &mut Random) {
    let begin = BEGIN + random.below(1_000_000_000_000);
    put_bytes(out, 1, &random.bytes::<16>());
    put_bytes(out, 2, &random.bytes::<8>());
    put_bytes(out, 4, &random.bytes::<8>());
    put_bytes(out, 5, b"execute_tool shell");
    put_uint(out, 6, 1);
    put_fixed64(out, 7, begin);
    put_fixed64(out, 8, begin + random.below(10_000_000_000));
    text(out, 9, "gen_ai.operation.name", "execute_tool");
    text(out, 9, "gen_ai.tool.name", "shell");
    text(out, 9, "gen_ai.tool.call.id", &format!("call_{:016x}", random.next()));
    text(out, 9, "gen_ai.request.model", "large-model-2026-05");
    text(out, 9, "gen_ai.conversation.id", &format!("conv-{:032x}", random.next()));
    text(out, 9, "session.id", &format!("sess-{:032x}", random.next()));
    text(out, 9, "codeagent.task.id", &format!("task-{:032x}", random.next()));
    text(out, 9, "codeagent.task.kind", "fix_bug");
    text(out, 9, "codeagent.config.revision", "rev-2026-11-20");
    number(out, 9, "gen_ai.usage.input_tokens", random.below(100_000));
    number(out, 9, "gen_ai.usage.output_tokens", random.below(4_000));
    number(out, 9, "process.exit.code", random.below(2));
    any(out, 9, "codeagent.cost.amount", |out| put_double(out, 4, random.below(1000) as f64 / 7.0));
    any(out, 9, "codeagent.permission.asked", |out| put_uint(out, 2, 1));
    text(out, 9, "vcs.repository.name", "example/webshop-frontend");
    text(out, 9, "code.file.path", "src/components/checkout/payment_form.rs");
    let command = random.words(140);
    text(out, 9, "codeagent.command.line", &command);
    put_message(out, 11, |event| {
        put_fixed64(event, 1, begin + 1000);
        put_bytes(event, 2, b"codeagent.command.output");
        number(event, 3, "codeagent.output.bytes", random.below(10_000));
    });
    put_message(out, 15, |status| put_uint(status, 3, 1));
}

fn record(out: &mut Vec<u8>, random: &mut Random) {
    let time = BEGIN + random.below(1_000_000_000_000);
    put_fixed64(out, 1, time);
    put_fixed64(out, 11, time + 1000);
    put_uint(out, 2, 9);
    put_bytes(out, 3, b"INFO");
    let length = 200 + random.below(300) as usize;
    let body = random.words(length);
    put_message(out, 5, |value| put_bytes(value, 1, body.as_bytes()));
    text(out, 6, "event.name", "codeagent.tool.result");
    text(out, 6, "gen_ai.tool.name", "shell");
    text(out, 6, "session.id", &format!("sess-{:032x}", random.next()));
    number(out, 6, "duration_ms", random.below(10_000));
    any(out, 6, "success", |out| put_uint(out, 2, 1));
    text(out, 6, "code.file.path", "src/components/checkout/payment_form.rs");
    put_bytes(out, 9, &random.bytes::<16>());
    put_bytes(out, 10, &random.bytes::<8>());
    put_bytes(out, 12, b"codeagent.tool.result");
}

/// Ten points a metric: sums, gauges and histograms in turn.
fn metrics(scope: &mut Vec<u8>, items: usize, random: &mut Random) {
    for metric in 0..items.div_ceil(10) {
        let points = 10.min(items - metric * 10);
        put_message(scope, 2, |out| {
            put_bytes(out, 1, format!("codeagent.tool.metric_{metric}").as_bytes());
            put_bytes(out, 3, b"s");
            let field = [7, 5, 9][metric % 3];
            put_message(out, field, |data| {
                (0..points).for_each(|at| put_message(data, 1, |out| point(out, field, at, random)));
                if field != 5 {
                    put_uint(data, 2, 2);
                }
                if field == 7 {
                    put_uint(data, 3, 1);
                }
            });
        });
    }
}

fn point(out: &mut Vec<u8>, field: u32, at: usize, random: &mut Random) {
    let attributes = if field == 9 { 9 } else { 7 };
    put_fixed64(out, 2, BEGIN);
    put_fixed64(out, 3, BEGIN + 60_000_000_000);
    text(out, attributes, "gen_ai.tool.name", ["shell", "edit", "read", "search", "web"][at % 5]);
    text(out, attributes, "gen_ai.request.model", "large-model-2026-05");
    text(out, attributes, "codeagent.task.kind", ["fix_bug", "feature"][at % 2]);
    text(out, attributes, "codeagent.config.revision", "rev-2026-11-20");
    text(out, attributes, "codeagent.task.group", &format!("group-{}", at / 2));
    if field == 9 {
        histogram(out, random);
    } else {
        put_double(out, 4, random.below(100_000) as f64 / 3.0);
    }
}

fn histogram(out: &mut Vec<u8>, random: &mut Random) {
    const BOUNDS: [f64; 14] =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    let counts: Vec<u64> = (0..=BOUNDS.len()).map(|_| random.below(1000)).collect();
    put_fixed64(out, 4, counts.iter().sum());
    put_double(out, 5, random.below(100_000) as f64);
    let packed: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
    put_bytes(out, 6, &packed);
    let bounds: Vec<u8> = BOUNDS.iter().flat_map(|bound| bound.to_le_bytes()).collect();
    put_bytes(out, 7, &bounds);
}

#[cfg(test)]
mod tests {
    use codeagent_pipeline::otlp::validate;

    use super::*;

    #[test]
    fn requests_are_valid_and_have_the_sizes_that_are_promised() {
        for (signal, bytes) in [(Signal::Traces, 1_130), (Signal::Logs, 660), (Signal::Metrics, 300)] {
            let requests = requests(signal, 100);
            let total: usize = requests.iter().map(Bytes::len).sum();
            let size = total / (requests.len() * 100);
            assert!((bytes * 9 / 10..bytes * 11 / 10).contains(&size), "{signal}: {size} bytes an item");
            assert!(requests.iter().all(|request| validate(signal, request) == Ok(100)));
        }
    }
}
