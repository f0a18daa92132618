use domain::{
    evidence::EvidenceId,
    id::RunId,
    report::{Reference, ReportDocument, Statement},
};
use leptos::prelude::*;

/// Every statement of a report - bullets of the summary, claims, advice - with a link to each
/// item that it rests on, as it is sealed in the pack of the run.
///
/// Accessibility: a section under its heading, a heading for each part of the report; each link
/// says number, publisher and date of the reference, and the sentence before it is its context.
#[component]
pub fn ClaimEvidence(run: RunId, document: ReportDocument) -> impl IntoView {
    let parts = document
        .statements()
        .into_iter()
        .map(|(place, statements)| {
            let statements = statements
                .into_iter()
                .map(|statement| entry(run, &statement, &document.references))
                .collect_view();
            view! {
                <h3 class="claim-list__place">{place}</h3>
                <ol class="claim-list__claims">{statements}</ol>
            }
        })
        .collect_view();
    view! {
        <section class="claim-list" id="claims" aria-labelledby="claims-title">
            <h2 class="claim-list__title" id="claims-title">
                "Evidence of each claim"
            </h2>
            {parts}
        </section>
    }
}

fn entry(run: RunId, statement: &Statement<'_>, references: &[Reference]) -> impl IntoView + use<> {
    let links = statement
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
    let evidence = if statement.evidence.is_empty() {
        view! { <p class="claim-list__kind">"The development that it follows from is not shown."</p> }
            .into_any()
    } else {
        view! { <ul class="claim-list__evidence">{links}</ul> }.into_any()
    };
    view! {
        <li class="claim-list__claim">
            <p>
                <span class="claim-list__kind">{format!("{}: ", statement.kind.label())}</span>
                {statement.text.to_owned()}
            </p>
            {evidence}
        </li>
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
