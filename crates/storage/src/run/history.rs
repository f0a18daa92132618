//! Lists of runs, paged by cursor, the newest first.

use crate::{Moment, StorageError};
use domain::{
    cadence::Cadence,
    id::{RunId, SpecificationId},
    run::{FailureKind, RunStatus},
    schedule::RunTrigger,
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// What a reader of the history looks for; empty fields do not filter.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Words in the report's title, headlines or the specification's name.
    pub text: Option<String>,
    pub status: Option<RunStatus>,
    /// A key or the beginning of one: `2026`, `2026-W48`, `2026-11`.
    pub period: Option<String>,
    pub specification: Option<SpecificationId>,
}

/// The last row of a page: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub claimed_at: Timestamp,
    pub run: RunId,
}

#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub id: RunId,
    pub specification: SpecificationId,
    pub specification_name: String,
    pub workspace_name: String,
    pub version_number: i32,
    pub cadence: Cadence,
    pub period_key: String,
    pub status: RunStatus,
    pub failure_kind: Option<FailureKind>,
    pub trigger: RunTrigger,
    /// Who asked for it, or who set the schedule that did.
    pub triggered_by: String,
    pub claimed_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub report_title: Option<String>,
}

/// Runs of the rows that the transaction sees: a workspace's for its members,
/// all for the platform's administrators.
pub async fn load_page(
    conn: &mut PgConnection,
    filter: &HistoryFilter,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<HistoryRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               r.id as "id: RunId",
               r.specification_id as "specification: SpecificationId",
               v.document ->> 'name' as "specification_name!",
               w.name as workspace_name,
               v.number as version_number,
               r.period ->> 'cadence' as "cadence!: Cadence",
               r.period_key,
               r.status as "status: RunStatus",
               r.failure_kind as "failure_kind: FailureKind",
               r.run_trigger as "trigger: RunTrigger",
               u.name as triggered_by,
               r.claimed_at as "claimed_at: Moment",
               r.finished_at as "finished_at: Moment",
               a.title as "report_title?"
           from runs r
           join specification_versions v on v.id = r.specification_version_id
           join workspaces w on w.id = r.workspace_id
           join users u on u.id = r.triggered_by
           left join artifacts a on a.run_id = r.id
           where (r.workspace_id = current_workspace() or current_workspace() is null)
             and ($1::text is null or r.status = $1)
             and ($2::uuid is null or r.specification_id = $2)
             and ($3::text is null or starts_with(r.period_key, $3))
             and ($4::text is null
                  or a.search @@ websearch_to_tsquery('simple', $4)
                  or position(lower($4) in lower(v.document ->> 'name')) > 0)
             and ($5::timestamptz is null or (r.claimed_at, r.id) < ($5, $6))
           order by r.claimed_at desc, r.id desc
           limit $7"#,
        filter.status.map(RunStatus::id),
        filter.specification.map(SpecificationId::as_uuid),
        filter.period,
        filter.text,
        before.map(|cursor| Moment(cursor.claimed_at)) as Option<Moment>,
        before.map(|cursor| cursor.run.as_uuid()),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HistoryRow {
            id: row.id,
            specification: row.specification,
            specification_name: row.specification_name,
            workspace_name: row.workspace_name,
            version_number: row.version_number,
            cadence: row.cadence,
            period_key: row.period_key,
            status: row.status,
            failure_kind: row.failure_kind,
            trigger: row.trigger,
            triggered_by: row.triggered_by,
            claimed_at: row.claimed_at.0,
            finished_at: row.finished_at.map(|at| at.0),
            report_title: row.report_title,
        })
        .collect())
}
