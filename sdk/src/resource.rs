//! Who speaks: the attributes of the resource.

use codeagent_semconv::attribute as key;
use codeagent_semconv::value::Product;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use crate::settings::Settings;

/// What we found out, then what was configured: the latter wins.
pub(crate) fn of(settings: &Settings) -> Resource {
    let mut pairs = vec![
        KeyValue::new(key::SERVICE_NAME.name(), settings.service_name.clone()),
        KeyValue::new(key::SERVICE_INSTANCE_ID.name(), random_id()),
        KeyValue::new(key::CODEAGENT_PRODUCT.name(), Product::Codeagent.as_str()),
        KeyValue::new(key::PROCESS_PID.name(), i64::from(std::process::id())),
        KeyValue::new(key::HOST_ARCH.name(), architecture()),
        KeyValue::new(key::OS_TYPE.name(), operating_system()),
        KeyValue::new(key::TELEMETRY_SDK_NAME.name(), "opentelemetry"),
        KeyValue::new(key::TELEMETRY_SDK_LANGUAGE.name(), "rust"),
        KeyValue::new(key::TELEMETRY_SDK_VERSION.name(), "0.33.1"),
        KeyValue::new(key::TELEMETRY_DISTRO_NAME.name(), env!("CARGO_PKG_NAME")),
        KeyValue::new(key::TELEMETRY_DISTRO_VERSION.name(), env!("CARGO_PKG_VERSION")),
    ];
    let found = [
        (key::SERVICE_VERSION.name(), settings.service_version.clone()),
        (key::CODEAGENT_CONFIG_REVISION.name(), settings.revision.clone()),
        (key::PROCESS_EXECUTABLE_NAME.name(), executable()),
        (key::HOST_NAME.name(), host()),
    ];
    pairs.extend(found.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key, value?))));
    for (key, value) in &settings.resource {
        // The name has a rule of its own: OTEL_SERVICE_NAME goes before the attribute, the program's name after it.
        pairs.retain(|pair| pair.key.as_str() != key);
        pairs.push(KeyValue::new(key.clone(), value.clone()));
    }
    Resource::builder_empty().with_attributes(pairs).build()
}

/// 32 hexadecimal digits.
pub(crate) fn random_id() -> String {
    RandomIdGenerator::default().new_trace_id().to_string()
}

fn executable() -> Option<String> {
    std::env::current_exe().ok()?.file_name()?.to_str().map(str::to_owned)
}

fn host() -> Option<String> {
    let name =
        std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// In the words of `host.arch`.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        other => other,
    }
}

/// In the words of `os.type`.
fn operating_system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}
