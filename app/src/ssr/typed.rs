//! A form that was sent but could not be stored as it stood. The session keeps
//! it, so that the page after the refusal shows what was typed.

use super::Request;
use domain::{id::SpecificationId, specification::SpecificationDraft};
use serde::{Deserialize, Serialize};

const SESSION_TYPED: &str = "typed_specification";
/// In bytes of JSON. What the store refuses as too large is not kept here either.
const TYPED_MAX: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedSpecification {
    /// None: the form of a new one.
    pub specification: Option<SpecificationId>,
    pub draft: SpecificationDraft,
    pub reason: String,
}

impl Request {
    /// Keeps `typed` until the next form. A session that cannot be written costs
    /// the reader this text, which is no reason to fail the answer.
    pub async fn keep_typed(&self, typed: &TypedSpecification) {
        let fits = serde_json::to_string(typed)
            // Postgres stores every character but this one.
            .is_ok_and(|text| text.len() <= TYPED_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(SESSION_TYPED, typed).await {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    pub async fn forget_typed(&self) {
        if let Err(error) = self.session.remove_value(SESSION_TYPED).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }

    /// What was last typed into the form of `specification`.
    pub async fn typed(
        &self,
        specification: Option<SpecificationId>,
    ) -> Option<TypedSpecification> {
        let typed: Option<TypedSpecification> =
            self.session.get(SESSION_TYPED).await.ok().flatten();
        typed.filter(|typed| typed.specification == specification)
    }
}
