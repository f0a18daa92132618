//! Reading a sealed report: its hashes are checked before it is shown, and so is what its
//! licences have shown. What leaves as a file goes through [`export`](crate::export).

use crate::{
    Actor, Orchestrator, UseCaseError,
    export::{self, Sealed},
    workspace_licence,
};
use domain::{id::RunId, report::ReportDocument, workspace::Role};
use rights::Screen;
use storage::{
    artifact::{self, Form, Seal},
    run::{self, RunRow},
    tenancy,
};

/// A report as far as its licences have it shown.
#[derive(Clone, Debug)]
pub struct ShownReport {
    pub html: String,
    /// Without what is withheld.
    pub document: ReportDocument,
    pub screen: Screen,
}

impl Orchestrator {
    /// The run and the seal of its report.
    pub async fn view_report(
        &self,
        actor: &Actor,
        id: RunId,
    ) -> Result<(RunRow, Seal), UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = run::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let seal = artifact::load_seal(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        Ok((row, seal))
    }

    /// What of the report may be shown: the sealed page where everything may, else a
    /// page without the parts that may not. Nothing is put on record, since nothing
    /// leaves.
    ///
    /// # Errors
    /// [`UseCaseError::Quarantined`] when it does not match its seal.
    pub async fn shown_report(
        &self,
        actor: &Actor,
        id: RunId,
    ) -> Result<ShownReport, UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let (_, html) = export::sealed(&mut tx, id, Form::Html).await?;
        let Sealed::Report(report) = export::load_report(&mut tx, id).await? else {
            return Err(UseCaseError::NotFound);
        };
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        let screen = self.rights.current().screen(&report.lineage(), &licences);
        let keys = screen.withheld_keys();
        if keys.is_empty() {
            return Ok(ShownReport { html, document: report.document, screen });
        }
        let html = reports::render_screen(&report.document, &report.colophon, &keys)
            .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let document = reports::without(&report.document, &keys);
        Ok(ShownReport { html, document, screen })
    }
}
