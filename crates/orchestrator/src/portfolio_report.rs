//! Reading sealed reports of the portfolio desk: hashes are checked before anything is shown,
//! and so is what their licences have shown. What leaves as a file goes through
//! [`export`](crate::export).

use crate::{
    Actor, Orchestrator, UseCaseError,
    export::{self, Sealed},
    workspace_licence,
};
use domain::{id::RunId, specification::Desk, workspace::Role};
use reports::portfolio::{PortfolioReport, render, without};
use rights::Screen;
use storage::{artifact::Form, run, tenancy};

/// A report as far as its licences have it shown.
#[derive(Clone, Debug)]
pub struct ShownPortfolioReport {
    /// Without the data of what is withheld.
    pub report: PortfolioReport,
    pub html: String,
    pub screen: Screen,
}

impl Orchestrator {
    /// What of the report of a run of the portfolio desk may be shown: the sealed page where
    /// everything may, else a page without the panels that may not. None where the run is of
    /// the other desk. Nothing is put on record, since nothing leaves.
    ///
    /// # Errors
    /// [`UseCaseError::Quarantined`] when it does not match its seal;
    /// [`UseCaseError::NotFound`] before there is one.
    pub async fn portfolio_report(
        &self,
        actor: &Actor,
        id: RunId,
    ) -> Result<Option<ShownPortfolioReport>, UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = run::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        if row.desk != Desk::Portfolio {
            return Ok(None);
        }
        let (_, html) = export::sealed(&mut tx, id, Form::Html).await?;
        let Sealed::PortfolioReport(sealed) = export::load_report(&mut tx, id).await? else {
            return Ok(None);
        };
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        let (report, colophon) = (sealed.report, sealed.colophon);
        let screen = self.rights.current().screen(&reports::portfolio::lineage(&report), &licences);
        let keys = screen.withheld_keys();
        if keys.is_empty() {
            return Ok(Some(ShownPortfolioReport { report, html, screen }));
        }
        let html = render(&report, &colophon, &keys)
            .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        Ok(Some(ShownPortfolioReport { report: without(report, &keys), html, screen }))
    }
}
