#![doc = include_str!("README.md")]

use codeagent_config::{Duration, Section};
use codeagent_pipeline::{About, BuildContext, BuiltProcessor, ProcessorFactory, Signal};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

/// Makes the processor.
pub const FACTORY: ProcessorFactory = ProcessorFactory {
    about: About {
        kind: "memory_limiter",
        aliases: &[],
        summary: "bounds the memory that data may hold; checked before a body is read",
        signals: &Signal::ALL,
        schema: || schema_for!(Config),
    },
    build,
};

/// The intervals are the Collector's. They change nothing here: bytes are counted, not polled.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(dead_code)]
struct Config {
    /// Read for compatibility; bytes are counted as they come, not polled.
    check_interval: Duration,
    /// Read for compatibility; there is no garbage collector.
    min_gc_interval_when_soft_limited: Duration,
    /// Read for compatibility; there is no garbage collector.
    min_gc_interval_when_hard_limited: Duration,
    /// The hard limit in MiB.
    limit_mib: u32,
    /// The part of it that is kept free for spikes, in MiB; a fifth of the limit when left out.
    spike_limit_mib: u32,
    /// The hard limit in percent of the machine's (or the container's) memory; `limit_mib` goes first.
    limit_percentage: u32,
    /// The part of it that is kept free for spikes, in percent of the memory.
    spike_limit_percentage: u32,
}

fn build(context: &mut BuildContext<'_>, section: &Section, _: Signal) -> Option<BuiltProcessor> {
    let config: Config = section.decode(context.diagnostics)?;
    match config.bytes(available_memory()) {
        Ok(bytes) => Some(BuiltProcessor::MemoryLimit { bytes }),
        Err((problem, help)) => {
            context.diagnostics.push(section.error(problem, help));
            None
        }
    }
}

impl Config {
    /// The soft limit: what data may hold before the door refuses.
    fn bytes(&self, memory: usize) -> Result<usize, (&'static str, &'static str)> {
        let mib = |mib: u32| (mib as usize) << 20;
        let share = |percentage: u32| memory / 100 * percentage as usize;
        let (limit, spike) = match (self.limit_mib, self.limit_percentage) {
            (0, 0) => return Err(("a limit is missing", "set `limit_mib` or `limit_percentage`")),
            (0, percentage) if percentage > 100 || self.spike_limit_percentage > 100 => {
                return Err(("a percentage is over 100", "write a share of the memory, such as 75"));
            }
            (0, percentage) => (share(percentage), share(self.spike_limit_percentage)),
            (limit, _) => (mib(limit), mib(self.spike_limit_mib)),
        };
        let spike = if spike == 0 { limit / 5 } else { spike };
        if spike >= limit {
            return Err(("the spike limit is not below the limit", "a fifth of the limit is usual"));
        }
        Ok(limit - spike)
    }
}

/// The memory of the container where it is bounded, else of the machine; in bytes.
pub fn available_memory() -> usize {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let machine = read("/proc/meminfo");
    let total = machine.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    let machine = kib.map_or(FALLBACK, |kib| kib << 10);
    let container = read("/sys/fs/cgroup/memory.max").trim().parse::<usize>();
    container.map_or(machine, |limit| limit.min(machine))
}

/// Where the platform does not tell.
const FALLBACK: usize = 2 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: usize = 1 << 30;

    #[test]
    fn the_limit_is_the_collectors_soft_limit() {
        let cases = [
            (Config { limit_mib: 500, ..Config::default() }, 400 << 20),
            (Config { limit_mib: 500, spike_limit_mib: 200, ..Config::default() }, 300 << 20),
            (Config { limit_percentage: 50, ..Config::default() }, GIB / 100 * 50 - GIB / 100 * 50 / 5),
            (
                Config { limit_percentage: 50, spike_limit_percentage: 20, ..Config::default() },
                GIB / 100 * 30,
            ),
        ];
        for (config, bytes) in cases {
            assert_eq!(config.bytes(GIB), Ok(bytes), "{config:?}");
        }
    }

    #[test]
    fn a_limit_that_cannot_be_is_refused() {
        let refused = [
            Config::default(),
            Config { limit_percentage: 101, ..Config::default() },
            Config { limit_mib: 10, spike_limit_mib: 10, ..Config::default() },
        ];
        for config in refused {
            assert!(config.bytes(GIB).is_err(), "{config:?}");
        }
    }

    #[test]
    fn the_machine_has_memory() {
        assert!(available_memory() > 1 << 20);
    }
}
