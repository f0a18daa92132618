use super::report::{OpenToPrint, SealDigest};
use crate::{
    component::{pack_badge::PackBadge, restatement::RestatementBanner},
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
    run: &RunRow,
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
    let digest = sealed.as_ref().map(|sealed| {
        let hash = ContentHash::of_bytes(sealed.html.as_bytes());
        view! { <SealDigest hash /> }
    });
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
                {digest}
                <div class="report-preview__actions">
                    <OpenToPrint id />
                </div>
            </div>
            {restated.map(|restated| view! { <RestatementBanner restated /> })}
            {made_of}
            <iframe
                class="report-preview__frame"
                src=format!("/runs/{id}/artifact")
                title=frame_title
                sandbox="allow-popups allow-popups-to-escape-sandbox"
            ></iframe>
        </div>
    }
    .into_any())
}
