//! `cargo run -p codeagent-semconv-codegen` renews what is generated from the registry.

use codeagent_semconv_codegen::{generate, root, write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = root();
    let files = match generate(&root) {
        Ok(files) => files,
        Err(problems) => {
            for problem in &problems {
                eprintln!("error: {problem}");
            }
            eprintln!("{} problems in the registry; nothing was written", problems.len());
            return ExitCode::FAILURE;
        }
    };
    match write(&root, &files) {
        Ok(changed) => {
            for path in &changed {
                println!("{path}");
            }
            println!("{} files, {} changed", files.len(), changed.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: cannot write below {}: {error}", root.display());
            ExitCode::FAILURE
        }
    }
}
