//! The subcommands.

mod evaluate;
mod ledger;
mod pack;
mod replay;
mod routes;
mod seed;
mod serve;
mod user;
mod verify;
mod work;

use crate::{
    assistant::AssistantOptions,
    config::{
        DatabaseOptions, ExecutionOptions, FileOptions, ServeOptions, WorkMetricsOptions,
        WorkOptions,
    },
    process,
    telemetry::TelemetryOptions,
};
use agents::{assistant::Engine, market::NoPacks};
use clap::{Parser, Subcommand};
use orchestrator::{Orchestrator, export::SealKey};
use secrecy::{ExposeSecret, SecretString};
use std::{error::Error, process::ExitCode, sync::Arc};
use storage::setup::{self, ActAs};

/// Sealed, cited intelligence reports, exactly once per period.
#[derive(Parser)]
#[command(name = "observatory", version)]
pub struct Arguments {
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web application, by default with a worker inside.
    Serve {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        serve: ServeOptions,
        #[command(flatten)]
        execution: ExecutionOptions,
        #[command(flatten)]
        work: WorkOptions,
    },
    /// Carry runs, without serving anything.
    Work {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        execution: ExecutionOptions,
        #[command(flatten)]
        work: WorkOptions,
        #[command(flatten)]
        metrics: WorkMetricsOptions,
    },
    /// Bring the database's schema up to date.
    Migrate {
        #[command(flatten)]
        database: DatabaseOptions,
    },
    /// Add the sample workspace, its people and the sample evidence.
    Seed {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
    },
    /// Recompute every hash and name what is wrong, or check one downloaded file
    /// against its seal without the database; exit status 1 if anything is wrong.
    Verify {
        #[command(flatten)]
        options: verify::VerifyOptions,
    },
    /// Make a sealed report again from what is on record of its run; exit status 1 if
    /// any byte comes out differently.
    Replay {
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        options: replay::ReplayOptions,
    },
    /// Have the golden set of packages written by each engine, and print how each did;
    /// exit status 1 if any report could not be published.
    Evaluate {
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        assistant: AssistantOptions,
        #[command(flatten)]
        options: evaluate::EvaluateOptions,
    },
    /// Print the public key of the secret one in `SEAL_KEY`, with which files are
    /// checked.
    SealKey {
        #[arg(long, env = "SEAL_KEY", hide_env_values = true)]
        seal_key: SecretString,
    },
    /// List every route and server function with the role it needs.
    Routes {
        #[arg(long)]
        json: bool,
    },
    /// Connect the ledger to workspaces, and read it.
    Ledger {
        #[command(subcommand)]
        command: ledger::LedgerCommand,
    },
    /// Build and list pricing packs.
    Pack {
        #[command(subcommand)]
        command: pack::PackCommand,
    },
    /// Check the pattern files.
    Patterns {
        #[command(subcommand)]
        command: PatternsCommand,
    },
    /// Manage people.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
}

#[derive(Subcommand)]
enum PatternsCommand {
    /// Name every fault with its file and place; exit status 1 if there is any.
    Check {
        #[command(flatten)]
        files: FileOptions,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person; prints the generated password unless one is given.
    Add {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        user: user::NewPerson,
    },
}

pub async fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.command {
        Command::Serve { database, files, serve, execution, work } => {
            serve::serve(&database, &files, serve, &execution, &work).await?;
        }
        Command::Work { database, files, execution, work, metrics } => {
            Box::pin(work::work(&database, &files, &execution, &work, &metrics)).await?;
        }
        Command::Migrate { database } => {
            let pool = setup::connect(database.owner_url(), ActAs::Login, 2).await?;
            setup::migrate(&pool).await?;
            println!("The schema is up to date.");
        }
        Command::Seed { database, files } => seed::seed(&database, &files).await?,
        Command::Verify { options } => return verify::verify(options).await,
        Command::Replay { files, options } => return replay::replay(&files, options).await,
        Command::Evaluate { files, assistant, options } => {
            return evaluate::evaluate(&files, &assistant, &options).await;
        }
        Command::SealKey { seal_key } => {
            println!("{}", SealKey::parse(seal_key.expose_secret())?.public_key());
        }
        Command::Routes { json } => routes::print(json)?,
        Command::Ledger { command } => ledger::run(command).await?,
        Command::Pack { command } => pack::run(command).await?,
        Command::Patterns { command: PatternsCommand::Check { files } } => {
            let (patterns, _) = process::patterns(&files, Arc::new(NoPacks), &Engine::Builtin)?;
            for plan in patterns.iter() {
                println!("{} {}: {} steps, no faults.", plan.id, plan.version, plan.steps.len());
            }
        }
        Command::User { command: UserCommand::Add { database, user } } => {
            user::add(&database, user).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The use cases for a command that ends at once, and so composes no report. Acts as the application, so
/// that the command line obeys the same row-level security as the pages.
async fn use_cases(
    database: &DatabaseOptions,
    files: &FileOptions,
) -> Result<Orchestrator, Box<dyn Error>> {
    let pool = setup::connect(database.owner_url(), ActAs::Application, 2).await?;
    process::orchestrator(pool, files, Engine::Builtin, &Arc::default()).await
}
