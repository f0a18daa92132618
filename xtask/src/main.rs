//! The project's own commands. `cargo xtask` alone lists them.
//!
//! `up` and `test` are all that a newcomer types; what they need and do not find, they install.

mod accounts;
mod bench;
mod browser_half;
mod command_line;
mod console;
mod database;
mod dev;
mod end_to_end;
mod fuzz;
mod ledger;
mod observatory;
mod packages;
mod postgres;
mod process;
mod python;
mod site;
mod soak;
mod sqlx;
mod stamp;
mod style;
mod summary;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use command_line::Command;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(command) = Command::parse(&arguments) else {
        eprint!("{}", command_line::USAGE);
        return ExitCode::from(2);
    };
    match process::forward_signals().and_then(|()| run(command)) {
        Ok(code) => code,
        Err(_) if process::interrupted() => ExitCode::from(process::EXIT_INTERRUPTED),
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Up => up::run().map(|()| ExitCode::SUCCESS),
        Command::Test { steps, playwright } => test::run(&steps, &playwright),
        Command::Dev => dev::run().map(|()| ExitCode::SUCCESS),
        Command::Bench(filter) => bench::run(&filter).map(|()| ExitCode::SUCCESS),
        Command::Fuzz(arguments) => fuzz::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Soak(parts) => soak::run(&parts).map(|()| ExitCode::SUCCESS),
        Command::Sqlx { check: false } => sqlx::write().map(|()| ExitCode::SUCCESS),
        Command::Sqlx { check: true } => sqlx::check().map(|()| ExitCode::SUCCESS),
        Command::Postgres => postgres::hold().map(|()| ExitCode::SUCCESS),
    }
}
