use crate::{
    component::{breadcrumb::Breadcrumb, funnel::FunnelSection},
    ssr::page,
};
use domain::id::RunId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::UseCaseError;

/// How the items of a run's pack were selected for its report, each gate with its reason.
#[component]
pub fn RunFunnel() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("run"));
    page("How a report was selected", |request| async move {
        let id: RunId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let steps = request.orchestrator.run_funnel(request.actor()?, id).await?;
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[(format!("/runs/{id}/report"), "Report".to_owned())] />
                <h1 class="page-header__title">"How it was selected"</h1>
                <p class="statement">
                    "From the sealed pack to what the report could be written of. What is outside the \
                     specification stays outside; nothing comes back to fill a page."
                </p>
            </div>
            <FunnelSection title="Gates and their reasons" steps />
        })
    })
}
