//! The collector's program: the command line, and what it starts.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

mod catalog;
mod cli;
mod commands;
mod configuration;
mod exit;
mod graph;
mod guide;
mod live;
mod own_page;
mod queue;
mod service;
mod status;
mod table;
mod telemetry;
mod why;

use cli::{Cli, Command, Format};

/// Returns memory after a burst, and is the fastest on the hot path of those measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(options) => commands::run(options),
        Command::Validate(sources) => commands::validate(&sources),
        Command::Components { format: Format::Text } => print(&catalog::to_text()),
        Command::Components { format: Format::Json } => print_json(&catalog::to_json()),
        Command::Schema => print_json(&catalog::to_schema()),
        Command::Queue(command) => queue::run(command),
        Command::Status { whom, format } => status::ask(&whom, format),
        Command::Why { id, whom, format } => why::ask(&whom, &id, format),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "codeagent-collector", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// Prints an answer. A reader that has closed its end, such as `head`, is no error.
fn print(text: &str) -> ExitCode {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
    exit::DONE.into()
}

fn print_json(value: &serde_json::Value) -> ExitCode {
    print(&format!("{value:#}\n"))
}
