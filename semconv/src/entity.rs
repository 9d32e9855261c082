//! Things that telemetry is about: a descriptor for each.
//
// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Entity, Level};

/// `codeagent.instance`: A running code agent.
pub static CODEAGENT_INSTANCE: Entity = Entity {
    id: "codeagent.instance",
    brief: "A running code agent.",
    identity: &["codeagent.product", "service.instance.id"],
    attributes: &[
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("service.instance.id", "service_instance_id", Level::Recommended),
        Attribute::new("service.version", "service_version", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("codeagent.dialect", "codeagent_dialect", Level::Conditional("If a normalisation map was applied.")),
    ],
};

/// `codeagent.process`: The process of an agent that links the SDK.
pub static CODEAGENT_PROCESS: Entity = Entity {
    id: "codeagent.process",
    brief: "The process of an agent that links the SDK.",
    identity: &["service.name", "service.instance.id"],
    attributes: &[
        Attribute::new("service.name", "service_name", Level::Recommended),
        Attribute::new("service.instance.id", "service_instance_id", Level::Recommended),
        Attribute::new("service.version", "service_version", Level::Recommended),
        Attribute::new("codeagent.product", "codeagent_product", Level::Recommended),
        Attribute::new("codeagent.config.revision", "codeagent_config_revision", Level::Recommended),
        Attribute::new("process.pid", "process_pid", Level::Recommended),
        Attribute::new("process.executable.name", "process_executable_name", Level::Recommended),
        Attribute::new("host.name", "host_name", Level::Recommended),
        Attribute::new("host.arch", "host_arch", Level::Recommended),
        Attribute::new("os.type", "os_type", Level::Recommended),
        Attribute::new("telemetry.sdk.name", "telemetry_sdk_name", Level::Required),
        Attribute::new("telemetry.sdk.language", "telemetry_sdk_language", Level::Required),
        Attribute::new("telemetry.sdk.version", "telemetry_sdk_version", Level::Required),
        Attribute::new("telemetry.distro.name", "telemetry_distro_name", Level::Recommended),
        Attribute::new("telemetry.distro.version", "telemetry_distro_version", Level::Recommended),
    ],
};

/// Every entity.
pub static ALL: &[&crate::Entity] = &[
    &CODEAGENT_INSTANCE,
    &CODEAGENT_PROCESS,
];
