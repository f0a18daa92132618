use crate::{
    component::{
        claim_evidence::ClaimEvidence,
        export_menu::{ExportMenu, RefusedExport},
        report_preview::ReportPreview,
        withheld::{Attributions, WithheldParts},
    },
    page::portfolio_report::portfolio_report,
    ssr::{Request, page},
};
use domain::{id::RunId, specification::Desk};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, export::Subject};

/// A report in its frame, with what may be done with it and where its claims come from.
#[component]
pub fn Report() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("run"));
    page("Report", |request| async move {
        let id: RunId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let (run, seal) = request.orchestrator.view_report(request.actor()?, id).await?;
        if run.desk == Desk::Portfolio {
            return portfolio_report(&request, id, run, seal.html_hash).await;
        }
        let files = files(&request, id).await?;
        let shown = match request.orchestrator.shown_report(request.actor()?, id).await {
            Ok(shown) => Some(shown),
            Err(UseCaseError::Quarantined) => None,
            Err(other) => return Err(other),
        };
        // A page without some of its parts is not the one that was sealed.
        let is_whole = shown.as_ref().is_none_or(|shown| shown.screen.withheld.is_empty());
        let (document, screen) = shown.map(|shown| (shown.document, shown.screen)).unzip();
        let hash = is_whole.then_some(seal.html_hash);
        let funnel = format!("/runs/{id}/funnel");
        let has_claims =
            document.as_ref().is_some_and(|document| !document.statements().is_empty());
        let actions = move || {
            view! {
                {has_claims
                    .then(|| {
                        view! {
                            <a class="button button--small report-preview__to-claims" href="#claims">
                                "Evidence of each claim"
                            </a>
                        }
                    })}
                <a class="button button--small" href=funnel.clone()>
                    "How it was selected"
                </a>
            }
        };
        let beside = move || {
            let document = document.clone().filter(|_| has_claims);
            document.map(|document| view! { <ClaimEvidence run=id document /> })
        };
        Ok(view! {
            <ReportPreview id run hash actions beside>
                {screen
                    .map(|screen| {
                        view! {
                            <Attributions terms=screen.terms />
                            <WithheldParts withheld=screen.withheld what="the report" />
                        }
                    })}
                {files}
            </ReportPreview>
        }
        .into_any())
    })
}

/// The files that a report can be had as, of whichever desk. A report that does not match its
/// seal has a page that says so, and no files.
pub(super) async fn files(request: &Request, run: RunId) -> Result<AnyView, UseCaseError> {
    let subject = Subject::Report(run);
    let choices = match request.orchestrator.export_choices(request.actor()?, subject).await {
        Ok(choices) => choices,
        Err(UseCaseError::Quarantined) => Vec::new(),
        Err(other) => return Err(other),
    };
    let refused = RefusedExport::of(request);
    let base = format!("/runs/{run}");
    Ok(view! { <ExportMenu what="report" base choices refused /> }.into_any())
}
