//! What every process of Observatory is made of.

use crate::config::{DatabaseOptions, FileOptions};
use agents::builtin;
use orchestrator::{
    Orchestrator,
    identity::PasswordKeeper,
    pattern::{Plan, Registry},
};
use std::error::Error;
use storage::setup::{self, ActAs};

/// The pattern that governed runs execute.
const PATTERN: &str = "observatory_report.json";

/// The registry of this build's agents with the checked pattern.
pub fn plan(files: &FileOptions) -> Result<(Plan, Registry), Box<dyn Error>> {
    let registry = Registry::new(builtin::agents())?;
    let plan = Plan::load(&files.patterns_dir.join(PATTERN), &registry)?;
    Ok((plan, registry))
}

/// The orchestrator of a serving or working process.
pub async fn application(
    database: &DatabaseOptions,
    files: &FileOptions,
) -> Result<Orchestrator, Box<dyn Error>> {
    let (plan, registry) = plan(files)?;
    let pool =
        setup::connect(&database.database_url, ActAs::Application, database.database_connections)
            .await?;
    setup::check_isolation(&pool).await?;
    Ok(Orchestrator::new(pool, PasswordKeeper::new()?, plan, registry))
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
