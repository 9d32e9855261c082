//! From what a user wrote to what runs.

use std::collections::HashMap;

use codeagent_config::{Diagnostics, Section};

use super::chance::{Chance, Salt};
use super::conditions::{Conditions, OfSpan};
use super::config::Mode;
use super::policy::{Limit, Policy};
use super::policy_config::{Composite, PolicyConfig, PolicyType, Rule};
use super::rates::Shares;

mod leaves;

use leaves::{latency, span_count};

/// Names of rules that a decision can carry.
const POLICIES_MAX: usize = 254;
/// Policies that may stand in one another.
const DEPTH_MAX: usize = 8;

/// A problem and what to do about it.
type Problem = (String, String);

/// Compiles policies; gathers what they share.
pub struct Compiler<'a> {
    /// What is asked of each span.
    pub conditions: Conditions,
    /// The chances.
    pub chances: Vec<Chance>,
    /// The salts of the chances.
    pub salts: Vec<Salt>,
    salt_texts: Vec<String>,
    /// The limits.
    pub limits: Vec<Limit>,
    mode: Mode,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Compiler<'a> {
    /// Nothing compiled yet.
    pub fn new(mode: Mode, diagnostics: &'a mut Diagnostics) -> Self {
        Compiler {
            conditions: Conditions::default(),
            chances: Vec::new(),
            salts: Vec::new(),
            salt_texts: Vec::new(),
            limits: Vec::new(),
            mode,
            diagnostics,
        }
    }

    /// Compiles all, in their order; `section` is the list.
    pub fn policies(&mut self, configs: &[PolicyConfig], section: &Section) -> Option<Vec<Policy>> {
        if configs.is_empty() {
            let help = "list at least one, such as `{name: errors, type: status_code, status_code: \
                {status_codes: [ERROR]}}`";
            self.diagnostics.push(section.error("without policies every trace is dropped", help));
            return None;
        }
        if configs.len() > POLICIES_MAX {
            let message = format!("{} policies are more than {POLICIES_MAX}", configs.len());
            self.diagnostics.push(section.error(message, "join some with `and` or longer lists of values"));
            return None;
        }
        self.names(configs, section)?;
        self.list(configs, section, 0)
    }

    fn names(&mut self, configs: &[PolicyConfig], section: &Section) -> Option<()> {
        let (mut known, mut sound) = (HashMap::new(), Some(()));
        for (config, place) in configs.iter().zip(section.items()) {
            let problem = match config.name.as_str() {
                "" => "the policy has no name".to_owned(),
                name if known.insert(name, ()).is_some() => {
                    format!("another policy has the name `{name}` too")
                }
                _ => continue,
            };
            self.diagnostics.push(place.error(problem, "give each policy a name of its own in `name`"));
            sound = None;
        }
        sound
    }

    /// Compiles a list; all problems are told at once.
    fn list(&mut self, configs: &[PolicyConfig], section: &Section, depth: usize) -> Option<Vec<Policy>> {
        if configs.is_empty() {
            let message = "the list of policies is empty";
            self.diagnostics
                .push(section.error(message, "list at least one, or take the policy around it out"));
            return None;
        }
        let compiled: Vec<Option<Policy>> = configs
            .iter()
            .zip(section.items())
            .map(|(config, place)| self.policy(config, &place, depth))
            .collect();
        compiled.into_iter().collect()
    }

    fn policy(&mut self, config: &PolicyConfig, place: &Section, depth: usize) -> Option<Policy> {
        match self.compile(config, place, depth) {
            Ok(policy) => policy,
            Err((message, help)) => {
                let key =
                    place.keys().find(|key| config.kind.is_some_and(|kind| kind.section() == Some(key)));
                let place = key.and_then(|key| place.at(key)).unwrap_or_else(|| place.clone());
                self.diagnostics.push(place.error(message, help));
                None
            }
        }
    }

    /// The policy; `None` where the problem has been told.
    fn compile(
        &mut self,
        config: &PolicyConfig,
        place: &Section,
        depth: usize,
    ) -> Result<Option<Policy>, Problem> {
        let Some(kind) = config.kind else {
            return problem("the policy has no type", "name it in `type`, such as `status_code`");
        };
        self.warn_of_strangers(kind, place);
        if depth > DEPTH_MAX {
            return problem("policies stand too deep in one another", "take a level out");
        }
        let only_outside = matches!(kind, PolicyType::Drop | PolicyType::Composite | PolicyType::Rule);
        if depth > 0 && only_outside {
            let message = format!("`{}` does not stand in another policy", kind.name());
            return problem(message, "list it under `policies` itself");
        }
        let leaf = match kind {
            PolicyType::AlwaysSample => Policy::Always,
            PolicyType::TraceFlags => Policy::Mark(self.conditions.span("flags".into(), || OfSpan::Sampled)),
            PolicyType::Latency => latency(need(config.latency.as_ref(), kind)?)?,
            PolicyType::SpanCount => span_count(need(config.span_count.as_ref(), kind)?)?,
            PolicyType::NumericAttribute => self.numeric(need(config.numeric_attribute.as_ref(), kind)?)?,
            PolicyType::StringAttribute => self.text(need(config.string_attribute.as_ref(), kind)?)?,
            PolicyType::BooleanAttribute => self.boolean(need(config.boolean_attribute.as_ref(), kind)?)?,
            PolicyType::StatusCode => self.status(&need(config.status_code.as_ref(), kind)?.status_codes)?,
            PolicyType::TraceState => self.trace_state(need(config.trace_state.as_ref(), kind)?)?,
            PolicyType::OttlCondition => self.ottl(need(config.ottl_condition.as_ref(), kind)?)?,
            PolicyType::Probabilistic => self.chance(need(config.probabilistic.as_ref(), kind)?)?,
            PolicyType::RateLimiting => {
                let limit = need(config.rate_limiting.as_ref(), kind)?;
                Policy::SpanRate(self.bucket(
                    "spans_per_second",
                    limit.spans_per_second,
                    limit.burst_capacity,
                )?)
            }
            PolicyType::BytesLimiting => {
                let limit = need(config.bytes_limiting.as_ref(), kind)?;
                Policy::ByteRate(self.bucket(
                    "bytes_per_second",
                    limit.bytes_per_second,
                    limit.burst_capacity,
                )?)
            }
            _ => return self.compound(config, kind, place, depth + 1),
        };
        Ok(Some(leaf))
    }

    fn compound(
        &mut self,
        config: &PolicyConfig,
        kind: PolicyType,
        place: &Section,
        depth: usize,
    ) -> Result<Option<Policy>, Problem> {
        let at = |path: &str| place.at(path).unwrap_or_else(|| place.clone());
        Ok(match kind {
            PolicyType::And => {
                let policies = &need(config.and.as_ref(), kind)?.and_sub_policy;
                self.list(policies, &at("and::and_sub_policy"), depth).map(Policy::All)
            }
            PolicyType::Drop => {
                let policies = &need(config.drop.as_ref(), kind)?.drop_sub_policy;
                self.list(policies, &at("drop::drop_sub_policy"), depth).map(Policy::Drop)
            }
            PolicyType::Not => {
                let policy = need(config.not.as_ref(), kind)?.not_sub_policy.as_deref();
                let policy = policy.ok_or_else(|| missing("not_sub_policy"))?;
                let policy = self.policy(policy, &at("not::not_sub_policy"), depth);
                policy.map(|policy| Policy::Not(Box::new(policy)))
            }
            PolicyType::Composite => self.composite(need(config.composite.as_ref(), kind)?, place, depth)?,
            _ => self.rule(need(config.rule.as_ref(), kind)?, place, depth)?,
        })
    }

    fn rule(&mut self, config: &Rule, place: &Section, depth: usize) -> Result<Option<Policy>, Problem> {
        if self.mode != Mode::FirstMatch {
            let help = "set `policy_mode: first_match`, or use `and`";
            return problem("a `rule` decides alone, and here every policy is asked", help);
        }
        let at = |path: &str| place.at(path).unwrap_or_else(|| place.clone());
        let then = config.then.as_deref().ok_or_else(|| missing("then"))?;
        let when = self.list(&config.when, &at("rule::when"), depth);
        let then = self.policy(then, &at("rule::then"), depth);
        Ok(when.zip(then).map(|(when, then)| Policy::Rule(when, Box::new(then))))
    }

    fn composite(
        &mut self,
        config: &Composite,
        place: &Section,
        depth: usize,
    ) -> Result<Option<Policy>, Problem> {
        let at = |path: &str| place.at(path).unwrap_or_else(|| place.clone());
        let total = positive("max_total_spans_per_second", config.max_total_spans_per_second)?;
        let names: Vec<&str> =
            config.composite_sub_policy.iter().map(|policy| policy.name.as_str()).collect();
        if !config.policy_order.is_empty() && config.policy_order != names {
            let message =
                "the policies are asked in the order of `composite_sub_policy`, which is another one";
            let help = "put them in the order that you mean, or take `policy_order` out";
            self.diagnostics.push(at("composite::policy_order").warning(message, help));
        }
        for allocation in &config.rate_allocation {
            if !names.contains(&allocation.policy.as_str()) {
                let message = format!("`rate_allocation` names `{}`, which is not there", allocation.policy);
                return problem(message, format!("there are {}", names.join(", ")));
            }
        }
        let equal = total / (names.len() as u64).max(1);
        let mut parts = Vec::with_capacity(names.len());
        for name in names {
            let allocation = config.rate_allocation.iter().rfind(|allocation| allocation.policy == name);
            parts.push(match allocation {
                Some(allocation) if allocation.percent > 0 => {
                    (allocation.percent as f64 / 100.0 * total as f64) as u64
                }
                Some(_) => equal,
                None => {
                    let message = format!("`{name}` has no part of the rate, so it keeps nothing");
                    let help = "give it one in `rate_allocation`; `percent: 0` is an equal part";
                    self.diagnostics.push(at("composite").warning(message, help));
                    0
                }
            });
        }
        let place = at("composite::composite_sub_policy");
        let Some(policies) = self.list(&config.composite_sub_policy, &place, depth) else { return Ok(None) };
        self.limits.push(Limit::Shares(Shares::new(total, parts)));
        Ok(Some(Policy::Composite(self.limits.len() - 1, policies)))
    }

    /// Settings of another type than the policy's say what is not done.
    fn warn_of_strangers(&mut self, kind: PolicyType, place: &Section) {
        for key in place.keys().filter(|key| !["name", "type"].contains(key) && kind.section() != Some(key)) {
            let message = format!("a policy of type `{}` does not read this", kind.name());
            let place = place.at(key).unwrap_or_else(|| place.clone());
            self.diagnostics.push(place.warning(message, "take it out, or change `type`"));
        }
    }
}

fn problem<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Problem> {
    Err((message.into(), help.into()))
}

fn missing(key: &str) -> Problem {
    (format!("`{key}` is missing"), "write it".to_owned())
}

fn need<T>(settings: Option<&T>, kind: PolicyType) -> Result<&T, Problem> {
    settings.ok_or_else(|| {
        let name = kind.name();
        (format!("the settings of the policy are missing: `{name}`"), format!("write `{name}: {{...}}`"))
    })
}

fn positive(key: &str, value: i64) -> Result<u64, Problem> {
    let value = u64::try_from(value).ok().filter(|value| *value > 0);
    value.ok_or_else(|| (format!("`{key}` is not above 0, so nothing is kept"), "write a rate".to_owned()))
}

impl PolicyType {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            PolicyType::AlwaysSample => "always_sample",
            PolicyType::Latency => "latency",
            PolicyType::NumericAttribute => "numeric_attribute",
            PolicyType::Probabilistic => "probabilistic",
            PolicyType::StatusCode => "status_code",
            PolicyType::StringAttribute => "string_attribute",
            PolicyType::RateLimiting => "rate_limiting",
            PolicyType::BytesLimiting => "bytes_limiting",
            PolicyType::SpanCount => "span_count",
            PolicyType::TraceState => "trace_state",
            PolicyType::TraceFlags => "trace_flags",
            PolicyType::BooleanAttribute => "boolean_attribute",
            PolicyType::OttlCondition => "ottl_condition",
            PolicyType::And => "and",
            PolicyType::Not => "not",
            PolicyType::Drop => "drop",
            PolicyType::Composite => "composite",
            PolicyType::Rule => "rule",
        }
    }

    /// The key of its settings, where it has some.
    fn section(self) -> Option<&'static str> {
        (!matches!(self, PolicyType::AlwaysSample | PolicyType::TraceFlags)).then(|| self.name())
    }
}
