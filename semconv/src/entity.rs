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

/// Every entity.
pub static ALL: &[&crate::Entity] = &[
    &CODEAGENT_INSTANCE,
];
