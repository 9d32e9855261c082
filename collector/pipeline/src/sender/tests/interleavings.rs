//! Whatever comes in whatever order: every item is settled once, every caller is answered, all room comes back.

use std::time::Duration;

use codeagent_config::ByteSize;
use proptest::prelude::*;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::script::*;
use crate::sender::{BatchConfig, QueueConfig, RetryConfig, Sizer};
use crate::{Consumer, Refused, Sending, Slots};

/// What somebody does to the sender.
#[derive(Clone, Debug)]
enum Step {
    /// Hands in a batch of this many items, with places reserved before or not.
    Consume { items: usize, reserved: bool },
    /// The caller of this number, if it is still waiting, goes away.
    Leave(usize),
    /// Time passes.
    Wait(Duration),
    /// Somebody reserves a place and lets it go.
    ReserveInVain,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..7, any::<bool>()).prop_map(|(items, reserved)| Step::Consume { items, reserved }),
        2 => (0usize..20).prop_map(Step::Leave),
        3 => (0u64..9000).prop_map(|time| Step::Wait(Duration::from_millis(time))),
        1 => Just(Step::ReserveInVain),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Take),
        2 => Just(Act::Busy),
        2 => (0usize..4).prop_map(Act::TakeSome),
        2 => Just(Act::Refuse),
        1 => Just(Act::Hang),
        1 => (0u64..6000).prop_map(|time| Act::After(Duration::from_millis(time))),
        2 => (0usize..4).prop_map(Act::AtMost),
        1 => Just(Act::Reject { items: 1, first_item: None }),
        1 => (0u64..60).prop_map(|time| Act::BusyFor(Duration::from_secs(time))),
    ]
}

fn queue() -> impl Strategy<Value = QueueConfig> {
    let sizer = prop_oneof![Just(Sizer::Requests), Just(Sizer::Items), Just(Sizer::Bytes)];
    let size = proptest::option::of((1u64..12).prop_map(ByteSize));
    let batch = proptest::option::of((0u64..6, 0u64..4).prop_map(|(min, more)| BatchConfig {
        min_size: ByteSize(min),
        max_size: ByteSize(if more == 0 { 0 } else { min + more }),
        sizer: Some(Sizer::Items),
        ..BatchConfig::default()
    }));
    (any::<[bool; 3]>(), 1usize..4, size, sizer, batch).prop_map(
        |([enabled, wait_for_result, block_on_overflow], num_consumers, queue_size, sizer, batch)| {
            QueueConfig {
                enabled: enabled || block_on_overflow,
                num_consumers,
                queue_size,
                sizer: Some(sizer),
                block_on_overflow,
                wait_for_result: Some(wait_for_result),
                batch,
                ..QueueConfig::default()
            }
        },
    )
}

struct Call {
    items: Vec<u8>,
    task: JoinHandle<Result<(), Refused>>,
}

struct Play {
    bench: Bench,
    calls: Vec<Call>,
    next_item: u8,
}

impl Play {
    async fn perform(&mut self, step: Step) {
        match step {
            Step::Consume { items, reserved } => self.consume(items, reserved),
            Step::Leave(caller) => {
                if let Some(call) = self.calls.get(caller) {
                    call.task.abort();
                }
            }
            Step::Wait(time) => sleep(time).await,
            Step::ReserveInVain => {
                let _refused = self.bench.sender.reserve(&batch(b"xyz"), &Slots::default());
            }
        }
    }

    fn consume(&mut self, items: usize, reserved: bool) {
        let items: Vec<u8> = (0..items)
            .map(|_| {
                self.next_item += 1;
                self.next_item
            })
            .collect();
        let (sender, mut batch) = (self.bench.sender.clone(), batch(&items));
        let task = tokio::spawn(async move {
            if reserved {
                let slots = Slots::default();
                sender.reserve(&batch, &slots)?;
                batch.slots = Some(slots);
            }
            sender.consume(batch).await
        });
        self.calls.push(Call { items, task });
    }

    /// Ends it: by a drain, after which everything must add up.
    async fn check(self, destination: &Destination, queue: &QueueConfig) {
        self.bench.drain(Duration::from_secs(30)).await;
        let taken = destination.taken();
        assert!(taken.windows(2).all(|pair| pair[0] != pair[1]), "delivered twice: {taken:?}");
        let (items_in, out, dropped, in_flight) = self.bench.row();
        assert_eq!((out, in_flight), (taken.len() as u64, 0));
        assert!(dropped.iter().all(|(reason, _)| *reason != "abandoned"), "{dropped:?}");
        assert_eq!(self.bench.sender.room.fill_bytes().0, 0);
        assert_eq!(self.bench.sender.room.fill().0, 0);
        let waited = queue.wait_for_result != Some(false) || !queue.enabled;
        for Call { items, task } in self.calls {
            let delivered = items.iter().filter(|item| taken.contains(item)).count();
            match task.await {
                Err(left) => assert!(left.is_cancelled()),
                Ok(Ok(())) if waited => assert_eq!(delivered, items.len(), "acknowledged, not delivered"),
                Ok(Err(Refused::Permanent { .. })) => assert_eq!(delivered, 0),
                Ok(_) => {}
            }
        }
        assert!(items_in >= out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_item_is_settled_once(
        queue in queue(),
        script in proptest::collection::vec(act(), 0..30),
        otherwise in act(),
        shards in 0usize..3,
        starts in 0usize..3,
        steps in proptest::collection::vec(step(), 0..36),
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let starts = &["down", "down"][..starts.min(2)];
            let destination = Destination { shards, poison: Some(13), ..Destination::new(script) };
            let destination = destination.starting_with(starts);
            destination.then_always(otherwise);
            let bench = running(&destination, queue.clone(), RetryConfig::default());
            let mut play = Play { bench, calls: Vec::new(), next_item: 0 };
            for step in steps {
                play.perform(step).await;
            }
            play.check(&destination, &queue).await;
        });
    }
}
