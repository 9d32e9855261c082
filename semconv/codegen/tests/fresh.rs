//! What is committed is what the registry says.

use codeagent_semconv_codegen::{COMMAND, generate, root, stale, write};

#[test]
fn the_generated_files_are_current() {
    let files = generate(&root()).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let stale = stale(&root(), &files).unwrap();
    assert!(stale.is_empty(), "stale: {}\nrun {COMMAND}", stale.join(", "));
}

#[test]
fn a_changed_a_missing_and_a_leftover_file_are_stale_until_written() {
    let files = generate(&root()).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files).unwrap();
    assert_eq!(stale(folder.path(), &files).unwrap(), Vec::<String>::new());

    std::fs::write(folder.path().join("src/span.rs"), "// edited by hand").unwrap();
    std::fs::remove_file(folder.path().join("docs/task.md")).unwrap();
    std::fs::write(folder.path().join("src/metric/gone.rs"), "").unwrap();
    let expected = ["docs/task.md", "src/span.rs", "src/metric/gone.rs"];
    assert_eq!(stale(folder.path(), &files).unwrap(), expected);

    assert_eq!(write(folder.path(), &files).unwrap(), expected);
    assert_eq!(stale(folder.path(), &files).unwrap(), Vec::<String>::new());
}
