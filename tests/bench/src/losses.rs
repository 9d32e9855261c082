//! What an acknowledgement is worth: spans that were acknowledged and never arrived, after a kill and after an outage.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use codeagent_pipeline::Signal;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Options;
use crate::contender::{Contender, all};
use crate::launch::queue;
use crate::load::Load;
use crate::measure::free_port;
use crate::open_loop::{Answer, Pace, run};
use crate::sink::Sink;

/// Spans a request.
const BATCH: usize = 100;
/// So long nothing may arrive before it is certain that nothing more will: longer than anybody waits between two attempts.
const QUIET: Duration = Duration::from_secs(45);

/// How much later each kill comes than the one before: no multiple of the time that a batch takes to fill.
const LATER: Duration = Duration::from_millis(37);

const HEAD: &str = "\
| fault | collector | queue | sent | acknowledged | lost | lost % | delivered again | last arrival s after the load | peak MiB |
|---|---|---|---|---|---|---|---|---|---|
";

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// SIGKILL some five seconds into twelve of load, and a new start at once.
    Kill {
        /// How much later than that: what is lost depends on how full a batch was.
        later: Duration,
    },
    /// The back end is away from the fourth to the fourteenth second of twenty of load.
    Outage,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Fault::Kill { .. } => "SIGKILL, started again at once",
            Fault::Outage => "back end away for 10 s",
        }
    }

    fn load(self) -> Duration {
        Duration::from_secs(match self {
            Fault::Kill { .. } => 12,
            Fault::Outage => 20,
        })
    }
}

/// All contenders under each fault, as Markdown.
pub async fn table(options: &Options, rate: f64) -> anyhow::Result<String> {
    let mut rows = HEAD.to_owned();
    let repetitions = 1..=options.repetitions;
    let kills = repetitions.clone().map(|repetition| Fault::Kill { later: LATER * repetition as u32 });
    let faults = kills.chain(repetitions.map(|_| Fault::Outage));
    for fault in faults {
        for contender in all(options) {
            eprintln!("{fault:?}: {contender:?}");
            let row = suffer(options, contender, fault, rate).await;
            rows += &row.with_context(|| format!("{fault:?}: {contender:?}"))?;
        }
    }
    Ok(rows)
}

/// A back end that can go away, with its connections, and come back.
struct BackEnd {
    sink: Rc<Sink>,
    port: u16,
    task: Option<JoinHandle<()>>,
}

impl BackEnd {
    async fn start() -> anyhow::Result<Self> {
        let mut back_end = BackEnd { sink: Rc::default(), port: free_port().await?, task: None };
        back_end.up().await?;
        Ok(back_end)
    }

    async fn up(&mut self) -> anyhow::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        self.task = Some(tokio::task::spawn_local(self.sink.clone().serve_grpc_on(listener)));
        Ok(())
    }

    fn down(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn suffer(options: &Options, contender: Contender, fault: Fault, rate: f64) -> anyhow::Result<String> {
    let (queue, port) = (queue()?, free_port().await?);
    let mut back_end = BackEnd::start().await?;
    let pace = Pace { rate, time: fault.load() };
    back_end.sink.count_numbers((rate * pace.time.as_secs_f64()) as usize + BATCH + 1);
    let launch = contender.launch(options, queue.path(), (back_end.port, 0));
    let (mut collector, _) = launch.start(port).await?;
    let load = Rc::new(Load::new(Signal::Traces, BATCH, false)?);
    let load = tokio::task::spawn_local(run(load, port, pace));
    let mut peak = 0.0_f64;
    match fault {
        Fault::Kill { later } => {
            tokio::time::sleep(Duration::from_secs(5) + later).await;
            peak = collector.memory_mib("VmHWM")?;
            drop(collector);
            collector = launch.start(port).await?.0;
        }
        Fault::Outage => {
            tokio::time::sleep(Duration::from_secs(4)).await;
            back_end.down();
            tokio::time::sleep(Duration::from_secs(10)).await;
            back_end.up().await?;
        }
    }
    let answers = load.await??;
    let last = arrived(&back_end.sink, &answers).await;
    peak = peak.max(collector.memory_mib("VmHWM")?);
    Ok(row(contender, fault, &answers, &back_end.sink.numbers(), last, peak))
}

/// Waits until all that was acknowledged is there, or nothing comes any more; how long the last of it took.
async fn arrived(sink: &Sink, answers: &[Answer]) -> Duration {
    let begun = Instant::now();
    let (mut items, mut last) = (sink.items(), Duration::ZERO);
    while lost(answers, &sink.numbers()) > 0 && begun.elapsed() < last + QUIET {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if sink.items() > items {
            (items, last) = (sink.items(), begun.elapsed());
        }
    }
    // what is on its way a second time
    tokio::time::sleep(Duration::from_secs(2)).await;
    last
}

/// Acknowledged spans that did not arrive.
fn lost(answers: &[Answer], arrived: &[u8]) -> usize {
    let accepted = answers.iter().filter(|answer| answer.accepted);
    let numbers = accepted.flat_map(|answer| answer.first..answer.first + BATCH as u64);
    numbers.filter(|number| arrived.get(*number as usize).is_none_or(|times| *times == 0)).count()
}

fn row(
    contender: Contender,
    fault: Fault,
    answers: &[Answer],
    arrived: &[u8],
    last: Duration,
    peak_mib: f64,
) -> String {
    let sent = answers.len() * BATCH;
    let acknowledged = answers.iter().filter(|answer| answer.accepted).count() * BATCH;
    let lost = lost(answers, arrived);
    let part = lost as f64 * 100.0 / acknowledged.max(1) as f64;
    let again: usize = arrived.iter().map(|times| usize::from(times.saturating_sub(1))).sum();
    let (fault, last, Contender { collector, queue, .. }) = (fault.name(), last.as_secs_f64(), contender);
    format!(
        "| {fault} | {collector} | {queue} | {sent} | {acknowledged} | {lost} | {part:.2} | {again} | {last:.1} | {peak_mib:.0} |\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_acknowledged_can_be_lost() {
        let answer = |first, accepted| Answer { first, accepted, latency: Duration::ZERO };
        let answers = [answer(1, true), answer(101, false), answer(201, true)];
        let mut arrived = vec![0; 301];
        arrived[1..101].fill(2);
        assert_eq!(lost(&answers, &arrived), 100);
        arrived[201..301].fill(1);
        assert_eq!(lost(&answers, &arrived), 0);
    }
}
