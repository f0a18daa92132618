//! Attempts to export, as the audit log has them: what was asked for, what was decided,
//! and why; and the large ones on their way through a worker.

mod detail;

pub use detail::{Attributed, BlockedProvider, ExportDetail, Mark};

use crate::{Moment, StorageError};
use domain::{
    hash::ContentHash,
    id::{ExecutionId, ExportJobId, PortfolioId, RunId, WorkspaceId},
    pricing_pack::ProviderId,
    rights::{ExportOutcome, ExportStage, Format},
};
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

/// What a reader of the list looks for; empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter {
    pub workspace: Option<WorkspaceId>,
    /// Of whoever asked: a part of the name or the address, or the whole id.
    pub user: Option<String>,
    /// A run, an execution or a large export.
    pub subject: Option<Uuid>,
    pub portfolio: Option<PortfolioId>,
    /// The W3C trace id of the request: 32 hexadecimal digits, small.
    pub trace: Option<String>,
    pub provider: Option<ProviderId>,
    pub format: Option<Format>,
    pub outcome: Option<ExportOutcome>,
    pub stage: Option<ExportStage>,
    /// Only large exports that wait for a worker or are being printed, each once.
    pub is_pending: bool,
    pub from: Option<Timestamp>,
    /// Excluded.
    pub until: Option<Timestamp>,
}

/// The last row of a page: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportCursor {
    pub at: Timestamp,
    pub chain: Uuid,
    pub sequence: i64,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct ExportRecord {
    pub cursor: ExportCursor,
    pub stage: ExportStage,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    /// The id of whoever asked.
    pub actor: Option<String>,
    pub actor_name: Option<String>,
    pub actor_email: Option<String>,
    /// What was asked for is the report of a run, or an execution.
    pub run: Option<RunId>,
    pub execution: Option<ExecutionId>,
    pub detail: ExportDetail,
    /// How the large export stands that it belongs to, as long as that is kept.
    pub job: Option<ExportProgress>,
}

impl ExportRecord {
    /// The run or the execution that was asked for.
    pub fn subject(&self) -> Option<Uuid> {
        self.run.map(RunId::as_uuid).or_else(|| self.execution.map(ExecutionId::as_uuid))
    }
}

/// A large export at the moment of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportProgress {
    pub id: ExportJobId,
    pub standing: ExportStanding,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportStanding {
    Queued,
    Printing {
        written: i64,
        cells: i64,
        /// From 1.
        attempt: i32,
    },
    Ready {
        expires_at: Timestamp,
    },
    Expired,
    /// In the words that whoever asked is told.
    Failed(String),
}

/// An entry as its hash was made of it.
#[derive(Clone, Debug)]
pub struct SealedEntry {
    /// Canonical JSON.
    pub text: String,
    pub previous_hash: ContentHash,
    pub hash: ContentHash,
}

/// Attempts of all workspaces, the newest first: needs a transaction that reads across
/// workspaces.
pub async fn load_page(
    conn: &mut PgConnection,
    filter: &ExportFilter,
    before: Option<ExportCursor>,
    limit: i64,
) -> Result<Vec<ExportRecord>, StorageError> {
    load_rows(conn, filter, before, None, limit).await
}

/// One attempt by its place in the audit log, with the text of its entry. None for an entry
/// of something else. Needs a transaction that reads across workspaces.
pub async fn load_one(
    conn: &mut PgConnection,
    chain: Uuid,
    sequence: i64,
) -> Result<Option<(ExportRecord, SealedEntry)>, StorageError> {
    let everything = ExportFilter::default();
    let rows = load_rows(conn, &everything, None, Some((chain, sequence)), 1).await?;
    let Some(record) = rows.into_iter().next() else { return Ok(None) };
    let entry = sqlx::query!(
        r#"select
               entry,
               previous_hash as "previous_hash: ContentHash",
               hash as "hash: ContentHash"
           from audit_log
           where chain = $1 and sequence = $2"#,
        chain,
        sequence
    )
    .fetch_one(conn)
    .await?;
    let (text, previous_hash, hash) = (entry.entry, entry.previous_hash, entry.hash);
    Ok(Some((record, SealedEntry { text, previous_hash, hash })))
}

/// `exactly` names one entry by chain and sequence.
async fn load_rows(
    conn: &mut PgConnection,
    filter: &ExportFilter,
    before: Option<ExportCursor>,
    exactly: Option<(Uuid, i64)>,
    limit: i64,
) -> Result<Vec<ExportRecord>, StorageError> {
    let actions = filter.stage.map(actions);
    // The oldest that is being made bounds how far back those are looked for.
    let rows = sqlx::query!(
        r#"select
               a.recorded_at as "at: Moment",
               a.chain,
               a.sequence,
               a.action as "action!",
               a.actor,
               a.target as "target!",
               w.id as "workspace: WorkspaceId",
               w.name as workspace_name,
               u.name as "actor_name?",
               u.email as "actor_email?",
               d.detail as "detail!",
               j.id as "job?: ExportJobId",
               j.status as "status?",
               j.written as "written?",
               j.cells as "cells?",
               j.attempt as "attempt?",
               j.expires_at as "expires_at?: Moment",
               coalesce(j.expires_at <= now(), false) as "is_expired!",
               j.failure as "failure?"
           from audit_log a
           join workspaces w on w.id = a.workspace_id
           left join users u on u.id = a.actor::uuid
           cross join lateral (select a.entry::jsonb -> 'detail' as detail offset 0) d
           left join export_jobs j on j.workspace_id = a.workspace_id and j.id =
               case when a.action in ('export.queued', 'export.printing') then a.target
                    else d.detail ->> 'job' end::uuid
           where a.action in ('report.exported', 'execution.exported', 'export.queued', 'export.printing')
             and ($1::text is null or d.detail -> 'providers' @> to_jsonb($1::text))
             and ($2::text is null or d.detail ->> 'format' = $2)
             and ($3::text is null or d.detail ->> 'decision' = $3)
             and ($4::uuid is null or a.workspace_id = $4)
             and ($5::timestamptz is null or a.recorded_at >= $5)
             and ($6::timestamptz is null or a.recorded_at < $6)
             and ($7::timestamptz is null or (a.recorded_at, a.chain, a.sequence) < ($7, $8, $9))
             and ($10::text is null
                  or lower($10) = a.actor
                  or position(lower($10) in lower(u.name)) > 0
                  or position(lower($10) in u.email) > 0)
             and ($11::text is null
                  or $11 in (a.target, d.detail ->> 'run_id', d.detail ->> 'execution_id', d.detail ->> 'job'))
             and ($12::text is null or d.detail ->> 'portfolio_id' = $12)
             and ($13::text is null or d.detail ->> 'trace_id' = $13)
             and ($14::text[] is null or a.action = any($14))
             and (not $15::boolean
                  or (a.action = 'export.queued' and j.status in ('queued', 'printing')
                      and a.recorded_at >= (
                          select min(p.asked_at) from export_jobs p where p.status in ('queued', 'printing'))))
             and ($16::uuid is null or (a.chain = $16 and a.sequence = $17))
           order by a.recorded_at desc, a.chain desc, a.sequence desc
           limit $18"#,
        filter.provider.as_ref().map(ProviderId::as_str),
        filter.format.map(Format::id),
        filter.outcome.map(ExportOutcome::id),
        filter.workspace.map(WorkspaceId::as_uuid),
        filter.from.map(Moment) as Option<Moment>,
        filter.until.map(Moment) as Option<Moment>,
        before.map(|cursor| Moment(cursor.at)) as Option<Moment>,
        before.map(|cursor| cursor.chain),
        before.map(|cursor| cursor.sequence),
        filter.user,
        filter.subject.map(|subject| subject.to_string()),
        filter.portfolio.map(|portfolio| portfolio.to_string()),
        filter.trace,
        actions.as_deref(),
        filter.is_pending,
        exactly.map(|(chain, _)| chain),
        exactly.map(|(_, sequence)| sequence),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let detail: ExportDetail = serde_json::from_value(row.detail)?;
            let stage = stage_of(&row.action)?;
            let (run, execution) = subject_of(&row.action, &row.target, &detail);
            let job = JobColumns {
                id: row.job,
                status: row.status,
                written: row.written,
                cells: row.cells,
                attempt: row.attempt,
                expires_at: row.expires_at.map(|at| at.0),
                is_expired: row.is_expired,
                failure: row.failure,
            };
            Ok(ExportRecord {
                cursor: ExportCursor { at: row.at.0, chain: row.chain, sequence: row.sequence },
                stage,
                workspace: row.workspace,
                workspace_name: row.workspace_name,
                actor: row.actor,
                actor_name: row.actor_name,
                actor_email: row.actor_email,
                run,
                execution,
                detail,
                job: job.progress()?,
            })
        })
        .collect()
}

/// The actions that a stage is recorded under.
fn actions(stage: ExportStage) -> Vec<String> {
    let actions: &[&str] = match stage {
        ExportStage::Download => &["report.exported", "execution.exported"],
        ExportStage::Queued => &["export.queued"],
        ExportStage::Printing => &["export.printing"],
    };
    actions.iter().map(|action| (*action).to_owned()).collect()
}

fn stage_of(action: &str) -> Result<ExportStage, StorageError> {
    match action {
        "report.exported" | "execution.exported" => Ok(ExportStage::Download),
        "export.queued" => Ok(ExportStage::Queued),
        "export.printing" => Ok(ExportStage::Printing),
        other => Err(StorageError::Corrupt(format!("audit_log.action {other} of an export"))),
    }
}

/// An attempt that came to no ruling names what was asked for by its target alone.
fn subject_of(
    action: &str,
    target: &str,
    detail: &ExportDetail,
) -> (Option<RunId>, Option<ExecutionId>) {
    let run = if action == "report.exported" { target.parse().ok() } else { detail.run_id };
    let execution =
        if action == "execution.exported" { target.parse().ok() } else { detail.execution_id };
    (run, execution)
}

/// What the join finds of a large export: nothing, once its row is gone.
struct JobColumns {
    id: Option<ExportJobId>,
    status: Option<String>,
    written: Option<i64>,
    cells: Option<i64>,
    attempt: Option<i32>,
    expires_at: Option<Timestamp>,
    is_expired: bool,
    failure: Option<String>,
}

impl JobColumns {
    fn progress(self) -> Result<Option<ExportProgress>, StorageError> {
        let (Some(id), Some(status)) = (self.id, self.status) else { return Ok(None) };
        let missing = || StorageError::Corrupt(format!("export_jobs {id} is {status}"));
        let standing = match status.as_str() {
            "queued" => ExportStanding::Queued,
            "printing" => ExportStanding::Printing {
                written: self.written.unwrap_or_default(),
                cells: self.cells.unwrap_or_default(),
                attempt: self.attempt.unwrap_or_default(),
            },
            "ready" if self.is_expired => ExportStanding::Expired,
            "ready" => ExportStanding::Ready { expires_at: self.expires_at.ok_or_else(missing)? },
            "failed" => ExportStanding::Failed(self.failure.ok_or_else(missing)?),
            _ => return Err(missing()),
        };
        Ok(Some(ExportProgress { id, standing }))
    }
}
