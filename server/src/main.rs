//! The binary `observatory`: wires configuration, database, routes, sessions and
//! worker to the rooms below. It decides nothing about the field.

#![recursion_limit = "512"] // the types of a page nest as its elements do

mod command;
mod config;
mod http;
mod log;
mod process;
mod routes;
mod worker;

use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    log::start(&arguments.log);
    match command::run(arguments).await {
        Ok(code) => code,
        Err(error) => {
            // One clear line; the causes follow on it.
            eprintln!("observatory: {}", log::chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
