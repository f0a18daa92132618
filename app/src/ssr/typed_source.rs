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
            covers_regions: typed.covers_regions,
            covers_links: typed.covers_links,
            seconds: typed.seconds,
            kilobytes: typed.kilobytes,
            entries: typed.entries,
            pause_seconds: typed.pause_seconds,
            terms_checked_by: typed.terms_checked_by,
            terms_checked_on: typed.terms_checked_on,
            terms_attribution: typed.terms_attribution,
        }
    }
}

impl Request {
    /// Keeps a refused form of a source, or of a new one, and forgets one that was taken.
    pub async fn settle_source<T>(
        &self,
        source: Option<SourceId>,
        form: &SourceForm,
        outcome: &Result<T, UseCaseError>,
    ) {
        match outcome {
            Ok(_) => self.forget(SESSION_TYPED_SOURCE).await,
            Err(UseCaseError::Refused(_)) => self.keep_source_form(source, form).await,
            Err(_) => {}
        }
    }

    pub async fn keep_source_form(&self, source: Option<SourceId>, form: &SourceForm) {
        self.keep(SESSION_TYPED_SOURCE, &(source, form)).await;
    }

    /// What was refused or tested just now.
    pub async fn typed_source(&self, source: Option<SourceId>) -> Option<SourceForm> {
        if self.query("refused").is_none() && self.query("tested").is_none() {
            return None;
        }
        let kept: Option<(Option<SourceId>, SourceForm)> =
            self.session.get(SESSION_TYPED_SOURCE).await.ok().flatten();
        kept.filter(|(of, _)| *of == source).map(|(_, form)| form)
    }

    pub async fn keep_source_preview(
        &self,
        source: Option<SourceId>,
        preview: &Result<Preview, String>,
    ) {
        self.keep(SESSION_PREVIEW, &(source, preview)).await;
    }

    /// What the test of this source showed just now, or of a new one.
    pub async fn source_preview(
        &self,
        source: Option<SourceId>,
    ) -> Option<Result<Preview, String>> {
        self.query("tested")?;
        let kept: Option<(Option<SourceId>, Result<Preview, String>)> =
            self.session.get(SESSION_PREVIEW).await.ok().flatten();
        kept.filter(|(of, _)| *of == source).map(|(_, preview)| preview)
    }
}
