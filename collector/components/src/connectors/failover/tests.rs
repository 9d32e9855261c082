use std::sync::atomic::{AtomicUsize, Ordering};

use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{Host, Outputs};

use super::*;

/// Answers as it is told, and counts.
struct Level {
    answer: Mutex<Result<(), Refused>>,
    asked: AtomicUsize,
}

impl Consumer for Level {
    fn consume(&self, _: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { self.answer.lock().clone() })
    }
}

struct Setup {
    levels: Vec<Arc<Level>>,
    consumer: Arc<dyn Consumer>,
    host: Host,
}

fn build_from(section: &str) -> Result<Setup, String> {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("x.yaml", format!("connectors: {{failover: {section}}}"));
    let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let (id, section) = document.connectors.get_index(0).unwrap();
    let host = Host::new(1, 1 << 30);
    let level = || Arc::new(Level { answer: Mutex::new(Ok(())), asked: AtomicUsize::new(0) });
    let levels: Vec<Arc<Level>> = (0..3).map(|_| level()).collect();
    let named = ["logs/a", "logs/b", "logs/c"].iter().zip(&levels);
    let pipelines =
        named.map(|(id, level)| (id.parse().unwrap(), level.clone() as Arc<dyn Consumer>)).collect();
    let fed = Fed { outputs: Outputs::default(), pipelines };
    let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
    match build(&mut context, section, Signal::Logs, fed) {
        Some(built) => Ok(Setup { levels, consumer: built.consumer, host }),
        None => Err(diagnostics.render(false)),
    }
}

impl Setup {
    fn three_levels() -> Self {
        build_from("{priority_levels: [[logs/a], [logs/b], [logs/c]], retry_interval: 60s}").unwrap()
    }

    fn tell(&self, level: usize, answer: Result<(), Refused>) {
        *self.levels[level].answer.lock() = answer;
    }

    /// Sends a batch: the answer, and how often each level was asked for it.
    async fn send(&self) -> (Result<(), Refused>, [usize; 3]) {
        let batch = Batch::new(Signal::Logs, bytes::Bytes::from_static(b"\x0a\x00"), 2);
        let answer = self.consumer.consume(batch).await;
        let asked: Vec<usize> =
            self.levels.iter().map(|level| level.asked.swap(0, Ordering::Relaxed)).collect();
        (answer, asked.try_into().unwrap())
    }
}

fn again() -> Result<(), Refused> {
    Err(Refused::retry("down"))
}

#[tokio::test(start_paused = true)]
async fn the_batch_that_a_level_cannot_take_goes_to_the_next() {
    let setup = Setup::three_levels();
    assert_eq!(setup.send().await, (Ok(()), [1, 0, 0]));
    setup.tell(0, again());
    assert_eq!(setup.send().await, (Ok(()), [1, 1, 0]));
    assert_eq!(setup.send().await, (Ok(()), [0, 1, 0]), "a level that failed is left alone");
    setup.tell(1, again());
    assert_eq!(setup.send().await, (Ok(()), [0, 1, 1]));
}

#[tokio::test(start_paused = true)]
async fn a_level_that_works_again_is_used_again_after_the_interval() {
    let setup = Setup::three_levels();
    setup.tell(0, again());
    setup.send().await.0.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    assert_eq!(setup.send().await, (Ok(()), [1, 1, 0]), "one batch finds out that it still fails");
    setup.tell(0, Ok(()));
    assert_eq!(setup.send().await, (Ok(()), [0, 1, 0]));
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    assert_eq!(setup.send().await, (Ok(()), [1, 0, 0]));
    assert_eq!(setup.send().await, (Ok(()), [1, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn only_again_later_moves_on() {
    let setup = Setup::three_levels();
    for answer in [Err(Refused::permanent("no")), Err(Refused::Partial { items: 1, message: "one".into() })] {
        setup.tell(0, answer.clone());
        assert_eq!(setup.send().await, (answer, [1, 0, 0]));
    }
    let row = &setup.host.ledger.rows()[0];
    assert_eq!((row.items_in, row.items_out, row.dropped["rejected"]), (4, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn where_no_level_takes_it_the_sender_is_told_and_every_level_is_tried() {
    let setup = Setup::three_levels();
    (0..3).for_each(|level| setup.tell(level, again()));
    for _ in 0..2 {
        assert_eq!(setup.send().await, (again(), [1, 1, 1]));
    }
    setup.tell(2, Ok(()));
    assert_eq!(setup.send().await, (Ok(()), [1, 1, 1]));
    let row = &setup.host.ledger.rows()[0];
    assert_eq!((row.items_in, row.items_out, row.dropped["refused"]), (6, 2, 4));
}

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_write() {
    let cases = [
        ("", "there is no level", "[[traces/near], [traces/far]]"),
        ("{priority_levels: [[logs/a], []]}", "priority_levels[1]", "at least one"),
        ("{priority_levels: [[logs/x]]}", "does not list the connector", "`logs/"),
        ("{priority_levels: [[logs/a]], sending_queue: {}}", "sending_queue", "last level"),
    ];
    for (section, message, help) in cases {
        let messages = build_from(section).err().unwrap();
        assert!(messages.contains(message) && messages.contains(help), "{section}\n{messages}");
    }
}
