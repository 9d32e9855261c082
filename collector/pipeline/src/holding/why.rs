//! Why a trace is there, or is not.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::decisions::{self, Entry};
use super::held::{Key, key_of_text};
use super::hold::{Hold, unix_ms};

/// What a holding processor knows about a trace or session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The processor's id.
    pub processor: String,
    /// Where it is.
    pub state: State,
    /// The rule that decided.
    pub rule: Option<String>,
    /// Why it was decided then: `waited`, `root_seen`, `bytes_full` ...
    pub trigger: Option<String>,
    /// When it was decided, Unix milliseconds.
    pub decided_ms: Option<u64>,
    /// Of an undecided one: milliseconds until it is due.
    pub due_in_ms: Option<u64>,
    /// The share that a sampler of chance lets through.
    pub probability: Option<f64>,
    /// Spans that were there when it was decided, or are now.
    pub spans: u32,
    /// Log records, likewise.
    pub logs: u32,
    /// Bytes of the spans.
    pub bytes: u64,
    /// From the first start to the last end, milliseconds.
    pub duration_ms: f64,
    /// Whether a span had failed.
    pub has_error: bool,
    /// Whether the root was there.
    pub has_root: bool,
    /// Items that came after the decision and followed it.
    pub late_items: u64,
    /// When the last of them came, Unix milliseconds.
    pub late_ms: Option<u64>,
    /// Whether what was kept has gone on; not yet, or in part, where it is false.
    pub is_delivered: bool,
}

/// Where a trace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for a decision.
    Undecided,
    /// It was kept.
    Kept,
    /// It was dropped.
    Dropped,
    /// Nothing is known: it never came, or so long ago that the journal has forgotten it.
    Unknown,
}

impl Answer {
    fn unknown(processor: &str) -> Self {
        Answer {
            processor: processor.to_owned(),
            state: State::Unknown,
            rule: None,
            trigger: None,
            decided_ms: None,
            due_in_ms: None,
            probability: None,
            spans: 0,
            logs: 0,
            bytes: 0,
            duration_ms: 0.0,
            has_error: false,
            has_root: false,
            late_items: 0,
            late_ms: None,
            is_delivered: false,
        }
    }
}

impl Hold {
    /// What is known about the trace of this id, in 32 hexadecimal digits, or the session of this id. May read all of the
    /// journal: some hundred megabytes after millions of decisions.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn why(&self, id: &str) -> std::io::Result<Answer> {
        let keys = trace_key(id).into_iter().chain(std::iter::once(key_of_text(id)));
        for key in keys {
            let answer = self.why_key(key).await?;
            if answer.state != State::Unknown {
                return Ok(answer);
            }
        }
        Ok(Answer::unknown(self.id()))
    }

    async fn why_key(&self, key: Key) -> std::io::Result<Answer> {
        let mut answer = Answer::unknown(self.id());
        let Some(work) = self.at_work() else { return Ok(answer) };
        let waiting = work.held.lock().waiting(&key);
        if let Some((evidence, logs, due)) = waiting {
            let left = due.map(|due| due.saturating_sub(work.now().uptime));
            answer.state = State::Undecided;
            answer.due_in_ms = left.map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
            (answer.spans, answer.logs, answer.bytes) = (evidence.spans, logs, evidence.bytes);
            (answer.has_error, answer.has_root) = (evidence.has_error, evidence.has_root);
            answer.duration_ms = milliseconds(evidence.duration());
            return Ok(answer);
        }
        let journal = work.journal.clone();
        let found = tokio::task::spawn_blocking(move || decisions::about(&*journal, &key)).await;
        found.map_err(std::io::Error::other)??.into_iter().for_each(|(entry, outcome)| match entry {
            Entry::Decided(decided) => {
                answer = Answer::unknown(self.id());
                answer.state = match outcome.as_ref().is_some_and(|outcome| outcome.is_kept) {
                    true => State::Kept,
                    false => State::Dropped,
                };
                if let Some(outcome) = outcome {
                    answer.rule = outcome.rule;
                    answer.probability = outcome.threshold.map(|threshold| threshold.probability());
                }
                answer.trigger = Some(decided.trigger.as_str().to_owned());
                answer.decided_ms = Some(decided.unix_ms);
                (answer.spans, answer.logs, answer.bytes) = (decided.spans, decided.logs, decided.bytes);
                (answer.has_error, answer.has_root) = (decided.has_error, decided.has_root);
                answer.duration_ms = milliseconds(Duration::from_nanos(decided.duration_nano));
            }
            Entry::Late { items, unix_ms, .. } => {
                answer.late_items += u64::from(items);
                answer.late_ms = Some(unix_ms);
            }
            Entry::Delivered { .. } => answer.is_delivered = true,
            Entry::Outcome(..) | Entry::Inlet(..) => {}
        });
        // a clock that was set back must not show a decision of tomorrow
        answer.decided_ms = answer.decided_ms.map(|decided| decided.min(unix_ms()));
        Ok(answer)
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The trace id in `text`, where that is one.
fn trace_key(text: &str) -> Option<Key> {
    let text = text.trim();
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| u128::from_str_radix(text, 16).ok())?.map(u128::to_be_bytes)
}
