//! What the graph is checked for.

use codeagent_config::{Diagnostics, Document, Environment, Kind, Signal, Source, load};

fn check(text: &str) -> (Option<Document>, Vec<String>) {
    let mut diags = Diagnostics::new();
    let document = load(&[Source::new("x.yaml", text)], &[], &Environment::empty(), &mut diags);
    let shown = diags.sorted().into_iter().map(|d| {
        let help = d.help.as_deref().map(|h| format!(" ({h})")).unwrap_or_default();
        let severity = if d.severity == codeagent_config::Severity::Warning { "warning: " } else { "" };
        format!("{severity}{}: {}{help}", d.path, d.message)
    });
    let shown = shown.collect();
    (document, shown)
}

const COMPONENTS: &str = "receivers: {otlp: }\nprocessors: {batch: }\nexporters: {debug: }\n";

#[test]
fn a_whole_configuration_is_typed() {
    let (document, found) = check(
        "receivers: {otlp: , otlp/2: {a: 1}}\nprocessors: {batch: }\nexporters: {debug: }\nconnectors: {forward: }\n\
         extensions: {health_check: }\nservice:\n  extensions: [health_check]\n  telemetry: {logs: {level: debug}}\n  \
         pipelines:\n    traces: {receivers: [otlp, otlp/2], processors: [batch], exporters: [forward]}\n    \
         traces/out: {receivers: [forward], exporters: [debug]}\n    logs: {receivers: otlp, exporters: [debug]}\n",
    );
    assert_eq!(found, Vec::<String>::new());
    let document = document.unwrap();
    let kinds = Kind::ALL.map(|kind| document.components(kind).len());
    assert_eq!(kinds, [2, 1, 1, 1, 1]);
    assert_eq!(document.service.extensions[0].to_string(), "health_check");
    assert_eq!(
        document.service.telemetry.at("logs::level").unwrap().path(),
        "service::telemetry::logs::level"
    );
    let (id, traces) = document.service.pipelines.first().unwrap();
    assert_eq!((id.signal, &id.name), (Signal::Traces, &None));
    assert_eq!(traces.receivers[1].location.to_string(), "x.yaml:10:32");
    assert_eq!(
        document.receivers.values().map(codeagent_config::Section::path).collect::<Vec<_>>(),
        ["receivers::otlp", "receivers::otlp/2"]
    );
}

/// `C ` stands for [`COMPONENTS`].
const MISTAKES: &[(&str, &[&str])] = &[
    ("", &[": the key `service` is missing (add `service:` with `pipelines:`; without it nothing runs)"]),
    (
        "receivers: [otlp]\nservice: x",
        &[
            "receivers: expected a map, found a list (write `key: value` lines below it, indented)",
            "service: expected a map, found a text (write `key: value` lines below it, indented)",
            "service::pipelines: no pipeline is configured (add one, such as `traces: {receivers: [otlp], exporters: [debug]}`)",
        ],
    ),
    (
        "service: {pipeline: }",
        &[
            "service::pipelines: no pipeline is configured (add one, such as `traces: {receivers: [otlp], exporters: [debug]}`)",
            "service::pipeline: unknown key `pipeline` (did you mean `pipelines`?)",
        ],
    ),
    (
        "C service: {pipelines: {traces: {receivers: [otlp], processors: [batch]}}}",
        &[
            "warning: exporters::debug: the exporter `debug` is defined but not used (list it in a pipeline, or remove it)",
            "service::pipelines::traces: the pipeline `traces` has no exporters (add `exporters: [...]`, or remove the pipeline)",
        ],
    ),
    (
        "C service: {pipelines: {traces: }}",
        &[
            "warning: receivers::otlp: the receiver `otlp` is defined but not used (list it in a pipeline, or remove it)",
            "warning: processors::batch: the processor `batch` is defined but not used (list it in a pipeline, or remove it)",
            "warning: exporters::debug: the exporter `debug` is defined but not used (list it in a pipeline, or remove it)",
            "service::pipelines::traces: the pipeline `traces` has no receivers (add `receivers: [...]`, or remove the pipeline)",
            "service::pipelines::traces: the pipeline `traces` has no exporters (add `exporters: [...]`, or remove the pipeline)",
        ],
    ),
    (
        "C service: {pipelines: {traces: {receivers: [otpl], processors: [batch, otlp], exporters: [kafka]}}}",
        &[
            "warning: exporters::debug: the exporter `debug` is defined but not used (list it in a pipeline, or remove it)",
            "service::pipelines::traces::receivers[0]: the receiver `otpl` is not defined (did you mean `otlp`?)",
            "service::pipelines::traces::processors[1]: the processor `otlp` is not defined (`otlp` is a receiver: it belongs to another list)",
            "service::pipelines::traces::exporters[0]: the exporter `kafka` is not defined (add `kafka:` under `exporters:`, or use one of debug)",
        ],
    ),
    (
        "C service: {pipelines: {traces: {receivers: [otlp, otlp], processors: [batch], exporters: [debug]}}}",
        &["service::pipelines::traces::receivers[1]: `otlp` is listed twice (remove one of the two)"],
    ),
    (
        "C service: {extensions: [zpages], pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}}",
        &[
            "service::extensions[0]: the extension `zpages` is not defined (add `zpages:` under `extensions:`)",
        ],
    ),
    (
        "C extensions: {a: }\nservice: {pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}}",
        &[
            "warning: extensions::a: the extension `a` is defined but not used (list it in `service::extensions`, or remove it)",
        ],
    ),
    (
        "C service: {pipelines: {profiles: {}, metric: {}, logs: {receivers: [otlp], processors: [batch], exporters: [debug]}}}",
        &[
            "service::pipelines::profiles: profiles are not supported (remove the pipeline; traces, metrics and logs are supported)",
            "service::pipelines::metric: `metric` is not a signal (did you mean `metrics`?)",
        ],
    ),
    (
        "C service: {pipelines: {logs: {receivers: {otlp: }, processors: [[batch], 9], exporters: [debug], exporter: x}}}",
        &[
            "warning: receivers::otlp: the receiver `otlp` is defined but not used (list it in a pipeline, or remove it)",
            "warning: processors::batch: the processor `batch` is defined but not used (list it in a pipeline, or remove it)",
            "service::pipelines::logs::receivers: expected a list of ids, found a map (write `[first, second]`, or a line `- id` for each)",
            "service::pipelines::logs::processors[0]: expected an id, found a list (write the id alone)",
            "service::pipelines::logs::processors[1]: `9` is not the type of a component (a type is a letter followed by at most 62 letters, digits or `_`)",
            "service::pipelines::logs::exporter: unknown key `exporter` (did you mean `exporters`?)",
        ],
    ),
    (
        "C connectors: {debug: , c: }\nservice: {pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}}",
        &[
            "connectors::debug: `debug` is the name of a connector and of an exporter (give one of them another name)",
            "connectors::debug: the connector `debug` is used as an exporter only (also list it in the `receivers` of the pipeline that it joins)",
            "warning: connectors::c: the connector `c` is defined but not used (list it in a pipeline, or remove it)",
        ],
    ),
    (
        "C connectors: {a: , b: }\nservice: {pipelines: {\n traces/1: {receivers: [otlp, b], processors: [batch], exporters: [a, debug]},\n traces/2: {receivers: [a], exporters: [b]}}}",
        &[
            "service::pipelines::traces/1: the pipeline feeds itself: traces/1 -> a -> traces/2 -> b -> traces/1 (remove one of the connectors from the exporters or receivers of a pipeline on this way)",
        ],
    ),
    (
        "C connectors: {a: }\nservice: {pipelines: {traces: {receivers: [otlp, a], processors: [batch], exporters: [a, debug]}}}",
        &[
            "service::pipelines::traces: the pipeline feeds itself: traces -> a -> traces (remove one of the connectors from the exporters or receivers of a pipeline on this way)",
        ],
    ),
    (
        "C connectors: {a: }\nservice: {pipelines: {\n traces: {receivers: [otlp], processors: [batch], exporters: [a]},\n metrics: {receivers: [a], exporters: [debug]}}}",
        &[],
    ),
];

#[test]
fn mistakes_of_the_graph_are_reported_with_what_to_do() {
    let mut wrong = Vec::new();
    for (text, expected) in MISTAKES {
        let (_, found) = check(&text.replacen("C ", COMPONENTS, 1));
        if found != *expected {
            wrong.push(format!("{text}\n{}", found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_connector_keeps_the_signal_where_it_can_so_that_no_false_cycle_is_seen() {
    let (_, found) = check(
        "receivers: {otlp: }\nexporters: {debug: }\nconnectors: {forward: , f2: }\nservice:\n  pipelines:\n    \
         traces/a: {receivers: [otlp], exporters: [forward]}\n    logs/a: {receivers: [forward], exporters: [f2]}\n    \
         logs/b: {receivers: [otlp], exporters: [forward]}\n    traces/b: {receivers: [forward], exporters: [debug]}\n    \
         logs/c: {receivers: [f2], exporters: [debug]}\n",
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_bad_id_is_left_out_and_the_rest_goes_on() {
    let (document, found) = check(
        "receivers: {otlp/: , 'a b': , ok: }\nservice: {pipelines: {traces: {receivers: [ok], exporters: [x]}}}",
    );
    assert_eq!(document.unwrap().receivers.len(), 1);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("receivers::otlp/: the name after the slash in `otlp/` is empty"),
        "{found:?}"
    );
}

#[test]
fn a_huge_graph_is_checked_in_bounded_time() {
    let names: Vec<String> = (0..490).map(|i| format!("component_number_{i:03}")).collect();
    let defined: String = names.iter().map(|name| format!("  {name}:\n")).collect();
    let list = names[..100].join(", ");
    let pipelines: String = (0..490)
        .map(|i| format!("    traces/{i}: {{receivers: [{list}], exporters: [x{i}_{}, y]}}\n", names[i]))
        .collect();
    let (document, found) =
        check(&format!("connectors:\n{defined}exporters:\n  y:\nservice:\n  pipelines:\n{pipelines}"));
    assert!(document.is_some());
    assert!(found.iter().any(|line| line.contains("is not defined")), "{:?}", found.first());
    let many: String = (0..2000).map(|i| format!("    traces/{i}: {{}}\n")).collect();
    let (_, found) = check(&format!("service:\n  pipelines:\n{many}"));
    assert_eq!(found, ["service::pipelines: there are 2000 entries, and at most 500 are read"]);
}
