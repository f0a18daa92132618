use crate::{
    component::{
        pack_badge::PackBadge,
        report_preview::ReportPreview,
        restatement::RestatementBanner,
        withheld::{Attributions, WithheldParts},
    },
    page::report::files,
    ssr::Request,
};
use domain::{hash::ContentHash, id::RunId};
use leptos::prelude::*;
use orchestrator::UseCaseError;
use storage::run::RunRow;

/// A report of the portfolio desk, alone in its frame. Over it stands what it is made of,
/// whether its prices were restated since, what of it may not be shown, and as what it may
/// leave.
pub(super) async fn portfolio_report(
    request: &Request,
    id: RunId,
    run: RunRow,
    html_hash: ContentHash,
) -> Result<AnyView, UseCaseError> {
    let files = files(request, id).await?;
    let shown = match request.orchestrator.portfolio_report(request.actor()?, id).await {
        Ok(shown) => Some(shown.ok_or(UseCaseError::NotFound)?),
        // The frame says that the report does not match its seal.
        Err(UseCaseError::Quarantined) => None,
        Err(error) => return Err(error),
    };
    let restated = match &shown {
        Some(shown) => {
            let pack = &shown.report.pricing_pack_id;
            request.orchestrator.corrections(request.actor()?, pack).await?.restated
        }
        None => None,
    };
    // A page without some of its panels is not the one that was sealed.
    let is_whole = shown.as_ref().is_some_and(|shown| shown.screen.withheld.is_empty());
    let hash = is_whole.then_some(html_hash);
    let made_of = shown.map(|shown| {
        let (report, screen) = (shown.report, shown.screen);
        let pack = Some(report.pricing_pack_id.to_string());
        let ledger_commit = Some(report.ledger_commit_hash.to_string());
        view! {
            <PackBadge pack ledger_commit />
            <p>
                <a href=format!("/portfolios/{}", report.portfolio_id)>
                    {format!("{} as it is today", report.portfolio_name)}
                </a>
            </p>
            <Attributions terms=screen.terms />
            <WithheldParts withheld=screen.withheld what="the report" />
        }
    });
    Ok(view! {
        <ReportPreview id run hash>
            {restated.map(|restated| view! { <RestatementBanner restated /> })} {made_of} {files}
        </ReportPreview>
    }
    .into_any())
}
