//! No text makes the reader panic, hang or fill the memory: the fuzz target's entry over its corpus, over
//! damaged copies of it, and over generated texts.

#[path = "../fuzz/entry.rs"]
mod entry;

use proptest::prelude::*;

const CORPUS: [&str; 4] = [
    include_str!("../fuzz/corpus/yaml/eight.yaml"),
    include_str!("../fuzz/corpus/yaml/features.yaml"),
    include_str!("../fuzz/corpus/yaml/broken.yaml"),
    include_str!("../fuzz/corpus/yaml/references.yaml"),
];

#[test]
fn the_corpus_is_read_or_refused() {
    for text in CORPUS {
        entry::everything(text);
    }
}

/// Pieces that mean something to the reader.
const PIECES: [&str; 40] = [
    "a",
    "b",
    "receivers",
    "service",
    "pipelines",
    "traces",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    ",
    "\t",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!x ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    "\\",
    "#",
    " #",
    "---\n",
    "...\n",
    "%YAML",
    "${env:TEXT}",
    "${",
    "$$",
    "::",
    "é",
    "\u{feff}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn generated_texts_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
        entry::everything(&pieces.concat());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        entry::everything(&text);
    }

    #[test]
    fn damaged_configurations_are_read_or_refused(
        which in 0..CORPUS.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40usize,
        piece in prop::sample::select(&PIECES[..]),
    ) {
        let chars: Vec<char> = CORPUS[which].chars().collect();
        let at = at.index(chars.len());
        let after = chars.len().min(at + length);
        let text: String = chars[..at].iter().copied().chain(piece.chars()).chain(chars[after..].iter().copied()).collect();
        entry::everything(&text);
    }
}
