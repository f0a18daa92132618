//! The form of a new API token that was refused, kept for the page after it.

use super::Request;
use domain::access::Right;
use orchestrator::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SESSION_TYPED_TOKEN: &str = "typed_api_token";
/// In bytes. A longer name is refused, and not kept either.
const NAME_MAX: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedToken {
    pub name: String,
    pub scopes: BTreeSet<Right>,
    pub days: u16,
}

impl Request {
    /// Keeps a refused form until it is shown again.
    pub async fn keep_typed_token(&self, typed: &TypedToken) {
        if typed.name.len() > NAME_MAX || typed.name.contains('\0') {
            return;
        }
        if let Err(error) = self.session.insert(SESSION_TYPED_TOKEN, typed).await {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    /// What was last typed, when the address says that it was refused.
    pub async fn typed_token(&self) -> Option<(TypedToken, Refusal)> {
        let refusal = Refusal::from_code(self.query("problem")?)?;
        let typed = self.session.get(SESSION_TYPED_TOKEN).await.ok().flatten()?;
        Some((typed, refusal))
    }

    pub async fn forget_typed_token(&self) {
        if let Err(error) = self.session.remove_value(SESSION_TYPED_TOKEN).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }
}
