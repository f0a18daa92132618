use crate::{
    component::{
        icon::Icon,
        run_filter::RunQuery,
        run_table::{RunList, Whose},
    },
    page::dashboard::display_name,
    ssr::page,
};
use domain::workspace::Role;
use leptos::prelude::*;

/// Every run and every report of the workspace, the newest first; the filter
/// and the place in the list are the address.
#[component]
pub fn History() -> impl IntoView {
    page("History", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let specifications: Vec<_> = request
            .orchestrator
            .list_specifications(actor)
            .await?
            .into_iter()
            .map(|(summary, _)| (summary.id, display_name(&summary.name)))
            .collect();
        let query = RunQuery::read(|name| request.query(name));
        let listed = match query.parse(&specifications) {
            Ok((filter, before)) => {
                Ok(request.orchestrator.history(actor, &filter, before).await?)
            }
            Err(problems) => Err(problems),
        };
        let now = request.orchestrator.now().await?;
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"History"</h1>
                <p class="statement">"Every run and every report, kept for good."</p>
            </div>
            <RunList
                path="/history"
                caption=format!("Runs of {}, newest first", membership.workspace_name)
                query
                listed
                whose=Whose::Workspace { specifications }
                now
                zone=membership.time_zone.clone()
            >
                <NoneYet />
            </RunList>
        })
    })
}

#[component]
fn NoneYet() -> impl IntoView {
    view! {
        <div class="empty-state">
            <svg class="icon icon--large" aria-hidden="true">
                <use href="#icon-history"></use>
            </svg>
            <h2 class="empty-state__title">"No run yet"</h2>
            <p>
                "Each run stands here from the moment it is started, with its report once that is \
                 sealed. An active specification is run from the dashboard."
            </p>
            <p>
                <a class="button" href="/">
                    <Icon name="dashboard" />
                    "To the dashboard"
                </a>
            </p>
        </div>
    }
}
