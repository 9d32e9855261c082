//! A batch in two.

use super::split;
use crate::{Batch, Chunk};

/// Cuts a batch in two of about as many items; `None` where it has less than two.
pub fn halves(batch: &Batch) -> Option<[Batch; 2]> {
    let half = batch.items() / 2;
    if half == 0 {
        return None;
    }
    let (mut first, mut second) = (batch.with_chunks([]), batch.with_chunks([]));
    for chunk in batch.chunks() {
        let missing = half - first.items().min(half);
        match chunk.items {
            items if items <= missing => first.push(chunk.clone()),
            _ if missing == 0 => second.push(chunk.clone()),
            items => {
                // the cut goes through this chunk; `split` cuts into equal pieces only
                for piece in cut(batch, chunk, missing, items) {
                    if first.items() < half { first.push(piece) } else { second.push(piece) }
                }
            }
        }
    }
    Some([first, second]).filter(|halves| halves.iter().all(|half| !half.is_empty()))
}

fn cut(batch: &Batch, chunk: &Chunk, missing: usize, items: usize) -> Vec<Chunk> {
    split(batch.signal(), chunk, missing.max(items.div_ceil(2)).min(items - 1))
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message as _;

    use super::*;
    use crate::Signal;

    fn names(batch: &Batch) -> Vec<String> {
        let request = ExportTraceServiceRequest::decode(batch.to_contiguous()).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
    }

    fn batch(sizes: &[usize]) -> Batch {
        let (mut batch, mut number) = (Batch::empty(Signal::Traces), 0..);
        for items in sizes {
            let span = |name: usize| Span { name: name.to_string(), ..Span::default() };
            let spans = number.by_ref().take(*items).map(span).collect();
            let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
            let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
            let bytes = ExportTraceServiceRequest { resource_spans }.encode_to_vec().into();
            batch.push(Chunk::new(bytes, *items));
        }
        batch
    }

    #[test]
    fn halves_hold_every_item_once_and_in_order() {
        for sizes in [&[2][..], &[3], &[100], &[1, 1], &[1, 5], &[5, 1], &[3, 3, 3], &[1, 1, 1, 97]] {
            let whole = batch(sizes);
            let [first, second] = halves(&whole).unwrap();
            assert!(first.items() >= whole.items() / 4 && second.items() >= whole.items() / 4, "{sizes:?}");
            assert_eq!(first.items() + second.items(), whole.items());
            assert_eq!([names(&first), names(&second)].concat(), names(&whole), "{sizes:?}");
        }
        assert!(halves(&batch(&[1])).is_none());
        assert!(halves(&batch(&[])).is_none());
    }
}
