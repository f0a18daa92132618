//! Pricing packs: what they hold is written once, where they stand moves on.

use crate::{Day, Moment, StorageError};
use domain::{
    hash::ContentHash,
    pricing_pack::{
        Announcements, BuildStage, LedgerCommit, PackContent, PackSources, PackStatus, PricingPack,
        PricingPackId, PricingPolicy,
    },
};
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;

mod backfill;
mod building;
mod stages;

pub use backfill::{insert_complete, load_dates};
pub use building::{
    ONE_LIVE, Restatement, VERSION, advance, fail, insert, insert_failed, keep_building,
    load_next_version, sweep_crashed, take_building,
};
pub use stages::{StageRow, end_stage, enter_stage, load_stages};

/// How many packs one query returns at most.
pub const LIST_MAX: i64 = 200;

/// A pack without its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricingPackRow {
    pub id: PricingPackId,
    pub date: Date,
    pub policy: PricingPolicy,
    pub version: u32,
    pub ledger_commit: LedgerCommit,
    pub sample: bool,
    pub supersedes: Option<PricingPackId>,
    pub reason: Option<String>,
    pub status: PackStatus,
    /// Under way, or the last one.
    pub stage: BuildStage,
    pub stages_done: u32,
    pub stages_total: u32,
    pub build_started_at: Timestamp,
    pub updated_at: Timestamp,
    pub fresh_at: Option<Timestamp>,
    pub error: Option<String>,
}

pub async fn load(
    conn: &mut PgConnection,
    id: &PricingPackId,
) -> Result<Option<PricingPackRow>, StorageError> {
    Ok(select(conn, &Filter { id: Some(id), ..Filter::default() }).await?.pop())
}

/// The newest pack of the policy that is not superseded, of `as_of` or a date before
/// it. A failed one only where its date has no other.
pub async fn load_as_of(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    as_of: Date,
) -> Result<Option<PricingPackRow>, StorageError> {
    let current =
        [PackStatus::Building, PackStatus::Warming, PackStatus::Fresh, PackStatus::Failed];
    let filter =
        Filter { policy: Some(policy), until: Some(as_of), among: &current, ..Filter::default() };
    Ok(select(conn, &filter).await?.pop())
}

/// The newest fresh pack of the policy, of `as_of` or a date before it.
pub async fn load_last_fresh(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    as_of: Date,
) -> Result<Option<PricingPackRow>, StorageError> {
    let among = &[PackStatus::Fresh];
    let filter = Filter { policy: Some(policy), until: Some(as_of), among, ..Filter::default() };
    Ok(select(conn, &filter).await?.pop())
}

/// Every pack of a policy and date, the newest version first.
pub async fn load_versions(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    date: Date,
) -> Result<Vec<PricingPackRow>, StorageError> {
    let (policy, day) = (Some(policy), Some(date));
    let filter = Filter { policy, until: day, from: day, limit: LIST_MAX, ..Filter::default() };
    let mut versions = select(conn, &filter).await?;
    versions.sort_by_key(|pack| std::cmp::Reverse(pack.version));
    Ok(versions)
}

/// How many packs of a policy there are.
pub async fn count(conn: &mut PgConnection, policy: &PricingPolicy) -> Result<usize, StorageError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from pricing_packs where policy = $1"#,
        policy.as_str()
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Packs of a policy, the newest first, `limit` of them behind `skipped`.
pub async fn load_page(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    limit: i64,
    skipped: i64,
) -> Result<Vec<PricingPackRow>, StorageError> {
    select(conn, &Filter { policy: Some(policy), limit, skipped, ..Filter::default() }).await
}

/// The newest packs first.
pub async fn load_newest(
    conn: &mut PgConnection,
    policy: Option<&PricingPolicy>,
    limit: i64,
) -> Result<Vec<PricingPackRow>, StorageError> {
    select(conn, &Filter { policy, limit, ..Filter::default() }).await
}

struct Filter<'a> {
    id: Option<&'a PricingPackId>,
    policy: Option<&'a PricingPolicy>,
    from: Option<Date>,
    until: Option<Date>,
    among: &'a [PackStatus],
    limit: i64,
    skipped: i64,
}

impl Default for Filter<'_> {
    fn default() -> Self {
        let among = PackStatus::ALL;
        Self { id: None, policy: None, from: None, until: None, among, limit: 1, skipped: 0 }
    }
}

async fn select(
    conn: &mut PgConnection,
    filter: &Filter<'_>,
) -> Result<Vec<PricingPackRow>, StorageError> {
    let among: Vec<String> = filter.among.iter().map(|status| status.id().to_owned()).collect();
    let rows = sqlx::query!(
        r#"select
               id as "id: PricingPackId",
               date as "date: Day",
               policy as "policy: PricingPolicy",
               version,
               ledger_commit as "ledger_commit: LedgerCommit",
               sample,
               supersedes as "supersedes: PricingPackId",
               reason,
               status as "status: PackStatus",
               stage as "stage: BuildStage",
               stages_done,
               stages_total,
               build_started_at as "build_started_at: Moment",
               updated_at as "updated_at: Moment",
               fresh_at as "fresh_at: Moment",
               error
           from pricing_packs
           where ($1::text is null or id = $1)
             and ($2::text is null or policy = $2)
             and ($3::date is null or date <= $3)
             and status = any($4)
             and ($6::date is null or date >= $6)
           order by date desc, (status = 'error'), version desc, id
           limit $5 offset $7"#,
        filter.id.map(PricingPackId::as_str),
        filter.policy.map(PricingPolicy::as_str),
        filter.until.map(Day) as Option<Day>,
        &among,
        filter.limit.min(LIST_MAX),
        filter.from.map(Day) as Option<Day>,
        filter.skipped
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let count = |name: &str, count: i32| {
                u32::try_from(count).map_err(|_| {
                    StorageError::Corrupt(format!("{name} of pack {} is {count}", row.id))
                })
            };
            Ok(PricingPackRow {
                date: row.date.0,
                policy: row.policy,
                version: count("version", row.version)?,
                ledger_commit: row.ledger_commit,
                sample: row.sample,
                supersedes: row.supersedes,
                reason: row.reason,
                status: row.status,
                stage: row.stage,
                stages_done: count("stages_done", row.stages_done.into())?,
                stages_total: count("stages_total", row.stages_total.into())?,
                build_started_at: row.build_started_at.0,
                updated_at: row.updated_at.0,
                fresh_at: row.fresh_at.map(|at| at.0),
                error: row.error,
                id: row.id,
            })
        })
        .collect()
}

/// How long the newest finished builds of the policy took, in seconds, newest first.
pub async fn load_build_seconds(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    limit: i64,
) -> Result<Vec<f64>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select extract(epoch from fresh_at - build_started_at)::float8 as "seconds!"
           from pricing_packs
           where policy = $1 and fresh_at is not null
           order by fresh_at desc
           limit $2"#,
        policy.as_str(),
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// The packs of the last `limit` days before that of `id`, of its policy, as they stood
/// when it was built. Oldest first.
pub async fn load_past(
    conn: &mut PgConnection,
    id: &PricingPackId,
    limit: i64,
) -> Result<Vec<PricingPackId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select past.id as "id!: PricingPackId"
           from (
               select distinct on (p.date) p.id, p.date
               from pricing_packs p
               join pricing_packs own on own.id = $1
               where p.policy = own.policy
                 and p.date < own.date
                 and p.fresh_at <= own.build_started_at
               order by p.date desc, p.version desc
               limit $2
           ) as past
           order by past.date"#,
        id.as_str(),
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// The whole of each pack that there is, in no order.
///
/// # Errors
/// Those of [`load_whole`].
pub async fn load_wholes(
    conn: &mut PgConnection,
    ids: &[PricingPackId],
) -> Result<Vec<PricingPack>, StorageError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows = sqlx::query_as!(
        WholeRow,
        r#"select
               id as "id: PricingPackId",
               content_hash as "content_hash: ContentHash",
               content,
               sources_hash as "sources_hash: ContentHash",
               sources,
               announced_hash as "announced_hash: ContentHash",
               announced,
               ledger_commit as "ledger_commit: LedgerCommit"
           from pricing_packs
           where id = any($1)"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The whole of a pack, its documents checked against their hashes.
///
/// # Errors
/// [`StorageError::Corrupt`] when a document is not what was sealed.
pub async fn load_whole(
    conn: &mut PgConnection,
    id: &PricingPackId,
) -> Result<Option<PricingPack>, StorageError> {
    Ok(load_wholes(conn, std::slice::from_ref(id)).await?.pop())
}

struct WholeRow {
    id: PricingPackId,
    content_hash: ContentHash,
    content: String,
    sources_hash: ContentHash,
    sources: String,
    announced_hash: Option<ContentHash>,
    announced: Option<String>,
    ledger_commit: LedgerCommit,
}

impl TryFrom<WholeRow> for PricingPack {
    type Error = StorageError;

    fn try_from(row: WholeRow) -> Result<Self, StorageError> {
        let sealed = |hash, text: &str| hash == ContentHash::of_bytes(text.as_bytes());
        let named = row.id.name().hash == row.content_hash.short();
        let of_announced = row.announced_hash.zip(row.announced.as_deref());
        let whole = sealed(row.content_hash, &row.content)
            && sealed(row.sources_hash, &row.sources)
            && of_announced.is_none_or(|(hash, text)| sealed(hash, text));
        if !(named && whole) {
            let what = format!("pricing pack {} does not match its seal", row.id);
            return Err(StorageError::Corrupt(what));
        }
        Ok(Self {
            id: row.id,
            ledger_commit: row.ledger_commit,
            content: serde_json::from_str::<PackContent>(&row.content)?,
            sources: serde_json::from_str::<PackSources>(&row.sources)?,
            announced: row
                .announced
                .map(|text| serde_json::from_str::<Announcements>(&text))
                .transpose()?,
        })
    }
}
