//! `examples/kafka-two-tiers`, run as its manual says: the very lines, but for their ports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use codeagent_tests::collector::binary;
use codeagent_tests::kafka::create;
use codeagent_tests::numbered::{Numbers, missing, numbers_of, span_id};
use codeagent_tests::ports::free_port;
use codeagent_tests::servers::Server;
use codeagent_tests::tiers::{BLOCK, TRACES, spread_spans, trace_of};
use codeagent_tests::{Load, Payload, eventually, http};
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PARTITIONS: i32 = 12;

/// The example in a folder of its own.
struct Example {
    broker: Server,
    folder: TempDir,
    grpc: u16,
    /// What runs, by its line.
    running: BTreeMap<String, Running>,
}

struct Running {
    child: Child,
    metrics: u16,
}

fn example() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "examples", "kafka-two-tiers"].iter().collect()
}

/// The commands of the manual, block by block.
fn blocks() -> Vec<Vec<String>> {
    let manual = fs::read_to_string(example().join("README.md")).unwrap();
    let blocks = manual.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.lines().map(str::to_owned).collect()).collect()
}

impl Example {
    async fn start() -> Self {
        let (broker, folder) = (Server::start("kafka"), tempfile::tempdir().unwrap());
        for name in ["gateway.yaml", "sampler.yaml"] {
            fs::copy(example().join(name), folder.path().join(name)).unwrap();
        }
        for topic in ["otlp_spans", "otlp_logs"] {
            create(broker.endpoint(), topic, PARTITIONS).await;
        }
        Example { broker, folder, grpc: free_port(), running: BTreeMap::new() }
    }

    /// Runs a line as a shell would, in the example's folder, with ports that are free.
    fn run(&mut self, line: &str) {
        let metrics = free_port();
        let mut words = line.split_whitespace().peekable();
        let mut environment = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            let port = metrics.to_string();
            let value = if name == "METRICS_PORT" { port } else { value.to_owned() };
            environment.push((name.to_owned(), value));
            words.next();
        }
        assert_eq!(words.next(), Some("codeagent-collector"), "{line}");
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let child = Command::new(binary())
            .args(words)
            .current_dir(self.folder.path())
            .envs(environment)
            .env("KAFKA", self.broker.endpoint())
            .env("GRPC_PORT", self.grpc.to_string())
            .env("CODEAGENT_DATA_DIR", self.folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.running.insert(line.to_owned(), Running { child, metrics });
    }

    async fn kill(&mut self, line: &str) {
        self.running.remove(line).unwrap().child.kill().await.unwrap();
    }

    /// Waits until the samplers share all partitions of both topics.
    async fn is_balanced(&self) {
        eventually("the samplers share all partitions", async || {
            let mut held = Vec::new();
            for (line, running) in self.running.iter().filter(|(line, _)| line.contains("sampler.yaml")) {
                let url = format!("http://127.0.0.1:{}/metrics", running.metrics);
                let metrics = http::send("GET", &url, &[], Default::default()).await?.text();
                let figure = |name: &str| {
                    let line = metrics.lines().find(|line| line.starts_with(name));
                    line.and_then(|line| line.split(' ').next_back()?.parse::<i32>().ok()).unwrap_or(0)
                };
                let now = figure("otelcol_kafka_receiver_partition_start{")
                    - figure("otelcol_kafka_receiver_partition_close{");
                held.push((line, now));
            }
            let all = held.iter().map(|(_, now)| now).sum::<i32>();
            if all == 2 * PARTITIONS && held.iter().all(|(_, now)| *now > 0) {
                Ok(())
            } else {
                Err(format!("{held:?}"))
            }
        })
        .await;
    }

    /// What each sampler kept.
    fn kept(&self) -> Vec<Numbers> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path());
        let is_kept = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jsonl");
        files.filter(is_kept).map(|path| numbers_in(&path)).collect()
    }

    /// Sends traces for a while, with `meanwhile` in the middle, and checks that those that were to be kept are, each whole
    /// and by one sampler.
    async fn check(&mut self, meanwhile: Option<&str>) {
        let load = Load::start(&format!("http://127.0.0.1:{}", self.grpc), traces, 4, 32);
        load.advance(6000).await;
        if let Some(line) = meanwhile {
            self.kill(line).await;
            self.run(line);
        }
        load.advance(6000).await;
        let acknowledged = load.stop().await;
        let wanted: Vec<u64> =
            acknowledged.iter().copied().filter(|number| is_wrong(trace_of(*number))).collect();
        assert!(!wanted.is_empty());
        let (folder, seen) = (self.folder.path().join("log"), || self.kept());
        eventually("all traces with errors are kept", async || {
            let mut all = Numbers::new();
            seen().into_iter().for_each(|numbers| all.extend(numbers));
            let missing = missing(wanted.iter().copied(), &all);
            if missing.is_empty() { Ok(()) } else { Err(format!("{missing}: {}", folder.display())) }
        })
        .await;
        let kept = self.kept();
        let mut homes: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for number in &acknowledged {
            let home = |(home, numbers): (usize, &Numbers)| numbers.contains_key(number).then_some(home);
            homes.entry(trace_of(*number)).or_default().extend(kept.iter().enumerate().filter_map(home));
        }
        let cut: Vec<_> = homes.iter().filter(|(_, homes)| homes.len() > 1).collect();
        assert!(cut.is_empty(), "kept in halves: {cut:?}");
        let dropped = homes.values().filter(|homes| homes.is_empty()).count();
        let by_chance = homes.len() - dropped - homes.keys().filter(|trace| is_wrong(**trace)).count();
        assert!(
            dropped > by_chance && by_chance > 0,
            "{dropped} of {} dropped, {by_chance} kept by chance",
            homes.len()
        );
        println!("{} traces, {} kept, each whole and by one sampler", homes.len(), homes.len() - dropped);
    }
}

fn numbers_in(path: &Path) -> Numbers {
    let mut all = Numbers::new();
    for line in fs::read_to_string(path).unwrap_or_default().lines() {
        // the last line may be half written
        let Ok(request) = serde_json::from_str(line) else { continue };
        for (number, times) in numbers_of(&Payload::Traces(request)) {
            *all.entry(number).or_default() += times;
        }
    }
    all
}

/// Whether a trace has an error: every fourth.
fn is_wrong(trace: u64) -> bool {
    trace.is_multiple_of(4)
}

/// Spans of traces with a root, which comes first and says whether the trace went wrong.
fn traces(numbers: std::ops::Range<u64>, service: &str) -> Payload {
    let first = numbers.start;
    let mut payload = spread_spans(numbers, service);
    let Payload::Traces(request) = &mut payload else { unreachable!() };
    for (index, span) in request.resource_spans[0].scope_spans[0].spans.iter_mut().enumerate() {
        let number = first + index as u64;
        // as agents make them: what samples by chance looks at all of the id
        let random = trace_of(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        span.trace_id = [random, random].concat();
        if number % BLOCK >= TRACES {
            span.parent_span_id = span_id(trace_of(number)).to_vec();
        } else if is_wrong(trace_of(number)) {
            span.status.as_mut().unwrap().code = 2;
        }
    }
    payload
}

#[tokio::test]
#[ignore = "needs Kafka"]
async fn the_example_runs_as_written_a_sampler_is_killed_and_another_joins() {
    let mut example = Example::start().await;
    let blocks = blocks();
    let [begin, grow] = &blocks[..] else { panic!("the manual has other blocks: {blocks:?}") };
    for line in begin {
        example.run(line);
    }
    example.is_balanced().await;
    example.check(Some(&begin[2])).await;
    for line in grow {
        example.run(line);
    }
    example.is_balanced().await;
    example.check(None).await;
}
