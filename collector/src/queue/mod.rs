//! `queue`: what waits on disk, for whom, how old it is and why; read without the collector's help, so that it works
//! on a stopped one and on a running one.

mod arguments;
mod dead;
mod export;
mod list;
mod list_text;
mod measure;
mod place;
#[cfg(test)]
mod tests;
mod verify;

use std::process::ExitCode;

pub use arguments::Command;

use crate::exit;

/// Does what the command line asks for.
pub fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::List { place, format } => list::run(&place, format),
        Command::Verify { place, pipeline, format } => verify::run(&place, pipeline.as_deref(), format),
        Command::Export(options) => export::run(&options),
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
