use crate::{
    component::{
        run_filter::RunQuery,
        run_table::{RunList, Whose},
    },
    ssr::page,
};
use leptos::prelude::*;

/// The runs of all workspaces, for who keeps the platform running.
#[component]
pub fn Runs() -> impl IntoView {
    page("All runs", |request| async move {
        let actor = request.actor()?;
        actor.require_admin()?;
        let query = RunQuery::read(|name| request.query(name));
        let listed = match query.parse(&[]) {
            Ok((filter, before)) => {
                Ok(request.orchestrator.platform_history(actor, &filter, before).await?)
            }
            Err(problems) => Err(problems),
        };
        let now = request.orchestrator.now().await?;
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"All runs"</h1>
                <p class="statement">
                    "The runs of every workspace. What they report is read only by members of theirs."
                </p>
            </div>
            <RunList
                path="/admin/runs"
                caption="Runs of all workspaces, newest first"
                query
                listed
                whose=Whose::Everybody
                now
                zone=request.time_zone().to_owned()
            >
                <div class="empty-state">
                    <h2 class="empty-state__title">"No run yet"</h2>
                    <p>"Nobody has started one. Each stands here from the moment it is started."</p>
                </div>
            </RunList>
        })
    })
}
