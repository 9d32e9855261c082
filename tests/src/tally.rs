//! The count of a fault: every number that was acknowledged, and what each destination got.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::time::Duration;

use crate::numbered::{Numbers, all_arrive, missing, numbers_of};
use crate::otlp::{Payload, Signal};
use crate::{Collector, Load, Sink};

/// What a test counts of one fault: a line in the table of faults.
pub struct Tally {
    fault: String,
    acknowledged: Vec<u64>,
    longest_stall: Duration,
    peak_memory: u64,
    destinations: Vec<Destination>,
}

struct Destination {
    name: String,
    delivered: usize,
    /// What is gone, and was counted or kept aside.
    gone: usize,
    twice: usize,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(fault: impl Into<String>) -> Self {
        Tally {
            fault: fault.into(),
            acknowledged: Vec::new(),
            longest_stall: Duration::ZERO,
            peak_memory: 0,
            destinations: Vec::new(),
        }
    }

    /// Looks at the memory of the process that runs now: before it ends, as its successor begins anew.
    pub fn look(&mut self, collector: &Collector) {
        self.peak_memory = self.peak_memory.max(collector.peak_memory());
    }

    /// Kills it and starts it again.
    pub async fn kill(&mut self, collector: &mut Collector) {
        self.look(collector);
        collector.kill().await;
        collector.restart().await;
    }

    /// Stops the load; all that it was acknowledged is owed from now on.
    pub async fn owe(&mut self, load: Load) {
        self.longest_stall = self.longest_stall.max(load.longest_stall());
        let refused = load.refused();
        if !refused.codes.is_empty() {
            let (fault, codes, slowest) = (&self.fault, &refused.codes, refused.slowest);
            say(&format!("{fault}: requests refused by gRPC code {codes:?}, the slowest after {slowest:?}"));
        }
        self.acknowledged.extend(load.stop().await);
    }

    /// All that is owed.
    pub fn acknowledged(&self) -> &[u64] {
        &self.acknowledged
    }

    /// The most memory seen, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.peak_memory
    }

    /// Waits until the sink has all that is owed, and counts what it has.
    pub async fn collect(&mut self, name: &str, sink: &Sink, signal: Signal) -> Numbers {
        let arrived = all_arrive(name, &self.acknowledged, async || Ok(sink.numbers(signal))).await;
        self.count(name, &arrived, &[]);
        arrived
    }

    /// Stops the load, waits until each of these sinks has all that is owed, and counts what they have.
    pub async fn settle(&mut self, load: Load, sinks: &[(&str, &Sink)]) {
        self.owe(load).await;
        for (name, sink) in sinks {
            self.collect(name, sink, Signal::Traces).await;
        }
    }

    /// Lets the collector come to rest and end, its ledger balanced, and says the line.
    pub async fn close(&mut self, collector: Collector) {
        self.look(&collector);
        collector.finish().await;
        self.say();
    }

    /// Counts what a destination has now. All that is owed must be there but `gone`, which somebody counted.
    pub fn count(&mut self, name: &str, arrived: &Numbers, gone: &[u64]) {
        let known: HashSet<&u64> = gone.iter().collect();
        let owed = self.acknowledged.iter().copied().filter(|number| !known.contains(number));
        assert_eq!(missing(owed, arrived), "", "{name}");
        let delivered = self.acknowledged.iter().filter(|number| arrived.contains_key(number)).count();
        let twice = arrived.values().map(|times| *times as usize - 1).sum();
        let gone = gone.len();
        self.destinations.push(Destination { name: name.to_owned(), delivered, gone, twice });
    }

    /// Says the line, also where the test passes, which takes what is printed: fault, acknowledged, delivered, lost,
    /// gone and counted, delivered again, longest stall, peak memory.
    pub fn say(&self) {
        let column = |figure: fn(&Destination) -> usize| {
            let figure = |destination: &Destination| format!("{} {}", destination.name, figure(destination));
            self.destinations.iter().map(figure).collect::<Vec<_>>().join(", ")
        };
        let delivered = column(|destination| destination.delivered);
        let gone = column(|destination| destination.gone);
        let twice = column(|destination| destination.twice);
        let (fault, acknowledged) = (&self.fault, self.acknowledged.len());
        let (stall, memory) = (self.longest_stall.as_secs_f64(), self.peak_memory >> 20);
        // lost and not counted: `count` would have failed
        let line = format!(
            "| {fault} | {acknowledged} | {delivered} | 0 | {gone} | {twice} | {stall:.1} s | {memory} MiB |"
        );
        say(&line);
    }
}

/// Says a line also where the test passes, which takes what is printed.
pub fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr is open");
}

/// How many items a sink has more than once.
pub fn doubled(sink: &Sink) -> usize {
    sink.numbers(Signal::Traces).into_values().filter(|times| *times > 1).count()
}

/// How many requests were delivered again, in whole or in part: those that hold a number which a later one holds too.
pub fn requests_repeated(requests: &[Payload]) -> usize {
    let requests: Vec<Numbers> = requests.iter().map(numbers_of).collect();
    let mut last = HashMap::new();
    for (at, numbers) in requests.iter().enumerate() {
        last.extend(numbers.keys().map(|number| (*number, at)));
    }
    let is_repeated = |(at, numbers): &(usize, &Numbers)| numbers.keys().any(|number| last[number] > *at);
    requests.iter().enumerate().filter(is_repeated).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbered::spans;

    #[test]
    fn a_request_that_comes_again_in_pieces_is_one_that_was_repeated() {
        let requests = |ranges: &[std::ops::Range<u64>]| -> Vec<Payload> {
            ranges.iter().cloned().map(|range| spans(range, "x")).collect()
        };
        assert_eq!(requests_repeated(&requests(&[0..5, 5..10, 10..15])), 0);
        assert_eq!(requests_repeated(&requests(&[0..5, 5..10, 5..7, 7..12])), 1);
        assert_eq!(requests_repeated(&requests(&[0..5, 0..5, 0..5])), 2);
    }

    #[test]
    #[should_panic(expected = "number 2 is missing")]
    fn what_is_owed_and_not_there_is_a_failure() {
        let mut tally = Tally::new("x");
        tally.acknowledged = vec![1, 2, 3];
        tally.count("somewhere", &Numbers::from([(1, 1), (3, 2)]), &[]);
    }
}
