//! Forms that were refused, as the session keeps them for the page that follows: no
//! address can fill them in.

use super::Request;
use orchestrator::{Refusal, UseCaseError, evidence::HeldForm};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// In bytes of JSON: fifteen entries of a title, an address and an excerpt each.
const KEPT_MAX: usize = 64 * 1024;

const SESSION_TYPED_HELD: &str = "typed_held";
const SESSION_TYPED_EVENT: &str = "typed_event";
const SESSION_TYPED_REPOSITORY: &str = "typed_repository";

/// Which decision on an event was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventForm {
    Merge,
    /// This citation.
    Separate(String),
    /// This decision.
    Undo(i64),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedEvent {
    pub event: String,
    pub form: EventForm,
    pub other: String,
    pub reason: String,
}

impl Request {
    /// Keeps what a form needs next. A session that cannot be written costs the reader
    /// that, which is no reason to fail the answer.
    pub(super) async fn keep<T: Serialize + Sync>(&self, key: &str, value: &T) {
        // Postgres stores every character but this one.
        let fits = serde_json::to_string(value)
            .is_ok_and(|text| text.len() <= KEPT_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(key, value).await {
            tracing::warn!(error = %error, "what a form needs next could not be kept");
        }
    }

    pub(super) async fn forget(&self, key: &str) {
        if let Err(error) = self.session.remove_value(key).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }

    /// What was kept under a key, on the page after a refusal alone.
    pub(super) async fn refused<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.query("refused")?;
        self.session.get(key).await.ok().flatten()
    }

    async fn settle<T, V: Serialize + Sync>(
        &self,
        key: &str,
        typed: &V,
        outcome: &Result<T, UseCaseError>,
    ) {
        match outcome {
            Ok(_) => self.forget(key).await,
            Err(UseCaseError::Refused(_)) => self.keep(key, typed).await,
            Err(_) => {}
        }
    }

    pub async fn settle_held(&self, id: i64, form: &HeldForm, outcome: &Result<(), UseCaseError>) {
        self.settle(SESSION_TYPED_HELD, &(id, form), outcome).await;
    }

    /// What was refused just now for this item.
    pub async fn typed_held(&self, id: i64) -> Option<HeldForm> {
        let kept: Option<(i64, HeldForm)> = self.refused(SESSION_TYPED_HELD).await;
        kept.filter(|(of, _)| *of == id).map(|(_, form)| form)
    }

    pub async fn settle_repository(&self, address: &str, outcome: &Result<(), UseCaseError>) {
        self.settle(SESSION_TYPED_REPOSITORY, &address, outcome).await;
    }

    /// The address of a repository that was refused just now, and why.
    pub async fn typed_repository(&self) -> Option<(String, Refusal)> {
        let refusal = Refusal::from_code(self.query("problem")?)?;
        let typed = self.session.get(SESSION_TYPED_REPOSITORY).await.ok().flatten()?;
        Some((typed, refusal))
    }

    pub async fn settle_event(&self, typed: &TypedEvent, outcome: &Result<(), UseCaseError>) {
        self.settle(SESSION_TYPED_EVENT, typed, outcome).await;
    }

    /// What was refused just now for this event.
    pub async fn typed_event(&self, event: &str) -> Option<TypedEvent> {
        let kept: Option<TypedEvent> = self.refused(SESSION_TYPED_EVENT).await;
        kept.filter(|typed| typed.event == event)
    }
}
