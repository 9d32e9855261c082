//! Names of attributes by pattern, and labels that meet.

use super::*;

#[test]
fn a_pattern_matches_as_in_a_shell() {
    let cases = [
        ("*", "anything", true),
        ("*", "", true),
        ("k8s.*", "k8s.pod.name", true),
        ("k8s.*", "host.name", false),
        ("*.name", "k8s.pod.name", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false),
        ("abc", "abcd", false),
    ];
    for (pattern, name, expected) in cases {
        assert_eq!(matches_pattern(pattern, name), expected, "{pattern} {name}");
    }
}

#[test]
fn labels_stay_sorted_and_unique() {
    let mut labels = Labels::default();
    labels.set("b", "1");
    labels.set("a", "2");
    labels.set("b", "3");
    labels.set_if_absent("a", "4");
    labels.join("a", "5");
    labels.join("a", "2;5");
    labels.set("c", "");
    assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "2;5"), ("b", "3")]);
    labels.set("b", "");
    assert_eq!(labels.get("b"), None);
}
