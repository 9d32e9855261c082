//! What the SDK tells of itself: what was delivered, what lies on disk, what was lost and why.

use std::sync::Arc;

use codeagent_semconv::metric::{
    CODEAGENT_SDK_ITEMS_DELIVERED, CODEAGENT_SDK_ITEMS_DROPPED, CODEAGENT_SDK_ITEMS_SPOOLED,
};
use codeagent_semconv::value::Signal;
use codeagent_semconv::{Metric, attribute};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use crate::transport::{Ledger, Loss};

pub(crate) fn observe(meter: &Meter, ledger: &Arc<Ledger>) {
    counter(meter, &CODEAGENT_SDK_ITEMS_DELIVERED, ledger, |ledger, to| {
        for &signal in Signal::ALL {
            report(to, ledger.delivered(signal), &[of(signal)]);
        }
    });
    counter(meter, &CODEAGENT_SDK_ITEMS_SPOOLED, ledger, |ledger, to| {
        for &signal in Signal::ALL {
            report(to, ledger.spooled(signal), &[of(signal)]);
        }
    });
    counter(meter, &CODEAGENT_SDK_ITEMS_DROPPED, ledger, |ledger, to| {
        for &signal in Signal::ALL {
            for &reason in Loss::ALL {
                let why = KeyValue::new(attribute::CODEAGENT_SDK_DROP_REASON.name(), reason.as_str());
                report(to, ledger.lost(signal, reason), &[of(signal), why]);
            }
        }
    });
}

fn counter(
    meter: &Meter,
    metric: &'static Metric,
    ledger: &Arc<Ledger>,
    read: impl Fn(&Ledger, &dyn AsyncInstrument<u64>) + Send + Sync + 'static,
) {
    let ledger = Arc::clone(ledger);
    let builder =
        meter.u64_observable_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    builder.with_callback(move |observer| read(&ledger, observer)).build();
}

/// Series begin with their first item: a process in which nothing is lost has none of loss.
fn report(to: &dyn AsyncInstrument<u64>, count: u64, attributes: &[KeyValue]) {
    if count > 0 {
        to.observe(count, attributes);
    }
}

fn of(signal: Signal) -> KeyValue {
    KeyValue::new(attribute::OTELCOL_SIGNAL.name(), signal.as_str())
}
