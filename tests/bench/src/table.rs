//! The table: a row a scenario, ours beside the OpenTelemetry Collector.

use crate::measure::Run;
use crate::scenario::{ALL, Scenario};

const HEAD: &str = "\
| load | Collector CPU-s/M | ours CPU-s/M | ratio | must | goal | peak MiB Collector / ours | idle MiB | ready ms | items/s |
|---|---|---|---|---|---|---|---|---|---|
";

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
    let (ours, go) = (of("ours"), of("go"));
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
