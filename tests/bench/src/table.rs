//! The table: a row a scenario, ours beside the OpenTelemetry Collector.

use crate::measure::Run;
use crate::scenario::{ALL, Scenario};

const HEAD: &str = "\
| load | Collector CPU-s/M | ours CPU-s/M | ratio | must | goal | peak MiB Collector / ours | idle MiB | ready ms | items/s |
|---|---|---|---|---|---|---|---|---|---|
";

const THREADS_HEAD: &str = "
| load | threads | CPU-s/M | against the first | items/s | against the first |
|---|---|---|---|---|---|
";

/// What more threads cost and give, as Markdown; nothing where one number of threads was measured.
pub fn threads(runs: &[Run]) -> String {
    let mut rows = String::new();
    for scenario in ALL {
        let of = |threads: Option<usize>| {
            let same = move |run: &&Run| run.scenario.name == scenario.name && run.collector == "ours";
            runs.iter().filter(same).filter(move |run| threads.is_none_or(|threads| run.threads == threads))
        };
        let mut counts: Vec<usize> = of(None).map(|run| run.threads).collect();
        counts.sort_unstable();
        counts.dedup();
        let figures = |threads| {
            let cpu = median(of(Some(threads)).map(|run| run.cpu_per_million))?;
            Some((threads, cpu, median(of(Some(threads)).map(|run| run.rate))?))
        };
        let figures: Vec<_> = counts.into_iter().filter_map(figures).collect();
        let [(_, cpu_of_first, rate_of_first), _, ..] = figures[..] else { continue };
        for (threads, cpu, rate) in figures {
            let (more_cpu, faster) = (cpu / cpu_of_first, rate / rate_of_first);
            let name = scenario.name;
            rows += &format!("| {name} | {threads} | {cpu:.2} | {more_cpu:.2} | {rate:.0} | {faster:.2} |\n");
        }
    }
    if rows.is_empty() { rows } else { THREADS_HEAD.to_owned() + &rows }
}

/// Medians over the repetitions, as Markdown.
pub fn render(runs: &[Run]) -> String {
    let rows = ALL.iter().filter_map(|scenario| row(scenario, runs));
    HEAD.to_owned() + &rows.collect::<String>()
}

fn row(scenario: &Scenario, runs: &[Run]) -> Option<String> {
    let of = |collector: &str| -> Vec<&Run> {
        let same = |run: &&Run| run.scenario.name == scenario.name && run.collector == collector;
        runs.iter().filter(same).collect()
    };
    let (mut ours, go) = (of("ours"), of("go"));
    let fewest = ours.iter().map(|run| run.threads).min();
    ours.retain(|run| Some(run.threads) == fewest);
    let cpu = |runs: &[&Run]| median(runs.iter().map(|run| run.cpu_per_million));
    let ours_cpu = cpu(&ours)?;
    let go_cpu = cpu(&go);
    let peak = |runs: &[&Run]| median(runs.iter().map(|run| run.peak_mib));
    let text = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
    };
    let bars = scenario.bars;
    Some(format!(
        "| {} | {} | {ours_cpu:.2} | {} | {} | {} | {} / {} | {} | {} | {} |\n",
        scenario.name,
        text(go_cpu, 2),
        text(go_cpu.map(|go| ours_cpu / go), 3),
        text(bars.map(|(must, _)| must), 2),
        text(bars.map(|(_, goal)| goal), 2),
        text(peak(&go), 0),
        text(peak(&ours), 0),
        text(median(ours.iter().map(|run| run.idle_mib)), 1),
        text(median(ours.iter().map(|run| run.ready.as_secs_f64() * 1e3)), 0),
        text(median(ours.iter().map(|run| run.rate)), 0),
    ))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
