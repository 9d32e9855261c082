use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{BuildContext, Host, Outputs};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource as ResourceMessage;
use parking_lot::Mutex;
use prost::Message as _;

use super::*;

/// Keeps the bodies of what it takes, or refuses it.
#[derive(Default)]
struct Taker {
    bodies: Mutex<Vec<String>>,
    refusal: Option<Refused>,
}

impl Consumer for Taker {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        let request = ExportLogsServiceRequest::decode(batch.to_contiguous()).unwrap();
        let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
        let texts = scopes.flat_map(|scope| scope.log_records).map(|record| record.event_name);
        self.bodies.lock().extend(texts);
        Box::pin(async { self.refusal.clone().map_or(Ok(()), Err) })
    }
}

/// One resource per region, with records of these names.
fn logs(regions: &[(&str, &[&str])]) -> Batch {
    let record = |name: &&str| LogRecord {
        event_name: name.to_string(),
        severity_number: if name.starts_with("error") { 17 } else { 9 },
        ..Default::default()
    };
    let resource_logs = regions.iter().map(|(region, names)| {
        let value = Some(AnyValue { value: Some(Value::StringValue(region.to_string())) });
        let attributes = vec![KeyValue { key: "region".into(), value, ..Default::default() }];
        let log_records = names.iter().map(record).collect();
        ResourceLogs {
            resource: Some(ResourceMessage { attributes, ..Default::default() }),
            scope_logs: vec![ScopeLogs { log_records, ..Default::default() }],
            ..Default::default()
        }
    });
    let request = ExportLogsServiceRequest { resource_logs: resource_logs.collect() };
    let items = regions.iter().map(|(_, names)| names.len()).sum();
    Batch::new(Signal::Logs, request.encode_to_vec().into(), items)
}

struct Built {
    host: Host,
    takers: Vec<Arc<Taker>>,
    connector: Option<BuiltConnector>,
    messages: String,
}

/// The connector of a section, which feeds `logs/a`, `logs/b` and `logs/c`.
fn build_with(section: &str, refusals: [Option<Refused>; 3]) -> Built {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("x.yaml", format!("connectors: {{routing: {section}}}"));
    let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let (id, section) = document.connectors.get_index(0).unwrap();
    let host = Host::new(1, 1 << 30);
    let takers = refusals.map(|refusal| Arc::new(Taker { refusal, ..Taker::default() }));
    let named = ["logs/a", "logs/b", "logs/c"].iter().zip(&takers);
    let pipelines =
        named.map(|(id, taker)| (id.parse().unwrap(), taker.clone() as Arc<dyn Consumer>)).collect();
    let fed = Fed { outputs: Outputs::default(), pipelines };
    let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let connector = build(&mut context, section, Signal::Logs, fed);
    let messages = diagnostics.render(false);
    Built { host, takers: takers.into(), connector, messages }
}

async fn route(section: &str, batch: Batch) -> ([Vec<String>; 3], Host) {
    let built = build_with(section, [None, None, None]);
    let connector = built.connector.unwrap_or_else(|| panic!("{}", built.messages));
    connector.consumer.consume(batch).await.unwrap();
    let taken = built.takers.iter().map(|taker| taker.bodies.lock().clone()).collect::<Vec<_>>();
    (taken.try_into().unwrap(), built.host)
}

#[tokio::test]
async fn an_item_goes_by_the_first_route_that_it_meets() {
    let section = r#"{table: [
        {context: log, condition: 'severity_number >= SEVERITY_NUMBER_ERROR', pipelines: [logs/a]},
        {statement: 'route() where attributes["region"] == "eu"', pipelines: [logs/b, logs/c]}],
        default_pipelines: [logs/c]}"#;
    let batch = logs(&[("eu", &["e1", "error1", "e2"]), ("us", &["u1", "error2"])]);
    let ([a, b, c], host) = route(section, batch).await;
    assert_eq!(a, ["error1", "error2"]);
    assert_eq!(b, ["e1", "e2"]);
    assert_eq!(c, ["e1", "e2", "u1"]);
    let [row] = host.ledger.rows().try_into().unwrap();
    assert_eq!((row.items_in, row.items_out), (5, 5));
}

#[tokio::test]
async fn what_is_copied_is_seen_by_the_routes_below_and_what_nothing_takes_is_counted() {
    let section = r#"{table: [
        {context: log, condition: 'severity_number >= 17', pipelines: [logs/a], action: copy},
        {condition: 'attributes["region"] == "eu"', pipelines: [logs/b]}]}"#;
    let batch = logs(&[("eu", &["e1", "error1"]), ("us", &["u1", "error2"])]);
    let ([a, b, _], host) = route(section, batch).await;
    assert_eq!(a, ["error1", "error2"]);
    assert_eq!(b, ["e1", "error1"]);
    let [row] = host.ledger.rows().try_into().unwrap();
    assert_eq!((row.items_in, row.items_out, row.dropped["filtered"]), (4, 3, 1));
}

#[tokio::test]
async fn a_part_that_is_to_be_sent_again_makes_the_whole_be_sent_again() {
    let section = r#"{table: [{condition: 'attributes["region"] == "eu"', pipelines: [logs/a]}], default_pipelines: [logs/b]}"#;
    let answer = async |refusals: [Option<Refused>; 3]| {
        let built = build_with(section, refusals);
        let batch = logs(&[("eu", &["e1", "e2"]), ("us", &["u1"])]);
        let answer = built.connector.unwrap().consumer.consume(batch).await;
        assert!(built.host.ledger.rows().iter().all(|row| row.balances() && row.in_flight == 0));
        answer
    };
    let again = answer([None, Some(Refused::retry("full")), None]).await;
    assert!(
        matches!(again, Err(Refused::Retry { message, .. }) if message.contains("the rest: try again") || message.contains("the rest: full"))
    );
    let lost = answer([Some(Refused::permanent("no")), None, None]).await;
    assert!(matches!(lost, Err(Refused::Partial { items: 2, .. })), "{lost:?}");
}

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_write() {
    let cases = [
        ("{table: []}", "there are 0 routes", "write 1 to 63"),
        ("{table: [{pipelines: [logs/a]}]}", "the route has no condition", "service.name"),
        ("{table: [{condition: 'true'}]}", "no pipeline is listed", "at least one"),
        ("{table: [{condition: 'true', pipelines: [logs/d]}]}", "does not list the connector", "`logs/"),
        ("{table: [{condition: 'true', pipelines: [traces/a]}]}", "does not carry logs", "logs/a"),
        ("{table: [{condition: 'nme == 1', pipelines: [logs/a]}]}", "table[0]::condition", "attributes"),
        (
            "{table: [{context: span, condition: 'true', pipelines: [logs/a]}]}",
            "does not apply to logs",
            "of their own",
        ),
        (
            "{table: [{context: request, condition: 'true', pipelines: [logs/a]}]}",
            "headers of requests",
            "attribute",
        ),
        ("{table: [{statement: 'delete_key(x)', pipelines: [logs/a]}]}", "is no route", "route() where"),
        ("{match_once: true, table: []}", "match_once", "action: copy"),
        (
            "{table: [{condition: 'true', pipelines: [logs/a]}], default_pipelines: [logs/x]}",
            "default_pipelines",
            "`logs/x`",
        ),
    ];
    for (section, message, help) in cases {
        let built = build_with(section, [None, None, None]);
        assert!(built.connector.is_none(), "{section}");
        let messages = built.messages;
        assert!(messages.contains(message) && messages.contains(help), "{section}\n{messages}");
    }
}
