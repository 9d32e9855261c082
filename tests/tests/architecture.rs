//! ARCHITECTURE.md, read against the code.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// The words in backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_path_that_the_page_names_exists() {
    let page = page();
    let paths = quoted(&page).into_iter().filter(|word| word.contains('/') && !word.contains(['*', ' ']));
    let (found, missing): (Vec<&str>, Vec<&str>) = paths.partition(|path| {
        let places = ["", "collector/components/src/"];
        places.iter().any(|place| root().join(place).join(path).exists())
    });
    assert!(missing.is_empty(), "not there: {missing:?}");
    assert!(found.len() > 15, "only {} paths found: has the page changed its form?", found.len());
}

#[test]
fn every_function_stands_in_the_file_that_the_page_names() {
    let page = page().replace('\n', " ");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut checked = 0;
    for (at, _) in page.match_indices("` in `") {
        let before = page[..at].rsplit('`').next().unwrap_or_default();
        let file = page[at + "` in `".len()..].split('`').next().unwrap_or_default();
        let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        let stands = ["fn ", "struct ", "enum "].iter().any(|item| {
            source.contains(&format!("{item}{before}("))
                || source.contains(&format!("{item}{before}<"))
                || source.contains(&format!("{item}{before} "))
        });
        assert!(stands, "`{before}` is not in {file}");
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} functions found: has the page changed its form?");
}

#[test]
fn crates_depend_on_what_the_page_allows() {
    let page = page();
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("codeagent-"));
    let mut checked = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (folder, name, allowed) = (cells[1].trim_matches('`'), cells[2], cells[4]);
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines().filter_map(|line| line.trim().strip_prefix("codeagent-")) {
            let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let fine = allowed == "all above" || allowed.split(", ").any(|other| other == dependency);
            assert!(fine, "{name} depends on codeagent-{dependency}; the page allows {allowed}");
        }
        checked += 1;
    }
    assert_eq!(checked, 9);
}

#[test]
fn every_component_has_its_manual() {
    let components = root().join("collector/components/src");
    let mut checked = 0;
    for kind in ["receivers", "processors", "exporters", "connectors", "extensions"] {
        let list = std::fs::read_to_string(components.join(kind).join("mod.rs")).unwrap();
        let listed = list.split("pub const ALL").nth(1).unwrap();
        for name in
            listed.split("::FACTORY").filter_map(|part| part.rsplit(['[', ' ', ',', '\n', '&']).next())
        {
            if name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') && !name.is_empty() {
                let manual = components.join(kind).join(name).join("README.md");
                assert!(manual.exists(), "{} is missing", manual.display());
                checked += 1;
            }
        }
    }
    assert!(checked >= 15, "only {checked} components found");
}
