//! Reading a sealed report: its hash is checked before it is shown. What leaves as
//! a file goes through [`export`](crate::export).

use crate::{Actor, Orchestrator, UseCaseError};
use domain::{hash::ContentHash, id::RunId, report::ReportDocument, workspace::Role};
use storage::{
    artifact::{self, Form, Seal},
    run::{self, RunRow},
    tenancy,
};

/// A report's text as it was sealed.
#[derive(Clone, Debug)]
pub struct SealedText {
    pub hash: ContentHash,
    pub text: String,
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

    /// The artifact for the preview.
    ///
    /// # Errors
    /// [`UseCaseError::Quarantined`] when it does not match its seal.
    pub async fn report_text(
        &self,
        actor: &Actor,
        id: RunId,
        form: Form,
    ) -> Result<SealedText, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let (hash, text) =
            artifact::load_text(&mut tx, id, form).await?.ok_or(UseCaseError::NotFound)?;
        tx.commit().await?;
        if ContentHash::of_bytes(text.as_bytes()) != hash {
            tracing::error!(run.id = %id, "an artifact does not match its seal and is not served");
            return Err(UseCaseError::Quarantined);
        }
        Ok(SealedText { hash, text })
    }

    /// What the report says, as data.
    ///
    /// # Errors
    /// Like [`report_text`](Self::report_text).
    pub async fn report_document(
        &self,
        actor: &Actor,
        id: RunId,
    ) -> Result<ReportDocument, UseCaseError> {
        let SealedText { text, .. } = self.report_text(actor, id, Form::Json).await?;
        Ok(serde_json::from_str(&text)?)
    }
}
