use crate::{
    action::{RecordLicence, WithdrawLicence},
    component::{
        breadcrumb::{Breadcrumb, step},
        error_summary::FieldErrorText,
        input_field::InputField,
    },
    ssr::{TypedLicence, page},
};
use domain::{cadence::local_date, id::WorkspaceId, rights::Right};
use jiff::civil::Date;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{Refusal, UseCaseError};
use storage::workspace_licence::WorkspaceLicence;

/// What one workspace has bought of providers itself, and the form that records more.
#[component]
pub fn Licences() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("workspace"));
    page("Licences", |request| async move {
        let id: WorkspaceId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let actor = request.actor()?;
        let workspace = request.orchestrator.view_workspace(actor, id).await?;
        let licences = request.orchestrator.workspace_licences(actor, id).await?;
        let (registry, _) = request.orchestrator.view_rights(actor)?;
        let providers = registry.providers().map(|(id, _)| id.to_string()).collect();
        let today = local_date(&workspace.time_zone, request.orchestrator.now().await?)?;
        let typed = request.typed_licence(id).await.unwrap_or_default();
        let refusal = request.query("refused").and_then(Refusal::from_code);
        let content = if licences.is_empty() {
            view! {
                <div class="empty-state">
                    <h2 class="empty-state__title">"No licence of its own"</h2>
                    <p>"Exports of this workspace are decided by the platform's licences alone."</p>
                </div>
            }
            .into_any()
        } else {
            view! { <Table licences today /> }.into_any()
        };
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/workspaces", "Workspaces"), step(&format!("/admin/workspaces/{id}"), &workspace.name)] />
                <h1 class="page-header__title">{format!("Licences of {}", workspace.name)}</h1>
                <p class="statement">
                    "What the workspace has bought of providers itself adds to what the platform may do. \
                     Attributions and watermarks stay due."
                </p>
            </div>
            {content}
            <section class="section" aria-labelledby="record">
                <h2 class="section__title" id="record">
                    "Record a licence"
                </h2>
                <Form id providers typed refusal />
            </section>
        })
    })
}

#[component]
fn Table(licences: Vec<WorkspaceLicence>, today: Date) -> impl IntoView {
    let rows = licences.into_iter().map(|licence| row(licence, today)).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Licences, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Provider"</th>
                    <th scope="col">"Rights"</th>
                    <th scope="col">"Contract"</th>
                    <th scope="col">"Days"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(licence: WorkspaceLicence, today: Date) -> AnyView {
    let state = if licence.withdrawn_at.is_some() {
        "Withdrawn"
    } else if today < licence.valid_from {
        "Not yet valid"
    } else if today > licence.valid_until {
        "Expired"
    } else {
        "Valid"
    };
    let can_end = licence.withdrawn_at.is_none() && today <= licence.valid_until;
    let withdraw = can_end.then(|| {
        view! {
            <form method="post" action=WithdrawLicence::PATH>
                <input type="hidden" name="licence" value=licence.id.to_string() />
                <button class="button button--small">
                    "Withdraw"
                    <span class="visually-hidden">{format!(" the licence of {}", licence.provider)}</span>
                </button>
            </form>
        }
    });
    let rights: Vec<&str> = licence.rights.iter().map(|right| right.label()).collect();
    view! {
        <tr>
            <th scope="row">{licence.provider.to_string()}</th>
            <td data-label="Rights">{rights.join(", ")}</td>
            <td data-label="Contract" class="data-table__name">
                {licence.reference}
                <span class="data-table__sub">{format!("Recorded by {}", licence.recorded_by)}</span>
            </td>
            <td data-label="Days">{format!("{} to {}", licence.valid_from, licence.valid_until)}</td>
            <td data-label="State">{state} {withdraw}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Form(
    id: WorkspaceId,
    providers: Vec<String>,
    /// What was refused just now, else nothing.
    typed: TypedLicence,
    refusal: Option<Refusal>,
) -> impl IntoView {
    let error = move |wanted: Refusal| {
        refusal.filter(|refusal| *refusal == wanted).map(|refusal| refusal.message().to_owned())
    };
    let options = providers
        .into_iter()
        .map(|provider| {
            let selected = provider == typed.provider;
            view! { <option value=provider.clone() selected=selected>{provider.clone()}</option> }
        })
        .collect_view();
    let rights = Right::ALL
        .iter()
        .enumerate()
        .map(|(index, right)| {
            let checked = typed.rights.iter().any(|id| id == right.id());
            view! {
                <label class="choice">
                    <input
                        class="choice__box"
                        type="checkbox"
                        name=format!("rights[{index}]")
                        value=right.id()
                        checked=checked
                    />
                    <span class="choice__name">{right.label()}</span>
                </label>
            }
        })
        .collect_view();
    let rights_error = error(Refusal::LicenceForm);
    let described_by = rights_error.is_some().then_some("rights-error");
    view! {
        <form class="short-form" method="post" action=RecordLicence::PATH>
            <input type="hidden" name="workspace" value=id.to_string() />
            <div class="field">
                <label class="field__label" for="provider">"Provider"</label>
                <select class="field__select" id="provider" name="provider" required>
                    <option value="">"Choose a provider"</option>
                    {options}
                </select>
            </div>
            <fieldset class="question" aria-describedby=described_by>
                <legend class="question__legend">"What it allows"</legend>
                <div class="question__body">
                    {rights_error
                        .map(|message| view! { <FieldErrorText id="rights-error" message /> })}
                    <div class="choice-list">{rights}</div>
                </div>
            </fieldset>
            <InputField
                id="reference"
                label="Where the contract is"
                hint="Its number or its place in the files, so that somebody can look it up."
                kind="text"
                value=typed.reference
                error=None
            />
            <InputField
                id="valid_from"
                label="Valid from"
                kind="date"
                value=typed.valid_from
                error=None
            />
            <InputField
                id="valid_until"
                label="Valid until"
                hint="This day included, by the workspace's clock."
                kind="date"
                value=typed.valid_until
                error=error(Refusal::LicenceDates)
            />
            <button class="button button--primary">"Record the licence"</button>
        </form>
    }
}
