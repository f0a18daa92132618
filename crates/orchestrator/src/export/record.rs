//! Attempts to export, as the audit chain has them.

use super::{Exportable, Subject};
use crate::Orchestrator;
use domain::id::{UserId, WorkspaceId};
use jiff::Timestamp;
use rights::{Decision, Ruling};
use serde_json::{Value, json};
use storage::{StorageError, audit, setup, tenancy};

/// Characters of a user agent that are kept.
const AGENT_CHARACTERS_MAX: usize = 300;

/// Where a request comes from, for the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub address: String,
    pub agent: String,
    /// W3C trace id.
    pub trace_id: String,
}

impl Origin {
    /// `detail` with where the request comes from.
    pub(super) fn with(&self, mut detail: Value) -> Value {
        let agent: String = self.agent.chars().take(AGENT_CHARACTERS_MAX).collect();
        let own = json!({ "address": self.address, "agent": agent, "trace_id": self.trace_id });
        add(&mut detail, own);
        detail
    }
}

/// Adds the members of an object to another.
pub(super) fn add(detail: &mut Value, more: Value) {
    if let (Value::Object(detail), Value::Object(more)) = (detail, more) {
        detail.extend(more);
    }
}

/// What a ruling was made of and came to.
pub(super) fn detail(ruling: &Ruling, exportable: &Exportable) -> Value {
    let decision = ruling.decision();
    let terms = decision.terms();
    let (reason, removed) = match decision {
        Decision::Allowed(_) => (Value::Null, json!([])),
        Decision::Redacted { removed, .. } => (Value::Null, json!(removed)),
        Decision::Denied(denial) => (json!(denial.reason), json!([])),
    };
    let mut detail = json!({
        "format": ruling.format(),
        "title": exportable.title(),
        "document_hash": ruling.document(),
        "providers": ruling.providers(),
        "licensed_to_workspace": ruling.licensed(),
        "decision": decision.id(),
        "reason": reason,
        "blocked": decision.blocked(),
        "withheld": removed,
        "attributions": terms.map(|terms| &terms.attributions),
        "watermarks": terms.map(|terms| &terms.watermarks),
        "rights_profile": ruling.profile(),
        "rights_version": ruling.rights_version(),
    });
    add(&mut detail, exportable.detail());
    detail
}

impl Orchestrator {
    /// Commits an attempt in a transaction of its own; its time.
    pub(super) async fn put_on_record(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        subject: Subject,
        detail: Value,
    ) -> Result<Timestamp, StorageError> {
        self.put_as(workspace, user, subject.action(), subject.id().to_string(), detail).await
    }

    /// The same under another name than that of an attempt to export.
    pub(super) async fn put_as(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        action: &'static str,
        target: String,
        detail: Value,
    ) -> Result<Timestamp, StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let now = setup::load_now(&mut tx).await?;
        let entry = audit::Entry { action, actor: Some(user), target, detail };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        tx.commit().await?;
        Ok(now)
    }
}
