//! A task: one unit of work with one outcome, and who judged it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use codeagent_semconv::value::{TaskFailureReason, TaskJudge, TaskKind, TaskOutcome, TaskSource};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::Context;
use opentelemetry::logs::Severity;
use opentelemetry::trace::SpanKind;

use super::facts::Facts;
use super::node::Node;
use super::stretch::Stretch;
use super::totals::{Totals, number};
use super::{Attempt, Moments, Recorder, Scope};
use crate::resource;

/// What is said of a task before it starts.
#[derive(Debug)]
#[must_use = "nothing happens before `start`"]
pub struct TaskBuilder<'a> {
    recorder: Option<Arc<Recorder>>,
    kind: TaskKind<'a>,
    id: Option<String>,
    source: TaskSource<'a>,
    group: Option<String>,
    repository: Option<String>,
}

impl<'a> TaskBuilder<'a> {
    pub(crate) fn new(recorder: Option<Arc<Recorder>>, kind: TaskKind<'a>) -> Self {
        Self { recorder, kind, id: None, source: TaskSource::Interactive, group: None, repository: None }
    }

    /// The id by which others know the task; random by default.
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Who or what started it; a person by default.
    pub fn source(mut self, source: TaskSource<'a>) -> Self {
        self.source = source;
        self
    }

    /// Tasks of one group may be compared. Low cardinality.
    pub fn group(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    /// The name of the repository that it works on.
    pub fn repository(mut self, name: &str) -> Self {
        self.repository = Some(name.to_owned());
        self
    }

    /// Starts it: a log record says so at once, since its span is only seen when it ends.
    pub fn start(self) -> Task {
        let Some(recorder) = self.recorder else { return Task { inner: None } };
        let id = self.id.unwrap_or_else(resource::random_id);
        let mut facts = Facts::default();
        facts.member(key::CODEAGENT_TASK_KIND, self.kind, self.kind.bounded());
        facts.member(key::CODEAGENT_TASK_SOURCE, self.source, self.source.bounded());
        for (key, value) in
            [(key::CODEAGENT_TASK_GROUP, self.group), (key::VCS_REPOSITORY_NAME, self.repository)]
        {
            if let Some(value) = value {
                facts.text(key, &value);
            }
        }
        let current = Context::current();
        let correlation = recorder.correlation(&current).with(key::CODEAGENT_TASK_ID.name(), &id);
        let context = current.with_value(correlation);
        let parent = Node { recorder, context, totals: Arc::new(Totals::default()), turn: None };
        let name = format!("task {}", self.kind);
        let stretch = Stretch::begin(&parent, name, SpanKind::Internal, facts);
        let node = stretch.node.clone();
        {
            let _within = node.context.clone().attach();
            let instruments = &node.recorder.instruments;
            instruments.add(&instruments.task_started, 1, &stretch.facts);
            instruments.change(&instruments.task_active, 1, &stretch.facts);
            let (facts, now) = (stretch.facts.clone(), SystemTime::now());
            node.recorder.event(&event::CODEAGENT_TASK_BEGAN, Severity::Info, now, &node.context, facts);
        }
        let state = Arc::new(State { kind: self.kind.bounded(), stretch: Mutex::new(Some(stretch)) });
        node.recorder.remember(&state);
        Task { inner: Some(Inner { node, state }) }
    }
}

/// A task at work. Dropped without an end its outcome is `unknown`, or `failed` with the reason `crash` where the thread panics.
///
/// ```
/// use codeagent_sdk::value::{TaskJudge, TaskKind, TaskOutcome};
/// # let telemetry = codeagent_sdk::Telemetry::disabled();
/// let task = telemetry.task(TaskKind::Bugfix).id("GH-123").start();
/// // ... the work ...
/// task.end(TaskOutcome::Success, Some(TaskJudge::Test));
/// ```
#[derive(Debug)]
#[must_use = "a task that is dropped at once ends with the outcome `unknown`"]
pub struct Task {
    inner: Option<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Node,
    state: Arc<State>,
}

/// What the process can still end when nobody else does.
#[derive(Debug)]
pub(crate) struct State {
    kind: &'static str,
    stretch: Mutex<Option<Stretch>>,
}

/// How a task ended.
struct Verdict<'a> {
    outcome: TaskOutcome<'a>,
    judge: Option<TaskJudge<'a>>,
    reason: Option<TaskFailureReason<'a>>,
    error: Option<&'a str>,
}

impl Task {
    /// One try at it. Further tries are its siblings.
    pub fn attempt(&self) -> Attempt {
        Attempt::begin(self.inner.as_ref().map(|inner| &inner.node))
    }

    /// Ends it with an outcome that is not a failure, and who decided that; `None` where nobody has judged yet.
    pub fn end(self, outcome: TaskOutcome<'_>, judge: Option<TaskJudge<'_>>) {
        self.finish(&Verdict { outcome, judge, reason: None, error: None });
    }

    /// Ends it as failed: why, in one of few words; the class of the error; and who decided that. The outcomes of the reasons `timeout` and
    /// `user_cancelled` are `timeout` and `cancelled`.
    pub fn fail(self, reason: TaskFailureReason<'_>, error: &str, judge: TaskJudge<'_>) {
        let outcome = match reason {
            TaskFailureReason::Timeout => TaskOutcome::Timeout,
            TaskFailureReason::UserCancelled => TaskOutcome::Cancelled,
            _ => TaskOutcome::Failed,
        };
        self.finish(&Verdict { outcome, judge: Some(judge), reason: Some(reason), error: Some(error) });
    }

    fn finish(&self, verdict: &Verdict<'_>) {
        if let Some(inner) = &self.inner {
            inner.state.finish(verdict);
        }
    }

    /// Things that happen in an instant, such as retries.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.inner.as_ref().map(|inner| &inner.node))
    }
}

impl Scope for Task {
    fn context(&self) -> Context {
        self.inner.as_ref().map_or_else(Context::current, |inner| inner.node.context.clone())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(inner) = &self.inner {
            inner.state.abandon();
        }
    }
}

impl State {
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    pub(super) fn has_ended(&self) -> bool {
        self.stretch.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    pub(super) fn elapsed(&self) -> Duration {
        let stretch = self.stretch.lock().unwrap_or_else(PoisonError::into_inner);
        stretch.as_ref().map_or(Duration::ZERO, |stretch| stretch.begun().elapsed())
    }

    /// Nobody marked its end.
    pub(super) fn abandon(&self) {
        if std::thread::panicking() || crate::lifecycle::has_crashed() {
            let (judge, reason) = (Some(TaskJudge::Rule), Some(TaskFailureReason::Crash));
            self.finish(&Verdict { outcome: TaskOutcome::Failed, judge, reason, error: Some("panic") });
        } else {
            self.finish(&Verdict { outcome: TaskOutcome::Unknown, judge: None, reason: None, error: None });
        }
    }

    fn finish(&self, verdict: &Verdict<'_>) {
        let Some(mut stretch) = self.stretch.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let totals = Arc::clone(&stretch.node.totals);
        verdict.tell(&mut stretch.facts);
        add_up(&totals, &mut stretch.facts);
        // A task that somebody stopped has not failed.
        if !matches!(verdict.outcome, TaskOutcome::Cancelled)
            && let Some(error) = verdict.error
        {
            stretch.fail(error);
        }
        let elapsed = stretch.elapsed();
        stretch.node.recorder.ended(self.kind, elapsed);
        let event = verdict.judge.is_some().then_some(&event::CODEAGENT_TASK_JUDGED);
        stretch.end(event, |instruments, time, facts| {
            instruments.change(&instruments.task_active, -1, facts);
            instruments.time(&instruments.task_duration, time, facts);
            instruments.count(&instruments.task_turns, totals.turns(), facts);
            instruments.count(&instruments.task_attempts, totals.attempts(), facts);
            let (input, output) = totals.tokens();
            instruments.count(&instruments.task_tokens, input + output, facts);
            for (source, amount) in totals.costs() {
                let mut facts = facts.clone();
                facts.word(key::CODEAGENT_COST_SOURCE, source.bounded());
                instruments.record(&instruments.task_cost, amount, &facts);
            }
        });
    }
}

impl Verdict<'_> {
    fn tell(&self, facts: &mut Facts) {
        facts.member(key::CODEAGENT_TASK_OUTCOME, self.outcome, self.outcome.bounded());
        if let Some(judge) = self.judge {
            facts.member(key::CODEAGENT_TASK_JUDGE, judge, judge.bounded());
        }
        if let Some(reason) = self.reason {
            facts.member(key::CODEAGENT_TASK_FAILURE_REASON, reason, reason.bounded());
        }
    }
}

fn add_up(totals: &Totals, facts: &mut Facts) {
    if let Some(model) = totals.model() {
        facts.text(key::GEN_AI_REQUEST_MODEL, &model);
    }
    let (input, output) = totals.tokens();
    facts.int(key::CODEAGENT_TURN_COUNT, number(totals.turns()));
    facts.int(key::GEN_AI_USAGE_INPUT_TOKENS, number(input));
    facts.int(key::GEN_AI_USAGE_OUTPUT_TOKENS, number(output));
    if let Some((source, amount)) = totals.costs().next() {
        facts.double(key::CODEAGENT_COST_AMOUNT, amount).word(key::CODEAGENT_COST_SOURCE, source.bounded());
    }
}
