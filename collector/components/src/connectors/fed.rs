//! Pipelines that a connector is told to feed, by their ids.

use std::sync::Arc;

use codeagent_config::{Diagnostics, PipelineId, Section, suggest};
use codeagent_pipeline::fanout::Fanout;
use codeagent_pipeline::{Consumer, Fed, Signal};

/// The pipelines `wanted` as one consumer; `section` is the list. What cannot be fed is reported.
pub fn pipelines(
    fed: &Fed,
    wanted: &[PipelineId],
    signal: Signal,
    section: &Section,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<dyn Consumer>> {
    if wanted.is_empty() {
        diagnostics.push(section.error("no pipeline is listed", "list at least one"));
        return None;
    }
    let (mut consumers, places) = (Vec::new(), section.items());
    for (at, id) in wanted.iter().enumerate() {
        let Some((_, consumer)) = fed.pipelines.iter().find(|(known, _)| known == id && id.signal == signal)
        else {
            let message = match id.signal == signal {
                true => format!("the pipeline `{id}` does not list the connector as a receiver"),
                false => format!("the pipeline `{id}` does not carry {signal}"),
            };
            let known: Vec<String> = fed.pipelines.iter().map(|(known, _)| known.to_string()).collect();
            let help = match suggest(&id.to_string(), known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "list the connector in the `receivers` of a pipeline".to_owned(),
                None => format!("it feeds {}", known.join(", ")),
            };
            diagnostics.push(places.get(at).unwrap_or(section).error(message, help));
            return None;
        };
        consumers.push((id.to_string(), consumer.clone()));
    }
    Some(Fanout::over(consumers))
}

/// Where a connector that gives metrics puts them; reported where no pipeline takes any.
pub fn metrics(fed: &Fed, section: &Section, diagnostics: &mut Diagnostics) -> Option<Arc<dyn Consumer>> {
    let output = fed.outputs.get(Signal::Metrics);
    if output.is_none() {
        let message = "no metrics pipeline receives from it, so there is nowhere to put what it makes";
        diagnostics.push(section.error(message, "list it in the `receivers` of a metrics pipeline"));
    }
    output
}
