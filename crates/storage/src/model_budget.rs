//! What one workspace may use of the language model in a month.

use crate::{Moment, StorageError};
use domain::{
    id::{UserId, WorkspaceId},
    language_model::WorkspaceBudget,
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use sqlx::PgConnection;

/// The newest setting of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRow {
    pub budget: WorkspaceBudget,
    pub set_by: String,
    pub set_at: Timestamp,
}

pub async fn load(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Option<BudgetRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               b.tokens_max,
               b.cost_max::text as cost_max,
               b.currency::text as currency,
               u.name as set_by,
               b.set_at as "set_at: Moment"
           from model_budgets b
           join users u on u.id = b.set_by
           where b.workspace_id = $1
           order by b.id desc
           limit 1"#,
        workspace.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let corrupt =
            |what: &str| StorageError::Corrupt(format!("model_budgets.{what} of {workspace}"));
        let tokens_max = row.tokens_max.map(u64::try_from).transpose();
        let cost_max = row.cost_max.as_deref().map(Decimal::from_str_exact).transpose();
        Ok(BudgetRow {
            budget: WorkspaceBudget {
                tokens_max: tokens_max.map_err(|_| corrupt("tokens_max"))?,
                cost_max: cost_max.map_err(|_| corrupt("cost_max"))?.zip(row.currency),
            },
            set_by: row.set_by,
            set_at: row.set_at.0,
        })
    })
    .transpose()
}

pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    budget: &WorkspaceBudget,
    set_by: UserId,
) -> Result<(), StorageError> {
    let cost_max = budget.cost_max.as_ref();
    sqlx::query!(
        "insert into model_budgets (workspace_id, tokens_max, cost_max, currency, set_by)
         values ($1, $2, $3::text::numeric, $4, $5)",
        workspace.as_uuid(),
        budget.tokens_max.map(|max| i64::try_from(max).unwrap_or(i64::MAX)),
        cost_max.map(|(amount, _)| amount.to_string()),
        cost_max.map(|(_, currency)| currency.as_str()),
        set_by.as_uuid()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}
