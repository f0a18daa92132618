use super::AppError;
use domain::id::SourceId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The form of a source as the browser sends it: what is left empty is empty, and a box
/// that is not ticked is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedSource {
    pub name: String,
    pub kind: String,
    pub publisher: String,
    pub url: String,
    pub language: String,
    pub country: String,
    pub tier: String,
    pub polyurethane_only: String,
    pub provider: String,
    pub interval_minutes: String,
    pub selectors: TypedSelectors,
    pub covers_regions: Vec<String>,
    pub covers_links: Vec<String>,
    pub seconds: String,
    pub kilobytes: String,
    pub entries: String,
    pub pause_seconds: String,
    pub terms_checked_by: String,
    pub terms_checked_on: String,
    pub terms_excerpt: String,
    pub terms_full_text: String,
    pub terms_redistribution: String,
    pub terms_attribution: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedSelectors {
    pub item: String,
    pub link: String,
    pub title: String,
    pub date: String,
    pub date_attribute: String,
}

/// Adds a source of evidence, switched off.
#[server(prefix = "/action", endpoint = "create-source")]
pub async fn create_source(#[server(default)] source: TypedSource) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = source.into();
    let outcome = async { request.orchestrator.create_source(request.actor()?, &form).await };
    let outcome = outcome.await;
    request.settle_source(None, &form, &outcome).await;
    let onward = |id: &SourceId| format!("/admin/sources/{id}?done=source_added");
    answer(&request, outcome, onward, "/admin/sources/new")
}

/// Writes an edited source.
#[server(prefix = "/action", endpoint = "edit-source")]
pub async fn edit_source(
    id: SourceId,
    #[server(default)] source: TypedSource,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = source.into();
    let outcome = async { request.orchestrator.edit_source(request.actor()?, id, &form).await };
    let outcome = outcome.await;
    request.settle_source(Some(id), &form, &outcome).await;
    let onward = |(): &()| format!("/admin/sources/{id}?done=source_changed");
    answer(&request, outcome, onward, &format!("/admin/sources/{id}/edit"))
}

/// Reads what is typed into the form of a source once; nothing is written down, neither
/// what it holds nor the form.
#[server(prefix = "/action", endpoint = "try-source")]
pub async fn try_source(
    #[server(default)] id: Option<SourceId>,
    #[server(default)] source: TypedSource,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = source.into();
    let outcome =
        async { request.orchestrator.test_source_form(request.actor()?, id, &form).await };
    let preview = match outcome.await {
        Ok(preview) => Ok(Ok(preview)),
        Err(UseCaseError::SourceUnreadable(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    };
    let page = match id {
        Some(id) => format!("/admin/sources/{id}/edit"),
        None => "/admin/sources/new".to_owned(),
    };
    match &preview {
        Ok(preview) => {
            request.keep_source_form(id, &form).await;
            request.keep_source_preview(id, preview).await;
        }
        Err(_) => request.settle_source(id, &form, &preview).await,
    }
    answer(&request, preview, |_| format!("{page}?tested=yes#test"), &page)
}

/// Writes down what the owner of a source allows.
#[server(prefix = "/action", endpoint = "set-source-terms")]
pub async fn set_source_terms(
    id: SourceId,
    #[server(default)] source: TypedSource,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = source.into();
    let outcome =
        async { request.orchestrator.set_source_terms(request.actor()?, id, &form).await };
    let outcome = outcome.await;
    let page = format!("/admin/sources/{id}");
    answer(&request, outcome, |()| format!("{page}?done=terms_set"), &page)
}

/// Switches a source on or off.
#[server(prefix = "/action", endpoint = "enable-source")]
pub async fn enable_source(
    source: SourceId,
    #[server(default)] enabled: bool,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome =
        async { request.orchestrator.set_source_enabled(request.actor()?, source, enabled).await };
    let outcome = outcome.await;
    let done = if enabled { "source_on" } else { "source_off" };
    let page = format!("/admin/sources/{source}");
    answer(&request, outcome, |()| format!("{page}?done={done}"), &page)
}

/// Reads a source once and shows what would become of it; nothing is stored.
#[server(prefix = "/action", endpoint = "test-source")]
pub async fn test_source(source: SourceId) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use orchestrator::UseCaseError;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.test_source(request.actor()?, source).await };
    let preview = match outcome.await {
        Ok(preview) => Ok(Ok(preview)),
        // What the source did is the test's result and no fault of asking.
        Err(UseCaseError::SourceUnreadable(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    };
    if let Ok(preview) = &preview {
        request.keep_source_preview(Some(source), preview).await;
    }
    let page = format!("/admin/sources/{source}");
    answer(&request, preview, |_| format!("{page}?tested=yes#test"), &page)
}

/// Takes items that somebody brings as CSV or JSON.
#[server(prefix = "/action", endpoint = "import-items")]
pub async fn import_items(
    source: SourceId,
    #[server(default)] rows: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.import_items(request.actor()?, source, rows.as_bytes()).await
    };
    let outcome = outcome.await;
    let page = format!("/admin/sources/{source}");
    answer(&request, outcome, |_| format!("{page}?done=items_entered"), &page)
}
