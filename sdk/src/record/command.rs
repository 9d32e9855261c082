//! A command that the agent runs.

use std::io;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use codeagent_semconv::value::CommandKind;
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::program;
use super::scope::scope;
use super::stretch::{self, Stretch, class_of};
use super::totals::number;
use crate::propagation;

/// A command that the agent runs. Dropped without an end nothing is known of its exit.
///
/// [`output`](Self::output) runs it. For other ways, such as `tokio::process`: [`prepare`](Self::prepare) before, [`end`](Self::end) after.
#[derive(Debug)]
#[must_use = "the command ends when it is dropped"]
pub struct CommandRun {
    inner: Option<Stretch>,
}

impl CommandRun {
    pub(super) fn begin(parent: Option<&Node>, path: &str, kind: CommandKind<'_>) -> Self {
        let inner = parent.map(|parent| {
            let name = program::name(path);
            let mut facts = parent.facts();
            facts.text_bounded(key::CODEAGENT_COMMAND_PROGRAM, name, program::bounded(name));
            facts.member(key::CODEAGENT_COMMAND_KIND, kind, kind.bounded());
            Stretch::begin(parent, format!("run {name}"), SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// Puts the context into the environment of the process: TRACEPARENT, TRACESTATE, BAGGAGE.
    pub fn prepare(&self, command: &mut Command) {
        if let Some(inner) = &self.inner {
            propagation::into_child(&inner.node.context, command);
        }
    }

    /// Runs it to its end with what it writes collected, and ends this.
    ///
    /// # Errors
    /// Those of [`Command::output`].
    pub fn output(mut self, command: &mut Command) -> io::Result<Output> {
        if self.inner.is_none() {
            return command.output();
        }
        self.prepare(command);
        let result = run(command);
        match &result {
            Ok((output, used)) => {
                if let (Some(inner), Some(used)) = (&mut self.inner, used) {
                    inner.facts.double(key::CODEAGENT_COMMAND_CPU_TIME, used.cpu.as_secs_f64());
                    inner.facts.int(key::CODEAGENT_COMMAND_MEMORY_MAX, number(used.memory));
                }
                self.end(output.status);
            }
            Err(_) => self.fail(class_of::<io::Error>()),
        }
        result.map(|(output, _)| output)
    }

    /// Ends it with the status of the process. A code other than 0 is an error of class `exit_code`, an end by a signal one of class `signal`.
    pub fn end(mut self, status: ExitStatus) {
        if let Some(inner) = &mut self.inner {
            if let Some(code) = status.code() {
                inner.facts.int(key::PROCESS_EXIT_CODE, i64::from(code));
            }
            if !status.success() {
                inner.fail(if status.code().is_some() { "exit_code" } else { "signal" });
            }
        }
        self.finish();
    }

    /// It did not start; with the class of the error.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish();
    }

    fn finish(&mut self) {
        if let Some(mut inner) = self.inner.take() {
            inner.end(Some(&event::CODEAGENT_COMMAND_ENDED), |instruments, time, facts| {
                instruments.time(&instruments.command_duration, time, facts);
            });
        }
    }
}

impl Drop for CommandRun {
    fn drop(&mut self) {
        self.finish();
    }
}

scope!(CommandRun);

/// What a process used.
struct Used {
    cpu: Duration,
    memory: u64,
}

/// `Command::output`, with what the process used. Both pipes are read at once, so that neither fills and stops the child.
#[cfg(unix)]
fn run(command: &mut Command) -> io::Result<(Output, Option<Used>)> {
    use std::io::Read;
    use wait4::Wait4;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let errors = child.stderr.take();
    let errors = std::thread::Builder::new().name("codeagent-stderr".into()).spawn(move || {
        let mut bytes = Vec::new();
        errors.map(|mut pipe| pipe.read_to_end(&mut bytes));
        bytes
    });
    let mut stdout = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut stdout)?;
    }
    let ended = child.wait4()?;
    let stderr = errors.ok().and_then(|thread| thread.join().ok()).unwrap_or_default();
    let used = Used { cpu: ended.rusage.utime + ended.rusage.stime, memory: ended.rusage.maxrss };
    Ok((Output { status: ended.status, stdout, stderr }, Some(used)))
}

#[cfg(not(unix))]
fn run(command: &mut Command) -> io::Result<(Output, Option<Used>)> {
    command.stdin(Stdio::null()).output().map(|output| (output, None))
}
