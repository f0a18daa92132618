use crate::{config::FileOptions, process};
use agents::{
    assistant::Engine,
    market::{Market, NoPacks},
};
use clap::Args;
use domain::{id::RunId, specification::Desk};
use orchestrator::run::{Compared, ReplayError, Replayed, RunRecord, Sealed};
use secrecy::{ExposeSecret, SecretString};
use std::{error::Error, fs, path::PathBuf, process::ExitCode, sync::Arc};
use storage::setup::{self, ActAs};

/// Which run: a stored one, or one whose record was kept in a file.
#[derive(Args)]
pub struct ReplayOptions {
    /// The run, by its id.
    #[arg(required_unless_present = "record")]
    pub run: Option<RunId>,
    /// A record that `--keep` wrote; the database is not asked then.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "keep"])]
    pub record: Option<PathBuf>,
    /// Write what is on record of the run to this file. It holds the evidence.
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Login of the application.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, required_unless_present = "record")]
    pub database_url: Option<SecretString>,
    /// Login that owns the schema; without it the application's.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<SecretString>,
}

pub async fn replay(
    files: &FileOptions,
    options: ReplayOptions,
) -> Result<ExitCode, Box<dyn Error>> {
    let (record, plan, market) = match (&options.record, options.run) {
        (Some(path), _) => {
            let (patterns, _) = process::patterns(files, Arc::new(NoPacks), &Engine::Builtin)?;
            let plan = patterns.get(orchestrator::REPORT_PATTERN).ok_or("no pattern of runs")?;
            let text =
                fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let record: RunRecord = serde_json::from_str(&text)
                .map_err(|error| format!("{} is no record of a run: {error}", path.display()))?;
            if record.package()?.desk() == Desk::Portfolio {
                let path = path.display();
                return Err(format!("{path} is of the portfolio desk: name its run instead").into());
            }
            (record, Arc::clone(plan), Arc::new(NoPacks) as Arc<dyn Market>)
        }
        (None, Some(run)) => {
            let url = options.database_owner_url.as_ref().or(options.database_url.as_ref());
            // The parser asks for one where no record is named.
            let url = url.map(ExposeSecret::expose_secret).unwrap_or_default();
            let pool = setup::connect(url, ActAs::Application, 2).await?;
            let use_cases =
                process::orchestrator(pool, files, Engine::Builtin, &Arc::default()).await?;
            let record = use_cases.run_record(run).await?;
            let plan = Arc::clone(use_cases.report_plan(record.package()?.desk()));
            (record, plan, use_cases.market())
        }
        // The parser asks for one of them.
        (None, None) => return Err("name a run".into()),
    };
    if let Some(path) = &options.keep {
        let text = serde_json::to_string_pretty(&record)? + "\n";
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    print_who(&record)?;
    match record.replay(&plan, market).await {
        Ok(replayed) => {
            print(&replayed);
            Ok(if replayed.is_same() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(ReplayError::Stopped { step, message, reasons }) => {
            println!("WRONG: this build stops at the step {step}: {message}");
            for reason in reasons {
                println!("- {reason}");
            }
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

fn print_who(record: &RunRecord) -> Result<(), ReplayError> {
    let package = record.package()?;
    let (run, period) = (package.run_id(), &package.period().key);
    let name = &package.specification().name;
    let Some(engine) = &record.engine else {
        println!("Run {run}: {name}, {period}, computed.");
        return Ok(());
    };
    let writer = record.model.as_ref().map_or_else(
        || "by rules alone".to_owned(),
        |model| {
            let answers = match model.answers.len() {
                1 => "1 recorded answer".to_owned(),
                several => format!("{several} recorded answers"),
            };
            format!("with {} ({}), from {answers}", model.model, model.engine)
        },
    );
    let version = &engine.version;
    println!("Run {run}: {name}, {period}, written {writer}, version {version}.");
    Ok(())
}

fn print(replayed: &Replayed) {
    for compared in &replayed.compared {
        let Compared { part, sealed, replayed } = compared;
        let name = match part {
            Sealed::Package => "package",
            Sealed::Document => "document",
            Sealed::Html => "page",
        };
        if compared.is_same() {
            println!("{name}: the same, {sealed}");
        } else {
            println!("WRONG: {name}: sealed {sealed}, replayed {replayed}");
        }
    }
    if let Some(now) = &replayed.engine_now {
        let (label, version) = (&now.label, &now.version);
        println!("Note: the engine of this build is another one: {label}, version {version}.");
    }
    if let Some(then) = &replayed.pattern_then {
        println!("Note: the run followed version {then} of its pattern, this build has another.");
    }
    for question in &replayed.asked_otherwise {
        let question = question.label();
        println!("Note: this build words its question otherwise ({question}).");
    }
    if replayed.is_same() {
        println!("Every byte of the report is the same.");
    }
}
