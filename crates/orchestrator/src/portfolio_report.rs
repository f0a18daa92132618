//! Reading sealed reports of the portfolio desk: hashes are checked before anything is shown.

use crate::{Actor, Orchestrator, UseCaseError, export};
use domain::{id::RunId, specification::Desk, workspace::Role};
use reports::portfolio::PortfolioReport;
use storage::{artifact::Form, run, tenancy};

/// A report as it was sealed: what it says, and its page.
#[derive(Clone, Debug)]
pub struct SealedPortfolioReport {
    pub report: PortfolioReport,
    pub html: String,
}

impl Orchestrator {
    /// The report of a run of the portfolio desk; none where the run is of the other desk.
    ///
    /// # Errors
    /// [`UseCaseError::Quarantined`] when it does not match its seal;
    /// [`UseCaseError::NotFound`] before there is one.
    pub async fn portfolio_report(
        &self,
        actor: &Actor,
        id: RunId,
    ) -> Result<Option<SealedPortfolioReport>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = run::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        if row.desk != Desk::Portfolio {
            return Ok(None);
        }
        let (_, html) = export::sealed(&mut tx, id, Form::Html).await?;
        let (_, document) = export::sealed(&mut tx, id, Form::Json).await?;
        let report = serde_json::from_str(&document)?;
        Ok(Some(SealedPortfolioReport { report, html }))
    }
}
