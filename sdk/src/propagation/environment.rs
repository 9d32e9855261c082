//! The environment of a process as a carrier:
//! <https://opentelemetry.io/docs/specs/otel/context/env-carriers/> (release candidate in version 1.59).

use std::process::Command;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;

use super::w3c;

/// Makes the child process that `command` starts continue the trace of `context`.
///
/// Where there is a span, `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` are set to what the context says, or not there at all: not what our own
/// parent gave us. Where there is none, the child inherits what we have.
///
/// The limits are those of the headers (see the [module](super)): 55, 512 and 8,192 bytes. What is beyond goes from the end, member by
/// member.
pub fn into_child(context: &Context, command: &mut Command) {
    let propagator = w3c();
    if context.span().span_context().is_valid() {
        for field in propagator.fields() {
            command.env_remove(variable(field));
        }
    }
    propagator.inject_context(context, &mut ChildEnvironment(command));
}

/// The trace and the baggage that our parent process gave us; an empty context where it gave us none. Read it once, when the program starts.
#[must_use]
pub fn from_environment() -> Context {
    w3c().extract_with_context(&Context::new(), &OwnEnvironment::new())
}

/// Sets variables for a process that is not started yet.
#[derive(Debug)]
pub struct ChildEnvironment<'a>(pub &'a mut Command);

impl Injector for ChildEnvironment<'_> {
    fn set(&mut self, key: &str, value: String) {
        // What no header may contain no variable may either; a NUL would make the start of the process fail.
        if value.bytes().all(|byte| byte == b'\t' || matches!(byte, 0x20..=0x7e)) {
            self.0.env(variable(key), value);
        }
    }
}

/// The variables of this process as they are when this is made.
#[derive(Clone, Debug, Default)]
pub struct OwnEnvironment(Vec<(String, String)>);

impl OwnEnvironment {
    /// Reads those that the propagators of the W3C use.
    #[must_use]
    pub fn new() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    pub(super) fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let propagator = w3c();
        let variables = propagator.fields().filter_map(|field| {
            let name = variable(field);
            let value = read(&name)?;
            Some((name, value))
        });
        // An empty variable is as good as none, as everywhere in OpenTelemetry.
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }
}

impl Extractor for OwnEnvironment {
    fn get(&self, key: &str) -> Option<&str> {
        let name = variable(key);
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The name of the variable for a header: upper case, and `_` for what no name of a variable may have.
fn variable(header: &str) -> String {
    let name =
        header.chars().map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' });
    let digit_first = header.starts_with(|first: char| first.is_ascii_digit()).then_some('_');
    digit_first.into_iter().chain(name).collect()
}
