use super::{ModelAccount, UsageMonth};
use crate::{Actor, Orchestrator, UseCaseError};
use domain::id::WorkspaceId;
use std::sync::Arc;
use storage::{
    assistant_call::{self as store, CallRow, CallsOf, Used},
    model_budget::{self, BudgetRow},
    setup, tenancy,
    workspace::{self, WorkspaceRow},
};

/// Calls of a month that are listed, the newest.
const CALLS_LISTED: i64 = 100;

/// What a workspace used in a month.
#[derive(Clone, Debug)]
pub struct ModelUse {
    pub workspace: WorkspaceRow,
    pub month: UsageMonth,
    /// The month that runs, whose budget counts for calls.
    pub current: UsageMonth,
    pub account: Arc<ModelAccount>,
    /// What an administrator set for this workspace alone, if anything.
    pub own: Option<BudgetRow>,
    pub used: Used,
    /// The newest of its calls.
    pub calls: Vec<CallRow>,
}

impl Orchestrator {
    /// The same with prices and budgets for its pages. Calls are held against those of
    /// their [book](super::CallBook).
    #[must_use]
    pub fn with_model_account(self, account: Arc<ModelAccount>) -> Self {
        Self { model_account: account, ..self }
    }

    /// What a workspace used of the language model, in the month that runs or another
    /// one; for administrators.
    pub async fn view_model_use(
        &self,
        actor: &Actor,
        id: WorkspaceId,
        month: Option<UsageMonth>,
    ) -> Result<ModelUse, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let found = workspace::load_all(&mut tx, Some(id), 1).await?.pop();
        let workspace = found.ok_or(UseCaseError::NotFound)?;
        let current = UsageMonth::containing(setup::load_now(&mut tx).await?);
        let month = month.unwrap_or(current);
        let (from, until) = month.span().ok_or(UseCaseError::NotFound)?;
        let account = Arc::clone(&self.model_account);
        let used = store::load_used(&mut tx, id, from, until, account.currency()).await?;
        let of = CallsOf::Month { workspace: id, from, until };
        let own = model_budget::load(&mut tx, id).await?.filter(|row| row.budget.is_set());
        let calls = store::load(&mut tx, of, CALLS_LISTED).await?;
        Ok(ModelUse { workspace, month, current, account, own, used, calls })
    }
}
