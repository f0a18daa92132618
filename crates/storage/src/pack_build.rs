//! Packs of evidence that administrators ask for.

use crate::{Moment, StorageError};
use domain::{
    hash::ContentHash,
    id::{PackId, UserId},
};
use jiff::Timestamp;
use sqlx::{PgConnection, types::Json};

/// The task that builds one.
pub const TASK: &str = "build_evidence_pack";

/// Behind runs, and before sources: somebody waits.
const PRIORITY: i32 = 5_000;

/// What became of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildState {
    /// No worker has begun it.
    Queued,
    Building {
        since: Timestamp,
    },
    Sealed {
        at: Timestamp,
        pack: ContentHash,
        /// The sources held something else than in the pack before.
        is_new: bool,
        items: i32,
        /// Sources that could not be read.
        failed_sources: i32,
    },
    Failed {
        at: Timestamp,
        error: String,
    },
}

impl BuildState {
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Queued | Self::Building { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackBuild {
    pub id: i64,
    /// Name of the administrator.
    pub requested_by: String,
    pub requested_at: Timestamp,
    pub state: BuildState,
}

/// Writes down that somebody asks for a pack and queues the job, in one transaction; none
/// while another build has not ended.
pub async fn insert(conn: &mut PgConnection, by: UserId) -> Result<Option<i64>, StorageError> {
    let id = sqlx::query_scalar!(
        "insert into pack_builds (requested_by) values ($1)
         on conflict ((true)) where finished_at is null do nothing
         returning id",
        by.as_uuid()
    )
    .fetch_optional(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    let Some(id) = id else { return Ok(None) };
    // Not checked at compile time: the queue's schema is the queue's own.
    sqlx::query(
        "select graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => 3, priority => $4)",
    )
    .bind(TASK)
    .bind(Json(serde_json::json!({ "build": id })))
    .bind(format!("pack_build:{id}"))
    .bind(PRIORITY)
    .execute(conn)
    .await?;
    Ok(Some(id))
}

/// A worker begins it; false where it has ended already.
pub async fn begin(conn: &mut PgConnection, id: i64) -> Result<bool, StorageError> {
    let begun = sqlx::query!(
        "update pack_builds set begun_at = now() where id = $1 and finished_at is null",
        id
    )
    .execute(conn)
    .await?;
    Ok(begun.rows_affected() > 0)
}

/// What a build gave.
pub struct Built {
    pub pack: PackId,
    pub items: i32,
    pub failed_sources: i32,
}

/// Ends a build; false where it has ended already.
pub async fn finish(
    conn: &mut PgConnection,
    id: i64,
    outcome: Result<&Built, &str>,
) -> Result<bool, StorageError> {
    let built = outcome.ok();
    let ended = sqlx::query!(
        "update pack_builds
         set finished_at = clock_timestamp(), pack_id = $2, items = $3, failed_sources = $4, error = $5
         where id = $1 and finished_at is null",
        id,
        built.map(|built| built.pack.as_uuid()),
        built.map(|built| built.items),
        built.map(|built| built.failed_sources),
        outcome.err()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(ended.rows_affected() > 0)
}

/// Ends what was asked for longer ago than so many minutes and has not ended by itself.
pub async fn give_up(
    conn: &mut PgConnection,
    minutes: i32,
    error: &str,
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar!(
        "update pack_builds
         set finished_at = now(), error = $2
         where finished_at is null and requested_at < now() - make_interval(mins => $1)
         returning id",
        minutes,
        error
    )
    .fetch_all(conn)
    .await?)
}

/// The one that was asked for last.
pub async fn load_newest(conn: &mut PgConnection) -> Result<Option<PackBuild>, StorageError> {
    let row = sqlx::query!(
        r#"select
               b.id,
               u.name,
               b.requested_at as "requested_at: Moment",
               b.begun_at as "begun_at: Moment",
               b.finished_at as "finished_at: Moment",
               p.content_hash as "content_hash?: ContentHash",
               p.sealed_at >= b.begun_at as is_new,
               b.items,
               b.failed_sources,
               b.error
           from pack_builds b
           join users u on u.id = b.requested_by
           left join packs p on p.id = b.pack_id
           order by b.id desc
           limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| PackBuild {
        id: row.id,
        requested_by: row.name,
        requested_at: row.requested_at.0,
        state: match (row.finished_at, row.content_hash, row.begun_at) {
            (Some(at), Some(pack), _) => BuildState::Sealed {
                at: at.0,
                pack,
                is_new: row.is_new.unwrap_or_default(),
                items: row.items.unwrap_or_default(),
                failed_sources: row.failed_sources.unwrap_or_default(),
            },
            (Some(at), None, _) => {
                BuildState::Failed { at: at.0, error: row.error.unwrap_or_default() }
            }
            (None, _, Some(since)) => BuildState::Building { since: since.0 },
            (None, _, None) => BuildState::Queued,
        },
    }))
}
