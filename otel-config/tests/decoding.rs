//! What a section reads as.

#![allow(clippy::expect_used)] // a test may fail

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use codeagent_config::{ByteSize, ComponentId, Diagnostics, Duration, Environment, Secret, Section, Source};
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn section(text: &str, diags: &mut Diagnostics) -> Section {
    let env = Environment::of([
        ("PORT", "4317"),
        ("TRUE", "true"),
        ("PIN", "0123"),
        ("SECRET", "s3cr3t"),
        ("EMPTY", ""),
    ]);
    Section::from_yaml(&Source::new("x.yaml", text), &env, diags).expect("it is YAML")
}

/// The value, or all messages with line and path.
fn decode<T: DeserializeOwned + Debug>(text: &str) -> Result<T, Vec<String>> {
    let mut diags = Diagnostics::new();
    let value = section(text, &mut diags).decode(&mut diags);
    let shown = |d: &&codeagent_config::Diagnostic| {
        let line = d.location.as_ref().map_or(0, |l| l.line);
        let help = d.help.as_deref().map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{line} {}: {}{help}", d.path, d.message)
    };
    let messages: Vec<String> = diags.sorted().iter().map(shown).collect();
    match value {
        Some(value) => {
            assert!(!diags.has_errors(), "{messages:?}");
            Ok(value)
        }
        None => Err(messages),
    }
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Everything {
    text: String,
    flag: bool,
    small: u8,
    large: u64,
    signed: i64,
    ratio: f64,
    wait: Duration,
    bytes: ByteSize,
    secret: Secret,
    list: Vec<String>,
    numbers: Vec<i32>,
    map: IndexMap<String, String>,
    by_number: BTreeMap<u16, String>,
    id: Option<ComponentId>,
    word: Option<Word>,
    inner: Option<Inner>,
    other: Option<u32>,
    choice: Option<Choice>,
    pair: Option<(u8, String)>,
    any: serde_json::Value,
    wrapped: Wrapped,
    #[serde(alias = "old_name")]
    new_name: Option<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Wrapped(u16);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Gzip,
    Zstd,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Nothing,
    Number(u8),
    Record { a: u8 },
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Inner {
    a: u8,
    b: Option<Box<Inner>>,
}

#[test]
fn values_of_all_types_are_read() {
    let read: Everything = decode(
        "{text: a, flag: true, small: 255, large: 18446744073709551615, signed: -1, ratio: 0.5, wait: 1m30s, \
         bytes: 64MiB, secret: x, list: [a, b], numbers: [1, -2], map: {k: v}, by_number: {80: http}, id: otlp/2, \
         word: zstd, inner: {a: 1, b: {a: 2}}, other: 3, choice: {record: {a: 1}}, pair: [1, x], \
         any: {a: [1, 1.5, null, true]}, wrapped: 7, old_name: alias}",
    )
    .unwrap();
    assert_eq!(read.text, "a");
    assert_eq!((read.flag, read.small, read.large, read.signed, read.ratio), (true, 255, u64::MAX, -1, 0.5));
    assert_eq!((read.wait.as_secs(), read.bytes, read.secret.expose()), (90, ByteSize::mib(64), "x"));
    assert_eq!((read.list, read.numbers), (vec!["a".to_owned(), "b".to_owned()], vec![1, -2]));
    assert_eq!((&*read.map["k"], &*read.by_number[&80]), ("v", "http"));
    assert_eq!((read.id.unwrap().to_string(), read.word), ("otlp/2".to_owned(), Some(Word::Zstd)));
    assert_eq!(read.inner.unwrap().b.unwrap().a, 2);
    assert_eq!((read.other, read.choice), (Some(3), Some(Choice::Record { a: 1 })));
    assert_eq!(read.pair, Some((1, "x".to_owned())));
    assert_eq!(read.any, serde_json::json!({ "a": [1, 1.5, null, true] }));
    assert_eq!((read.wrapped, read.new_name.as_deref()), (Wrapped(7), Some("alias")));
}

#[test]
fn what_users_of_the_collector_rely_on_is_accepted() {
    let with = |change: fn(&mut Everything)| {
        let mut expected = Everything::default();
        change(&mut expected);
        expected
    };
    let cases = [
        ("", with(|_| {})),
        ("text: 1.10", with(|e| e.text = "1.10".into())),
        ("text: true", with(|e| e.text = "true".into())),
        ("text: 0x1F", with(|e| e.text = "0x1F".into())),
        ("text: ${env:PORT}", with(|e| e.text = "4317".into())),
        ("text: ${env:PIN}", with(|e| e.text = "0123".into())),
        ("text: ':${env:PORT}'", with(|e| e.text = ":4317".into())),
        ("text: '${env:EMPTY}'", with(|_| {})),
        ("large: ${env:PORT}", with(|e| e.large = 4317)),
        ("large: \"${env:PORT}\"", with(|e| e.large = 4317)),
        ("large: 1e3", with(|e| e.large = 1000)),
        ("large: 017", with(|e| e.large = 15)),
        ("ratio: 1", with(|e| e.ratio = 1.0)),
        ("flag: ${env:TRUE}", with(|e| e.flag = true)),
        ("flag: \"${env:TRUE}\"", with(|e| e.flag = true)),
        ("wait: 0", with(|_| {})),
        ("bytes: 1024", with(|e| e.bytes = ByteSize(1024))),
        ("list: a,b", with(|e| e.list = vec!["a".into(), "b".into()])),
        ("list: ''", with(|_| {})),
        ("choice: nothing", with(|e| e.choice = Some(Choice::Nothing))),
        ("choice: {number: 5}", with(|e| e.choice = Some(Choice::Number(5)))),
        ("any: null", with(|_| {})),
    ];
    for (text, expected) in cases {
        assert_eq!(decode::<Everything>(text), Ok(expected), "{text}");
    }
}

#[test]
fn a_key_without_a_value_keeps_its_default_and_switches_an_optional_struct_on() {
    let cases = "text small wait bytes secret list numbers map id word other choice pair any wrapped";
    for key in cases.split(' ') {
        assert_eq!(decode::<Everything>(&format!("{key}:")), Ok(Everything::default()), "{key}");
    }
    let expected = Everything { inner: Some(Inner::default()), ..Everything::default() };
    assert_eq!(decode::<Everything>("inner:"), Ok(expected));
    let expected =
        Everything { inner: Some(Inner { a: 0, b: Some(Box::default()) }), ..Everything::default() };
    assert_eq!(decode::<Everything>("inner: {b: }"), Ok(expected));
}

#[test]
fn a_wrong_value_is_reported_with_line_path_and_what_to_write() {
    let cases = [
        ("text: [a]", "1 text: expected a text, found a list"),
        ("flag: 1", "1 flag: expected `true` or `false`, found the integer `1`"),
        ("flag: yes", "1 flag: expected `true` or `false`, found the text `yes` (write `true`)"),
        ("flag: 'true'", "1 flag: expected `true` or `false`, found the text `true` (remove the quotes)"),
        ("small: 256", "1 small: expected an integer from 0 to 255, found the integer `256`"),
        ("small: -1", "1 small: expected an integer from 0 to 255, found the integer `-1`"),
        ("small: 1.5", "1 small: expected an integer from 0 to 255, found a number `1.5`"),
        (
            "large: '5'",
            "1 large: expected an integer that is not negative, found the text `5` (remove the quotes)",
        ),
        ("ratio: x", "1 ratio: expected a number, found the text `x`"),
        ("wait: 30", "1 wait: the duration `30` has no unit; did you mean `30s`?"),
        (
            "wait: x",
            "1 wait: `x` is not a duration; write a number and a unit (ns, us, ms, s, m, h), such as `5s` or `1m30s`",
        ),
        ("bytes: -1", "1 bytes: `-1` is not a size; write bytes, such as `1048576`, `64MiB` or `10KB`"),
        ("list: {a: b}", "1 list: expected a list, found a map (begin each element with `- `)"),
        (
            "numbers:\n- 1\n- x",
            "3 numbers[1]: expected an integer from -2147483648 to 2147483647, found the text `x`",
        ),
        ("map: x", "1 map: expected a map, found the text `x` (write `key: value` lines below it, indented)"),
        ("map:\n  k: [v]", "2 map::k: expected a text, found a list"),
        ("by_number: {x: y}", "1 by_number::x: expected an integer from 0 to 65535, found the text `y`"),
        (
            "id: 9",
            "1 id: `9` is not the type of a component; a type is a letter followed by at most 62 letters, digits or `_`",
        ),
        ("word: gzipp", "1 word: expected `gzip` or `zstd`, found the text `gzipp` (did you mean `gzip`?)"),
        ("word: [gzip]", "1 word: expected a word, found a list"),
        (
            "choice: {number: 500}",
            "1 choice::number: expected an integer from 0 to 255, found the integer `500`",
        ),
        ("choice: {record: {a: 1, c: 2}}", "1 choice::record::c: unknown key `c` (known here: a)"),
        ("pair: [1]", "1 pair: expected a tuple of size 2, found 1 elements"),
        ("inner:\n  b:\n    a: x", "3 inner::b::a: expected an integer from 0 to 255, found the text `x`"),
        ("inner: {aa: 1}", "1 inner::aa: unknown key `aa` (known here: a, b)"),
        ("txt: a", "1 txt: unknown key `txt` (did you mean `text`?)"),
        ("new_name: a\nold_name: b", "1 : the key `new_name` is written twice, once under another name"),
        ("[a]", "1 : expected a map, found a list (write `key: value` lines without `- `)"),
    ];
    for (text, expected) in cases {
        assert_eq!(decode::<Everything>(text).unwrap_err(), [expected], "{text}");
    }
}

#[test]
fn all_mistakes_of_a_section_are_reported_at_once_in_the_order_of_the_file() {
    let text = "txt: a\nsmall: 300\nnumbers: [1, x, 2, y]\ninner:\n  a: b\n  c: 1\nwait: 5\nwrapped: -1\nlarge:\nxyz: 1";
    let places: Vec<String> = decode::<Everything>(text)
        .unwrap_err()
        .iter()
        .map(|message| message.split(": ").next().unwrap().to_owned())
        .collect();
    let expected = [
        "1 txt",
        "2 small",
        "3 numbers[1]",
        "3 numbers[3]",
        "5 inner::a",
        "6 inner::c",
        "7 wait",
        "8 wrapped",
        "10 xyz",
    ];
    assert_eq!(places, expected);
}

#[derive(Debug, PartialEq, Deserialize)]
struct Required {
    endpoint: String,
    port: u16,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Part {
    key: String,
    value: u8,
}

#[test]
fn a_missing_key_is_reported_unless_its_value_was_wrong_or_its_name_misspelt() {
    let cases: [(&str, &[&str]); 5] = [
        ("{}", &["0 : the key `endpoint` is missing (add `endpoint:`)"]),
        (
            "endpoint: x\nparts:\n- key: a\n- {key: b, value: 1}",
            &[
                "3 parts[0]: the key `value` is missing (add `value:`)",
                "0 : the key `port` is missing (add `port:`)",
            ],
        ),
        ("endpoint: x\nport: x", &["2 port: expected an integer from 0 to 65535, found the text `x`"]),
        ("endpont: x\nport: 1", &["1 endpont: unknown key `endpont` (did you mean `endpoint`?)"]),
        (
            "endpoint: x\nport: 1\nparts:\n- {key: a, value: x}\n- {kye: b, value: 1}",
            &[
                "4 parts[0]::value: expected an integer from 0 to 255, found the text `x`",
                "5 parts[1]::kye: unknown key `kye` (did you mean `key`?)",
            ],
        ),
    ];
    for (text, expected) in cases {
        let mut found = decode::<Required>(text).unwrap_err();
        // the section itself was written at line 1, without a key of its own
        found.iter_mut().for_each(|line| *line = line.replace("1 : the", "0 : the"));
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_expanded_value_is_shown_in_no_message() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Refusing;

    impl TryFrom<String> for Refusing {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            Err(format!("the text {text:?} is bad"))
        }
    }

    let cases = [
        decode::<HashMap<String, Refusing>>("k: ${env:SECRET}").map(drop),
        decode::<HashMap<String, Refusing>>("k: 'Bearer ${env:SECRET}'").map(drop),
        decode::<HashMap<String, u8>>("k: ${env:SECRET}").map(drop),
        decode::<HashMap<String, Duration>>("k: ${env:SECRET}").map(drop),
        decode::<HashMap<String, Word>>("k: ${env:SECRET}").map(drop),
        decode::<HashMap<String, Refusing>>("password: s3cr3t").map(drop),
        decode::<HashMap<String, u8>>("api_key: s3cr3t").map(drop),
    ];
    for case in cases {
        let shown = case.unwrap_err().join("\n");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    let shown = decode::<HashMap<String, Refusing>>("k: ${env:SECRET}").unwrap_err();
    assert_eq!(shown, ["1 k: the text \"${env:SECRET}\" is bad"]);
}

#[test]
fn a_known_key_that_is_not_supported_is_refused_with_the_reason() {
    let mut diags = Diagnostics::new();
    let section = section("inner: {tls: {ca: x}}\nauth: y", &mut diags);
    let why = [("inner::tls", "not yet: use a proxy"), ("auth", "use `basicauth`")];
    assert!(section.decode_refusing::<Everything>(&why, &mut diags).is_none());
    let shown: Vec<String> = diags
        .sorted()
        .iter()
        .map(|d| format!("{} ({})", d.message, d.help.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        shown,
        ["`tls` is not supported (not yet: use a proxy)", "`auth` is not supported (use `basicauth`)"]
    );
}

#[test]
fn an_absent_section_reads_as_defaults() {
    let mut diags = Diagnostics::new();
    assert_eq!(Section::absent("a::b").decode::<Everything>(&mut diags), Some(Everything::default()));
    assert!(Section::absent("a::b").decode::<Required>(&mut diags).is_none());
    assert_eq!(
        diags.render(false),
        "error: the key `endpoint` is missing\n  = path: a::b\n  = help: add `endpoint:`\n\n1 error\n"
    );
}

#[test]
fn thousands_of_mistakes_are_reported_bounded_and_at_once() {
    let text: String = (0..5000).map(|i| format!("k{i}: x\n")).collect();
    let found = decode::<HashMap<String, u8>>(&text).unwrap_err();
    assert_eq!(found.len(), 100);
}

#[test]
fn a_section_leads_to_its_parts_and_reports_at_them() {
    let mut diags = Diagnostics::new();
    let section = section("tls:\n  ca: x\n", &mut diags);
    let ca = section.at("tls::ca").unwrap();
    assert_eq!((ca.path(), ca.is_empty()), ("tls::ca", false));
    assert!(section.at("tls::key").is_none() && section.at("ca").is_none());
    let shown = ca.error("no such file", "create it").to_string();
    assert_eq!(
        shown,
        "error: no such file\n --> x.yaml:2:3\n  |\n2 |   ca: x\n  |   ^^\n  = path: tls::ca\n  = help: create it\n"
    );
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Shared {
    compression: String,
    timeout: Duration,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Own {
    index: String,
    nested: Option<Shared>,
}

fn decode_beside(text: &str) -> Result<(Shared, Own), Vec<String>> {
    let mut diags = Diagnostics::new();
    let value = section(text, &mut diags).decode_beside(&[("cloud", "not ours")], &mut diags);
    let shown = |d: &&codeagent_config::Diagnostic| {
        format!("{}: {} ({})", d.path, d.message, d.help.as_deref().unwrap_or_default())
    };
    value.ok_or_else(|| diags.sorted().iter().map(shown).collect())
}

#[test]
fn two_structs_read_their_keys_side_by_side() {
    let (shared, own) = decode_beside("{compression: gzip, index: a, timeout: 5s}").unwrap();
    assert_eq!(shared, Shared { compression: "gzip".into(), timeout: Duration::from_secs(5) });
    assert_eq!(own, Own { index: "a".into(), nested: None });
    assert_eq!(decode_beside("").unwrap(), (Shared::default(), Own::default()));
}

#[test]
fn a_mistake_in_a_section_of_two_structs_is_told_once_with_the_keys_of_both() {
    let told = |text: &str| decode_beside(text).unwrap_err();
    let here = "known here: compression, timeout, index, nested";
    for (text, expected) in [
        ("{compresion: gzip}", vec!["compresion: unknown key `compresion` (did you mean `compression`?)"]),
        ("{indx: a}", vec!["indx: unknown key `indx` (did you mean `index`?)"]),
        ("{zzz: a}", vec![&*format!("zzz: unknown key `zzz` ({here})")]),
        ("{cloud: a}", vec!["cloud: `cloud` is not supported (not ours)"]),
        (
            "{nested: {index: a}}",
            vec!["nested::index: unknown key `index` (known here: compression, timeout)"],
        ),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
    assert_eq!(told("{timeout: soon, index: [a]}").len(), 2);
    assert_eq!(told("[a]").len(), 1);
}
