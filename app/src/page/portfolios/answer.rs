use crate::{
    component::{panel::Panel, withheld::Attributions},
    ssr::Request,
    view::execution::provenance,
};
use executor::pattern::PanelDocument;
use leptos::prelude::*;
use orchestrator::{execution::ExecutionAnswer, rights::Terms};
use std::sync::Arc;

/// The panels of an answer that are shown, each with where it comes from, under the words that
/// the licences of their data ask for.
pub fn answer_panels(
    request: &Request,
    pattern: &str,
    answer: ExecutionAnswer,
    terms: Terms,
    currency: &str,
    is_shown: impl Fn(&PanelDocument) -> bool,
) -> AnyView {
    let plan = request.orchestrator.patterns().get(pattern).map(Arc::clone);
    let ExecutionAnswer { panels, trace, inputs, .. } = answer;
    let panels = panels
        .into_iter()
        .filter(is_shown)
        .map(|panel| {
            let found = trace.panels.iter().find(|known| known.id == panel.id);
            let provenance =
                found.map(|panel| provenance(panel, &trace, plan.as_deref(), inputs.as_object()));
            view! { <Panel panel currency=Some(currency.to_owned()) provenance /> }
        })
        .collect_view();
    view! {
        <Attributions terms />
        <div class="panels">{panels}</div>
    }
    .into_any()
}
