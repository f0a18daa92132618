//! What an administrator lets one workspace use in a month.

use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{id::WorkspaceId, language_model::WorkspaceBudget};
use rust_decimal::Decimal;
use storage::{audit, model_budget, tenancy, workspace};

/// Tokens that a budget may name; far beyond what a month can use.
const TOKENS_MAX: u64 = 1_000_000_000_000;
/// Digits behind the point of an amount, as prices have at most.
const DECIMALS_MAX: u32 = 6;

impl Orchestrator {
    /// Sets what a workspace may use in a calendar month; the newest setting counts from
    /// the next call on. A bound that is not set is the installation's. The amount is in
    /// the currency of the prices.
    pub async fn set_model_budget(
        &self,
        actor: &Actor,
        id: WorkspaceId,
        tokens_max: Option<u64>,
        cost_max: Option<Decimal>,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let is_sound =
            |cost: &Decimal| !cost.is_sign_negative() && cost.normalize().scale() <= DECIMALS_MAX;
        if tokens_max.is_some_and(|max| max > TOKENS_MAX)
            || cost_max.as_ref().is_some_and(|cost| !is_sound(cost))
        {
            return Err(Refusal::ModelBudgetForm.into());
        }
        let cost_max = match (cost_max, self.model_account.currency()) {
            (None, _) => None,
            (Some(cost), Some(currency)) => Some((cost.normalize(), currency.to_owned())),
            (Some(_), None) => return Err(Refusal::ModelBudgetPrices.into()),
        };
        let budget = WorkspaceBudget { tokens_max, cost_max };
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        workspace::load_time_zone(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tenancy::enter_workspace(&mut tx, id).await?;
        if workspace::is_member(&mut tx, id, actor.user).await? {
            return Err(Refusal::OwnWorkspace.into());
        }
        let before = model_budget::load(&mut tx, id).await?.map(|row| row.budget);
        model_budget::insert(&mut tx, id, &budget, actor.user).await?;
        let entry = audit::Entry {
            action: "model_budget.set",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({ "before": before, "after": budget }),
        };
        audit::append(&mut tx, Some(id), &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}
