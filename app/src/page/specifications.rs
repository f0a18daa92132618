use crate::{
    component::{icon::Icon, moment::Moment, scope::counted, state::SpecificationStateChip},
    page::dashboard::display_name,
    ssr::page,
};
use domain::{specification::SpecificationState, workspace::Role};
use jiff::Timestamp;
use leptos::prelude::*;
use storage::specification::Summary;

/// All specifications of the workspace, cancelled ones included.
#[component]
pub fn Specifications() -> impl IntoView {
    page("Specifications", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let zone = membership.time_zone.clone();
        let caption =
            format!("Specifications of {}, those in use first", membership.workspace_name);
        let may_edit = actor.may(Role::Editor);
        let listed = request.orchestrator.list_specifications(actor).await?;
        let now = request.orchestrator.now().await?;
        let summaries: Vec<Summary> = listed.into_iter().map(|(summary, _)| summary).collect();
        let is_empty = summaries.is_empty();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Specifications"</h1>
                {(!is_empty).then(|| view! { <p class="statement">{statement(&summaries)}</p> })}
                {(may_edit && !is_empty)
                    .then(|| {
                        view! {
                            <div class="page-header__actions">
                                <NewLink words="New specification" />
                            </div>
                        }
                    })}
            </div>
            {if is_empty {
                view! { <Empty may_edit /> }.into_any()
            } else {
                view! { <Table summaries caption now zone /> }.into_any()
            }}
        })
    })
}

/// `7 specifications, 3 of them active.`
fn statement(summaries: &[Summary]) -> String {
    let active =
        summaries.iter().filter(|summary| summary.state == SpecificationState::Active).count();
    let all = counted(summaries.len(), "specification", "specifications");
    match (summaries.len(), active) {
        (_, 0) => format!("{all}, none of them active."),
        (1, _) => format!("{all}, and it is active."),
        _ => format!("{all}, {active} of them active."),
    }
}

#[component]
fn NewLink(words: &'static str) -> impl IntoView {
    view! {
        <a class="button button--primary" href="/specifications/new">
            <Icon name="plus" />
            {words}
        </a>
    }
}

#[component]
fn Empty(may_edit: bool) -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"No specification yet"</h2>
            <p>
                "A specification says what your reports cover and how often they are written. It \
                 begins as a draft that only your workspace sees."
            </p>
            {may_edit
                .then(|| {
                    view! {
                        <p>
                            <NewLink words="Write the first specification" />
                        </p>
                    }
                })}
        </div>
    }
}

#[component]
fn Table(summaries: Vec<Summary>, caption: String, now: Timestamp, zone: String) -> impl IntoView {
    let rows = summaries
        .into_iter()
        .map(|summary| view! { <Row summary now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Cadence"</th>
                    <th scope="col">"Tier"</th>
                    <th scope="col">"Last saved"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(summary: Summary, now: Timestamp, zone: String) -> impl IntoView {
    let (cadence, tier) = match &summary.current {
        Some(current) if current.portfolio.is_some() => (current.cadence.label(), "Portfolio desk"),
        Some(current) => (current.cadence.label(), current.tier.label()),
        // Chosen perhaps, but not in a version yet.
        None => ("Not settled", "Not settled"),
    };
    let waits_beside = summary.awaits_review && summary.state != SpecificationState::Submitted;
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("/specifications/{}", summary.id)>{display_name(&summary.name)}</a>
            </th>
            <td data-label="State">
                <SpecificationStateChip state=summary.state />
                {waits_beside
                    .then(|| {
                        view! {
                            <span class="data-table__sub">"a new version waits for activation"</span>
                        }
                    })}
            </td>
            <td data-label="Cadence">{cadence}</td>
            <td data-label="Tier">{tier}</td>
            <td data-label="Last saved">
                <Moment at=summary.draft_saved_at now zone />
            </td>
        </tr>
    }
}
