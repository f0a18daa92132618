use crate::{
    action::GrantEntitlement,
    component::{
        entitlement::{EntitlementState, entitlement_words, tier_words},
        input_field::InputField,
        moment::Moment,
        scope::counted,
    },
    ssr::{TypedEntitlement, page},
};
use domain::{
    cadence::{Cadence, local_date},
    id::WorkspaceId,
    price::Tier,
};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
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
        let form = match request.typed_entitlement(id).await {
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
                <nav class="breadcrumb" aria-label="Breadcrumb">
                    <ol class="breadcrumb__list">
                        <li class="breadcrumb__item">
                            <a class="breadcrumb__link" href="/admin/workspaces">
                                "Workspaces"
                            </a>
                        </li>
                    </ol>
                </nav>
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
            </div>
            <section class="section" aria-labelledby="grant">
                <h2 class="section__title" id="grant">
                    "Grant an entitlement"
                </h2>
                <p>"The newest grant counts from the moment it is made; earlier ones stay on record."</p>
                <GrantForm id form refusal />
            </section>
        })
    })
}

#[component]
fn GrantForm(
    id: WorkspaceId,
    /// What was refused just now, else the present entitlement, else nothing chosen.
    form: TypedEntitlement,
    refusal: Option<Refusal>,
) -> impl IntoView {
    let cadences = Cadence::ALL.iter().map(|cadence| (cadence.id(), cadence.to_string())).collect();
    let tiers = Tier::ALL.iter().map(|tier| (tier.id(), tier_words(*tier))).collect();
    let error = |wanted: Refusal| {
        refusal.filter(|refusal| *refusal == wanted).map(|refusal| refusal.message().to_owned())
    };
    view! {
        <form class="short-form" method="post" action=GrantEntitlement::PATH>
            <input type="hidden" name="workspace" value=id.to_string() />
            <Choice
                id="cadence"
                label="Cadence"
                hint="The most frequent one that is paid for."
                none="Choose a cadence"
                options=cadences
                chosen=form.cadence
            />
            <Choice
                id="tier"
                label="Tier"
                hint="Limits deliverables, regions and watch-listed companies."
                none="Choose a tier"
                options=tiers
                chosen=form.tier
            />
            <fieldset class="question">
                <legend class="question__legend">"Extras"</legend>
                <div class="question__body">
                    <div class="choice-list">
                        <Extra name="company_news" label="Company news" checked=form.company_news />
                        <Extra
                            name="value_chain_links"
                            label="Value-chain links"
                            checked=form.value_chain_links
                        />
                    </div>
                </div>
            </fieldset>
            <InputField
                id="seats"
                label="Seats"
                kind="number"
                value=form.seats
                error=error(Refusal::EntitlementSeats)
            />
            <InputField id="valid_from" label="Valid from" kind="date" value=form.valid_from error=None />
            <InputField
                id="valid_until"
                label="Valid until"
                hint="This day included, by the workspace's clock."
                kind="date"
                value=form.valid_until
                error=error(Refusal::EntitlementDates)
            />
            <button class="button button--primary">"Grant"</button>
        </form>
    }
}

#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    /// The first option, which is no answer.
    none: &'static str,
    options: Vec<(&'static str, String)>,
    chosen: String,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <p class="field__hint" id=hint_id.clone()>
                {hint}
            </p>
            <select class="field__select" id=id name=id required aria-describedby=hint_id>
                <option value="">{none}</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn Extra(name: &'static str, label: &'static str, checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="choice__box" type="checkbox" name=name value="on" checked=checked />
            <span class="choice__name">{label}</span>
        </label>
    }
}
