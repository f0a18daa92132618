use super::icon::Icon;
use domain::{
    evidence::EvidenceId,
    id::RunId,
    report::{Claim, Reference, ReportDocument},
};
use leptos::prelude::*;

/// Every claim of a report with links to the evidence that it cites, as it is sealed in
/// the pack of the run.
#[component]
pub fn ClaimEvidence(run: RunId, document: ReportDocument) -> impl IntoView {
    let references = document.references.clone();
    let claims = document
        .claims()
        .map(|(place, claim)| row(run, place.to_owned(), claim.clone(), &references))
        .collect_view();
    let count = document.claims().count();
    if count == 0 {
        return ().into_any();
    }
    view! {
        <details class="disclosure">
            <summary class="disclosure__summary button button--small">
                <Icon name="chevron" />
                "Evidence of each claim"
            </summary>
            <div class="disclosure__body">
                <table class="data-table">
                    <caption class="data-table__caption">
                        {format!("{count} claims in the order of the report")}
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Claim"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"Evidence"</th>
                        </tr>
                    </thead>
                    <tbody>{claims}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(run: RunId, place: String, claim: Claim, references: &[Reference]) -> impl IntoView + use<> {
    let links = claim
        .evidence
        .iter()
        .map(|id| {
            let words = words_of(id, references);
            view! {
                <li>
                    <a href=format!("/runs/{run}/evidence/{id}")>{words}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                {claim.text} <span class="data-table__sub">{place}</span>
            </th>
            <td data-label="Kind">{claim.kind.label()}</td>
            <td data-label="Evidence">
                <ul>{links}</ul>
            </td>
        </tr>
    }
}

/// Number, publisher and date of the reference; the id where the report has none.
fn words_of(id: &EvidenceId, references: &[Reference]) -> String {
    references.iter().find(|reference| reference.evidence == *id).map_or_else(
        || id.to_string(),
        |reference| {
            let date = reference.published.strftime("%-d %B %Y");
            format!("{}. {}, {date}", reference.number, reference.publisher)
        },
    )
}
