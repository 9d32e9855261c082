//! The rules that the schema cannot say.
//!
//! Each rule returns every breach of it, so that one run shows all that is wrong.

mod naming;
mod references;
mod values;

use crate::resolve::Registry;

/// A rule: the registry's breaches of it.
type Rule = fn(&Registry) -> Vec<String>;

/// All rules.
const RULES: &[Rule] = &[
    naming::names_are_well_formed,
    naming::namespaces_are_ours,
    naming::nothing_is_declared_twice,
    naming::no_name_is_also_a_namespace,
    naming::prometheus_names_are_unique,
    references::every_attribute_is_used,
    references::metrics_carry_no_identifiers,
    references::span_names_use_their_attributes,
    references::quoted_names_exist,
    values::enums_have_distinct_members,
    values::examples_fit_their_type,
    values::units_are_legal,
    values::buckets_ascend,
    values::briefs_are_sentences,
];

/// What breaks the rules; empty for a good registry.
#[must_use]
pub fn check(registry: &Registry) -> Vec<String> {
    RULES.iter().flat_map(|rule| rule(registry)).collect()
}
