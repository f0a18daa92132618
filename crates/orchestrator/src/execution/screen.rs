//! What of an execution's panels pages may show.

use super::{Caller, ExecutionAnswer, ExecutionRecord};
use crate::{Orchestrator, UseCaseError, workspace_licence};
use domain::id::ExecutionId;
use executor::{pattern::PanelDocument, runtime::Trace};
use reports::panel::lineage::lineage_of_panels;
use rights::{Screen, Terms, WithheldPart};
use serde_json::Value;
use storage::tenancy;

impl Orchestrator {
    /// One execution for its page: panels that may not be shown have no data and say why.
    ///
    /// # Errors
    /// Like [`execution`](Self::execution).
    pub async fn shown_execution(
        &self,
        caller: &Caller,
        id: ExecutionId,
    ) -> Result<(ExecutionRecord, Terms), UseCaseError> {
        let mut record = self.execution(caller, id).await?;
        let screen = self.screen(caller, &mut record.panels, &record.trace).await?;
        if !screen.withheld.is_empty() {
            // The outputs hold what the panels do.
            record.data = None;
        }
        Ok((record, screen.terms))
    }

    /// The same of an answer; whose data is left in it.
    pub(super) async fn screen_answer(
        &self,
        caller: &Caller,
        answer: &mut ExecutionAnswer,
    ) -> Result<Terms, UseCaseError> {
        let screen = self.screen(caller, &mut answer.panels, &answer.trace).await?;
        if !screen.withheld.is_empty() {
            answer.data.clear();
        }
        Ok(screen.terms)
    }

    /// Takes the data out of panels whose providers do not give the right to show it, and
    /// says in its place why and what would change that. A panel that holds nobody's data
    /// was computed of the inputs alone.
    async fn screen(
        &self,
        caller: &Caller,
        panels: &mut [PanelDocument],
        trace: &Trace,
    ) -> Result<Screen, UseCaseError> {
        let sourced = panels.iter().map(|panel| {
            let found = trace.panels.iter().find(|known| known.id == panel.id);
            (panel, found.map(|found| found.sources.as_slice()).unwrap_or_default())
        });
        let lineage = lineage_of_panels(sourced);
        let workspace = caller.workspace()?;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        tx.commit().await?;
        let mut screen = self.rights.current().screen(&lineage, &licences);
        screen.withheld.retain(|part| !part.blocked.is_empty());
        for part in &screen.withheld {
            for panel in panels.iter_mut().filter(|panel| panel.id == part.key) {
                panel.data = Value::Null;
                panel.reason = Some(reason(part));
            }
        }
        Ok(screen)
    }
}

/// Why a part is not shown, and what would unblock it.
fn reason(part: &WithheldPart) -> String {
    let words = part.blocked.iter().map(|one| format!("{} {}", one.reason, one.unblock));
    words.collect::<Vec<_>>().join(" ")
}
