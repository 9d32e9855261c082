//! Holds from their start to their end, with real files.

use std::time::{Duration, Instant};

use super::*;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(3600);

async fn settled(fixture: &Fixture) -> (u64, u64, u64, u64) {
    while fixture.counts().3 > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    fixture.counts()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[tokio::test]
async fn a_trace_with_an_error_is_kept_whole_and_told_why_and_the_rest_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    for store in [None, Some(store(folder.path()))] {
        let fixture = Fixture::start(store, waiting(Duration::from_millis(300))).await;
        fixture
            .gate
            .consume(batch(vec![span(1, 1, false), span(2, 2, false), span(1, 3, false)]))
            .await
            .unwrap();
        fixture
            .gate
            .consume(batch(vec![span(2, 4, false), span(1, 5, true), span(3, 6, false)]))
            .await
            .unwrap();
        assert_eq!(fixture.outlet.wait_for(3).await, [(1, 1), (1, 3), (1, 5)]);
        assert_eq!(settled(&fixture).await, (6, 3, 3, 0));
        for span in &*fixture.outlet.taken.lock() {
            assert_eq!(text(span, "codeagent.sampling.rule").as_deref(), Some("errors"));
            assert_eq!(span.trace_state, "ot=th:0");
        }
        fixture.hold.stop(soon()).await;
    }
}

#[tokio::test]
async fn what_is_undecided_at_the_stop_is_decided_after_the_next_start_as_one_trace() {
    let folder = tempfile::tempdir().unwrap();
    let first = Fixture::start(Some(store(folder.path())), waiting(LONG)).await;
    first.gate.consume(batch(vec![span(1, 1, false), span(2, 2, false)])).await.unwrap();
    first.hold.stop(soon()).await;
    assert_eq!(first.counts(), (0, 0, 0, 0));
    let second = Fixture::start(Some(store(folder.path())), waiting(LONG)).await;
    second.gate.consume(batch(vec![span(1, 3, true)])).await.unwrap();
    assert_eq!(second.counts(), (3, 0, 0, 3));
    second.apply(waiting(SHORT)).await;
    assert_eq!(second.outlet.wait_for(2).await, [(1, 1), (1, 3)]);
    assert_eq!(settled(&second).await, (3, 2, 1, 0));
    second.hold.stop(soon()).await;
}

#[tokio::test]
async fn without_a_disk_all_is_decided_at_the_stop() {
    let fixture = Fixture::start(None, waiting(LONG)).await;
    fixture.gate.consume(batch(vec![span(1, 1, false), span(1, 2, true), span(2, 3, false)])).await.unwrap();
    fixture.hold.stop(soon()).await;
    assert_eq!(fixture.outlet.spans(), [(1, 1), (1, 2)]);
    assert_eq!(fixture.counts(), (3, 2, 1, 0));
}

#[tokio::test]
async fn what_comes_late_follows_the_decision_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = Fixture::start(Some(store(folder.path())), waiting(SHORT)).await;
    first.gate.consume(batch(vec![span(1, 1, true), span(2, 2, false)])).await.unwrap();
    first.outlet.wait_for(1).await;
    settled(&first).await;
    first.gate.consume(batch(vec![span(1, 3, false), span(2, 4, true)])).await.unwrap();
    assert_eq!(first.outlet.wait_for(2).await, [(1, 1), (1, 3)]);
    first.hold.stop(soon()).await;
    let second = Fixture::start(Some(store(folder.path())), waiting(LONG)).await;
    second.gate.consume(batch(vec![span(1, 5, false), span(2, 6, true)])).await.unwrap();
    assert_eq!(second.outlet.wait_for(1).await, [(1, 5)]);
    assert_eq!(settled(&second).await, (2, 1, 1, 0));
    assert_eq!(text(&second.outlet.taken.lock()[0], "codeagent.sampling.rule").as_deref(), Some("errors"));
    second.hold.stop(soon()).await;
}

#[tokio::test]
async fn a_refused_delivery_is_tried_again_and_one_that_is_refused_for_good_is_counted() {
    let fixture = Fixture::start(None, waiting(SHORT)).await;
    fixture.outlet.refusals.lock().push(Refused::retry("busy"));
    fixture.gate.consume(batch(vec![span(1, 1, true)])).await.unwrap();
    assert_eq!(fixture.outlet.wait_for(1).await, [(1, 1)]);
    fixture.outlet.refusals.lock().push(Refused::permanent("never"));
    fixture.gate.consume(batch(vec![span(2, 2, true)])).await.unwrap();
    assert_eq!(settled(&fixture).await, (2, 1, 0, 0));
    fixture.hold.stop(soon()).await;
}

#[tokio::test]
async fn when_the_bytes_are_used_up_the_oldest_traces_are_decided_and_nothing_is_lost() {
    let settings = HoldSettings { bytes_max: Some(20_000), ..waiting(LONG) };
    let fixture = Fixture::start(None, settings).await;
    for number in 0..200 {
        let long = Span { name: "x".repeat(1_000), ..span(number, u64::from(number), true) };
        fixture.gate.consume(batch(vec![long])).await.unwrap();
    }
    fixture.outlet.wait_for(150).await;
    let early: Vec<u8> = fixture.outlet.taken.lock().iter().map(|span| span.trace_id[0]).collect();
    assert!(early.is_sorted() && early.len() < 200, "the oldest first, and not all");
    fixture.hold.stop(soon()).await;
    assert_eq!(fixture.counts(), (200, 200, 0, 0));
}

#[tokio::test]
async fn why_tells_of_the_kept_the_dropped_the_undecided_and_the_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::start(Some(store(folder.path())), waiting(SHORT)).await;
    let why = async |trace: &str| fixture.hold.why(&trace.repeat(16)).await.unwrap();
    fixture.gate.consume(batch(vec![span(1, 1, true), span(2, 2, false)])).await.unwrap();
    fixture.outlet.wait_for(1).await;
    settled(&fixture).await;
    fixture.gate.consume(batch(vec![span(1, 3, false)])).await.unwrap();
    fixture.outlet.wait_for(2).await;
    settled(&fixture).await;
    fixture.apply(waiting(LONG)).await;
    let kept = why("01").await;
    assert_eq!((kept.state, kept.rule.as_deref(), kept.spans), (State::Kept, Some("errors"), 1));
    assert_eq!((kept.trigger.as_deref(), kept.late_items, kept.is_delivered), (Some("waited"), 1, true));
    assert_eq!((kept.has_error, kept.probability, kept.duration_ms), (true, Some(1.0), 5e-6));
    assert_eq!(why("02").await.state, State::Dropped);
    fixture.gate.consume(batch(vec![span(3, 4, true)])).await.unwrap();
    let mut undecided = why("03").await;
    while undecided.state == State::Unknown {
        undecided = why("03").await;
    }
    assert_eq!((undecided.state, undecided.spans), (State::Undecided, 1));
    assert!(undecided.due_in_ms.is_some_and(|left| left > 3_000_000));
    assert_eq!(
        (why("04").await.state, fixture.hold.why("no id").await.unwrap().state),
        (State::Unknown, State::Unknown)
    );
    fixture.hold.stop(soon()).await;
}

#[tokio::test]
async fn a_hold_that_nobody_starts_again_decides_what_is_on_its_disk() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::start(Some(store(folder.path())), waiting(LONG)).await;
    fixture.gate.consume(batch(vec![span(1, 1, false), span(1, 2, true), span(2, 3, false)])).await.unwrap();
    fixture.hold.retire(soon()).await;
    assert_eq!(fixture.outlet.spans(), [(1, 1), (1, 2)]);
    assert_eq!(fixture.counts(), (3, 2, 1, 0));
}
