//! The same agent without helpers: nothing but `#[tracing::instrument]` and `tracing::info!`. Traces and logs are correlated; what it
//! does not have are tasks with an outcome, costs and metrics.

use std::path::PathBuf;

use codeagent_examples::agent::model::{Model, Scripted, Wish};
use codeagent_examples::agent::repository::Repository;

fn main() -> anyhow::Result<()> {
    let _telemetry = codeagent_sdk::init("example-instrumented").install()?;
    let folder = std::env::args()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("example-repository"), PathBuf::from);
    work(&Repository::create(&folder)?, &mut Scripted::default())
}

#[tracing::instrument(skip_all, fields(model = model.name()))]
fn work(repository: &Repository, model: &mut Scripted) -> anyhow::Result<()> {
    let mut conversation = vec!["The tests fail: correct the mistake.".to_owned()];
    loop {
        let Ok(reply) = model.ask(&conversation) else {
            tracing::warn!("the provider is busy");
            continue;
        };
        let said = match &reply.wish {
            Wish::Read(file) => read(repository, file)?,
            Wish::Test => test(repository)?,
            Wish::Replace(file, from, to) => edit(repository, file, from, to)?,
            Wish::Done(answer) => {
                tracing::info!(turns = conversation.len(), "done");
                println!("{answer}");
                return Ok(());
            }
        };
        conversation.push(said);
    }
}

#[tracing::instrument(skip(repository), err)]
fn read(repository: &Repository, file: &str) -> std::io::Result<String> {
    repository.read(file)
}

#[tracing::instrument(skip_all, err)]
fn test(repository: &Repository) -> std::io::Result<String> {
    let output = repository.tests().output()?;
    tracing::info!(code = output.status.code(), "tests ran");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tracing::instrument(skip_all, err)]
fn edit(repository: &Repository, file: &str, from: &str, to: &str) -> std::io::Result<String> {
    repository.replace(file, from, to).map(|(added, removed)| format!("{added} added, {removed} removed"))
}
