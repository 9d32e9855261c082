//! Tail sampling: spans of many traces at a steady rate, until the last trace is decided.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use codeagent_pipeline::Signal;
use codeagent_pipeline::otlp::views::{ResourceGroup, ScopeGroup, Span};
use tokio::time::sleep;

use crate::Options;
use crate::launch::{Launch, Topic, queue};
use crate::load::{Load, connect};
use crate::measure::free_port;
use crate::sink::Sink;

/// What is sent, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many traces.
    pub traces: usize,
    /// Spans of each; they come in one request, mixed with those of nine other traces.
    pub spans: usize,
    /// Spans a second.
    pub rate: f64,
    /// Seconds from a trace's first span to its decision.
    pub wait: u64,
}

/// One run.
struct Run {
    cpu_per_million: f64,
    peak_mib: f64,
    kept: usize,
}

/// Traces that share a request.
const MIXED: usize = 10;
/// One trace in so many has an error.
const ERRORS: u64 = 100;
/// The end of a span of the load: its status is `ok`.
const STATUS: [u8; 4] = [0x7a, 0x02, 0x18, 0x01];

/// Ours and the OpenTelemetry Collector, as a table.
pub async fn table(options: &Options, shapes: &[Shape]) -> anyhow::Result<String> {
    let mut out = String::from(
        "| traces | spans each | spans/s | wait | | CPU-s per million spans | peak MiB | spans kept |\n|---|---|---|---|---|---|---|---|\n",
    );
    for shape in shapes {
        let mut collectors = vec![("ours", options.ours.as_path())];
        collectors.extend(options.go.as_deref().map(|go| ("go", go)));
        for (name, binary) in collectors {
            for _ in 0..options.repetitions {
                let run = run(name, binary, *shape).await.with_context(|| name.to_owned())?;
                let Shape { traces, spans, rate, wait } = shape;
                let Run { cpu_per_million, peak_mib, kept } = run;
                out += &format!(
                    "| {traces} | {spans} | {rate:.0} | {wait} s | {name} | {cpu_per_million:.2} | {peak_mib:.0} | {kept} |\n"
                );
                eprint!("{}", out.lines().last().map(|line| format!("{line}\n")).unwrap_or_default());
            }
        }
    }
    Ok(out)
}

async fn run(name: &str, binary: &std::path::Path, shape: Shape) -> anyhow::Result<Run> {
    let sink = Rc::new(Sink::default());
    let sinks = sink.serve().await?;
    let (port, queue) = (free_port().await?, queue()?);
    let is_ours = name == "ours";
    let config = if is_ours { "tail-ours" } else { "tail" };
    let (wait, traces) = (format!("{}s", shape.wait), (2 * shape.traces).max(100_000).to_string());
    let launch = Launch {
        binary,
        is_ours,
        threads: 1,
        config,
        queue: queue.path(),
        sinks,
        kafka: "",
        topic: Topic::default(),
    };
    let (collector, _) = launch.start_with(port, &[("WAIT", wait), ("TRACES", traces)]).await?;
    let before = collector.cpu_seconds()?;
    send(shape, port).await?;
    sleep(Duration::from_secs(shape.wait)).await;
    // the end is when nothing more arrives
    let (mut seen, mut quiet) = (0, 0);
    while quiet < 10 {
        sleep(Duration::from_millis(500)).await;
        quiet = if sink.items() == seen { quiet + 1 } else { 0 };
        seen = sink.items();
    }
    let spans = (shape.traces * shape.spans) as f64;
    Ok(Run {
        cpu_per_million: (collector.cpu_seconds()? - before) * 1e6 / spans,
        peak_mib: collector.memory_mib("VmHWM")?,
        kept: seen,
    })
}

/// Sends at the shape's rate; what is refused is sent again.
async fn send(shape: Shape, port: u16) -> anyhow::Result<()> {
    const CONNECTIONS: usize = 4;
    const WORKERS: usize = 8;
    let template = Rc::new(Template::new(shape.spans * MIXED)?);
    let requests = shape.traces.div_ceil(MIXED);
    let (next, begun) = (Rc::new(Cell::new(0)), Instant::now());
    let spacing = Duration::from_secs_f64((shape.spans * MIXED) as f64 / shape.rate);
    let mut workers = Vec::new();
    for _ in 0..CONNECTIONS {
        let sender = connect(port).await?;
        for _ in 0..WORKERS {
            let (template, next, sender) = (template.clone(), next.clone(), sender.clone());
            workers.push(tokio::task::spawn_local(async move {
                loop {
                    let number = next.get();
                    if number >= requests {
                        return anyhow::Ok(());
                    }
                    next.set(number + 1);
                    let due = spacing.saturating_mul(u32::try_from(number)?);
                    sleep(due.saturating_sub(begun.elapsed())).await;
                    let body = template.request(number as u64);
                    while !template.load.send(sender.clone(), body.clone()).await? {
                        sleep(Duration::from_millis(50)).await;
                    }
                }
            }));
        }
    }
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

/// A request whose trace ids and statuses are put in anew.
struct Template {
    load: Load,
    body: Bytes,
    /// Where each span's trace id stands, and the last byte of its status.
    spans: Vec<(usize, usize)>,
}

impl Template {
    fn new(spans: usize) -> anyhow::Result<Self> {
        const FRAME: usize = 5;
        let load = Load::new(Signal::Traces, spans, false)?;
        let body = load.bodies.first().context("a body")?.clone();
        let message = &body[FRAME..];
        let place = |part: &[u8]| part.as_ptr() as usize - body.as_ptr() as usize;
        let groups = ResourceGroup::of(message).flat_map(|group| group.scopes());
        let spans = groups.flat_map(|scope: ScopeGroup<'_>| scope.items::<Span<'_>>());
        let spans = spans.map(|span| {
            let status = place(span.raw) + span.raw.len() - 1;
            (place(span.trace_id), status)
        });
        let spans: Vec<_> = spans.collect();
        for (_, status) in &spans {
            anyhow::ensure!(
                body[status + 1 - STATUS.len()..=*status] == STATUS,
                "a span without a status at its end"
            );
        }
        Ok(Template { load, body, spans })
    }

    fn request(&self, number: u64) -> Bytes {
        const ERROR: u8 = 2;
        let mut body = self.body.to_vec();
        for (at, (trace_id, status)) in self.spans.iter().enumerate() {
            let trace = number * MIXED as u64 + (at % MIXED) as u64;
            body[*trace_id..trace_id + 8].copy_from_slice(&mixed(trace ^ 0x5555).to_be_bytes());
            body[trace_id + 8..trace_id + 16].copy_from_slice(&mixed(trace).to_be_bytes());
            if trace.is_multiple_of(ERRORS) {
                body[*status] = ERROR;
            }
        }
        body.into()
    }
}

/// Numbers that look random.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
