//! How long an acknowledgement takes at a fixed rate.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use codeagent_pipeline::Signal;

use crate::Options;
use crate::contender::{Contender, all};
use crate::launch::queue;
use crate::load::Load;
use crate::measure::free_port;
use crate::open_loop::{Answer, Pace, run};
use crate::sink::Sink;

const HEAD: &str = "\
| spans a request | collector | queue | requests | refused | p50 ms | p90 ms | p99 ms | p99.9 ms | max ms | CPU-s/M | peak MiB |
|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// All contenders with each number of spans a request, as Markdown.
pub async fn table(options: &Options, pace: Pace, batches: &[usize]) -> anyhow::Result<String> {
    let sink = Rc::new(Sink::default());
    let sinks = sink.serve().await?;
    let mut rows = HEAD.to_owned();
    for batch in batches {
        for contender in all(options) {
            let mut runs = Vec::new();
            for repetition in 1..=options.repetitions {
                eprintln!("{contender:?}, {batch} a request, {repetition} of {}", options.repetitions);
                let run = measure(options, contender, sinks, pace, *batch).await;
                runs.push(run.with_context(|| format!("{contender:?}"))?);
            }
            rows += &row(contender, *batch, &runs);
        }
    }
    Ok(rows)
}

struct Run {
    answers: Vec<Answer>,
    cpu_seconds: f64,
    peak_mib: f64,
}

async fn measure(
    options: &Options,
    contender: Contender,
    sinks: (u16, u16),
    pace: Pace,
    batch: usize,
) -> anyhow::Result<Run> {
    const WARM_UP: Duration = Duration::from_secs(3);
    let (queue, port) = (queue()?, free_port().await?);
    let (collector, _) = contender.launch(options, queue.path(), sinks).start(port).await?;
    let load = Rc::new(Load::new(Signal::Traces, batch, false)?);
    run(load.clone(), port, Pace { time: WARM_UP, ..pace }).await?;
    let before = collector.cpu_seconds()?;
    let answers = run(load, port, pace).await?;
    let cpu_seconds = collector.cpu_seconds()? - before;
    Ok(Run { answers, cpu_seconds, peak_mib: collector.memory_mib("VmHWM")? })
}

/// Percentiles over all requests of all repetitions.
fn row(contender: Contender, batch: usize, runs: &[Run]) -> String {
    let answers = || runs.iter().flat_map(|run| &run.answers);
    let mut latencies: Vec<Duration> =
        answers().filter(|answer| answer.accepted).map(|answer| answer.latency).collect();
    latencies.sort_unstable();
    let sent = answers().count();
    let refused = sent - latencies.len();
    let cpu: f64 = runs.iter().map(|run| run.cpu_seconds).sum();
    let peak = runs.iter().map(|run| run.peak_mib).fold(0.0, f64::max);
    let percentiles = [0.5, 0.9, 0.99, 0.999, 1.0].map(|part| percentile(&latencies, part));
    let [p50, p90, p99, p999, most] = percentiles.map(|latency| latency.as_secs_f64() * 1e3);
    let cpu_per_million = cpu * 1e6 / (sent * batch) as f64;
    let Contender { collector, queue, .. } = contender;
    format!(
        "| {batch} | {collector} | {queue} | {sent} | {refused} | {p50:.1} | {p90:.1} | {p99:.1} | {p999:.1} | {most:.1} \
         | {cpu_per_million:.2} | {peak:.0} |\n"
    )
}

/// Of sorted values the one that so large a part of them does not exceed; zero of none.
fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_values_that_so_many_do_not_exceed() {
        let values: Vec<Duration> = (1..=1000).map(Duration::from_millis).collect();
        let of = |part| percentile(&values, part).as_millis();
        assert_eq!([of(0.5), of(0.99), of(0.999), of(1.0)], [500, 990, 999, 1000]);
        assert_eq!(percentile(&values[..1], 0.5), values[0]);
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }
}
