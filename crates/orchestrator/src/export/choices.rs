//! What would be decided if somebody asked: for menus, and for administrators.

use super::{FORMATS, Subject, load_with_licences, subject::load};
use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use domain::{
    id::{ExecutionId, RunId, WorkspaceId},
    workspace::Role,
};
use rights::{Decision, DocumentLineage, Format, Part, ProviderId, Right, RightsProfile};
use storage::{execution, run, tenancy};
use uuid::Uuid;

/// What would be decided if somebody asked, for the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportChoice {
    pub format: Format,
    pub decision: Decision,
    /// Titles of the parts that would be left out.
    pub left_out: Vec<String>,
}

/// What would be decided on a report or an execution.
#[derive(Clone, Debug)]
pub struct WhatIf {
    pub subject: Subject,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    /// Whose data each part of it holds.
    pub parts: Vec<Part>,
    /// Files that the pattern of an execution does not give, whatever its licences allow.
    pub not_of_pattern: Vec<Format>,
    /// The provider of which a licence was assumed.
    pub assumed: Option<ProviderId>,
    /// By profile, then format.
    pub decisions: Vec<(RightsProfile, Vec<ExportChoice>)>,
}

impl Orchestrator {
    /// What of a report or an execution may leave, and what stands in the way, in the order
    /// of the menu. Nothing is put on record, since nothing leaves.
    ///
    /// # Errors
    /// Of an execution that cannot be exported at all, the refusal.
    pub async fn export_choices(
        &self,
        actor: &Actor,
        subject: Subject,
    ) -> Result<Vec<ExportChoice>, UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let (exportable, licences) =
            load_with_licences(&mut tx, workspace, subject, Format::Json).await?;
        tx.commit().await?;
        let (lineage, registry) = (exportable.lineage(), self.rights.current());
        let formats = FORMATS
            .into_iter()
            .filter(|format| self.check_pattern_exports(&exportable, *format).is_ok());
        let choice = |format| {
            let decision = registry.decide(&lineage, format, self.rights_profile, &licences);
            ExportChoice { format, left_out: left_out(&lineage, &decision), decision }
        };
        Ok(formats.map(choice).collect())
    }

    /// What would be decided on a report in each profile and format, or on an execution,
    /// for the platform's administrators. `id` is the run's or the execution's. With
    /// `assumed` as if its workspace held a licence of that provider for everything. Of its
    /// text and figures it shows nothing.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`]; of an execution that cannot be exported at all, the
    /// refusal.
    pub async fn what_if(
        &self,
        actor: &Actor,
        id: Uuid,
        assumed: Option<ProviderId>,
    ) -> Result<WhatIf, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (run, execution) = (RunId::from_uuid(id), ExecutionId::from_uuid(id));
        let (subject, found) = if let Some(found) = run::load_workspace(&mut tx, run).await? {
            (Subject::Report(run), Some(found))
        } else {
            let found = execution::load_workspace(&mut tx, execution).await?;
            (Subject::Execution(execution), found)
        };
        let (workspace, workspace_name) = found.ok_or(UseCaseError::NotFound)?;
        let exportable = load(&mut tx, subject, Format::Json).await?;
        let mut licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        if let Some(provider) = &assumed {
            licences.extend(Right::ALL.iter().map(|right| (provider.clone(), *right)));
        }
        let (lineage, registry) = (exportable.lineage(), self.rights.current());
        let not_of_pattern = FORMATS
            .into_iter()
            .filter(|format| self.check_pattern_exports(&exportable, *format).is_err());
        let decisions = RightsProfile::ALL.iter().map(|profile| {
            let choice = |format: &Format| {
                let decision = registry.decide(&lineage, *format, *profile, &licences);
                ExportChoice { format: *format, left_out: left_out(&lineage, &decision), decision }
            };
            (*profile, Format::ALL.iter().map(choice).collect())
        });
        Ok(WhatIf {
            subject,
            workspace,
            workspace_name,
            decisions: decisions.collect(),
            assumed,
            not_of_pattern: not_of_pattern.collect(),
            parts: lineage.parts,
        })
    }
}

/// Titles of the parts that a decision leaves out.
fn left_out(lineage: &DocumentLineage, decision: &Decision) -> Vec<String> {
    let Decision::Redacted { removed, .. } = decision else { return Vec::new() };
    let parts = lineage.parts.iter().filter(|part| removed.contains(&part.key));
    parts.map(|part| part.title.clone()).collect()
}
