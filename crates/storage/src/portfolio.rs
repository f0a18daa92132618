//! The portfolios of a workspace, and how their books compared.

use crate::{Moment, StorageError};
use domain::{
    id::{PortfolioId, UserId, WorkspaceId},
    pricing_pack::{Currency, LedgerCommit, PricingPackId, PricingPolicy},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::PgConnection;

pub mod daily_value;

/// The rule by which a workspace has each name once.
pub const NAME: &str = "portfolios_name_key";
/// The rule by which a workspace has each portfolio once.
pub const ONCE: &str = "portfolios_pkey";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioRow {
    pub id: PortfolioId,
    pub name: String,
    pub base: Currency,
    pub added_at: Timestamp,
}

/// # Errors
/// [`StorageError::Refused`] by [`NAME`] or [`ONCE`].
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    portfolio: PortfolioId,
    name: &str,
    base: &Currency,
    by: Option<UserId>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into portfolios (workspace_id, id, name, base_currency, added_by)
         values ($1, $2, $3, $4, $5)",
        workspace.as_uuid(),
        portfolio.as_uuid(),
        name,
        base.as_str(),
        by.map(UserId::as_uuid)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The portfolios of the transaction's workspace, by name.
pub async fn load_all(conn: &mut PgConnection) -> Result<Vec<PortfolioRow>, StorageError> {
    select(conn, None).await
}

/// One portfolio of the transaction's workspace.
pub async fn load(
    conn: &mut PgConnection,
    portfolio: PortfolioId,
) -> Result<Option<PortfolioRow>, StorageError> {
    Ok(select(conn, Some(portfolio)).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    only: Option<PortfolioId>,
) -> Result<Vec<PortfolioRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               id as "id: PortfolioId",
               name,
               base_currency as "base: Currency",
               added_at as "added_at: Moment"
           from portfolios
           where $1::uuid is null or id = $1
           order by name"#,
        only.map(PortfolioId::as_uuid)
    )
    .fetch_all(conn)
    .await?;
    let row = rows.into_iter().map(|row| PortfolioRow {
        id: row.id,
        name: row.name,
        base: row.base,
        added_at: row.added_at.0,
    });
    Ok(row.collect())
}

/// The workspaces that have portfolios and value by a policy. Needs a transaction that reads
/// across workspaces.
pub async fn load_workspaces(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
) -> Result<Vec<WorkspaceId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select w.id as "id: WorkspaceId"
           from workspaces w
           where w.pricing_policy = $1
             and exists (select from portfolios p where p.workspace_id = w.id)
           order by w.created_at, w.id"#,
        policy.as_str()
    )
    .fetch_all(conn)
    .await?)
}

/// How many portfolios of the transaction's workspace differ by a pack.
pub async fn count_differing(
    conn: &mut PgConnection,
    pack: &PricingPackId,
) -> Result<u32, StorageError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reconciliations
           where pack_id = $1 and differences <> '[]'"#,
        pack.as_str()
    )
    .fetch_one(conn)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How a portfolio compared by one pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciliation {
    pub portfolio: PortfolioId,
    pub pack: PricingPackId,
    pub commit: LedgerCommit,
    pub nav_ledger: Decimal,
    pub nav_stored: Decimal,
    pub difference_bp: Decimal,
    /// A list, empty where both agree: `{code, of, ledger, stored}`.
    pub differences: Value,
}

/// Keeps how a portfolio compared; the first comparison by a pack stays.
pub async fn insert_reconciliation(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    made: &Reconciliation,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into reconciliations (
             workspace_id, portfolio_id, pack_id, ledger_commit, nav_ledger, nav_stored, difference_bp,
             differences
         ) values ($1, $2, $3, $4, $5::text::numeric, $6::text::numeric, $7::text::numeric, $8)
         on conflict (workspace_id, portfolio_id, pack_id) do nothing",
        workspace.as_uuid(),
        made.portfolio.as_uuid(),
        made.pack.as_str(),
        made.commit.as_str(),
        made.nav_ledger.to_string(),
        made.nav_stored.to_string(),
        made.difference_bp.to_string(),
        made.differences
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// How a portfolio of the transaction's workspace compared by a pack.
pub async fn load_reconciliation(
    conn: &mut PgConnection,
    portfolio: PortfolioId,
    pack: &PricingPackId,
) -> Result<Option<Reconciliation>, StorageError> {
    let row = sqlx::query!(
        r#"select
               ledger_commit as "commit: LedgerCommit",
               nav_ledger::text as "nav_ledger!",
               nav_stored::text as "nav_stored!",
               difference_bp::text as "difference_bp!",
               differences
           from reconciliations
           where portfolio_id = $1 and pack_id = $2"#,
        portfolio.as_uuid(),
        pack.as_str()
    )
    .fetch_optional(conn)
    .await?;
    let number = |text: &str| {
        let number = text.parse::<Decimal>().map(|number| number.normalize());
        number.map_err(|_| StorageError::Corrupt(format!("reconciliations: {text}")))
    };
    row.map(|row| {
        Ok(Reconciliation {
            portfolio,
            pack: pack.clone(),
            commit: row.commit,
            nav_ledger: number(&row.nav_ledger)?,
            nav_stored: number(&row.nav_stored)?,
            difference_bp: number(&row.difference_bp)?,
            differences: row.differences,
        })
    })
    .transpose()
}
