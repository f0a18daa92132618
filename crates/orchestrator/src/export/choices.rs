//! What would be decided if somebody asked: for menus, and for administrators.

use super::{FORMATS, Subject, load_with_licences, subject::load};
use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use domain::{
    id::{RunId, WorkspaceId},
    workspace::Role,
};
use rights::{Decision, DocumentLineage, Format, Part, ProviderId, Right, RightsProfile};
use storage::{run, tenancy};

/// What would be decided if somebody asked, for the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportChoice {
    pub format: Format,
    pub decision: Decision,
    /// Titles of the parts that would be left out.
    pub left_out: Vec<String>,
}

/// What would be decided on a report.
#[derive(Clone, Debug)]
pub struct WhatIf {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    /// Whose data each part of the report holds.
    pub parts: Vec<Part>,
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

    /// What would be decided on a report in each profile and format, for the platform's
    /// administrators. With `assumed` as if its workspace held a licence of that provider
    /// for everything. Of the report's text it shows nothing.
    pub async fn what_if(
        &self,
        actor: &Actor,
        run: RunId,
        assumed: Option<ProviderId>,
    ) -> Result<WhatIf, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (workspace, workspace_name) =
            run::load_workspace(&mut tx, run).await?.ok_or(UseCaseError::NotFound)?;
        let report = load(&mut tx, Subject::Report(run), Format::Json).await?;
        let mut licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        if let Some(provider) = &assumed {
            licences.extend(Right::ALL.iter().map(|right| (provider.clone(), *right)));
        }
        let (lineage, registry) = (report.lineage(), self.rights.current());
        let decisions = RightsProfile::ALL.iter().map(|profile| {
            let choice = |format: &Format| {
                let decision = registry.decide(&lineage, *format, *profile, &licences);
                ExportChoice { format: *format, left_out: left_out(&lineage, &decision), decision }
            };
            (*profile, Format::ALL.iter().map(choice).collect())
        });
        Ok(WhatIf {
            workspace,
            workspace_name,
            decisions: decisions.collect(),
            assumed,
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
