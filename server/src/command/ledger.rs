use super::use_cases;
use crate::config::{DatabaseOptions, FileOptions};
use clap::{Args, Subcommand};
use orchestrator::{Orchestrator, portfolio::Read};
use std::error::Error;

#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Let a workspace read the ledger of `LEDGER_PATH`.
    Connect(LedgerOptions),
    /// Take the ledger away from a workspace; what it has read stays.
    Disconnect(LedgerOptions),
    /// Read the ledger for a workspace; exit status 1 when it is refused.
    Read(LedgerOptions),
}

#[derive(Args)]
pub struct LedgerOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(flatten)]
    files: FileOptions,
    /// The workspace, by its name.
    #[arg(long)]
    workspace: String,
}

pub async fn run(command: LedgerCommand) -> Result<(), Box<dyn Error>> {
    let (LedgerCommand::Connect(options)
    | LedgerCommand::Disconnect(options)
    | LedgerCommand::Read(options)) = &command;
    let use_cases: Orchestrator = use_cases(&options.database, &options.files).await?;
    let workspace = use_cases
        .find_workspace(&options.workspace)
        .await?
        .ok_or_else(|| format!("there is no workspace {}", options.workspace))?;
    match command {
        LedgerCommand::Connect(_) => use_cases.connect_ledger(workspace, true).await?,
        LedgerCommand::Disconnect(_) => use_cases.connect_ledger(workspace, false).await?,
        LedgerCommand::Read(_) => match use_cases.read_ledger_of(workspace, None).await? {
            Read::Stored(commit) => println!("Commit {commit} is read."),
            Read::Unchanged(commit) => println!("Commit {commit} was read before."),
            Read::Refused(faults) => {
                for fault in &faults {
                    eprintln!("{}:{}: {}: {}", fault.file, fault.line, fault.message, fault.text);
                }
                return Err(format!("the ledger has {} faults", faults.len()).into());
            }
            Read::Unreadable(problem) => return Err(problem.into()),
        },
    }
    Ok(())
}
