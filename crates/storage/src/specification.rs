//! Specifications, their drafts and immutable versions.

use crate::{Moment, StorageError, slot_override::OpenSlot};
use domain::{
    cadence::Period,
    id::{RunId, SpecificationId, SpecificationVersionId, UserId, WorkspaceId},
    price::Quote,
    run::RunStatus,
    specification::{Specification, SpecificationDraft, SpecificationState},
    workspace::Entitlement,
};
use jiff::Timestamp;
use sqlx::{PgConnection, types::Json};

/// A specification with what is being written and what is in force.
#[derive(Clone, Debug)]
pub struct SpecificationRow {
    pub id: SpecificationId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub state: SpecificationState,
    pub state_reason: Option<String>,
    pub draft: SpecificationDraft,
    pub draft_saved_at: Timestamp,
    pub draft_saved_by: String,
    pub active_version: Option<SpecificationVersionId>,
    pub submitted_version: Option<SpecificationVersionId>,
    pub submitted_by: Option<UserId>,
    pub submitted_at: Option<Timestamp>,
    pub paused_by_admin: bool,
}

struct Row {
    id: SpecificationId,
    workspace_id: WorkspaceId,
    name: String,
    state: SpecificationState,
    state_reason: Option<String>,
    draft: Json<SpecificationDraft>,
    draft_saved_at: Moment,
    draft_saved_by: String,
    active_version_id: Option<SpecificationVersionId>,
    submitted_version_id: Option<SpecificationVersionId>,
    submitted_by: Option<UserId>,
    submitted_at: Option<Moment>,
    paused_by_admin: bool,
}

impl From<Row> for SpecificationRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            workspace: row.workspace_id,
            name: row.name,
            state: row.state,
            state_reason: row.state_reason,
            draft: row.draft.0,
            draft_saved_at: row.draft_saved_at.0,
            draft_saved_by: row.draft_saved_by,
            active_version: row.active_version_id,
            submitted_version: row.submitted_version_id,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at.map(|at| at.0),
            paused_by_admin: row.paused_by_admin,
        }
    }
}

pub async fn insert(
    conn: &mut PgConnection,
    id: SpecificationId,
    workspace: WorkspaceId,
    draft: &SpecificationDraft,
    by: UserId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into specifications (id, workspace_id, name, draft, draft_saved_by)
         values ($1, $2, $3, $4, $5)",
        id.as_uuid(),
        workspace.as_uuid(),
        stored_name(draft),
        Json(draft) as _,
        by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The name column follows the draft, cut to what the column holds; the draft
/// itself keeps what was typed.
fn stored_name(draft: &SpecificationDraft) -> String {
    draft.name.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

pub async fn load(
    conn: &mut PgConnection,
    id: SpecificationId,
) -> Result<Option<SpecificationRow>, StorageError> {
    Ok(sqlx::query_as!(
        Row,
        r#"select
               s.id as "id: SpecificationId",
               s.workspace_id as "workspace_id: WorkspaceId",
               s.name,
               s.state as "state: SpecificationState",
               s.state_reason,
               s.draft as "draft: Json<SpecificationDraft>",
               s.draft_saved_at as "draft_saved_at: Moment",
               u.name as draft_saved_by,
               s.active_version_id as "active_version_id: SpecificationVersionId",
               s.submitted_version_id as "submitted_version_id: SpecificationVersionId",
               s.submitted_by as "submitted_by: UserId",
               s.submitted_at as "submitted_at: Moment",
               s.paused_by_admin
           from specifications s
           join users u on u.id = s.draft_saved_by
           where s.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(conn)
    .await?
    .map(SpecificationRow::from))
}

/// Loads and keeps others from changing it, or from claiming a slot of it,
/// until the transaction ends.
pub async fn lock(
    conn: &mut PgConnection,
    id: SpecificationId,
) -> Result<Option<SpecificationRow>, StorageError> {
    sqlx::query!("select id from specifications where id = $1 for no key update", id.as_uuid())
        .fetch_optional(&mut *conn)
        .await?;
    load(conn, id).await
}

pub async fn update_draft(
    conn: &mut PgConnection,
    id: SpecificationId,
    draft: &SpecificationDraft,
    by: UserId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update specifications
         set draft = $2, name = $3, draft_saved_at = now(), draft_saved_by = $4
         where id = $1",
        id.as_uuid(),
        Json(draft) as _,
        stored_name(draft),
        by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// What a transition leaves behind.
#[derive(Clone, Debug)]
pub struct Standing {
    pub state: SpecificationState,
    pub reason: Option<String>,
    pub active_version: Option<SpecificationVersionId>,
    /// The version that waits, and who submitted it.
    pub submitted: Option<(SpecificationVersionId, UserId)>,
    pub paused_by_admin: bool,
}

pub async fn update_standing(
    conn: &mut PgConnection,
    id: SpecificationId,
    standing: &Standing,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update specifications
         set state = $2,
             state_reason = $3,
             active_version_id = $4,
             submitted_version_id = $5,
             submitted_by = $6,
             submitted_at = case when $5::uuid is null then null
                                 when submitted_version_id is not distinct from $5 then submitted_at
                                 else now() end,
             paused_by_admin = $7
         where id = $1",
        id.as_uuid(),
        standing.state.id(),
        standing.reason,
        standing.active_version.map(SpecificationVersionId::as_uuid),
        standing.submitted.map(|(version, _)| version.as_uuid()),
        standing.submitted.map(|(_, by)| by.as_uuid()),
        standing.paused_by_admin
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// One immutable version.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: SpecificationVersionId,
    pub number: u32,
    pub specification: Specification,
    pub quote: Quote,
    pub author: String,
    pub reason: String,
    pub saved_at: Timestamp,
}

struct VersionRow {
    id: SpecificationVersionId,
    number: i32,
    document: Json<Specification>,
    quote: Json<Quote>,
    author: String,
    reason: String,
    saved_at: Moment,
}

impl TryFrom<VersionRow> for Version {
    type Error = StorageError;

    fn try_from(row: VersionRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: row.id,
            number: u32::try_from(row.number).map_err(|_| {
                StorageError::Corrupt(format!("specification_versions.number of {}", row.id))
            })?,
            specification: row.document.0,
            quote: row.quote.0,
            author: row.author,
            reason: row.reason,
            saved_at: row.saved_at.0,
        })
    }
}

/// All versions, the newest first.
pub async fn load_versions(
    conn: &mut PgConnection,
    specification: SpecificationId,
) -> Result<Vec<Version>, StorageError> {
    sqlx::query_as!(
        VersionRow,
        r#"select
               v.id as "id: SpecificationVersionId",
               v.number,
               v.document as "document: Json<Specification>",
               v.quote as "quote: Json<Quote>",
               u.name as author,
               v.reason,
               v.saved_at as "saved_at: Moment"
           from specification_versions v
           join users u on u.id = v.author
           where v.specification_id = $1
           order by v.number desc"#,
        specification.as_uuid()
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Version::try_from)
    .collect()
}

pub async fn load_version(
    conn: &mut PgConnection,
    version: SpecificationVersionId,
) -> Result<Option<Version>, StorageError> {
    sqlx::query_as!(
        VersionRow,
        r#"select
               v.id as "id: SpecificationVersionId",
               v.number,
               v.document as "document: Json<Specification>",
               v.quote as "quote: Json<Quote>",
               u.name as author,
               v.reason,
               v.saved_at as "saved_at: Moment"
           from specification_versions v
           join users u on u.id = v.author
           where v.id = $1"#,
        version.as_uuid()
    )
    .fetch_optional(conn)
    .await?
    .map(Version::try_from)
    .transpose()
}

pub struct NewVersion<'a> {
    pub id: SpecificationVersionId,
    pub workspace: WorkspaceId,
    pub specification: SpecificationId,
    pub number: u32,
    pub document: &'a Specification,
    pub quote: &'a Quote,
    pub author: UserId,
    pub reason: &'a str,
}

pub async fn insert_version(
    conn: &mut PgConnection,
    version: &NewVersion<'_>,
) -> Result<(), StorageError> {
    let number = i32::try_from(version.number)
        .map_err(|_| StorageError::Corrupt(format!("version number {}", version.number)))?;
    sqlx::query!(
        "insert into specification_versions (
             id, workspace_id, specification_id, number, document, quote, author, reason
         ) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        version.id.as_uuid(),
        version.workspace.as_uuid(),
        version.specification.as_uuid(),
        number,
        Json(version.document) as _,
        Json(version.quote) as _,
        version.author.as_uuid(),
        version.reason
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A specification in a list, with where its runs stand: one query for all.
#[derive(Clone, Debug)]
pub struct Summary {
    pub id: SpecificationId,
    pub name: String,
    pub state: SpecificationState,
    pub state_reason: Option<String>,
    pub draft_saved_at: Timestamp,
    pub versions: u32,
    /// The active version's, else the newest version's.
    pub current: Option<Specification>,
    pub awaits_review: bool,
    pub live_run: Option<(RunId, RunStatus)>,
    pub last_run: Option<FinishedRun>,
    pub last_success: Option<FinishedRun>,
    /// The last success in a regular slot: the one that closes periods. A report
    /// in a granted slot is extra, and takes no regular slot away.
    pub last_regular: Option<FinishedRun>,
    /// Granted slots that are neither used nor expired, by ordinal.
    pub open_slots: Vec<OpenSlot>,
    /// When its schedule starts a run next.
    pub next_due: Option<Timestamp>,
    /// It has a schedule, which is paused.
    pub schedule_is_paused: bool,
}

#[derive(Clone, Debug, serde::Deserialize)]
pub struct FinishedRun {
    pub id: RunId,
    pub status: RunStatus,
    pub period: Period,
    pub finished_at: Timestamp,
}

/// The specifications of the transaction's workspace, the ones in use first.
pub async fn load_summaries(
    conn: &mut PgConnection,
    only: Option<SpecificationId>,
    limit: i64,
) -> Result<Vec<Summary>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               s.id as "id: SpecificationId",
               s.name,
               s.state as "state: SpecificationState",
               s.state_reason,
               s.draft_saved_at as "draft_saved_at: Moment",
               s.submitted_version_id is not null as "awaits_review!",
               coalesce(newest.number, 0) as "versions!",
               coalesce(active.document, newest.document) as "current?: Json<Specification>",
               live.id as "live_id?: RunId",
               live.status as "live_status?: RunStatus",
               finished.run as "last_run?: Json<FinishedRun>",
               success.run as "last_success?: Json<FinishedRun>",
               regular.run as "last_regular?: Json<FinishedRun>",
               granted.slots as "open_slots?: Json<Vec<OpenSlot>>",
               planned.due_at as "next_due?: Moment",
               coalesce(sc.paused_at is not null, false) as "schedule_is_paused!"
           from specifications s
           left join specification_versions active on active.id = s.active_version_id
           left join lateral (
               select v.number, v.document from specification_versions v
               where v.specification_id = s.id order by v.number desc limit 1
           ) newest on true
           left join runs live on live.specification_id = s.id and live.status in ('queued', 'running')
           left join lateral (
               select jsonb_build_object(
                   'id', r.id, 'status', r.status, 'period', r.period, 'finished_at', r.finished_at) as run
               from runs r
               where r.specification_id = s.id and r.finished_at is not null
               order by r.claimed_at desc limit 1
           ) finished on true
           left join lateral (
               select jsonb_build_object(
                   'id', r.id, 'status', r.status, 'period', r.period, 'finished_at', r.finished_at) as run
               from runs r
               where r.specification_id = s.id and r.status = 'succeeded'
               order by r.claimed_at desc limit 1
           ) success on true
           left join lateral (
               select jsonb_build_object(
                   'id', r.id, 'status', r.status, 'period', r.period, 'finished_at', r.finished_at) as run
               from runs r
               where r.specification_id = s.id and r.status = 'succeeded' and r.slot_ordinal = 0
               order by r.claimed_at desc limit 1
           ) regular on true
           left join lateral (
               select jsonb_agg(jsonb_build_object(
                   'period_key', o.period_key, 'slot_ordinal', o.slot_ordinal, 'expires_at', o.expires_at
               ) order by o.slot_ordinal) as slots
               from slot_overrides o
               where o.specification_id = s.id and o.used_by_run is null and o.lapsed_at is null
                 and o.expires_at > now()
           ) granted on true
           left join schedules sc on sc.specification_id = s.id
           left join lateral (
               select min(p.due_at) as due_at from planned_slots p
               where p.specification_id = s.id and p.state = 'planned'
           ) planned on true
           where s.workspace_id = current_workspace() and ($1::uuid is null or s.id = $1)
           order by
               array_position(array['active', 'submitted', 'draft', 'paused', 'cancelled'], s.state),
               lower(s.name), s.id
           limit $2"#,
        only.map(SpecificationId::as_uuid),
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Summary {
                id: row.id,
                name: row.name,
                state: row.state,
                state_reason: row.state_reason,
                draft_saved_at: row.draft_saved_at.0,
                versions: u32::try_from(row.versions).map_err(|_| {
                    StorageError::Corrupt(format!("specification_versions.number of {}", row.id))
                })?,
                current: row.current.map(|document| document.0),
                awaits_review: row.awaits_review,
                live_run: row.live_id.zip(row.live_status),
                last_run: row.last_run.map(|run| run.0),
                last_success: row.last_success.map(|run| run.0),
                last_regular: row.last_regular.map(|run| run.0),
                open_slots: row.open_slots.map(|slots| slots.0).unwrap_or_default(),
                next_due: row.next_due.map(|at| at.0),
                schedule_is_paused: row.schedule_is_paused,
            })
        })
        .collect()
}

/// A version that waits for an administrator.
#[derive(Clone, Debug)]
pub struct Submission {
    pub specification: SpecificationId,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub time_zone: String,
    pub state: SpecificationState,
    pub version: Version,
    pub submitted_by: UserId,
    pub submitted_by_name: String,
    pub submitted_at: Timestamp,
    /// Number of the version that is in force meanwhile.
    pub active_number: Option<i32>,
    /// The workspace's newest entitlement, valid or not.
    pub entitlement: Option<Entitlement>,
    /// The administrator who asks belongs to the workspace.
    pub asker_is_member: bool,
}

/// Needs a transaction that reads across workspaces; the longest waiting first.
pub async fn load_submissions(
    conn: &mut PgConnection,
    asker: UserId,
    only: Option<SpecificationId>,
    limit: i64,
) -> Result<Vec<Submission>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               s.id as "specification: SpecificationId",
               s.workspace_id as "workspace: WorkspaceId",
               w.name as workspace_name,
               w.time_zone,
               s.state as "state: SpecificationState",
               s.submitted_by as "submitted_by!: UserId",
               submitter.name as submitted_by_name,
               s.submitted_at as "submitted_at!: Moment",
               v.id as "id: SpecificationVersionId",
               v.number,
               v.document as "document: Json<Specification>",
               v.quote as "quote: Json<Quote>",
               author.name as author,
               v.reason,
               v.saved_at as "saved_at: Moment",
               active.number as "active_number?",
               entitlement_of(s.workspace_id) as "entitlement: Json<Entitlement>",
               exists (
                   select from memberships m where m.workspace_id = s.workspace_id and m.user_id = $3
               ) as "asker_is_member!"
           from specifications s
           join workspaces w on w.id = s.workspace_id
           join specification_versions v on v.id = s.submitted_version_id
           join users author on author.id = v.author
           join users submitter on submitter.id = s.submitted_by
           left join specification_versions active on active.id = s.active_version_id
           where ($1::uuid is null or s.id = $1)
           order by s.submitted_at, s.id
           limit $2"#,
        only.map(SpecificationId::as_uuid),
        limit,
        asker.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let version = VersionRow {
                id: row.id,
                number: row.number,
                document: row.document,
                quote: row.quote,
                author: row.author,
                reason: row.reason,
                saved_at: row.saved_at,
            };
            Ok(Submission {
                specification: row.specification,
                workspace: row.workspace,
                workspace_name: row.workspace_name,
                time_zone: row.time_zone,
                state: row.state,
                version: version.try_into()?,
                submitted_by: row.submitted_by,
                submitted_by_name: row.submitted_by_name,
                submitted_at: row.submitted_at.0,
                active_number: row.active_number,
                entitlement: row.entitlement.map(|entitlement| entitlement.0),
                asker_is_member: row.asker_is_member,
            })
        })
        .collect()
}

/// An active specification with the workspace that it is of.
#[derive(Clone, Debug)]
pub struct ActiveRow {
    pub id: SpecificationId,
    pub name: String,
    pub workspace_name: String,
}

/// The active specifications of all workspaces whose reports somebody writes, and how many
/// there are: those of the portfolio desk are computed. Needs a transaction that reads
/// across workspaces.
pub async fn load_written(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<(Vec<ActiveRow>, i64), StorageError> {
    let rows = sqlx::query!(
        r#"select
               s.id as "id: SpecificationId",
               s.name,
               w.name as workspace_name,
               count(*) over () as "count!"
           from specifications s
           join workspaces w on w.id = s.workspace_id
           join specification_versions v on v.id = s.active_version_id
           where s.state = 'active' and not v.document ? 'portfolio'
           order by lower(w.name), lower(s.name), s.id
           limit $1"#,
        limit
    )
    .fetch_all(conn)
    .await?;
    let count = rows.first().map_or(0, |row| row.count);
    let named = rows.into_iter().map(|row| ActiveRow {
        id: row.id,
        name: row.name,
        workspace_name: row.workspace_name,
    });
    Ok((named.collect(), count))
}
