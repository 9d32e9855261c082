//! Why a destination takes nothing: the running collector knows.

use codeagent_pipeline::Trouble;
use serde::Deserialize;

use super::list::Listed;
use crate::cli::Whom;
use crate::own_page;

/// What is read of the answer of `/status`.
#[derive(Debug, Deserialize)]
struct Status {
    /// Who answers.
    process: Option<u32>,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    node: String,
    signal: String,
    trouble: Option<Trouble>,
}

/// Asks the collector that is at work on the queues.
pub fn ask(whom: &Whom, folders: &mut [Listed]) {
    let asked = own_page::get(whom, "/status").and_then(|body| Ok(serde_json::from_str::<Status>(&body)?));
    match asked {
        Ok(status) => folders.iter_mut().for_each(|folder| explain(folder, &status, &whom.endpoint)),
        Err(error) => {
            let why = format!("no collector answered at {} (--endpoint): {error:#}", whom.endpoint);
            let running = folders.iter_mut().filter(|folder| folder.running.is_some());
            running.for_each(|folder| folder.not_asked = Some(why.clone()));
        }
    }
}

fn explain(folder: &mut Listed, status: &Status, endpoint: &str) {
    let Some(running) = &folder.running else { return };
    // another collector may answer there, with exporters of the same names
    if status.process.is_none_or(|process| *running != format!("process {process}")) {
        folder.not_asked = Some(format!("another collector answered at {endpoint} (--endpoint)"));
        return;
    }
    for queue in &mut folder.pipelines {
        let signal = queue.pipeline.split('/').next().unwrap_or_default();
        for destination in &mut queue.destinations {
            let name = format!("exporter/{}", destination.exporter);
            let mut nodes = status.nodes.iter();
            let node = nodes.find(|node| node.node == name && node.signal == signal);
            destination.trouble = node.and_then(|node| node.trouble.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::list_text;
    use super::super::tests::{configured, filled};
    use super::*;

    #[tokio::test]
    async fn the_collector_that_has_the_queue_says_why_it_waits_and_no_other() {
        let folder = filled().await;
        let _lock = codeagent_pipeline::log::FolderLock::take(folder.path()).unwrap();
        let text = |process: u32| {
            let status = format!(
                r#"{{"process": {process}, "nodes": [
                    {{"node": "exporter/otlp", "signal": "logs", "trouble": null}},
                    {{"node": "exporter/otlp", "signal": "traces",
                      "trouble": {{"since_ms": 0, "attempts": 7, "message": "connection refused"}}}}]}}"#
            );
            let mut listed = super::super::list::list(folder.path(), &configured(&folder)).unwrap();
            explain(&mut listed, &serde_json::from_str(&status).unwrap(), "here");
            list_text::render(&[listed])
        };
        let told = text(std::process::id());
        assert!(
            told.contains("otlp takes nothing since ") && told.contains("7 attempts, connection refused"),
            "{told}"
        );
        let other = text(1);
        assert!(
            other.contains("another collector answered at here") && !other.contains("connection refused"),
            "{other}"
        );
    }
}
