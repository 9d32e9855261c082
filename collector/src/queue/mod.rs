//! `queue`: what waits on disk, for whom, how old it is and why; read without the collector's help, so that it works
//! on a stopped one and on a running one.

mod arguments;
mod dead;
mod export;
mod list;
mod list_text;
pub mod measure;
mod orders;
mod place;
mod reasons;
mod stopped;
#[cfg(test)]
mod tests;
mod verify;

use std::process::ExitCode;

pub use arguments::Command;

use codeagent_pipeline::log::{Selection, TakenOut};
use serde::{Deserialize, Serialize};

use crate::exit;

/// The order to send dead letters again; the answer is a [`TakenOut`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ReplayOrder {
    /// Whose.
    pub pipeline: String,
    /// Which.
    pub selection: Selection,
}

/// The order to drop something; the answer is a [`Dropped`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropOrder {
    /// What a destination has not got.
    Backlog {
        /// Of which pipeline.
        pipeline: String,
        /// The destination.
        exporter: String,
    },
    /// Dead letters.
    Letters {
        /// Of which pipeline.
        pipeline: String,
        /// Which.
        selection: Selection,
    },
}

/// What was dropped.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Dropped {
    /// Items that a destination had not got.
    pub items: u64,
    /// Dead letters.
    pub letters: TakenOut,
}

/// Does what the command line asks for.
pub fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::List { place, format, whom } => list::run(&place, &whom, format),
        Command::Verify { place, pipeline, format } => verify::run(&place, pipeline.as_deref(), format),
        Command::Export(options) => export::run(&options),
        Command::Replay(options) => orders::replay(&options),
        Command::Drop(options) => orders::drop(&options),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("error: {:#}", failure.error);
        failure.code.into()
    })
}

/// Why nothing was done.
#[derive(Debug)]
struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// The command line or the configuration is wrong.
    fn usage(error: impl Into<anyhow::Error>) -> Self {
        Failure { code: exit::USAGE, error: error.into() }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure { code: exit::FAILED, error: error.into() }
    }
}
