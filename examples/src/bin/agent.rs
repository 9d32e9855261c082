//! A small but real agent, in helper style: it corrects a repository by tool calls.
//!
//!     cargo run -p codeagent-examples --bin agent -- /tmp/repository

use std::path::PathBuf;

use anyhow::Context;
use codeagent_examples::agent::model::{Model, RateLimited, Reply, Scripted, Wish};
use codeagent_examples::agent::repository::Repository;
use codeagent_sdk::value::{
    CommandKind, CostSource, EditOperation, PermissionDecision, PermissionSource, RetryReason,
    TaskFailureReason, TaskJudge, TaskKind, TaskOutcome, TaskSource, ToolCategory,
};
use codeagent_sdk::{Scope, Turn, Usage};

/// What the scripted model would cost for a million tokens, in and out.
const PRICES: (f64, f64) = (3.0, 15.0);
const TURNS_MAX: usize = 20;

fn main() -> anyhow::Result<()> {
    let telemetry = codeagent_sdk::init("example-agent").version(env!("CARGO_PKG_VERSION")).install()?;
    let folder = std::env::args()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("example-repository"), PathBuf::from);
    let repository =
        Repository::create(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;

    let task = telemetry.task(TaskKind::Bugfix).source(TaskSource::Api).repository("example").start();
    let attempt = task.attempt();
    let agent = attempt.agent("coder");
    let mut conversation = vec!["The tests fail: correct the mistake.".to_owned()];
    let mut passed = false;
    let mut model = Scripted::default();
    for _ in 0..TURNS_MAX {
        let turn = agent.turn();
        let reply = ask(&turn, &mut model, &conversation)?;
        if let Wish::Done(answer) = &reply.wish {
            println!("{answer}");
            break;
        }
        conversation.push(match carry_out(&turn, &repository, &reply.wish) {
            Ok((said, tests)) => {
                passed = tests.unwrap_or(passed);
                said
            }
            Err(error) => error.to_string(),
        });
    }
    agent.end();
    // The tests judge, not the agent.
    if passed {
        attempt.end(TaskOutcome::Success);
        task.end(TaskOutcome::Success, Some(TaskJudge::Test));
    } else {
        attempt.fail("test_failure");
        task.fail(TaskFailureReason::TestFailure, "test_failure", TaskJudge::Test);
    }
    Ok(())
}

/// Asks until the provider answers.
fn ask(turn: &Turn, model: &mut Scripted, conversation: &[String]) -> Result<Reply, RateLimited> {
    let mut tries = 0;
    loop {
        let mut call = turn.model_call("scripted", model.name()).context(1_000, 100_000);
        let answer = call.run(|| model.ask(conversation));
        match call.track(answer) {
            Ok(reply) => {
                call.usage(Usage { input: reply.input, output: reply.output, ..Usage::default() });
                call.cost(price(&reply), CostSource::Computed);
                call.end();
                return Ok(reply);
            }
            Err(error) if tries >= 3 => {
                turn.moments().retries_exhausted(RetryReason::RateLimited, tries, "RateLimited");
                return Err(error);
            }
            Err(_) => turn.moments().retry(RetryReason::RateLimited),
        }
        tries += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a price of tokens")]
fn price(reply: &Reply) -> f64 {
    (reply.input as f64 * PRICES.0 + reply.output as f64 * PRICES.1) / 1e6
}

/// What it said, and whether tests passed where they were run.
fn carry_out(turn: &Turn, repository: &Repository, wish: &Wish) -> anyhow::Result<(String, Option<bool>)> {
    match wish {
        Wish::Read(file) => {
            let mut tool = turn.tool_call("read_file", ToolCategory::Read);
            let text = tool.run(|| repository.read(file));
            tracing::info!("a file was read");
            Ok((tool.track(text)?, None))
        }
        Wish::Test => {
            let tool = turn.tool_call("run_tests", ToolCategory::Execute);
            tool.permission().decide(PermissionDecision::Allow, PermissionSource::Config);
            let tests = tool.test_run("repository");
            let output = tool.command_output(CommandKind::Test, &mut repository.tests())?;
            let passed = output.status.success();
            tests.end(u64::from(passed), u64::from(!passed), 0);
            Ok((String::from_utf8_lossy(&output.stdout).into_owned(), Some(passed)))
        }
        Wish::Replace(file, from, to) => {
            let tool = turn.tool_call("edit_file", ToolCategory::Edit);
            let edit = tool.edit(EditOperation::Update).language("shell");
            match repository.replace(file, from, to) {
                Ok((added, removed)) => edit.lines(added, removed).applied(),
                Err(error) => {
                    edit.fail("no_match");
                    tool.fail("no_match");
                    return Err(error.into());
                }
            }
            Ok(("edited".to_owned(), None))
        }
        Wish::Done(answer) => Ok((answer.clone(), None)),
    }
}
