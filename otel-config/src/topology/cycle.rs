//! Pipelines that feed themselves through connectors.

use std::collections::HashSet;

use super::Topology;
use crate::diagnostic::Diagnostics;
use crate::id::{ComponentId, PipelineId};
use crate::kind::Kind;

/// `via` carries what `from` exports to `to`.
struct Edge<'a> {
    from: &'a PipelineId,
    via: &'a ComponentId,
    to: &'a PipelineId,
}

/// More are not followed: who draws such a graph by hand meets another bound first.
const EDGES: usize = 5000;

pub(super) fn report(topology: &Topology, diags: &mut Diagnostics) {
    let edges = edges(topology);
    let mut told: HashSet<&PipelineId> = HashSet::new();
    for (start, pipeline) in &topology.pipelines {
        if told.contains(start) {
            continue;
        }
        let Some(cycle) = shortest_cycle(start, &edges) else { continue };
        told.extend(cycle.iter().map(|edge| edge.from));
        let mut way = start.to_string();
        for edge in &cycle {
            way.push_str(&format!(" -> {} -> {}", edge.via, edge.to));
        }
        let help = "remove one of the connectors from the exporters or receivers of a pipeline on this way";
        diags.push(pipeline.section.error(format!("the pipeline feeds itself: {way}"), help));
    }
}

/// Which signals a connector turns into which is its own business. Where it stands in a pipeline of the
/// same signal on the other side, it is taken to keep the signal.
fn edges(topology: &Topology) -> Vec<Edge<'_>> {
    let mut edges = Vec::new();
    for (via, _) in
        topology.components.iter().zip(Kind::ALL).filter(|(_, k)| *k == Kind::Connector).flat_map(|(d, _)| d)
    {
        let received = topology.pipelines.iter().filter(|(_, p)| p.receivers.iter().any(|r| r.id == *via));
        let received: Vec<&PipelineId> = received.map(|(id, _)| id).collect();
        for (from, pipeline) in &topology.pipelines {
            if !pipeline.exporters.iter().any(|r| r.id == *via) {
                continue;
            }
            let keeps = received.iter().any(|to| to.signal == from.signal);
            let reached = received.iter().filter(|to| !keeps || to.signal == from.signal);
            edges.extend(reached.map(|to| Edge { from, via, to }).take(EDGES.saturating_sub(edges.len())));
        }
    }
    edges
}

/// Breadth first from `start` back to it.
fn shortest_cycle<'e, 'a>(start: &PipelineId, edges: &'e [Edge<'a>]) -> Option<Vec<&'e Edge<'a>>> {
    let mut reached: Vec<(&Edge<'a>, Option<usize>)> = Vec::new();
    let mut seen: HashSet<&PipelineId> = HashSet::new();
    let mut here = start;
    let mut at = None;
    loop {
        for edge in edges.iter().filter(|edge| edge.from == here) {
            if edge.to == start {
                let mut way = vec![edge];
                let mut back = at;
                while let Some((edge, before)) = back.and_then(|i: usize| reached.get(i)) {
                    way.push(edge);
                    back = *before;
                }
                way.reverse();
                return Some(way);
            }
            if seen.insert(edge.to) {
                reached.push((edge, at));
            }
        }
        let next = at.map_or(0, |i| i + 1);
        here = reached.get(next)?.0.to;
        at = Some(next);
    }
}
