//! A run of tests.

use codeagent_semconv::value::{TestCaseResultStatus, TestSuiteRunStatus};
use codeagent_semconv::{attribute as key, event};
use opentelemetry::trace::SpanKind;

use super::node::Node;
use super::scope::scope;
use super::stretch::{self, Stretch};
use super::totals::number;

/// A run of tests. Dropped without a word it was aborted.
#[derive(Debug)]
#[must_use = "a test run that is dropped at once counts as aborted"]
pub struct TestRun {
    inner: Option<Stretch>,
}

impl TestRun {
    pub(super) fn begin(parent: Option<&Node>, suite: &str) -> Self {
        let inner = parent.map(|parent| {
            let mut facts = parent.facts();
            facts.text(key::TEST_SUITE_NAME, suite);
            Stretch::begin(parent, format!("test {suite}"), SpanKind::Internal, facts)
        });
        Self { inner }
    }

    /// Ends it with how many cases passed, failed and were skipped: `failure` where one failed, `skipped` where none was run.
    pub fn end(mut self, passed: u64, failed: u64, skipped: u64) {
        let status = match (passed, failed) {
            (0, 0) => TestSuiteRunStatus::Skipped,
            (_, 0) => TestSuiteRunStatus::Success,
            _ => TestSuiteRunStatus::Failure,
        };
        self.finish(status, [passed, failed, skipped]);
    }

    /// It did not come to its end; with the class of the error.
    pub fn fail(mut self, error: &str) {
        stretch::fail(&mut self.inner, error);
        self.finish(TestSuiteRunStatus::Aborted, [0; 3]);
    }

    fn finish(&mut self, status: TestSuiteRunStatus<'_>, [passed, failed, skipped]: [u64; 3]) {
        let Some(mut inner) = self.inner.take() else { return };
        let facts = &mut inner.facts;
        facts.member(key::TEST_SUITE_RUN_STATUS, status, status.bounded());
        facts.int(key::CODEAGENT_TEST_PASSED, number(passed)).int(key::CODEAGENT_TEST_FAILED, number(failed));
        facts.int(key::CODEAGENT_TEST_SKIPPED, number(skipped));
        inner.end(Some(&event::CODEAGENT_TEST_ENDED), |instruments, time, facts| {
            instruments.time(&instruments.test_duration, time, facts);
            for (result, cases) in
                [(TestCaseResultStatus::Pass, passed), (TestCaseResultStatus::Fail, failed)]
            {
                let mut facts = facts.clone();
                facts.word(key::TEST_CASE_RESULT_STATUS, result.bounded());
                instruments.add(&instruments.test_cases, cases, &facts);
            }
        });
    }
}

impl Drop for TestRun {
    fn drop(&mut self) {
        self.finish(TestSuiteRunStatus::Aborted, [0; 3]);
    }
}

scope!(TestRun);
