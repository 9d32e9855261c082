//! `queue replay` and `queue drop`: on a stopped collector by its files, on a running one by an order to it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use codeagent_pipeline::log::{Selection, TakenOut};
use serde::de::DeserializeOwned;

use super::arguments::{Drop, Replay};
use super::measure::count;
use super::place::{self, Places, Queue};
use super::stopped::Stopped;
use super::{DropOrder, Dropped, Failure, ReplayOrder, dead};
use crate::cli::Whom;
use crate::{exit, own_page};

/// A queue that the order is about.
struct Target {
    directory: PathBuf,
    queue: Queue,
}

/// Sends dead letters again.
pub fn replay(options: &Replay) -> Result<ExitCode, Failure> {
    let places = Places::find(&options.place)?;
    let targets = targets(&places, options.selection.pipeline.as_deref())?;
    let selection = Selection {
        exporter: options.selection.exporter.clone(),
        reason: options.reason.clone(),
        with_partial: options.partial,
    };
    let (mut all, mut has_running) = (TakenOut::default(), false);
    for Target { directory, queue } in targets.iter().filter(|target| target.queue.dead.is_some()) {
        let pipeline = &queue.pipeline;
        let out = match place::holder(directory)? {
            Some(_) => {
                has_running = true;
                let order = ReplayOrder { pipeline: pipeline.clone(), selection: selection.clone() };
                ask(&options.whom, "/queue/replay", &order)?
            }
            None => Stopped::take(directory, places.sizes.get(directory).copied())?
                .replay(pipeline, &selection)?,
        };
        tell(pipeline, &out);
        all.add(out);
    }
    let when = if has_running { "" } else { "; they are delivered when the collector runs" };
    let (letters, items) = (count(all.letters, "letter"), count(all.items, "item"));
    println!("{letters} with {items} sent again{when}");
    Ok(code(&all))
}

/// Drops what waits for a destination, or dead letters.
pub fn drop(options: &Drop) -> Result<ExitCode, Failure> {
    let places = Places::find(&options.place)?;
    let targets = targets(&places, options.pipeline.as_deref())?;
    if options.dead { drop_letters(options, &targets) } else { drop_backlog(options, &places, &targets) }
}

fn drop_letters(options: &Drop, targets: &[Target]) -> Result<ExitCode, Failure> {
    let selection = Selection {
        exporter: Some(options.exporter.clone()),
        reason: options.reason.clone(),
        with_partial: true,
    };
    let letters = targets.iter().filter_map(|target| target.queue.dead.as_ref()?.as_ref().ok());
    let meant = letters.flat_map(|dead| dead::letters(dead).0).filter(|letters| {
        letters.exporter == options.exporter
            && selection.reason.as_ref().is_none_or(|reason| letters.reason == *reason)
    });
    let (letters, items) = meant.fold((0, 0), |sum, found| (sum.0 + found.letters, sum.1 + found.items));
    let what = format!("{} with {}", count(letters, "dead letter"), count(items, "item"));
    if letters == 0 {
        println!("there are no such dead letters of `{}`", options.exporter);
        return Ok(exit::DONE.into());
    }
    confirm(options.yes, &format!("{what} of `{}`", options.exporter))?;
    let mut all = TakenOut::default();
    for Target { directory, queue } in targets.iter().filter(|target| target.queue.dead.is_some()) {
        let out = match place::holder(directory)? {
            Some(_) => {
                let order =
                    DropOrder::Letters { pipeline: queue.pipeline.clone(), selection: selection.clone() };
                ask::<_, Dropped>(&options.whom, "/queue/drop", &order)?.letters
            }
            None => Stopped::take(directory, None)?.drop_letters(&queue.pipeline, &selection)?,
        };
        tell(&queue.pipeline, &out);
        all.add(out);
    }
    println!("dropped {} with {}", count(all.letters, "dead letter"), count(all.items, "item"));
    Ok(code(&all))
}

fn drop_backlog(options: &Drop, places: &Places, targets: &[Target]) -> Result<ExitCode, Failure> {
    let exporter = &options.exporter;
    let mut meant = Vec::new();
    for target in targets {
        let log = target.queue.log.as_ref().map_err(|error| anyhow!("{error}"))?;
        if let Some(cursor) = log.cursor(exporter) {
            meant.push((target, log.backlog(cursor).items));
        }
    }
    if meant.is_empty() {
        let advice = "`queue list` shows all destinations";
        return Err(Failure::usage(anyhow!("nothing is kept for a destination `{exporter}`: {advice}")));
    }
    let items = meant.iter().map(|(_, items)| items).sum();
    let pipelines: Vec<&str> = meant.iter().map(|(target, _)| target.queue.pipeline.as_str()).collect();
    let what =
        format!("{} that `{exporter}` has not got from {}", count(items, "item"), pipelines.join(", "));
    confirm(options.yes, &what)?;
    let mut dropped = 0;
    for (Target { directory, queue }, _) in meant {
        let pipeline = &queue.pipeline;
        let items = match place::holder(directory)? {
            Some(_) => {
                let order = DropOrder::Backlog { pipeline: pipeline.clone(), exporter: exporter.clone() };
                ask::<_, Dropped>(&options.whom, "/queue/drop", &order)?.items
            }
            None => {
                let forget = places.is_configured(pipeline, exporter) == Some(false);
                Stopped::take(directory, places.sizes.get(directory).copied())?
                    .drop_backlog(pipeline, exporter, forget)?
            }
        };
        println!("{pipeline}: dropped {} of `{exporter}`", count(items, "item"));
        dropped += items;
    }
    println!("dropped {}", count(dropped, "item"));
    Ok(exit::DONE.into())
}

fn targets(places: &Places, pipeline: Option<&str>) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    for directory in &places.directories {
        let queues = place::queues(directory, pipeline)?.into_iter();
        targets.extend(queues.map(|queue| Target { directory: directory.clone(), queue }));
    }
    match pipeline {
        Some(pipeline) if targets.is_empty() => {
            let advice = "`queue list` shows all";
            Err(Failure::usage(anyhow!("no pipeline `{pipeline}` has kept anything; {advice}")))
        }
        _ => Ok(targets),
    }
}

/// Asks a person, unless the command line has said yes.
fn confirm(yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(anyhow!("this drops {what} for good; --yes confirms it")));
    }
    eprint!("drop {what} for good? Type yes: ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" { Ok(()) } else { Err(Failure::usage(anyhow!("nothing was dropped"))) }
}

fn ask<O: serde::Serialize, A: DeserializeOwned>(whom: &Whom, path: &str, order: &O) -> anyhow::Result<A> {
    let help = "a collector is running on these queues and did not carry the order out; --endpoint names the address of its \
                own metrics, --token-file, or --user and --password-file, say who asks";
    let answer = own_page::post(whom, path, &serde_json::to_value(order)?).context(help)?;
    serde_json::from_str(&answer).context("the answer is not a collector's")
}

fn tell(pipeline: &str, out: &TakenOut) {
    if out.partial_letters_left > 0 {
        let letters = count(out.partial_letters_left, "letter");
        eprintln!(
            "{pipeline}: {letters} stay: only some of their items were refused, and nobody knows which; with --partial all \
             of them are sent again, also those that were delivered"
        );
    }
    if out.orphaned_letters_left > 0 {
        let letters = count(out.orphaned_letters_left, "letter");
        eprintln!("{pipeline}: {letters} stay: their destination is not in this pipeline any more");
    }
    if out.items_gone > 0 {
        eprintln!("{pipeline}: {} are damaged", count(out.items_gone, "item"));
    }
    if let Some(why) = &out.stopped {
        eprintln!(
            "error: {pipeline}: it ended early: {why}; what is not out stays, so it can be tried again"
        );
    }
}

fn code(out: &TakenOut) -> ExitCode {
    match () {
        () if out.stopped.is_some() => exit::FAILED,
        () if out.items_gone > 0 => exit::DAMAGED,
        () => exit::DONE,
    }
    .into()
}
