use super::*;
use crate::holding::{Evidence, Trigger};
use crate::log::Memory;

fn kept(rule: &str) -> Outcome {
    Outcome { is_kept: true, rule: Some(rule.to_owned()), threshold: None }
}

fn decided(number: u8, outcome: OutcomeId) -> Entry {
    Entry::Decided(Decided::of(&Evidence::new([number; 16]), 0, outcome, Trigger::Waited, 1))
}

/// What a start finds: each decision's key and rule, and the number of deliveries.
fn found(storage: &Arc<dyn Storage>) -> (Decisions, Vec<(u8, Option<String>)>, usize) {
    let (mut rules, mut deliveries) = (Vec::new(), 0);
    let decisions = Decisions::open(storage.clone(), 5, Some(200), |decisions, entry| match entry {
        Entry::Decided(decided) => {
            let outcome = &decisions.outcomes()[usize::from(decided.outcome)];
            rules.push((decided.key[0], outcome.rule.clone()));
        }
        Entry::Delivered { inlet, .. } => {
            deliveries += usize::from(decisions.inlets[usize::from(*inlet)] == "b")
        }
        _ => {}
    });
    (decisions.unwrap(), rules, deliveries)
}

#[test]
fn decisions_outlive_the_process_whatever_their_numbers_were() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let (mut first, ..) = found(&storage);
    let mut entries = Vec::new();
    let (a, b) = (first.outcome(&kept("a"), &mut entries), first.outcome(&kept("b"), &mut entries));
    let (_, inlet) = (first.inlet("a"), first.inlet("b"));
    entries.extend([decided(1, a), decided(2, b)]);
    entries.push(Entry::Delivered { inlet, key: [2; 16], from: 0, upto: 9 });
    first.append(&entries, true).unwrap();
    first.append(&[decided(3, a)], false).unwrap();
    let rule = |name: &str| Some(name.to_owned());
    let (mut second, rules, deliveries) = found(&storage);
    assert_eq!((rules, deliveries), (vec![(1, rule("a")), (2, rule("b")), (3, rule("a"))], 1));
    let b = second.outcome(&kept("b"), &mut Vec::new());
    second.append(&[decided(4, b)], true).unwrap();
    let (_, rules, _) = found(&storage);
    assert_eq!(rules.last(), Some(&(4, rule("b"))));
    let about = about(&*storage, &[2; 16]).unwrap();
    assert_eq!(about[0].1, Some(kept("b")));
    assert!(matches!(about[1].0, Entry::Delivered { upto: 9, .. }));
}

#[test]
fn a_damaged_block_costs_its_entries_only() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let (mut decisions, ..) = found(&storage);
    let mut entries = Vec::new();
    let a = decisions.outcome(&kept("a"), &mut entries);
    entries.push(decided(1, a));
    decisions.append(&entries, true).unwrap();
    let before = storage.open(&name(1)).unwrap().size().unwrap();
    decisions.append(&[decided(2, a)], true).unwrap();
    decisions.append(&[decided(3, a)], true).unwrap();
    storage.open(&name(1)).unwrap().write_at(&mut [IoSlice::new(b"?")], before + 20).unwrap();
    let keys: Vec<_> = found(&storage).1.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [1, 3]);
}

#[test]
fn files_go_when_newer_ones_hold_enough_and_all_deliveries_in_them_are_passed() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let (mut decisions, ..) = found(&storage);
    let mut entries = Vec::new();
    let a = decisions.outcome(&kept("a"), &mut entries);
    let inlet = decisions.inlet("b");
    entries.push(Entry::Delivered { inlet, key: [1; 16], from: 0, upto: 9 });
    decisions.append(&entries, true).unwrap();
    for number in 0..40 {
        decisions.append(&[decided(number, a)], true).unwrap();
        decisions.prune(&[8]).unwrap();
    }
    assert_eq!(found(&storage).1.len(), 40, "a delivery may still be read again");
    decisions.prune(&[9]).unwrap();
    let left = found(&storage).1;
    assert!((5..12).contains(&left.len()), "{left:?}");
    assert_eq!(left.last().unwrap().0, 39);
}
