//! An entitlement that was refused as it was typed. The session keeps it, so that
//! the form after the refusal shows the same answers; no address can fill it in.

use super::Request;
use domain::{id::WorkspaceId, workspace::Entitlement};
use serde::{Deserialize, Serialize};

const SESSION_TYPED_ENTITLEMENT: &str = "typed_entitlement";
/// In bytes of JSON: more than any answer that a browser's controls can give.
const TYPED_MAX: usize = 2 * 1024;

/// The form's answers as text; empty where nothing is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedEntitlement {
    pub workspace: Option<WorkspaceId>,
    pub cadence: String,
    pub tier: String,
    pub company_news: bool,
    pub value_chain_links: bool,
    pub seats: String,
    pub valid_from: String,
    pub valid_until: String,
}

impl TypedEntitlement {
    /// What the form means, where every answer can be read.
    pub fn parse(&self) -> Option<Entitlement> {
        Some(Entitlement {
            cadence: self.cadence.parse().ok()?,
            tier: self.tier.parse().ok()?,
            company_news: self.company_news,
            value_chain_links: self.value_chain_links,
            seats: self.seats.trim().parse().ok()?,
            valid_from: self.valid_from.parse().ok()?,
            valid_until: self.valid_until.parse().ok()?,
        })
    }
}

impl From<&Entitlement> for TypedEntitlement {
    fn from(entitlement: &Entitlement) -> Self {
        Self {
            workspace: None,
            cadence: entitlement.cadence.id().to_owned(),
            tier: entitlement.tier.id().to_owned(),
            company_news: entitlement.company_news,
            value_chain_links: entitlement.value_chain_links,
            seats: entitlement.seats.to_string(),
            valid_from: entitlement.valid_from.to_string(),
            valid_until: entitlement.valid_until.to_string(),
        }
    }
}

impl Request {
    /// Keeps a refused form. A session that cannot be written costs the reader
    /// these answers, which is no reason to fail the answer.
    pub async fn keep_typed_entitlement(&self, typed: &TypedEntitlement) {
        let fits = serde_json::to_string(typed)
            // Postgres stores every character but this one.
            .is_ok_and(|text| text.len() <= TYPED_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(SESSION_TYPED_ENTITLEMENT, typed).await {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    pub async fn forget_typed_entitlement(&self) {
        if let Err(error) = self.session.remove_value(SESSION_TYPED_ENTITLEMENT).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }

    /// What was refused just now for this workspace.
    pub async fn typed_entitlement(&self, workspace: WorkspaceId) -> Option<TypedEntitlement> {
        self.query("refused")?;
        let typed: Option<TypedEntitlement> =
            self.session.get(SESSION_TYPED_ENTITLEMENT).await.ok().flatten();
        typed.filter(|typed| typed.workspace == Some(workspace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{cadence::Cadence, price::Tier};
    use jiff::civil::date;

    #[test]
    fn a_granted_entitlement_reads_back_from_its_form_and_a_gap_does_not() {
        let entitlement = Entitlement {
            cadence: Cadence::Daily,
            tier: Tier::Pro,
            company_news: true,
            value_chain_links: false,
            seats: 12,
            valid_from: date(2026, 9, 1),
            valid_until: date(2027, 8, 31),
        };
        let form = TypedEntitlement::from(&entitlement);
        assert_eq!(form.parse(), Some(entitlement));
        assert_eq!(TypedEntitlement { cadence: String::new(), ..form }.parse(), None);
    }
}
