//! Steps 6 and 7: artifact, slot, journal and audit entry in one commit.

use super::{
    journal::stage_of,
    shell::{Shell, missing},
    writes::before,
};
use crate::{UseCaseError, new_id, slot_override};
use domain::{
    hash::{ContentHash, canonical_json},
    id::ArtifactId,
    report::{Engine, ReportDocument},
    run::Stage,
    specification::Desk,
};
use flow::StepId;
use reports::portfolio::PortfolioReport;
use serde_json::{Map, Value, json};
use storage::{
    artifact, audit,
    journal::{self, NewStep},
    run::{
        self as store, Ending,
        event::{self, EventKind},
    },
    setup, tenancy,
};

/// What a reader is told last.
const HANDED: &str = "The report can be read, downloaded and found in the history.";

/// A report as it is kept.
pub(super) struct Report {
    title: String,
    /// Canonical JSON.
    document: String,
    /// Who wrote it; none of the portfolio desk, where nobody writes.
    pub engine: Option<Engine>,
    html: String,
}

impl Report {
    /// What a run's pattern answered.
    pub fn of(data: &Map<String, Value>, desk: Desk) -> Result<Self, UseCaseError> {
        let html = data.get("artifact").and_then(|artifact| artifact.get("html"));
        let html = html.and_then(Value::as_str).ok_or_else(|| missing("HTML"))?.to_owned();
        let document = data.get("document").ok_or_else(|| missing("document"))?.clone();
        if desk == Desk::Portfolio {
            let document: PortfolioReport = serde_json::from_value(document)?;
            let text = canonical_json(&document)?;
            return Ok(Self { document: text, engine: None, title: document.title, html });
        }
        let document: ReportDocument = serde_json::from_value(document)?;
        Ok(Self {
            document: canonical_json(&document)?,
            engine: Some(document.scope.engine),
            title: document.title,
            html,
        })
    }

    pub fn document_hash(&self) -> ContentHash {
        ContentHash::of_bytes(self.document.as_bytes())
    }

    pub fn html_hash(&self) -> ContentHash {
        ContentHash::of_bytes(self.html.as_bytes())
    }
}

impl Shell<'_> {
    pub async fn seal(&self) -> Result<(), UseCaseError> {
        let (lease, row, context) = (self.lease()?, self.row()?, self.context()?);
        let governed = context.governed.as_ref().ok_or_else(|| missing("package"))?;
        let data = self.known().data.clone().ok_or_else(|| missing("result"))?;
        let report = Report::of(&data, row.desk)?;
        let mut tx = tenancy::begin_workspace(&self.app.pool, self.workspace).await?;
        store::renew_lease(&mut tx, lease, self.app.limits.lease_s).await?;
        let new = artifact::NewArtifact {
            id: ArtifactId::from_uuid(new_id()),
            specification: row.specification,
            version: row.version,
            period_key: row.period.key.as_str(),
            title: &report.title,
            document: &report.document,
            html: &report.html,
            package_hash: governed.package_hash,
            pack_hash: governed.package.pack_hash(),
        };
        artifact::insert(&mut tx, lease, &new).await?;
        let (document_hash, html_hash) = (report.document_hash(), report.html_hash());
        let hashes = json!({
            "artifact": new.id, "html_hash": html_hash, "document_hash": document_hash,
        });
        let plan = self.plan()?;
        let (place, step) = plan
            .steps
            .iter()
            .enumerate()
            .find(|(_, step)| stage_of(&step.capability) == Stage::Persist)
            .ok_or_else(|| missing("step that renders"))?;
        let rendered =
            self.known().settled.get(&StepId(place)).map(super::journal::Settled::began_ago);
        let now = setup::load_now(&mut tx).await?;
        let persisted = NewStep {
            stage: Stage::Persist,
            key: &step.key,
            started_at: before(now, rendered.ok_or_else(|| missing("rendered page"))?),
            input: &step.title,
            output: &format!("Sealed under {}.", html_hash.short()),
            result: &hashes,
            lineage: None,
        };
        journal::insert(&mut tx, lease, &persisted).await?;
        let returned = NewStep {
            stage: Stage::Return,
            key: "",
            started_at: now,
            input: "The sealed report",
            output: HANDED,
            result: &Value::Null,
            lineage: None,
        };
        journal::insert(&mut tx, lease, &returned).await?;
        store::finish(&mut tx, lease, &Ending::Succeeded).await?;
        slot_override::record_use(&mut tx, lease, row.slot_ordinal).await?;
        let entry = audit::Entry {
            action: "run.succeeded",
            actor: None,
            target: self.run.to_string(),
            detail: json!({
                "period": row.period.key,
                "slot_ordinal": row.slot_ordinal,
                "package_hash": governed.package_hash,
                "document_hash": document_hash,
                "html_hash": html_hash,
            }),
        };
        audit::append(&mut tx, Some(self.workspace), &entry).await?;
        let (kind, stage) = (EventKind::Succeeded, Some(Stage::Return));
        event::insert(&mut tx, self.workspace, self.run, kind, stage, HANDED).await?;
        tx.commit().await?;
        tracing::info!(run.id = %self.run, period = %row.period.key, "the run succeeded");
        Ok(())
    }
}
