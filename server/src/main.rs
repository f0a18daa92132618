//! The binary `observatory`: wires configuration, database, routes, sessions and
//! worker to the rooms below. It decides nothing about the field.

#![recursion_limit = "512"] // the types of a page nest as its elements do

mod assistant;
mod command;
mod config;
mod http;
mod process;
mod routes;
mod telemetry;
mod warming;
mod worker;

use clap::Parser;
use std::process::ExitCode;
use telemetry::log;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    let telemetry = match telemetry::start(&arguments.telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => return refused(&error),
    };
    let ended = Box::pin(command::run(arguments)).await;
    telemetry.end().await;
    ended.unwrap_or_else(|error| refused(error.as_ref()))
}

/// One clear line; the causes follow on it.
fn refused(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("observatory: {}", log::chain(error));
    ExitCode::FAILURE
}
