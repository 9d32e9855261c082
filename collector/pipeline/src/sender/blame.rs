//! Who is told what: the fate of a merged batch, seen by each of those whose batches were merged.

use std::time::Duration;

use crate::{Refused, Rejection};

/// What a caller is told.
pub(super) type Outcome = Result<(), Refused>;

/// What became of one batch; what is not in here was delivered.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Refused for good.
    pub rejected: Vec<Rejection>,
    /// Not delivered in the end, though it could be sent again.
    pub given_up: Option<GivenUp>,
}

/// Items that were given up.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub items: usize,
    /// When the destination wants to be asked again.
    pub after: Option<Duration>,
    /// Why, for people.
    pub message: String,
    /// What made an end of it.
    pub cause: Cause,
}

/// Why items were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The collector stops.
    Stop,
    /// Their retries ran out.
    Expiry,
    /// The exporter broke down over them.
    Breakdown,
}

impl Report {
    /// Adds what became of another part of the same batch.
    pub fn add(&mut self, other: Report) {
        self.rejected.extend(other.rejected);
        match (&mut self.given_up, other.given_up) {
            (Some(mine), Some(its)) => {
                mine.items += its.items;
                mine.after = mine.after.max(its.after);
            }
            (mine @ None, its) => *mine = its,
            (Some(_), None) => {}
        }
    }

    /// Items refused for good.
    pub fn rejected_items(&self) -> usize {
        self.rejected.iter().map(|rejection| rejection.items).sum()
    }

    /// Whether all of a batch of `items` was refused and nobody can tell whose fault it was. Then, and only
    /// then, each part can be sent again by itself without delivering anything twice.
    pub fn blames_nobody(&self, items: usize) -> bool {
        self.given_up.is_none()
            && self.rejected_items() >= items
            && self.rejected.iter().any(|rejection| rejection.first_item.is_none())
    }
}

/// The answer to each caller, given how many items each put into the batch, in their order. A rejection with
/// a known position goes to the caller who sent the item (and, where it is longer than his part, on to the
/// next); one without a position is told to all, who hear of a part only unless the whole batch was refused.
pub(super) fn answers(sizes: &[usize], report: &Report) -> Vec<Outcome> {
    let mut blamed = vec![Blame::default(); sizes.len()];
    let mut unplaced = Blame::default();
    for Rejection { items, first_item, message, .. } in &report.rejected {
        match *first_item {
            None => unplaced.add(*items, message),
            Some(first) => place(sizes, first, *items, |part, items| blamed[part].add(items, message)),
        }
    }
    let refused = unplaced.items + blamed.iter().map(|blame| blame.items).sum::<usize>();
    let refused_whole = refused >= sizes.iter().sum();
    let parts = sizes.iter().zip(blamed);
    parts
        .map(|(&items, blamed)| match &report.given_up {
            Some(given_up) if blamed.items < items => {
                Err(Refused::Retry { after: given_up.after, message: given_up.message.clone() })
            }
            _ => blamed.outcome(items, unplaced, refused_whole),
        })
        .collect()
}

/// Rejected items, and the first of their messages.
#[derive(Clone, Copy, Default)]
struct Blame<'a> {
    items: usize,
    message: Option<&'a str>,
}

impl<'a> Blame<'a> {
    fn add(&mut self, items: usize, message: &'a str) {
        self.items += items;
        self.message.get_or_insert(message);
    }

    fn outcome(self, size: usize, unplaced: Blame<'_>, refused_whole: bool) -> Outcome {
        let message = self.message.or(unplaced.message).unwrap_or_default();
        match self.items + unplaced.items {
            0 => Ok(()),
            _ if refused_whole || self.items >= size => Err(Refused::permanent(message)),
            some => Err(Refused::Partial { items: some.min(size), message: message.to_owned() }),
        }
    }
}

/// Calls `hit(part, items)` for each part that the `count` items from `first` on lie in.
fn place(sizes: &[usize], first: usize, mut count: usize, mut hit: impl FnMut(usize, usize)) {
    let mut start = 0;
    for (part, size) in sizes.iter().enumerate() {
        let end = start + size;
        if count > 0 && first < end {
            let items = count.min(end - first.max(start));
            hit(part, items);
            count -= items;
        }
        start = end;
    }
}

/// The answer for a batch that was split, from the items of each part and what became of it: "try again"
/// where any part must be sent again, else what was refused in sum.
pub(super) fn join_parts(parts: impl IntoIterator<Item = (usize, Outcome)>) -> Outcome {
    let (mut rejected, mut all, mut reason) = (0, true, None);
    for (size, outcome) in parts {
        let (items, message) = match outcome {
            Ok(()) => {
                all = false;
                continue;
            }
            Err(retry @ Refused::Retry { .. }) => return Err(retry),
            Err(Refused::Permanent { message }) => (size, message),
            Err(Refused::Partial { items, message }) => {
                all = false;
                (items, message)
            }
        };
        rejected += items;
        reason.get_or_insert(message);
    }
    match reason {
        None => Ok(()),
        Some(message) if all => Err(Refused::Permanent { message }),
        Some(message) => Err(Refused::Partial { items: rejected, message }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    fn rejection(items: usize, first_item: Option<usize>) -> Rejection {
        Rejection { reason: Reason::Rejected, items, first_item, message: "no".into() }
    }

    fn retry() -> GivenUp {
        GivenUp { items: 1, after: None, message: "later".into(), cause: Cause::Expiry }
    }

    #[test]
    fn each_caller_gets_the_blame_for_its_own_only() {
        let all = || Err(Refused::permanent("no"));
        let some = |items| Err(Refused::Partial { items, message: "no".into() });
        let later = || Err(Refused::retry("later"));
        let cases = [
            (vec![], None, [Ok(()), Ok(()), Ok(())]),
            (vec![rejection(1, Some(0))], None, [some(1), Ok(()), Ok(())]),
            (vec![rejection(1, Some(2)), rejection(1, Some(4))], None, [Ok(()), some(2), Ok(())]),
            (vec![rejection(1, Some(5))], None, [Ok(()), Ok(()), all()]),
            (vec![rejection(4, Some(1))], None, [some(1), all(), Ok(())]),
            (vec![rejection(9, Some(4))], None, [Ok(()), some(1), all()]),
            (vec![rejection(1, Some(6))], None, [Ok(()), Ok(()), Ok(())]),
            (vec![rejection(1, None)], None, [some(1), some(1), some(1)]),
            (vec![rejection(4, None)], None, [some(2), some(3), some(1)]),
            (vec![rejection(6, None)], None, [all(), all(), all()]),
            (vec![rejection(1, None), rejection(1, Some(5))], None, [some(1), some(1), all()]),
            (vec![], Some(retry()), [later(), later(), later()]),
            (vec![rejection(1, Some(5))], Some(retry()), [later(), later(), all()]),
            (vec![rejection(1, Some(0))], Some(retry()), [later(), later(), later()]),
        ];
        for (at, (rejected, given_up, expected)) in cases.into_iter().enumerate() {
            let report = Report { rejected, given_up };
            assert_eq!(answers(&[2, 3, 1], &report), expected, "case {at}");
        }
    }

    #[test]
    fn the_parts_of_a_split_batch_are_told_as_one() {
        let permanent = || Err(Refused::permanent("no"));
        let partial = |items| Err(Refused::Partial { items, message: "no".into() });
        let cases = [
            (vec![(2, Ok(())), (2, Ok(()))], Ok(())),
            (vec![(2, Ok(())), (2, permanent())], partial(2)),
            (vec![(2, partial(1)), (2, permanent())], partial(3)),
            (vec![(2, permanent()), (2, permanent())], permanent()),
            (vec![(2, permanent()), (2, Err(Refused::retry("later")))], Err(Refused::retry("later"))),
        ];
        for (parts, expected) in cases {
            assert_eq!(join_parts(parts), expected);
        }
    }

    #[test]
    fn parts_are_sent_again_only_when_nothing_was_delivered_and_nobody_is_named() {
        let report = |rejected, given_up| Report { rejected, given_up };
        assert!(report(vec![rejection(6, None)], None).blames_nobody(6));
        assert!(!report(vec![rejection(5, None)], None).blames_nobody(6));
        assert!(!report(vec![rejection(6, Some(0))], None).blames_nobody(6));
        assert!(!report(vec![rejection(6, None)], Some(retry())).blames_nobody(6));
    }
}
