//! The stages of a build, as they were entered and ended.

use crate::{Moment, StorageError};
use domain::pricing_pack::{BuildStage, PricingPackId};
use jiff::Timestamp;
use sqlx::PgConnection;

/// One stage of a pack that was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRow {
    pub stage: BuildStage,
    /// The first time.
    pub entered_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// More than one where a build was taken up again within it.
    pub attempts: u32,
    /// What it did, a sentence; none before it has ended.
    pub outcome: Option<String>,
}

/// Begins a stage, or begins it again where a build lost its process within it. Says so on
/// the pack itself.
///
/// # Errors
/// [`StorageError::Refused`] where a stage before it has not ended, or the pack is not being
/// built.
pub async fn enter_stage(
    conn: &mut PgConnection,
    id: &PricingPackId,
    stage: BuildStage,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into pricing_pack_stages (pack_id, stage) values ($1, $2)
         on conflict (pack_id, stage) do update set attempts = pricing_pack_stages.attempts + 1",
        id.as_str(),
        stage.id()
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    tell_progress(conn, id, stage, stage.place()).await
}

/// Ends a stage with what it did.
pub async fn end_stage(
    conn: &mut PgConnection,
    id: &PricingPackId,
    stage: BuildStage,
    outcome: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update pricing_pack_stages set ended_at = clock_timestamp(), outcome = $3
         where pack_id = $1 and stage = $2",
        id.as_str(),
        stage.id(),
        outcome
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    tell_progress(conn, id, stage, stage.place() + 1).await
}

async fn tell_progress(
    conn: &mut PgConnection,
    id: &PricingPackId,
    stage: BuildStage,
    done: usize,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update pricing_packs set stage = $2, stages_done = $3, updated_at = clock_timestamp()
         where id = $1 and status in ('building', 'warming')",
        id.as_str(),
        stage.id(),
        i16::try_from(done).unwrap_or(i16::MAX)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The stages that a pack has entered, in their order. None of a pack that was stored
/// complete, or before stages were written down.
pub async fn load_stages(
    conn: &mut PgConnection,
    id: &PricingPackId,
) -> Result<Vec<StageRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               stage as "stage: BuildStage",
               entered_at as "entered_at: Moment",
               ended_at as "ended_at: Moment",
               attempts,
               outcome
           from pricing_pack_stages
           where pack_id = $1"#,
        id.as_str()
    )
    .fetch_all(conn)
    .await?;
    let row = rows.into_iter().map(|row| StageRow {
        stage: row.stage,
        entered_at: row.entered_at.0,
        ended_at: row.ended_at.map(|at| at.0),
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        outcome: row.outcome,
    });
    let mut stages: Vec<StageRow> = row.collect();
    stages.sort_by_key(|row| row.stage.place());
    Ok(stages)
}
