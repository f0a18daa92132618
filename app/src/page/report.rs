use crate::{
    component::{claim_evidence::ClaimEvidence, export_menu::ExportMenu, icon::Icon},
    ssr::page,
};
use domain::{hash::ContentHash, id::RunId};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, rights::Decision};

/// The artifact itself, alone in its frame, under a slim bar. Nothing of it is
/// part of this page: the frame loads it from a route that checks its hash.
#[component]
pub fn Report() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("run"));
    page("Report", |request| async move {
        let id: RunId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let (run, seal) = request.orchestrator.view_report(request.actor()?, id).await?;
        let choices = request.orchestrator.export_choices(request.actor()?, id).await;
        // A report that does not match its seal has a page that says so, and no files.
        let (on_screen, files) = match choices {
            Ok(rights) => (Some(rights.on_screen), rights.files),
            Err(UseCaseError::Quarantined) => (None, Vec::new()),
            Err(other) => return Err(other),
        };
        let document = match request.orchestrator.report_document(request.actor()?, id).await {
            Ok(document) => Some(document),
            Err(UseCaseError::Quarantined) => None,
            Err(error) => return Err(error),
        };
        let refused = request.query("refused").map(str::to_owned);
        if let (Some(_), Some(response)) = (&refused, use_context::<ResponseOptions>()) {
            response.set_status(http::StatusCode::FORBIDDEN);
        }
        let title = format!("{}, {}", run.specification_name, run.period.key);
        let frame_title = format!("Report {title}");
        Ok(view! {
            <div class="report-preview">
                <div class="report-preview__bar">
                    <nav class="breadcrumb" aria-label="Breadcrumb">
                        <ol class="breadcrumb__list">
                            <li class="breadcrumb__item">
                                <a class="breadcrumb__link" href="/history">
                                    "History"
                                </a>
                            </li>
                            <li class="breadcrumb__item">
                                <a class="breadcrumb__link" href=format!("/runs/{id}")>
                                    {format!("Run for {}", run.period.key)}
                                </a>
                            </li>
                        </ol>
                    </nav>
                    <h1 class="report-preview__title">{title}</h1>
                    <p>{run.period.label()}</p>
                    <SealDigest hash=seal.html_hash />
                    <Actions id />
                </div>
                {on_screen.map(|choice| view! { <Attribution decision=choice.decision /> })}
                <ExportMenu run=id choices=files refused />
                {document.map(|document| view! { <ClaimEvidence run=id document /> })}
                <iframe
                    class="report-preview__frame"
                    src=format!("/runs/{id}/artifact")
                    title=frame_title
                    sandbox="allow-popups allow-popups-to-escape-sandbox"
                ></iframe>
            </div>
        })
    })
}

/// Whose data the report shows; or why their licences do not have it shown.
#[component]
fn Attribution(decision: Decision) -> impl IntoView {
    match decision {
        Decision::Denied(denial) => view! {
            <div class="notice notice--attention">
                <Icon name="attention" />
                <div class="notice__body">
                    <p>{denial.sentence()}</p>
                    {denial
                        .blocked
                        .into_iter()
                        .map(|blocked| view! { <p>{blocked.reason} " " {blocked.unblock}</p> })
                        .collect_view()}
                </div>
            </div>
        }
        .into_any(),
        Decision::Allowed(terms) | Decision::Redacted { terms, .. } => {
            let attributions = terms.attributions.into_iter().map(|one| one.text);
            let marks = terms.watermarks.into_iter().map(|one| one.text);
            let texts: Vec<String> = attributions.chain(marks).collect();
            (!texts.is_empty())
                .then(|| view! { <p class="report-preview__attribution">{texts.join(" · ")}</p> })
                .into_any()
        }
    }
}

/// Short on screen, whole in its title.
#[component]
fn SealDigest(hash: ContentHash) -> impl IntoView {
    view! {
        <p class="digest" title=format!("SHA-256 {hash}")>
            <Icon name="seal" />
            <span class="visually-hidden">"Sealed, SHA-256 begins with "</span>
            {hash.short()}
        </p>
    }
}

#[component]
fn Actions(id: RunId) -> impl IntoView {
    view! {
        <div class="report-preview__actions">
            <a class="button button--small" href=format!("/runs/{id}/funnel")>
                "How it was selected"
            </a>
            <a
                class="button button--small"
                href=format!("/runs/{id}/artifact")
                target="_blank"
                rel="noopener"
            >
                <Icon name="print" />
                "Open to print"
                <span class="visually-hidden">" in a new tab"</span>
            </a>
        </div>
    }
}
