//! Engines side by side on the golden set.

mod sheet;

use crate::{
    assistant::{AssistantOptions, EngineName},
    config::FileOptions,
};
use clap::Args;
use domain::{
    hash::ContentHash,
    package::{Instruction, Package, RunPackage},
};
use orchestrator::{
    evaluation::{self, Candidate},
    run::{RunRecord, instruction},
};
use sheet::Sheet;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// What is held side by side: each model with each instruction, and the built-in analyst.
#[derive(Args)]
pub struct EvaluateOptions {
    /// Folder with records of runs, whose packages are written; `runs` of the samples
    /// without it.
    #[arg(long, value_name = "DIR")]
    pub packages: Option<PathBuf>,
    /// A language model beside `OPENAI_MODEL`, at the same server; once for each.
    #[arg(long, value_name = "MODEL")]
    pub model: Vec<String>,
    /// A file with an instruction beside this build's; once for each.
    #[arg(long, value_name = "FILE")]
    pub instruction: Vec<PathBuf>,
}

pub async fn evaluate(
    files: &FileOptions,
    assistant: &AssistantOptions,
    options: &EvaluateOptions,
) -> Result<ExitCode, Box<dyn Error>> {
    let folder = options.packages.clone().unwrap_or_else(|| files.runs_dir());
    let (names, packages): (Vec<_>, Vec<_>) = packages(&folder)?.into_iter().unzip();
    let account = Arc::new(assistant.account()?);
    let mut sheet = Sheet::new(names, account.currency().map(str::to_owned));
    for candidate in candidates(assistant, options)? {
        let trials = evaluation::evaluate(&candidate, &packages, &account).await?;
        sheet.add(candidate.name, trials);
    }
    print!("{sheet}");
    Ok(if sheet.all_valid() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The packages of the records in a folder, by the names of their files.
fn packages(folder: &Path) -> Result<Vec<(String, RunPackage)>, Box<dyn Error>> {
    let unreadable =
        |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable(folder, &error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{} holds no record of a run", folder.display()).into());
    }
    let mut packages = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let record: RunRecord =
            serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        let package = record.package().map_err(|error| unreadable(&path, &error))?;
        let Package::Polyurethane(package) = package else {
            return Err(unreadable(&path, &"nobody writes a report of the portfolio desk").into());
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        packages.push((name, *package));
    }
    Ok(packages)
}

fn candidates(
    assistant: &AssistantOptions,
    options: &EvaluateOptions,
) -> Result<Vec<Candidate>, Box<dyn Error>> {
    let mut candidates = vec![Candidate::builtin()];
    let configured = assistant.openai_model.clone().filter(|model| !model.trim().is_empty());
    let models: Vec<_> = configured.into_iter().chain(options.model.iter().cloned()).collect();
    if models.is_empty() || assistant.assistant_engine == Some(EngineName::Builtin) {
        return Ok(candidates);
    }
    let mut instructions = vec![instruction()];
    for path in &options.instruction {
        instructions.push(read_instruction(path)?);
    }
    for model in models {
        let this = AssistantOptions { openai_model: Some(model.clone()), ..assistant.clone() };
        // There is no step around it that could end first.
        let engine = this.engine(u32::MAX)?;
        for instruction in &instructions {
            let name = match instruction.version() {
                0 => format!("{model}, {}", instruction.id()),
                version => format!("{model}, instruction {version}"),
            };
            let (engine, instruction) = (engine.clone(), instruction.clone());
            candidates.push(Candidate { name, engine, instruction });
        }
    }
    Ok(candidates)
}

/// One that is not part of a build has no version.
fn read_instruction(path: &Path) -> Result<Instruction, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let id = format!("{stem} ({})", ContentHash::of_bytes(text.as_bytes()).short());
    Ok(Instruction::new(id, 0, text))
}
