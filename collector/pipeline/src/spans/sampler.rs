//! Which spans are recorded.

/// The samplers of OpenTelemetry's SDKs (<https://opentelemetry.io/docs/specs/otel/trace/sdk/#built-in-samplers>).
#[derive(Clone, Debug, PartialEq)]
pub enum Sampler {
    /// Every span.
    AlwaysOn,
    /// No span.
    AlwaysOff,
    /// A share of all traces, from 0 to 1, by the trace id.
    Ratio(f64),
    /// As the parent was; this one where there is none.
    ParentBased(Box<Sampler>),
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler::ParentBased(Box::new(Sampler::AlwaysOn))
    }
}

impl Sampler {
    /// Whether a span of this trace is recorded. `parent`: whether its parent was, where it has one.
    pub(super) fn samples(&self, trace_id: [u8; 16], parent: Option<bool>) -> bool {
        match self {
            Sampler::AlwaysOn => true,
            Sampler::AlwaysOff => false,
            Sampler::Ratio(ratio) => {
                // As the SDKs do: the lower half of the id, without its highest bit, against the bound.
                let [.., a, b, c, d, e, f, g, h] = trace_id;
                let low = u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 1;
                *ratio >= 1.0 || (low as f64) < ratio * (1u64 << 63) as f64
            }
            Sampler::ParentBased(root) => parent.unwrap_or_else(|| root.samples(trace_id, None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_keeps_its_share_and_a_parent_goes_first() {
        let share = |sampler: &Sampler| {
            (0..4000).filter(|_| sampler.samples(super::super::ids::trace_id(), None)).count()
        };
        assert_eq!((share(&Sampler::Ratio(0.0)), share(&Sampler::Ratio(1.0))), (0, 4000));
        let half = share(&Sampler::Ratio(0.5));
        assert!((1700..2300).contains(&half), "{half}");
        let by_parent = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
        assert_eq!(
            [Some(true), Some(false), None].map(|parent| by_parent.samples([1; 16], parent)),
            [true, false, false]
        );
        assert!(Sampler::default().samples([1; 16], None));
    }
}
