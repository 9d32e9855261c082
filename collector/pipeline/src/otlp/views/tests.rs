//! Every field that a view reads, against prost.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue as Any, ArrayValue, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1 as logs;
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::trace::v1 as trace;
use proptest::prelude::*;
use prost::Message;

use super::*;

fn value() -> impl Strategy<Value = Option<any_value::Value>> {
    use any_value::Value::{
        ArrayValue as Array, BoolValue, BytesValue, DoubleValue, IntValue, KvlistValue, StringValue,
    };
    let leaf = prop_oneof![
        Just(None),
        ".{0,12}".prop_map(|text| Some(StringValue(text))),
        any::<bool>().prop_map(|value| Some(BoolValue(value))),
        any::<i64>().prop_map(|value| Some(IntValue(value))),
        any::<f64>().prop_map(|value| Some(DoubleValue(value))),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| Some(BytesValue(bytes))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        let map = prop::collection::vec((".{0,6}", inner), 0..3);
        prop_oneof![
            list.prop_map(|list| {
                let values = list.into_iter().map(|value| Any { value }).collect();
                Some(Array(ArrayValue { values }))
            }),
            map.prop_map(|map| Some(KvlistValue(KeyValueList {
                values: map.into_iter().map(pair).collect()
            }))),
        ]
    })
}

fn pair((key, value): (String, Option<any_value::Value>)) -> KeyValue {
    KeyValue { key, value: Some(Any { value }), ..Default::default() }
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    prop::collection::vec((".{0,8}", value()).prop_map(pair), 0..4)
}

fn same_value(view: &AnyValue<'_>, owned: Option<&any_value::Value>) -> bool {
    use any_value::Value as Owned;
    match (view, owned) {
        (AnyValue::Empty, None) => true,
        (AnyValue::String(view), Some(Owned::StringValue(owned))) => view == owned,
        (AnyValue::Bool(view), Some(Owned::BoolValue(owned))) => view == owned,
        (AnyValue::Int(view), Some(Owned::IntValue(owned))) => view == owned,
        (AnyValue::Double(view), Some(Owned::DoubleValue(owned))) => view.to_bits() == owned.to_bits(),
        (AnyValue::Bytes(view), Some(Owned::BytesValue(owned))) => view == owned,
        (AnyValue::Array(view), Some(Owned::ArrayValue(owned))) => {
            let views: Vec<_> = view.clone().collect();
            views.len() == owned.values.len()
                && views.iter().zip(&owned.values).all(|(view, owned)| same_value(view, owned.value.as_ref()))
        }
        (AnyValue::Map(view), Some(Owned::KvlistValue(owned))) => {
            same_attributes(view.clone(), &owned.values)
        }
        _ => false,
    }
}

fn same_attributes(views: Repeated<'_, Attribute<'_>>, owned: &[KeyValue]) -> bool {
    let views: Vec<_> = views.collect();
    views.len() == owned.len()
        && views.iter().zip(owned).all(|(view, owned)| {
            let value = owned.value.as_ref().and_then(|value| value.value.as_ref());
            view.key == owned.key && same_value(&view.value, value)
        })
}

proptest! {
    #[test]
    fn a_span_reads_as_prost_reads_it(
        name in ".{0,20}", state in ".{0,10}", message in ".{0,10}", attributes in attributes(),
        numbers in any::<[u64; 2]>(), small in any::<[u32; 4]>(), kind in 0..6_i32, code in 0..3_i32,
        ids in any::<([u8; 16], [u8; 8])>(),
    ) {
        let event = trace::span::Event {
            time_unix_nano: numbers[0], name: name.clone(), attributes: attributes.clone(), dropped_attributes_count: small[0],
        };
        let link = trace::span::Link {
            trace_id: ids.0.to_vec(), span_id: ids.1.to_vec(), trace_state: state.clone(), attributes: attributes.clone(),
            dropped_attributes_count: small[1], flags: small[2],
        };
        let owned = trace::Span {
            trace_id: ids.0.to_vec(), span_id: ids.1.to_vec(), parent_span_id: ids.1.to_vec(), trace_state: state, flags: small[3],
            name, kind, start_time_unix_nano: numbers[0], end_time_unix_nano: numbers[1], attributes,
            dropped_attributes_count: small[0], events: vec![event.clone(), event], dropped_events_count: small[1],
            links: vec![link], dropped_links_count: small[2],
            status: Some(trace::Status { message, code }),
        };
        let bytes = owned.encode_to_vec();
        let view = Span::view(&bytes);
        prop_assert_eq!((view.trace_id, view.span_id, view.parent_span_id), (&ids.0[..], &ids.1[..], &ids.1[..]));
        prop_assert_eq!((view.name, view.trace_state), (&*owned.name, &*owned.trace_state));
        prop_assert_eq!((view.kind, view.flags), (owned.kind, owned.flags));
        prop_assert_eq!([view.start_time_unix_nano, view.end_time_unix_nano], numbers);
        let dropped = [view.dropped_attributes_count, view.dropped_events_count, view.dropped_links_count];
        prop_assert_eq!(dropped, [small[0], small[1], small[2]]);
        let status = owned.status.unwrap();
        prop_assert_eq!((view.status.message, view.status.code), (&*status.message, status.code));
        prop_assert!(same_attributes(view.attributes(), &owned.attributes));
        prop_assert_eq!(view.events().count(), 2);
        for (view, owned) in view.events().zip(&owned.events) {
            prop_assert_eq!((view.time_unix_nano, view.name), (owned.time_unix_nano, &*owned.name));
            prop_assert_eq!(view.dropped_attributes_count, owned.dropped_attributes_count);
            prop_assert!(same_attributes(view.attributes(), &owned.attributes));
        }
        let link = view.links().next().unwrap();
        prop_assert_eq!((link.trace_id, link.span_id, link.flags), (&ids.0[..], &ids.1[..], small[2]));
        prop_assert_eq!((link.trace_state, link.dropped_attributes_count), (&*owned.links[0].trace_state, small[1]));
        prop_assert!(same_attributes(link.attributes(), &owned.links[0].attributes));
    }

    #[test]
    fn a_log_record_reads_as_prost_reads_it(
        texts in any::<(String, String)>(), body in value(), attributes in attributes(), times in any::<[u64; 2]>(),
        small in any::<[u32; 2]>(), severity in 0..25_i32, ids in any::<([u8; 16], [u8; 8])>(),
    ) {
        let owned = logs::LogRecord {
            time_unix_nano: times[0], observed_time_unix_nano: times[1], severity_number: severity, severity_text: texts.0,
            body: Some(Any { value: body }), attributes, dropped_attributes_count: small[0], flags: small[1],
            trace_id: ids.0.to_vec(), span_id: ids.1.to_vec(), event_name: texts.1,
        };
        let bytes = owned.encode_to_vec();
        let view = LogRecord::view(&bytes);
        prop_assert_eq!([view.time_unix_nano, view.observed_time_unix_nano], times);
        prop_assert_eq!((view.severity_number, view.severity_text), (severity, &*owned.severity_text));
        prop_assert_eq!([view.dropped_attributes_count, view.flags], small);
        prop_assert_eq!((view.trace_id, view.span_id, view.event_name), (&ids.0[..], &ids.1[..], &*owned.event_name));
        prop_assert!(same_value(&view.body_value(), owned.body.as_ref().and_then(|body| body.value.as_ref())));
        prop_assert!(same_attributes(view.attributes(), &owned.attributes));
    }

    #[test]
    fn a_histogram_reads_as_prost_reads_it(
        counts in prop::collection::vec(any::<u64>(), 0..6), bounds in prop::collection::vec(-1e9..1e9, 0..6),
        attributes in attributes(), times in any::<[u64; 2]>(), count in any::<u64>(), flags in any::<u32>(),
        optional in any::<[Option<i32>; 3]>(),
    ) {
        let [sum, min, max] = optional.map(|value| value.map(f64::from));
        let owned = metrics::HistogramDataPoint {
            attributes, start_time_unix_nano: times[0], time_unix_nano: times[1], count, sum, bucket_counts: counts,
            explicit_bounds: bounds, flags, min, max, exemplars: Vec::new(),
        };
        let bytes = owned.encode_to_vec();
        let view = HistogramPoint::view(&bytes);
        prop_assert_eq!([view.start_time_unix_nano, view.time_unix_nano], times);
        prop_assert_eq!((view.count, view.flags), (count, flags));
        prop_assert_eq!([view.sum, view.min, view.max], [sum, min, max]);
        prop_assert_eq!(view.bucket_counts().collect::<Vec<_>>(), owned.bucket_counts);
        prop_assert_eq!(view.explicit_bounds().collect::<Vec<_>>(), owned.explicit_bounds);
        prop_assert!(same_attributes(view.attributes(), &owned.attributes));
    }

    #[test]
    fn an_exponential_histogram_reads_as_prost_reads_it(
        positive in prop::collection::vec(any::<u64>(), 0..6), offsets in any::<[i32; 2]>(), scale in any::<i32>(),
        attributes in attributes(), count in any::<u64>(), zero in any::<u64>(), threshold in 0.0..1e9,
    ) {
        let buckets = |offset, bucket_counts: &[u64]| {
            Some(metrics::exponential_histogram_data_point::Buckets { offset, bucket_counts: bucket_counts.to_vec() })
        };
        let owned = metrics::ExponentialHistogramDataPoint {
            attributes, count, sum: Some(1.5), scale, zero_count: zero, positive: buckets(offsets[0], &positive),
            negative: buckets(offsets[1], &[]), zero_threshold: threshold, ..Default::default()
        };
        let bytes = owned.encode_to_vec();
        let view = ExponentialHistogramPoint::view(&bytes);
        prop_assert_eq!((view.count, view.scale, view.zero_count), (count, scale, zero));
        prop_assert_eq!((view.sum, view.zero_threshold), (Some(1.5), threshold));
        prop_assert_eq!([view.positive.offset, view.negative.offset], offsets);
        prop_assert_eq!(view.positive.counts().collect::<Vec<_>>(), positive);
        prop_assert_eq!(view.negative.counts().count(), 0);
        prop_assert!(same_attributes(view.attributes(), &owned.attributes));
    }

    #[test]
    fn views_of_anything_end_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for group in ResourceGroup::of(&bytes) {
            let _ = group.resource.attributes().count();
            for scope in group.scopes() {
                let _ = scope.items::<Span<'_>>().map(|span| span.events().count()).sum::<usize>();
                let _ = scope.items::<LogRecord<'_>>().map(|record| record.attributes().count()).sum::<usize>();
                let _ = scope.items::<Metric<'_>>().filter(|metric| metric.points.kind().is_some()).count();
            }
        }
        let _ = HistogramPoint::view(&bytes).bucket_counts().count();
        let _ = ExponentialHistogramPoint::view(&bytes).positive.counts().count();
    }
}
