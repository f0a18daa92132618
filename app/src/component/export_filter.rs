use super::{
    export_query::{ExportQuery, PENDING_NOW},
    icon::Icon,
};
use domain::{
    id::WorkspaceId,
    rights::{ExportOutcome, ExportStage, Format},
};
use leptos::prelude::*;

/// The form above the list. `GET`, so the filter can be kept and sent on.
#[component]
pub fn ExportFilterForm(
    path: &'static str,
    query: ExportQuery,
    providers: Vec<String>,
    workspaces: Vec<(WorkspaceId, String)>,
    /// Ids of the controls that could not be read.
    wrong: Vec<&'static str>,
) -> impl IntoView {
    let invalid = move |field: &str| wrong.contains(&field).then_some("true");
    let can_clear = query.is_filtered() || !query.before.is_empty();
    let providers = providers.into_iter().map(|id| (id.clone(), id)).collect();
    let formats = Format::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned()));
    let outcomes =
        ExportOutcome::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned()));
    let stages = ExportStage::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned()));
    let now = vec![(PENDING_NOW.to_owned(), "Being made right now".to_owned())];
    let workspaces = workspaces.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    view! {
        <form class="filter-form" method="get" action=path role="search">
            <Choice
                id="workspace"
                label="Workspace"
                options=workspaces
                chosen=query.workspace
                invalid=invalid("workspace")
            />
            <Text
                id="user"
                label="Who"
                hint="Name or e-mail"
                value=query.user
                invalid=invalid("user")
            />
            <Text
                id="subject"
                label="Run, execution or large export"
                hint="Its id"
                value=query.subject
                invalid=invalid("subject")
            />
            <Text
                id="portfolio"
                label="Portfolio"
                hint="Its id"
                value=query.portfolio
                invalid=invalid("portfolio")
            />
            <Text id="trace" label="Trace" hint="Its id" value=query.trace invalid=invalid("trace") />
            <Choice
                id="provider"
                label="Provider"
                options=providers
                chosen=query.provider
                invalid=invalid("provider")
            />
            <Choice
                id="format"
                label="Format"
                options=formats.collect()
                chosen=query.format
                invalid=invalid("format")
            />
            <Choice
                id="outcome"
                label="Decision"
                options=outcomes.collect()
                chosen=query.outcome
                invalid=invalid("outcome")
            />
            <Choice
                id="stage"
                label="Stage"
                options=stages.collect()
                chosen=query.stage
                invalid=invalid("stage")
            />
            <Choice
                id="pending"
                label="Progress"
                options=now
                chosen=query.pending
                invalid=invalid("pending")
            />
            <DayField id="from" label="From" value=query.from invalid=invalid("from") />
            <DayField id="to" label="To" value=query.to invalid=invalid("to") />
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
                {can_clear
                    .then(|| view! { <a class="button button--quiet" href=path>"Clear"</a> })}
            </div>
        </form>
    }
}

#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
    invalid: Option<&'static str>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <select class="field__select" id=id name=id aria-invalid=invalid>
                <option value="">"Any"</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn Text(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    invalid: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input
                class="field__input"
                id=id
                name=id
                value=value
                placeholder=hint
                aria-invalid=invalid
            />
        </div>
    }
}

#[component]
fn DayField(
    id: &'static str,
    label: &'static str,
    value: String,
    invalid: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input class="field__input" id=id name=id type="date" value=value aria-invalid=invalid />
        </div>
    }
}
