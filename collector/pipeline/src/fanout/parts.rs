//! A batch that was taken apart: each part goes its own way, and the sender hears one answer.

use crate::{BoxFuture, Refused};

use super::{Call, Outcome, all};

/// A part on its way: where to, how many items, and the call.
pub type Part<'a> = (&'a str, usize, BoxFuture<'a, Outcome>);

/// Waits for all parts of a batch. A part that is to be sent again makes the whole batch be sent again, also what was
/// taken; else what was refused for good is counted together.
pub async fn parts(parts: Vec<Part<'_>>) -> Outcome {
    let (mut names, mut calls) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
    for (name, items, call) in parts {
        names.push((name, items));
        calls.push(Call::Waiting(call));
    }
    all(&mut calls).await;
    let (mut messages, mut again, mut lost) = (Vec::new(), None, 0);
    let mut all_lost = true;
    for ((name, items), call) in names.into_iter().zip(calls) {
        let (message, some) = match call.into_outcome() {
            Ok(()) => {
                all_lost = false;
                continue;
            }
            Err(Refused::Retry { after, message }) => {
                again = again.max(Some(after));
                (message, 0)
            }
            Err(Refused::Permanent { message }) => (message, items),
            Err(Refused::Partial { items: some, message }) => {
                all_lost = false;
                (message, some.min(items))
            }
        };
        lost += some;
        messages.push(format!("{name}: {message}"));
    }
    let message = messages.join("; ");
    match again {
        _ if messages.is_empty() => Ok(()),
        Some(after) => Err(Refused::Retry { after, message }),
        None if all_lost => Err(Refused::Permanent { message }),
        None => Err(Refused::Partial { items: lost, message }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fanout::done;

    #[tokio::test]
    async fn parts_are_answered_for_together() {
        let retry = |seconds: Option<u64>| {
            Err(Refused::Retry { after: seconds.map(Duration::from_secs), message: "later".into() })
        };
        let lost = || Err(Refused::permanent("no"));
        let answer = async |outcomes: Vec<Outcome>| {
            parts(outcomes.into_iter().map(|outcome| ("a", 3, done(outcome))).collect()).await
        };
        assert_eq!(answer(vec![Ok(()), Ok(())]).await, Ok(()));
        let again = answer(vec![retry(Some(2)), Ok(()), lost(), retry(None)]).await;
        assert!(matches!(again, Err(Refused::Retry { after, .. }) if after == Some(Duration::from_secs(2))));
        assert!(matches!(answer(vec![lost(), lost()]).await, Err(Refused::Permanent { .. })));
        let part =
            answer(vec![lost(), Ok(()), Err(Refused::Partial { items: 2, message: "x".into() })]).await;
        assert_eq!(part, Err(Refused::Partial { items: 5, message: "a: no; a: x".into() }));
    }
}
