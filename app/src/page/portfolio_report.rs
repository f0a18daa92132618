use crate::{
    component::{
        pack_badge::PackBadge, report_preview::ReportPreview, restatement::RestatementBanner,
    },
    ssr::Request,
};
use domain::{hash::ContentHash, id::RunId};
use leptos::prelude::*;
use orchestrator::UseCaseError;
use storage::run::RunRow;

/// A report of the portfolio desk, alone in its frame. Over it stands what it is made of, and
/// whether its prices were restated since.
pub(super) async fn portfolio_report(
    request: &Request,
    id: RunId,
    run: RunRow,
    html_hash: ContentHash,
) -> Result<AnyView, UseCaseError> {
    let sealed = match request.orchestrator.portfolio_report(request.actor()?, id).await {
        Ok(sealed) => Some(sealed.ok_or(UseCaseError::NotFound)?),
        // The frame says that the report does not match its seal.
        Err(UseCaseError::Quarantined) => None,
        Err(error) => return Err(error),
    };
    let restated = match &sealed {
        Some(sealed) => {
            let pack = &sealed.report.pricing_pack_id;
            request.orchestrator.corrections(request.actor()?, pack).await?.restated
        }
        None => None,
    };
    let hash = sealed.is_some().then_some(html_hash);
    let made_of = sealed.map(|sealed| {
        let report = sealed.report;
        let pack = Some(report.pricing_pack_id.to_string());
        let ledger_commit = Some(report.ledger_commit_hash.to_string());
        view! {
            <PackBadge pack ledger_commit />
            <p>
                <a href=format!("/portfolios/{}", report.portfolio_id)>
                    {format!("{} as it is today", report.portfolio_name)}
                </a>
            </p>
        }
    });
    Ok(view! {
        <ReportPreview id run hash>
            {restated.map(|restated| view! { <RestatementBanner restated /> })}
            {made_of}
        </ReportPreview>
    }
    .into_any())
}
