//! What the encoder writes, read back with an independent model of the protocol.

pub mod build;
pub mod decode;
mod proto;

mod bad_input;
mod configuration;
mod exemplars;
mod histograms;
mod mapping;
mod rewrite;
mod round_trip;

use codeagent_pipeline::Rejection;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;

use super::cumulative::Cumulative;
use super::encoder::Encoder;
use super::labels::LabelRules;
use super::naming::Naming;
use super::request::Version;
use super::translate::Rules;
use super::write::Limits;
use decode::Decoded;

/// The default rules.
pub fn rules() -> Rules {
    Rules {
        labels: LabelRules {
            naming: Naming { escape: true, suffixes: true, namespace: String::new() },
            external: Vec::new(),
            converted: None,
            promoted: Vec::new(),
            scope: true,
            target_info: true,
        },
        custom_buckets: false,
        classic: true,
        known_max: 1 << 20,
    }
}

/// The default limits.
pub fn limits() -> Limits {
    Limits { bytes: 3_000_000, parallel: 5, metadata: true }
}

pub fn encoder(rules: Rules) -> Encoder {
    let cumulative = Cumulative::new(1_000, std::time::Duration::from_secs(3_600));
    Encoder::new(rules, cumulative, limits())
}

/// One request through an encoder, in both versions, which must say the same.
pub fn encode(rules: Rules, request: &ExportMetricsServiceRequest) -> (Decoded, Vec<Rejection>) {
    let batch = build::batch(request);
    let (two, rejected) = encoder(rules.clone()).encode(&batch, Version::Two);
    let (one, same) = encoder(rules).encode(&batch, Version::One);
    assert_eq!(rejected, same);
    let lost: usize = rejected.iter().map(|rejection| rejection.items).sum();
    let sent: usize = two.iter().map(super::request::Request::items).sum();
    assert_eq!(sent + lost, batch.items(), "each point is sent or rejected");
    let (two, one) = (decode::decode(&two), decode::decode(&one));
    // As text, where values that are no numbers are equal.
    assert_eq!(format!("{:?}", two.without_starts()), format!("{:?}", one.without_starts()));
    (two, rejected)
}
