use super::entitlement_form::EntitlementForm;
use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        entitlement::{EntitlementState, entitlement_words},
        moment::Moment,
        scope::counted,
    },
    ssr::{TypedEntitlement, page},
};
use domain::{cadence::local_date, id::WorkspaceId};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{Refusal, UseCaseError};
use storage::workspace::WorkspaceRow;

/// Every workspace with what it has bought.
#[component]
pub fn Workspaces() -> impl IntoView {
    page("Workspaces", |request| async move {
        let workspaces = request.orchestrator.workspaces(request.actor()?).await?;
        let now = request.orchestrator.now().await?;
        let count = counted(workspaces.len(), "workspace", "workspaces");
        let rows = workspaces
            .into_iter()
            .map(|workspace| row(workspace, now))
            .collect::<Result<Vec<_>, _>>()?;
        let content = if rows.is_empty() {
            view! {
                <div class="empty-state">
                    <h2 class="empty-state__title">"No workspace yet"</h2>
                    <p>"A workspace is made together with the account of its first member."</p>
                </div>
            }
            .into_any()
        } else {
            view! { <Table rows /> }.into_any()
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Workspaces"</h1>
                <p class="statement">{format!("{count} on this platform.")}</p>
            </div>
            {content}
        })
    })
}

#[component]
fn Table(rows: Vec<AnyView>) -> impl IntoView {
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Workspaces by name"</caption>
            <thead>
                <tr>
                    <th scope="col">"Workspace"</th>
                    <th scope="col">"Time zone"</th>
                    <th scope="col" class="numeric">
                        "Members"
                    </th>
                    <th scope="col">"Entitlement"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(workspace: WorkspaceRow, now: Timestamp) -> Result<AnyView, UseCaseError> {
    let today = local_date(&workspace.time_zone, now)?;
    let words = workspace.entitlement.as_ref().map(entitlement_words);
    Ok(view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("/admin/workspaces/{}", workspace.id)>{workspace.name}</a>
            </th>
            <td data-label="Time zone">{workspace.time_zone}</td>
            <td data-label="Members" class="numeric">
                {workspace.members}
            </td>
            <td data-label="Entitlement">
                <EntitlementState entitlement=workspace.entitlement today />
                {words.map(|words| view! { <span class="data-table__sub">{words}</span> })}
            </td>
        </tr>
    }
    .into_any())
}

/// One workspace: what it has bought, and the form that grants it anew.
#[component]
pub fn Workspace() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("workspace"));
    page("Workspace", |request| async move {
        let id: WorkspaceId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let workspace = request.orchestrator.view_workspace(request.actor()?, id).await?;
        let now = request.orchestrator.now().await?;
        let today = local_date(&workspace.time_zone, now)?;
        let typed = match request.typed_entitlement(id).await {
            Some(typed) => typed,
            None => workspace.entitlement.as_ref().map(TypedEntitlement::from).unwrap_or_default(),
        };
        let refusal = request.query("refused").and_then(Refusal::from_code);
        let statement = workspace.entitlement.as_ref().map_or_else(
            || "Nothing is granted yet, so no specification of it can be activated.".to_owned(),
            |entitlement| format!("{}.", entitlement_words(entitlement)),
        );
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/workspaces", "Workspaces")] />
                <h1 class="page-header__title">{workspace.name}</h1>
                <p class="page-header__state">
                    <EntitlementState entitlement=workspace.entitlement today />
                </p>
                <p class="statement">{statement}</p>
                <p>
                    {format!(
                        "{}, times in {}, since ",
                        counted(
                            usize::try_from(workspace.members).unwrap_or_default(),
                            "member",
                            "members",
                        ),
                        workspace.time_zone,
                    )}
                    <Moment
                        at=workspace.created_at
                        now
                        zone=request.time_zone().to_owned()
                    />
                </p>
                <p>
                    <a href=format!(
                        "/admin/workspaces/{id}/language-model",
                    )>"Use of the language model"</a>
                </p>
                <p>
                    <a href=format!("/admin/workspaces/{id}/licences")>
                        "Licences that it holds itself"
                    </a>
                </p>
            </div>
            <section class="section" aria-labelledby="grant">
                <h2 class="section__title" id="grant">
                    "Grant an entitlement"
                </h2>
                <p>"The newest grant counts from the moment it is made; earlier ones stay on record."</p>
                <EntitlementForm workspace=id typed refusal />
            </section>
        })
    })
}
