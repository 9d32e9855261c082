//! Buckets: coarser, added, laid out.

use proptest::prelude::*;

use super::*;

fn side(offset: i32, counts: &[u64]) -> Side {
    Side { offset, counts: counts.to_vec() }
}

#[test]
fn coarser_buckets_hold_the_same_counts() {
    let cases = [
        (side(0, &[1, 2, 3, 4]), 1, side(0, &[3, 7])),
        (side(1, &[1, 2, 3]), 1, side(0, &[1, 5])),
        (side(-1, &[1, 2]), 1, side(-1, &[1, 2])),
        (side(-3, &[1, 1, 1, 1]), 2, side(-1, &[3, 1])),
        (side(5, &[1, 2, 3]), 31, side(0, &[6])),
        (side(0, &[]), 3, side(0, &[])),
    ];
    for (mut given, by, expected) in cases {
        let shown = format!("{given:?} by {by}");
        given.coarsen(by);
        assert_eq!(given, expected, "{shown}");
    }
}

#[test]
fn sides_add_bucket_by_bucket() {
    let mut total = side(3, &[1, 2]);
    total.add(&side(0, &[5]));
    total.add(&side(4, &[1, 1]));
    assert_eq!(total, side(0, &[5, 0, 0, 1, 3, 1]));
}

/// Spans and deltas back into counts by index.
fn read_layout(layout: &Layout) -> Vec<(i64, u64)> {
    let mut rest = layout.deltas.as_slice();
    let (mut index, mut count, mut read) = (0i64, 0i64, Vec::new());
    for (offset, length) in &layout.spans {
        index += offset;
        for _ in 0..*length {
            let (raw, size) = codeagent_pipeline::otlp::wire::varint(rest).unwrap();
            rest = &rest[size..];
            count += (raw >> 1) as i64 ^ -((raw & 1) as i64);
            if count > 0 {
                read.push((index, count as u64));
            }
            index += 1;
        }
    }
    assert!(rest.is_empty());
    read
}

#[test]
fn a_gap_of_more_than_two_makes_a_span() {
    let mut layout = Layout::default();
    layout.write(&mut Vec::new(), &[1, 0, 0, 2, 0, 0, 0, 3], 10, POSITIVE);
    assert_eq!(layout.spans, [(10, 4), (3, 1)]);
    assert_eq!(read_layout(&layout), [(10, 1), (13, 2), (17, 3)]);
}

proptest! {
    #[test]
    fn a_layout_holds_every_count(first in -1000i64..1000, counts in prop::collection::vec(prop_oneof![
        3 => Just(0u64), 1 => 0u64..1_000_000], 0..60))
    {
        let mut layout = Layout::default();
        layout.write(&mut Vec::new(), &counts, first, POSITIVE);
        let expected: Vec<(i64, u64)> = (first..).zip(counts).filter(|(_, count)| *count > 0).collect();
        prop_assert_eq!(read_layout(&layout), expected);
    }

    #[test]
    fn coarsening_loses_no_count(offset in -100_000i32..100_000, by in 0u32..40,
        counts in prop::collection::vec(0u64..1_000, 0..60))
    {
        let mut given = side(offset, &counts);
        let total = given.total();
        given.coarsen(by);
        prop_assert_eq!(given.total(), total);
    }

    #[test]
    fn adding_keeps_every_count(one in -500i32..500, other in -500i32..500,
        counts in prop::collection::vec(0u64..1_000, 1..40), more in prop::collection::vec(0u64..1_000, 1..40))
    {
        let at = |side: &Side, index: i64| {
            let place = usize::try_from(index - i64::from(side.offset)).ok();
            place.and_then(|place| side.counts.get(place).copied()).unwrap_or_default()
        };
        let (given, added) = (side(one, &counts), side(other, &more));
        let mut total = given.clone();
        total.add(&added);
        for index in -600..700i64 {
            prop_assert_eq!(at(&total, index), at(&given, index) + at(&added, index));
        }
    }
}
