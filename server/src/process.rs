//! What every process of Observatory is made of.

use crate::config::{DatabaseOptions, ExecutionOptions, FileOptions};
use agents::{
    assistant::Engine,
    builtin,
    market::{NoPacks, PricingPacks},
};
use executor::{pattern::Patterns, runtime::Registry};
use orchestrator::{Orchestrator, identity::PasswordKeeper, pricing::StoredPacks};
use std::{error::Error, sync::Arc};
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
    packs: Arc<dyn PricingPacks>,
    engine: &Engine,
) -> Result<(Patterns, Registry), Box<dyn Error>> {
    let registry = Registry::new(builtin::agents(packs, engine))?;
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
    // Before the database is asked for: what is wrong with a setting or a pattern
    // file is told first.
    let engine = execution.assistant.engine(execution.runs.run_step_s)?;
    patterns(files, Arc::new(NoPacks), &engine)?;
    let url = database.application_url();
    let pool = setup::connect(url, ActAs::Application, database.database_connections).await?;
    let orchestrator = orchestrator(pool, files, &engine).await?;
    execution.assistant.announce(&engine);
    Ok(orchestrator
        .with_limits(execution.runs.limits())
        .with_rights_profile(execution.rights_profile))
}

/// The use cases on a pool that acts as the application.
pub async fn orchestrator(
    pool: PgPool,
    files: &FileOptions,
    engine: &Engine,
) -> Result<Orchestrator, Box<dyn Error>> {
    setup::check_isolation(&pool).await?;
    let (patterns, registry) = patterns(files, Arc::new(StoredPacks::new(pool.clone())), engine)?;
    Ok(Orchestrator::new(pool, PasswordKeeper::new()?, patterns, registry)?)
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
