//! A workspace's licence that was refused as it was typed. The session keeps it, so that
//! the form after the refusal shows the same answers; no address can fill it in.

use super::Request;
use domain::{id::WorkspaceId, rights::Right};
use orchestrator::workspace_licence::LicenceTerms;
use serde::{Deserialize, Serialize};

const SESSION_TYPED_LICENCE: &str = "typed_licence";
/// In bytes of JSON: more than any answer that a browser's controls can give.
const TYPED_MAX: usize = 2 * 1024;

/// The form's answers as text; empty where nothing is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedLicence {
    pub workspace: Option<WorkspaceId>,
    pub provider: String,
    /// Ids of the rights that are ticked.
    pub rights: Vec<String>,
    pub reference: String,
    pub valid_from: String,
    pub valid_until: String,
}

impl TypedLicence {
    /// What the form means, where every answer can be read.
    pub fn parse(&self) -> Option<LicenceTerms> {
        let rights = self.rights.iter().map(|right| right.parse());
        Some(LicenceTerms {
            provider: self.provider.parse().ok()?,
            rights: rights.collect::<Result<Vec<Right>, _>>().ok()?,
            reference: self.reference.clone(),
            valid_from: self.valid_from.parse().ok()?,
            valid_until: self.valid_until.parse().ok()?,
        })
    }
}

impl Request {
    /// Keeps a refused form. A session that cannot be written costs the reader these
    /// answers, which is no reason to fail the answer.
    pub async fn keep_typed_licence(&self, typed: &TypedLicence) {
        let fits = serde_json::to_string(typed)
            // Postgres stores every character but this one.
            .is_ok_and(|text| text.len() <= TYPED_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(SESSION_TYPED_LICENCE, typed).await {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    /// What was refused just now for this workspace.
    pub async fn typed_licence(&self, workspace: WorkspaceId) -> Option<TypedLicence> {
        self.query("refused")?;
        let typed: Option<TypedLicence> =
            self.session.get(SESSION_TYPED_LICENCE).await.ok().flatten();
        typed.filter(|typed| typed.workspace == Some(workspace))
    }
}
