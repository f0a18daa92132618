use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        moment::moment_words,
        scope::counted,
    },
    page::dashboard::display_name,
    ssr::page,
};
use domain::{
    id::SpecificationId,
    specification::{Change, Field, Specification, needs_activation},
};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, specification::Comparison as Compared};

/// Two versions of a specification side by side, as far as they differ. Which
/// two is in the address: `?from=2&to=3`.
#[component]
pub fn Comparison() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Compare versions", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let actor = request.actor()?;
        let (from, to) = (request.parsed("from"), request.parsed("to"));
        let compared = request.orchestrator.compare_versions(actor, id, from, to).await?;
        let now = request.orchestrator.now().await?;
        let zone = actor.membership.as_ref().map_or("UTC", |membership| &membership.time_zone);
        let statement = statement(&compared, now, zone);
        let specification = format!("/specifications/{id}");
        let (from, to) = (compared.before.number, compared.after.number);
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/specifications", "Specifications"), step(&specification, &display_name(&compared.name))] />
                <h1 class="page-header__title">
                    {format!("Version {from} and version {to}")}
                </h1>
                <p class="statement">{statement}</p>
            </div>
            <VersionForm numbers=compared.numbers.clone() from to />
            {if compared.changes.is_empty() {
                view! { <Same /> }.into_any()
            } else {
                view! { <Differences compared /> }.into_any()
            }}
        })
    })
}

/// When and by whom the later version was saved, why, and what follows from it.
fn statement(compared: &Compared, now: Timestamp, zone: &str) -> String {
    let Compared { before, after, .. } = compared;
    let saved = format!(
        "Version {} was saved {} by {}.",
        after.number,
        moment_words(after.saved_at, now, zone),
        after.author
    );
    let consequence = if before.specification == after.specification {
        ""
    } else if needs_activation(&before.specification, &after.specification) {
        " A change like this needs activation."
    } else {
        " Name and report options need no activation."
    };
    let reason = if after.reason.is_empty() {
        String::new()
    } else {
        format!(" Reason given: “{}”", after.reason)
    };
    format!("{saved}{consequence}{reason}")
}

/// Which two versions; the choice is the address.
#[component]
fn VersionForm(
    /// The newest first.
    numbers: Vec<u32>,
    from: u32,
    to: u32,
) -> impl IntoView {
    let select = |name: &'static str, label: &'static str, chosen: u32| {
        let options = numbers
            .iter()
            .map(|number| {
                view! {
                    <option value=number.to_string() selected=*number == chosen>
                        {format!("Version {number}")}
                    </option>
                }
            })
            .collect_view();
        view! {
            <div class="field">
                <label class="field__label" for=name>
                    {label}
                </label>
                <select class="field__select" id=name name=name>
                    {options}
                </select>
            </div>
        }
    };
    view! {
        <form class="filter-form" method="get">
            {select("from", "From", from)} {select("to", "To", to)}
            <div class="filter-form__actions">
                <button class="button">"Compare"</button>
            </div>
        </form>
    }
}

#[component]
fn Same() -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"Nothing differs"</h2>
            <p>"Both versions give the same answers. Choose two others above."</p>
        </div>
    }
}

#[component]
fn Differences(compared: Compared) -> impl IntoView {
    let Compared { before, after, changes, .. } = compared;
    let changed = counted(changes.len(), "answer differs", "answers differ");
    let same = counted(Field::ALL.len() - changes.len(), "is", "are");
    let caption = format!("{changed}, {same} the same");
    let labels = [before.number, after.number].map(|number| format!("Version {number}"));
    let rows = changes
        .into_iter()
        .map(|change| {
            let as_before = list_length(change.field, &after.specification)
                .map(|length| length.saturating_sub(change.added.len()));
            view! { <DifferenceRow change as_before labels=labels.clone() /> }
        })
        .collect_view();
    let [from, to] = labels;
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Answer"</th>
                    <th scope="col">{from}</th>
                    <th scope="col">{to}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// Number of entries of an answer that is a list.
fn list_length(field: Field, of: &Specification) -> Option<usize> {
    match field {
        Field::Deliverables => Some(of.scope.deliverables.len()),
        Field::Regions => Some(of.scope.regions.len()),
        Field::Links => Some(of.scope.links.len()),
        Field::Watchlist => Some(of.watchlist.len()),
        Field::Sections => Some(of.options.sections.len()),
        Field::Panels => Some(of.portfolio.as_ref().map_or(0, |order| order.panels.len())),
        _ => None,
    }
}

/// A list names only what came and went; a single value stands whole. So does a
/// list in another order.
#[component]
fn DifferenceRow(
    change: Change,
    /// Entries of a list that are in both.
    as_before: Option<usize>,
    labels: [String; 2],
) -> impl IntoView {
    let [from, to] = labels;
    let (before, after) = if change.added.is_empty() && change.removed.is_empty() {
        (change.before.into_any(), change.after.into_any())
    } else {
        let has_removed = !change.removed.is_empty();
        let has_entries = !change.added.is_empty() || as_before.is_some_and(|same| same > 0);
        let removed = change.removed.into_iter().map(|name| {
            view! {
                <li>
                    <del class="version-diff__change">
                        <span class="version-diff__word">"Removed"</span>
                        {name}
                    </del>
                </li>
            }
        });
        let added = change.added.into_iter().map(|name| {
            view! {
                <li>
                    <ins class="version-diff__change">
                        <span class="version-diff__word">"Added"</span>
                        {name}
                    </ins>
                </li>
            }
        });
        let same = as_before.filter(|same| *same > 0).map(|same| {
            view! { <li class="version-diff__same">{format!("and {same} as before")}</li> }
        });
        (
            has_removed
                .then(|| view! { <ul class="version-diff__list">{removed.collect_view()}</ul> })
                .into_any(),
            has_entries
                .then(|| {
                    view! { <ul class="version-diff__list">{added.collect_view()} {same}</ul> }
                })
                .into_any(),
        )
    };
    view! {
        <tr>
            <th scope="row">{change.field.label()}</th>
            <td data-label=from>{before}</td>
            <td data-label=to>{after}</td>
        </tr>
    }
}
