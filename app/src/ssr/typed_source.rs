//! A source's form that was refused, and the preview of a test, as the session keeps them
//! for the page that follows.

use super::Request;
use crate::action::TypedSource;
use domain::{evidence::Selectors, id::SourceId};
use orchestrator::{
    UseCaseError,
    evidence::{Preview, SourceForm},
};

const SESSION_TYPED_SOURCE: &str = "typed_source";
const SESSION_PREVIEW: &str = "source_preview";
/// In bytes of JSON: fifteen entries of a title, an address and an excerpt each.
const KEPT_MAX: usize = 64 * 1024;

impl From<TypedSource> for SourceForm {
    fn from(typed: TypedSource) -> Self {
        let ticked = |text: &str| text == "true";
        Self {
            polyurethane_only: ticked(&typed.polyurethane_only),
            terms_excerpt: ticked(&typed.terms_excerpt),
            terms_full_text: ticked(&typed.terms_full_text),
            terms_redistribution: ticked(&typed.terms_redistribution),
            selectors: Selectors {
                item: typed.selectors.item,
                link: typed.selectors.link,
                title: typed.selectors.title,
                date: typed.selectors.date,
                date_attribute: typed.selectors.date_attribute,
            },
            name: typed.name,
            kind: typed.kind,
            publisher: typed.publisher,
            url: typed.url,
            language: typed.language,
            country: typed.country,
            tier: typed.tier,
            provider: typed.provider,
            interval_minutes: typed.interval_minutes,
            terms_checked_by: typed.terms_checked_by,
            terms_checked_on: typed.terms_checked_on,
            terms_attribution: typed.terms_attribution,
        }
    }
}

impl Request {
    /// Keeps a refused form, and forgets one that was taken.
    pub async fn settle_source(&self, form: &SourceForm, outcome: &Result<SourceId, UseCaseError>) {
        match outcome {
            Ok(_) => self.forget(SESSION_TYPED_SOURCE).await,
            Err(UseCaseError::Refused(_)) => self.keep(SESSION_TYPED_SOURCE, form).await,
            Err(_) => {}
        }
    }

    /// What was refused just now.
    pub async fn typed_source(&self) -> Option<SourceForm> {
        self.query("refused")?;
        self.session.get(SESSION_TYPED_SOURCE).await.ok().flatten()
    }

    pub async fn keep_source_preview(&self, source: SourceId, preview: &Result<Preview, String>) {
        self.keep(SESSION_PREVIEW, &(source, preview)).await;
    }

    /// What the test of this source showed just now.
    pub async fn source_preview(&self, source: SourceId) -> Option<Result<Preview, String>> {
        self.query("tested")?;
        let kept: Option<(SourceId, Result<Preview, String>)> =
            self.session.get(SESSION_PREVIEW).await.ok().flatten();
        kept.filter(|(of, _)| *of == source).map(|(_, preview)| preview)
    }

    async fn keep<T: serde::Serialize + Sync>(&self, key: &str, value: &T) {
        // Postgres stores every character but this one.
        let fits = serde_json::to_string(value)
            .is_ok_and(|text| text.len() <= KEPT_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(key, value).await {
            tracing::warn!(error = %error, "what a form needs next could not be kept");
        }
    }

    async fn forget(&self, key: &str) {
        if let Err(error) = self.session.remove_value(key).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }
}
