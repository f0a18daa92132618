use crate::{
    component::{
        claim_evidence::ClaimEvidence,
        export_menu::ExportMenu,
        icon::Icon,
        withheld::{Attributions, WithheldParts},
    },
    page::portfolio_report::portfolio_report,
    ssr::page,
};
use domain::{hash::ContentHash, id::RunId, specification::Desk};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use orchestrator::{Refusal, UseCaseError, export::Subject};

/// The artifact itself, alone in its frame, under a slim bar. Nothing of it is
/// part of this page: the frame loads it from a route that checks its hash.
#[component]
pub fn Report() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("run"));
    page("Report", |request| async move {
        let id: RunId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let (run, seal) = request.orchestrator.view_report(request.actor()?, id).await?;
        if run.desk == Desk::Portfolio {
            return portfolio_report(&request, id, &run).await;
        }
        // A report that does not match its seal has a page that says so, and no files.
        let files = match request
            .orchestrator
            .export_choices(request.actor()?, Subject::Report(id))
            .await
        {
            Ok(files) => files,
            Err(UseCaseError::Quarantined) => Vec::new(),
            Err(other) => return Err(other),
        };
        let shown = match request.orchestrator.shown_report(request.actor()?, id).await {
            Ok(shown) => Some(shown),
            Err(UseCaseError::Quarantined) => None,
            Err(other) => return Err(other),
        };
        // A page without some of its parts is not the one that was sealed.
        let is_whole = shown.as_ref().is_none_or(|shown| shown.screen.withheld.is_empty());
        let (document, screen) = shown.map(|shown| (shown.document, shown.screen)).unzip();
        let refused = request.query("refused").map(str::to_owned);
        let why = request.query("why").and_then(Refusal::from_code).map(Refusal::message);
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
                    {is_whole.then(|| view! { <SealDigest hash=seal.html_hash /> })}
                    <Actions id />
                </div>
                {screen
                    .map(|screen| {
                        view! {
                            <Attributions terms=screen.terms />
                            <WithheldParts withheld=screen.withheld what="the report" />
                        }
                    })}
                <ExportMenu what="report" base=format!("/runs/{id}") choices=files refused why />
                {document.map(|document| view! { <ClaimEvidence run=id document /> })}
                <iframe
                    class="report-preview__frame"
                    src=format!("/runs/{id}/artifact")
                    title=frame_title
                    sandbox="allow-popups allow-popups-to-escape-sandbox"
                ></iframe>
            </div>
        }
        .into_any())
    })
}

/// Short on screen, whole in its title.
#[component]
pub(super) fn SealDigest(hash: ContentHash) -> impl IntoView {
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
            <OpenToPrint id />
        </div>
    }
}

#[component]
pub(super) fn OpenToPrint(id: RunId) -> impl IntoView {
    view! {
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
    }
}
