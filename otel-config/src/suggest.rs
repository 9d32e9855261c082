//! The nearest name to a misspelt one.

/// Words longer than this are not compared: the cost is quadratic, and nobody misspells a name of 64 letters.
const LONGEST: usize = 64;

/// The candidate nearest to `word`, if one is near enough to be meant: at most a third of the letters differ
/// (insertions, deletions, substitutions, swapped neighbours), ignoring case and `_`, `-`, `.`; or one is
/// the beginning of the other. Of equally near candidates the first wins.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = fold(candidate);
        if candidate == word || other.is_empty() || other.len() > LONGEST {
            continue;
        }
        let longer = folded.len().max(other.len());
        // in two letters nothing is recognisable
        let allowed = if longer < 3 { 0 } else { longer.div_ceil(3) };
        let mut far = distance(&folded, &other);
        if far > allowed && (other.starts_with(&folded[..]) || folded.starts_with(&other[..])) {
            // `tail` for `tail_sampling`: far in letters, clear to a reader, but any spelling error is nearer
            far = if folded.len().min(other.len()) >= 3 { allowed } else { far };
        }
        if far <= allowed && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> Vec<char> {
    let kept = word.chars().filter(|c| !matches!(c, '_' | '-' | '.'));
    kept.flat_map(char::to_lowercase).take(LONGEST + 1).collect()
}

/// Optimal string alignment: edits and swaps of neighbours that turn `a` into `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i);
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = ["endpoint", "headers", "timeout", "max_recv_msg_size_mib", "tls", "grpc", "http"];
        let cases = [
            ("endpont", Some("endpoint")),
            ("edpnoint", Some("endpoint")),
            ("time_out", Some("timeout")),
            ("Headers", Some("headers")),
            ("max_recv_msg_size", Some("max_recv_msg_size_mib")),
            ("tsl", Some("tls")),
            ("htpp", Some("http")),
            ("gprc", Some("grpc")),
            ("retry_on_failure", None),
            ("x", None),
            ("", None),
            ("___", None),
        ];
        for (word, expected) in cases {
            assert_eq!(suggest(word, names), expected, "{word}");
        }
        assert_eq!(suggest(&"e".repeat(100_000), names), None);
    }
}
