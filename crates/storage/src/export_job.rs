//! Large exports: what was asked for, how far it is, and the file in pieces.

use crate::{Moment, StorageError};
use domain::{
    hash::ContentHash,
    id::{ExportJobId, UserId, WorkspaceId},
    rights::Format,
};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// The task that prints an export.
pub const TASK: &str = "make_export";

/// Behind runs, for which somebody waits longer, and before sources.
const PRIORITY: i32 = 5_000;

/// Bytes of one piece.
pub const PIECE_BYTES: usize = 256 * 1024;

pub struct NewExportJob<'a> {
    pub id: ExportJobId,
    pub workspace: WorkspaceId,
    pub asked_by: UserId,
    /// `report` or `execution`.
    pub subject: &'a str,
    pub subject_id: Uuid,
    pub title: &'a str,
    pub format: Format,
    pub document_hash: ContentHash,
    pub cells: i64,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportStatus {
    Queued,
    Printing,
    Ready,
    Failed,
}

#[derive(Clone, Debug)]
pub struct ExportJobRow {
    pub id: ExportJobId,
    pub asked_by: UserId,
    pub subject: String,
    pub subject_id: Uuid,
    pub title: String,
    pub format: Format,
    pub document_hash: ContentHash,
    pub cells: i64,
    /// Cells written so far.
    pub written: i64,
    pub status: ExportStatus,
    pub attempt: i32,
    pub asked_at: Timestamp,
    pub failure: Option<String>,
    /// Only of one that is ready.
    pub file: Option<ExportFile>,
    /// Its time is over by the database's clock.
    pub is_expired: bool,
}

#[derive(Clone, Debug)]
pub struct ExportFile {
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub hash: ContentHash,
    /// What the file carries, and what is left out of it.
    pub terms: Value,
    pub expires_at: Timestamp,
}

/// What a workspace has of exports: how many are being made, and how many bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportLoad {
    pub waiting: i64,
    pub bytes: i64,
}

/// Until the transaction ends nobody else who asks here first can commit what it adds to
/// what the workspace keeps. What this transaction has added counts.
pub async fn lock_load(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<ExportLoad, StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('exports:' || $1::text, 0)) as lock",
        workspace.to_string()
    )
    .fetch_one(&mut *conn)
    .await?;
    let row = sqlx::query!(
        r#"select
               count(*) filter (where status in ('queued', 'printing')) as "waiting!",
               coalesce(sum(file_bytes) filter (where expires_at > now()), 0)::bigint as "bytes!"
           from export_jobs
           where workspace_id = $1"#,
        workspace.as_uuid()
    )
    .fetch_one(conn)
    .await?;
    Ok(ExportLoad { waiting: row.waiting, bytes: row.bytes })
}

/// Keeps the job and queues it, in the transaction of whoever asks.
pub async fn insert(conn: &mut PgConnection, new: &NewExportJob<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into export_jobs (
             id, workspace_id, asked_by, subject, subject_id, title, format, document_hash, cells
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id.as_uuid(),
        new.workspace.as_uuid(),
        new.asked_by.as_uuid(),
        new.subject,
        new.subject_id,
        new.title,
        new.format.id(),
        new.document_hash.as_bytes(),
        new.cells
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    // Not checked at compile time: the queue's schema is the queue's own.
    sqlx::query(
        "select graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => 5, priority => $4)",
    )
    .bind(TASK)
    .bind(Json(serde_json::json!({ "workspace": new.workspace, "job": new.id })))
    .bind(format!("export:{}", new.id))
    .bind(PRIORITY)
    .execute(conn)
    .await?;
    Ok(())
}

/// One export of the transaction's workspace.
pub async fn load(
    conn: &mut PgConnection,
    id: ExportJobId,
) -> Result<Option<ExportJobRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               id as "id: ExportJobId",
               asked_by as "asked_by: UserId",
               subject,
               subject_id,
               title,
               format as "format: Format",
               document_hash,
               cells,
               written,
               status,
               attempt,
               asked_at as "asked_at: Moment",
               failure,
               file_name,
               media_type,
               file_bytes,
               file_hash,
               terms,
               expires_at as "expires_at: Moment",
               coalesce(expires_at <= now(), false) as "is_expired!"
           from export_jobs
           where id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let file = match (
        row.file_name,
        row.media_type,
        row.file_bytes,
        row.file_hash,
        row.terms,
        row.expires_at,
    ) {
        (Some(name), Some(media_type), Some(bytes), Some(hash), Some(terms), Some(expires_at)) => {
            let (hash, expires_at) = (hash_of(&hash, id)?, expires_at.0);
            Some(ExportFile { name, media_type, bytes, hash, terms, expires_at })
        }
        _ => None,
    };
    Ok(Some(ExportJobRow {
        id: row.id,
        asked_by: row.asked_by,
        subject: row.subject,
        subject_id: row.subject_id,
        title: row.title,
        format: row.format,
        document_hash: hash_of(&row.document_hash, id)?,
        cells: row.cells,
        written: row.written,
        status: status_of(&row.status)?,
        attempt: row.attempt,
        asked_at: row.asked_at.0,
        failure: row.failure,
        file,
        is_expired: row.is_expired,
    }))
}

/// The newest export of the same document that is being made or can be fetched.
pub async fn find_live(
    conn: &mut PgConnection,
    subject_id: Uuid,
    format: Format,
    document_hash: ContentHash,
) -> Result<Option<ExportJobId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ExportJobId" from export_jobs
           where subject_id = $1 and format = $2 and document_hash = $3
             and (status in ('queued', 'printing') or expires_at > now())
           order by asked_at desc
           limit 1"#,
        subject_id,
        format.id(),
        document_hash.as_bytes()
    )
    .fetch_optional(conn)
    .await?)
}

/// Begins an attempt to print it, unless it has ended; its number.
pub async fn begin(conn: &mut PgConnection, id: ExportJobId) -> Result<Option<i32>, StorageError> {
    Ok(sqlx::query_scalar!(
        "update export_jobs
         set status = 'printing', attempt = attempt + 1, started_at = now(), written = 0
         where id = $1 and status in ('queued', 'printing')
         returning attempt",
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// How far an attempt is. Nothing, if another has begun since.
pub async fn note_progress(
    conn: &mut PgConnection,
    id: ExportJobId,
    attempt: i32,
    written: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update export_jobs set written = $3
         where id = $1 and attempt = $2 and status = 'printing' and written < $3",
        id.as_uuid(),
        attempt,
        written
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends it without a file, in words for whoever asked. Nothing, if another attempt has
/// begun since.
pub async fn fail(
    conn: &mut PgConnection,
    id: ExportJobId,
    attempt: i32,
    failure: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update export_jobs set status = 'failed', finished_at = now(), failure = $3
         where id = $1 and attempt = $2 and status = 'printing'",
        id.as_uuid(),
        attempt,
        failure
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A file that an attempt printed.
pub struct NewFile<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
    pub hash: ContentHash,
    pub terms: &'a Value,
    pub kept_hours: i32,
}

/// Keeps the file in pieces. Returns whether it did: not, if another attempt has begun
/// since.
pub async fn finish(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ExportJobId,
    attempt: i32,
    file: &NewFile<'_>,
) -> Result<bool, StorageError> {
    let length = i64::try_from(file.bytes.len())
        .map_err(|_| StorageError::Corrupt("a file of more than 2^63 bytes".to_owned()))?;
    let updated = sqlx::query!(
        "update export_jobs
         set status = 'ready', finished_at = now(), written = cells, file_name = $3,
             media_type = $4, file_bytes = $5, file_hash = $6, terms = $7,
             expires_at = now() + make_interval(hours => $8)
         where id = $1 and attempt = $2 and status = 'printing'",
        id.as_uuid(),
        attempt,
        file.name,
        file.media_type,
        length,
        file.hash.as_bytes(),
        file.terms,
        file.kept_hours
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    if updated.rows_affected() == 0 {
        return Ok(false);
    }
    for (number, piece) in (0_i32..).zip(file.bytes.chunks(PIECE_BYTES)) {
        sqlx::query!(
            "insert into export_pieces (workspace_id, job_id, number, bytes) values ($1, $2, $3, $4)",
            workspace.as_uuid(),
            id.as_uuid(),
            number,
            piece
        )
        .execute(&mut *conn)
        .await
        .map_err(StorageError::from_write)?;
    }
    Ok(true)
}

/// One piece of a file; none behind the last.
pub async fn load_piece(
    conn: &mut PgConnection,
    id: ExportJobId,
    number: i32,
) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(sqlx::query_scalar!(
        "select bytes from export_pieces where job_id = $1 and number = $2",
        id.as_uuid(),
        number
    )
    .fetch_optional(conn)
    .await?)
}

/// Lets a file expire at once.
pub async fn expire(conn: &mut PgConnection, id: ExportJobId) -> Result<(), StorageError> {
    sqlx::query!(
        "update export_jobs set expires_at = now()
         where id = $1 and status = 'ready' and expires_at > now()",
        id.as_uuid()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes files of all workspaces whose time is over; how many.
pub async fn forget(conn: &mut PgConnection, limit: i32) -> Result<i64, StorageError> {
    sqlx::query_scalar!(r#"select forget_exports($1) as "forgotten!""#, limit)
        .fetch_one(conn)
        .await
        .map_err(StorageError::from_write)
}

fn hash_of(bytes: &[u8], id: ExportJobId) -> Result<ContentHash, StorageError> {
    let array = bytes.try_into();
    array
        .map(ContentHash::from_array)
        .map_err(|_| StorageError::Corrupt(format!("a hash of export {id}")))
}

fn status_of(text: &str) -> Result<ExportStatus, StorageError> {
    match text {
        "queued" => Ok(ExportStatus::Queued),
        "printing" => Ok(ExportStatus::Printing),
        "ready" => Ok(ExportStatus::Ready),
        "failed" => Ok(ExportStatus::Failed),
        other => Err(StorageError::Corrupt(format!("export_jobs.status {other}"))),
    }
}
