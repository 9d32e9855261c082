//! Each rule refuses a registry that breaks it, and says where.

use codeagent_semconv_codegen::generate;

/// A registry that breaks no rule, but for what is put in its places.
const GOOD: &str = r#"# An area.
file_format: definition/2
attributes:
  - {key: codeagent.a.text, type: string, brief: "What it holds.", stability: development, examples: ["x"]}
  - {key: codeagent.a.id, type: string, brief: "One of them.", stability: development, examples: ["x"]}
  - key: codeagent.a.kind
    type: {members: [{id: one, value: one, brief: "The first of them.", stability: development}]}
    brief: How it is.
    stability: development
attribute_groups:
  - id: attributes.codeagent.a
    visibility: internal
    attributes: [{ref: codeagent.a.text, requirement_level: recommended}]
spans:
  - type: codeagent.a
    kind: internal
    name: {note: "a {codeagent.a.kind}"}
    brief: Some work.
    stability: development
    requirement_level: recommended
    attributes:
      - ref_group: attributes.codeagent.a
      - {ref: codeagent.a.id, requirement_level: required}
      - {ref: codeagent.a.kind, requirement_level: required}
metrics:
  - name: codeagent.a.time
    instrument: histogram
    unit: s
    brief: How long it took.
    stability: development
    requirement_level: recommended
    annotations: {code_generation: {metric_value_type: double, explicit_bucket_boundaries: [1, 2]}}
    attributes: [{ref_group: attributes.codeagent.a}]
"#;

/// What the generator says of [`GOOD`] with `from` replaced by `to`.
fn problems(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from} is not in the registry of this test");
    let generate = || {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir_all(folder.path().join("registry"))?;
        std::fs::create_dir_all(folder.path().join("upstream"))?;
        std::fs::write(folder.path().join("registry/area.yaml"), GOOD.replacen(from, to, 1))?;
        Ok::<_, std::io::Error>(generate(folder.path()))
    };
    match generate() {
        Ok(generated) => generated.err().unwrap_or_default().join("\n"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_good_registry_has_no_problems() {
    assert_eq!(problems("An area.", "Another area."), "");
}

/// A place in [`GOOD`], what is put there, and what the generator says of it.
const BREACHES: &[(&str, &str, &str)] = &[
    (
        "id: attributes.codeagent.a\n",
        "id: attributes.codeagent.b\n",
        "the group `attributes.codeagent.b` is internal, and no",
    ),
    (
        "    visibility: internal\n",
        "    visibility: internal\n    brief: Some.\n",
        "an internal group has attributes alone",
    ),
    (
        "    visibility: internal\n",
        "    visibility: public\n    brief: Some.\n",
        "a public group has a stability",
    ),
    (
        "[{ref_group: attributes.codeagent.a}]",
        "[{ref: codeagent.a.text, sampling_relevant: true}]",
        "which only spans know",
    ),
    ("definition/2", "definition/1", "file_format is `definition/1`"),
    ("stability: development\nattribute_groups", "stable: yes\nattribute_groups", "unknown field"),
    ("    kind: internal\n", "", "missing field `kind`"),
    (
        "    stability: development\n    requirement_level",
        "    requirement_level",
        "missing field `stability`",
    ),
    ("instrument: histogram", "instrument: timer", "unknown variant `timer`"),
    ("ref: codeagent.a.id", "ref: codeagent.a.ids", "no file declares the attribute `codeagent.a.ids`"),
    (
        "ref_group: attributes.codeagent.a}",
        "ref_group: nothing}",
        "no file declares the internal group `nothing`",
    ),
    (
        "{ref: codeagent.a.id, req",
        "{ref: codeagent.a.id, ref_group: x, req",
        "exactly one of `ref` and `ref_group`",
    ),
    ("{ref: codeagent.a.id, req", "{ref: codeagent.a.kind, req", "`codeagent.a.kind` is referred to twice"),
    (
        "- ref_group: attributes.codeagent.a\n",
        "- ref: codeagent.a.text\n      - ref_group: attributes.codeagent.a\n",
        "comes from the group",
    ),
    ("codeagent.a.time", "codeagent.a.Time", "a name is words of a-z"),
    ("name: codeagent.a.time", "name: other.time", "begins with `codeagent.`"),
    (
        "  - {key: codeagent.a.id,",
        "  - {key: codeagent.a.text, type: int, brief: \"Again.\", stability: development}\n  - {key: codeagent.a.id,",
        "the attribute `codeagent.a.text` is declared 2 times",
    ),
    ("name: codeagent.a.time", "name: codeagent.a.text.time", "is a name and the namespace of"),
    ("name: codeagent.a.time", "name: codeagent.a.text", "is both a metric and an attribute"),
    (
        "[{ref_group: attributes.codeagent.a}]",
        "[{ref: codeagent.a.id}]",
        "carries the identifier `codeagent.a.id`",
    ),
    (
        "      - {ref: codeagent.a.id, requirement_level: required}\n",
        "",
        "`codeagent.a.id`: no signal or group carries it",
    ),
    ("{codeagent.a.kind}", "{codeagent.a.size}", "has no attribute `codeagent.a.size` for its name"),
    ("Some work.", "Some `codeagent.b` work.", "`codeagent.b` is quoted, and nothing has this name"),
    (
        "[{id: one, value: one, brief: \"The first of them.\", stability: development}]",
        "[]",
        "an enum without members",
    ),
    ("{id: one, ", "{id: self, ", "no name for a variant"),
    ("examples: [\"x\"]", "examples: [1]", "is of another type"),
    (", examples: [\"x\"]", "", "a text needs an example"),
    ("unit: s", "unit: ms", "the unit `ms` is none of"),
    ("[1, 2]", "[2, 2]", "do not ascend"),
    ("[1, 2]", "[]", "a histogram, and nothing else, has bucket boundaries"),
    ("instrument: histogram", "instrument: gauge", "a histogram, and nothing else, has bucket boundaries"),
    ("The first of them.", "One.", "is no sentence of its own"),
    ("How long it took.", "how long", "is no sentence of its own"),
];

#[test]
fn each_breach_of_a_rule_is_named() {
    for (from, to, expected) in BREACHES {
        let found = problems(from, to);
        assert!(found.contains(expected), "{to}\nexpected: {expected}\nfound: {found}");
    }
}

#[test]
fn all_breaches_are_shown_at_once() {
    let found = problems("unit: s\n    brief: How long it took.", "unit: ms\n    brief: long");
    assert!(found.contains("the unit `ms`") && found.contains("is no sentence"), "{found}");
}

#[test]
fn a_wrong_field_is_reported_with_file_and_line() {
    let found = problems("instrument: histogram", "instrumentt: histogram");
    assert!(found.starts_with("registry/area.yaml: ") && found.contains("line 27"), "{found}");
}
