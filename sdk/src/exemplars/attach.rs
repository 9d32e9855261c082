//! From the store onto the points of a request.

use std::collections::HashMap;
use std::time::SystemTime;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, exemplar, metric::Data};

use super::series;
use super::store::{Kept, Measured, Store};

impl Store {
    /// Puts what was kept since the last time on the points that it belongs to. What belongs to none (a view changed the attributes) is
    /// forgotten.
    pub(crate) fn attach(&self, request: &mut ExportMetricsServiceRequest) {
        let scopes = request.resource_metrics.iter_mut().flat_map(|resource| &mut resource.scope_metrics);
        for scope in scopes {
            let name = scope.scope.as_ref().map_or("", |scope| scope.name.as_str());
            for metric in &mut scope.metrics {
                let mut kept = self.take(name, &metric.name);
                if kept.is_empty() {
                    continue;
                }
                match &mut metric.data {
                    Some(Data::Sum(sum)) => {
                        put(
                            &mut kept,
                            sum.data_points.iter_mut().map(|at| (&at.attributes[..], &mut at.exemplars)),
                        );
                    }
                    Some(Data::Gauge(gauge)) => {
                        put(
                            &mut kept,
                            gauge.data_points.iter_mut().map(|at| (&at.attributes[..], &mut at.exemplars)),
                        );
                    }
                    Some(Data::Histogram(histogram)) => {
                        let points = histogram.data_points.iter_mut();
                        put(&mut kept, points.map(|at| (&at.attributes[..], &mut at.exemplars)));
                    }
                    Some(Data::ExponentialHistogram(histogram)) => {
                        let points = histogram.data_points.iter_mut();
                        put(&mut kept, points.map(|at| (&at.attributes[..], &mut at.exemplars)));
                    }
                    Some(Data::Summary(_)) | None => {}
                }
            }
        }
    }
}

fn put<'a>(
    kept: &mut HashMap<u64, Vec<Kept>>,
    points: impl Iterator<Item = (&'a [KeyValue], &'a mut Vec<Exemplar>)>,
) {
    for (attributes, exemplars) in points {
        if let Some(of_series) = kept.remove(&series::of_exported(attributes)) {
            exemplars.extend(of_series.iter().map(exemplar));
        }
    }
}

fn exemplar(kept: &Kept) -> Exemplar {
    let since = kept.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (trace_id, span_id) =
        kept.span.map(|(trace, span)| (trace.to_vec(), span.to_vec())).unwrap_or_default();
    Exemplar {
        filtered_attributes: Vec::new(),
        time_unix_nano: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
        span_id,
        trace_id,
        value: Some(match kept.value {
            Measured::Int(value) => exemplar::Value::AsInt(value),
            Measured::Double(value) => exemplar::Value::AsDouble(value),
        }),
    }
}
