//! What every process of Observatory is made of.

use crate::config::{DatabaseOptions, ExecutionOptions, FileOptions};
use agents::{
    assistant::Engine,
    builtin,
    market::{Market, NoPacks},
};
use executor::{pattern::Patterns, runtime};
use harvest::fetch::Fetcher;
use orchestrator::{
    Orchestrator,
    assistant::{CallBook, ModelAccount},
    export::add_fonts,
    identity::PasswordKeeper,
    pricing::StoredPacks,
    rights::Registry,
};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use storage::{
    PgPool,
    setup::{self, ActAs},
};

/// The checked patterns with this build's agents, which read pricing packs from
/// `packs` and compose reports by `engine`.
///
/// # Errors
/// Every fault of every pattern file at once.
pub fn patterns(
    files: &FileOptions,
    packs: Arc<dyn Market>,
    engine: &Engine,
) -> Result<(Patterns, runtime::Registry), Box<dyn Error>> {
    let registry = runtime::Registry::new(builtin::agents(packs, engine))?;
    let patterns = Patterns::load_dir(&files.patterns_dir, &registry)?;
    for plan in patterns.iter() {
        for warning in &plan.warnings {
            tracing::warn!(pattern.id = plan.id, warning, "a pattern should be seen to");
        }
    }
    Ok((patterns, registry))
}

/// The orchestrator of a serving or working process.
pub async fn application(
    database: &DatabaseOptions,
    files: &FileOptions,
    execution: &ExecutionOptions,
) -> Result<Orchestrator, Box<dyn Error>> {
    // Before the database is asked for: what is wrong with a setting, a pattern file
    // or the registry of rights is told first.
    let engine = execution.assistant.engine(execution.runs.run_step_s)?;
    let account = Arc::new(execution.assistant.account()?);
    patterns(files, Arc::new(NoPacks), &engine)?;
    let rights = Registry::load(&files.rights_registry_path)?;
    let seal = execution.exports.seal()?;
    if let Some(folder) = &files.fonts_dir {
        let fonts =
            add_fonts(font_files(folder)?).map_err(|error| format!("FONTS_DIR: {error}"))?;
        tracing::info!(fonts, "pages are set with more fonts");
    }
    let url = database.application_url();
    let pool = setup::connect(url, ActAs::Application, database.database_connections).await?;
    let orchestrator = orchestrator(pool, files, engine.clone(), &account).await?;
    execution.assistant.announce(&engine, &account);
    let private = execution.sources.private_hosts();
    let fetcher = Fetcher::new(execution.sources.fetch_bounds(), private)?;
    let orchestrator = match seal {
        Some(key) => {
            let public_key = key.public_key();
            tracing::info!(seal.key = %public_key.id(), seal.public_key = %public_key, "files are sealed");
            orchestrator.with_seal(key)
        }
        None => orchestrator,
    };
    Ok(orchestrator
        .with_fetcher(fetcher)
        .with_export_limits(execution.exports.limits())
        .with_limits(execution.runs.limits())
        .with_rights(rights)
        .with_rights_profile(execution.rights_profile))
}

/// The contents of a folder's font files, in the order of their names, so that every process
/// prefers the same.
fn font_files(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let cannot = |error: std::io::Error| format!("FONTS_DIR: {}: {error}", folder.display());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        if matches!(ending.as_deref(), Some("ttf" | "otf" | "ttc")) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(format!("FONTS_DIR: {} holds no font", folder.display()).into());
    }
    Ok(paths.iter().map(fs::read).collect::<Result<_, _>>().map_err(cannot)?)
}

/// The use cases on a pool that acts as the application, with every call of a
/// language model written down there.
pub async fn orchestrator(
    pool: PgPool,
    files: &FileOptions,
    engine: Engine,
    account: &Arc<ModelAccount>,
) -> Result<Orchestrator, Box<dyn Error>> {
    setup::check_isolation(&pool).await?;
    let book = CallBook::new(pool.clone(), Arc::clone(account));
    let engine = engine.keeping(Arc::new(book));
    let model = match &engine {
        Engine::Builtin => None,
        Engine::Model(assistant) => Some(assistant.clone()),
    };
    let (patterns, registry) = patterns(files, Arc::new(StoredPacks::new(pool.clone())), &engine)?;
    let orchestrator = Orchestrator::new(pool, PasswordKeeper::new()?, patterns, registry)?;
    Ok(orchestrator
        .with_model_account(Arc::clone(account))
        .with_language_model(model)
        .with_ledger(files.ledger_path.as_deref())
        .with_repositories(files.ledger_repositories()))
}

/// Reads the registry of rights anew whenever the process is sent SIGHUP, for as
/// long as it is polled; the signal is caught from the call on. A faulty file is
/// named in the log, and what held goes on holding.
pub fn reload_rights(
    orchestrator: Orchestrator,
    path: PathBuf,
) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangups = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangups.recv().await.is_some() {
            match Registry::load(&path) {
                Ok(registry) => {
                    let version = registry.version().clone();
                    orchestrator.reload_rights(registry);
                    tracing::info!(rights.version = %version, "the rights registry was read anew");
                }
                Err(error) => tracing::error!(
                    error = crate::log::chain(&error),
                    rights.version = %orchestrator.rights_version(),
                    "the rights registry is faulty, so the one before goes on holding"
                ),
            }
        }
    })
}

/// Completes when the process is asked to stop. The signals are caught from the
/// call on, not only once the future is waited for.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
