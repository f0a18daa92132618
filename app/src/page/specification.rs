//! One specification: where it stands, what can be done, what it orders, how it
//! came about.

mod actions;
mod decisions;
mod schedule;
mod standing;
mod versions;

use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        icon::Icon,
        moment::moment_words,
        override_list::OverrideList,
        quote::QuotePanel,
        scope::{ScopeFacts, counted},
        state::SpecificationStateChip,
    },
    page::dashboard::{display_name, sentence},
    ssr::page,
};
use actions::{HeaderActions, Offer, OtherActions};
use decisions::Decisions;
use domain::{
    id::SpecificationId,
    specification::{FieldError, SpecificationState, check},
    workspace::Role,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    run::{BlockReason, QueueFull, Readiness},
    specification::SpecificationView,
};
use schedule::Schedule;
use standing::Standing;
use storage::specification::Version;
use versions::Versions;

#[component]
pub fn Specification() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Specification", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let actor = request.actor()?;
        let view = request.orchestrator.view_specification(actor, id).await?;
        let overrides = request.orchestrator.list_overrides(actor, id).await?;
        let schedule = view.schedule.clone();
        let may_edit = actor.may(Role::Editor);
        let now = schedule.now;
        let zone = view.time_zone.clone();
        let offer = Offer::of(&view, actor);
        let (typed, refusal) = (request.typed_reason(id).await, request.refusal());
        let standing = Standing::of(&view);
        let blocked = match &view.readiness {
            Readiness::Blocked(reason) if request.query("blocked") == Some("1") => {
                Some(reason.clone())
            }
            _ => None,
        };
        let statement = joined(
            &sentence(&view.summary, &view.readiness, now, &zone),
            standing.statement().as_deref(),
        );
        let gaps = (view.row.state != SpecificationState::Cancelled)
            .then(|| check(&view.row.draft).err())
            .flatten();
        let quote = view.newest().map(|newest| {
            let saved = moment_words(newest.saved_at, now, &zone);
            (newest.quote.clone(), format!("Stored with version {}, {saved}.", newest.number))
        });
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/specifications", "Specifications")] />
                <h1 class="page-header__title">{display_name(&view.row.name)}</h1>
                <p class="page-header__state">
                    <SpecificationStateChip state=view.row.state />
                </p>
                <p class="statement">{statement}</p>
                <HeaderActions offer=offer.clone() />
            </div>
            {blocked.map(|reason| view! { <BlockedNotice reason /> })}
            {gaps.map(|gaps| view! { <Gaps gaps edit=offer.edit.then_some(id) /> })}
            <div class="split">
                <div class="page">
                    <OtherActions offer typed refusal />
                    <Schedule id view=schedule may_edit />
                    <Orders view=view.clone() standing />
                    {(!view.versions.is_empty())
                        .then(|| {
                            view! {
                                <section class="section" aria-labelledby="versions">
                                    <h2 class="section__title" id="versions">
                                        "Versions"
                                    </h2>
                                    <Versions
                                        specification=id
                                        versions=view.versions
                                        standing
                                        now
                                        zone=zone.clone()
                                    />
                                </section>
                            }
                        })}
                    {(!overrides.is_empty())
                        .then(|| {
                            view! {
                                <section class="section" aria-labelledby="overrides">
                                    <h2 class="section__title" id="overrides">
                                        "Overrides"
                                    </h2>
                                    <OverrideList overrides runs_lead=true now zone=zone.clone() />
                                </section>
                            }
                        })}
                    <section class="section" aria-labelledby="decisions">
                        <h2 class="section__title" id="decisions">
                            "Decisions"
                        </h2>
                        <Decisions decisions=view.decisions now zone />
                    </section>
                </div>
                {quote.map(|(quote, note)| view! { <QuotePanel quote note /> })}
            </div>
        })
    })
}

/// Two sentences; a person's words at the end of the first may lack a full stop.
fn joined(first: &str, second: Option<&str>) -> String {
    let stop = if first.ends_with(['.', '!', '?']) { "" } else { "." };
    second.map_or_else(|| format!("{first}{stop}"), |second| format!("{first}{stop} {second}"))
}

/// With a capital first.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}

/// Why the run that was asked for did not begin, with what to do.
#[component]
fn BlockedNotice(reason: BlockReason) -> impl IntoView {
    let title = match &reason {
        BlockReason::SlotTaken { .. } => "The period’s report exists already",
        BlockReason::GateClosed { .. } => "The evidence is not ready",
        BlockReason::NotActive { .. } => "It is not active",
        BlockReason::QueueFull(QueueFull::OfWorkspace { .. }) => "The workspace’s queue is full",
        BlockReason::QueueFull(QueueFull::OfAll) => "The queue is full",
        BlockReason::NoEntitlement
        | BlockReason::EntitlementExpired { .. }
        | BlockReason::ExceedsEntitlement { .. } => "The entitlement does not allow it",
    };
    view! {
        <div class="notice notice--attention" role="status" tabindex="-1">
            <Icon name="blocked" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{reason.message()}</p>
            </div>
        </div>
    }
}

/// What keeps the draft from becoming a version.
#[component]
fn Gaps(
    gaps: Vec<FieldError>,
    /// The specification, for a reader who may mend it.
    edit: Option<SpecificationId>,
) -> impl IntoView {
    let title = format!(
        "{} before the draft is complete",
        counted(gaps.len(), "answer needs mending", "answers need mending")
    );
    let items = gaps.into_iter().map(|gap| view! { <li>{gap.message}</li> }).collect_view();
    view! {
        <div class="notice notice--information">
            <Icon name="information" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <ul class="notice__list">{items}</ul>
                {edit
                    .map(|id| {
                        view! {
                            <p>
                                <a
                                    class="notice__link"
                                    href=format!("/specifications/{id}/edit?checked=1")
                                >
                                    "Go on with the draft"
                                </a>
                            </p>
                        }
                    })}
            </div>
        </div>
    }
}

/// What the versions that matter now order, each in full names.
#[component]
fn Orders(view: SpecificationView, standing: Standing) -> impl IntoView {
    let wanted = |version: &Version| standing.words(version.number).is_some();
    // The one in force first, then what may follow it.
    let mut versions: Vec<&Version> =
        view.versions.iter().filter(|version| wanted(version)).collect();
    versions.sort_by_key(|version| (standing.active != Some(version.number), version.number));
    versions
        .into_iter()
        .map(|version| {
            let number = version.number;
            let words = standing.words(number).unwrap_or_default();
            let heading = format!("version-{number}");
            view! {
                <section class="section" aria-labelledby=heading.clone()>
                    <h2 class="section__title" id=heading.clone()>
                        {format!("Version {number}, {words}")}
                    </h2>
                    <ScopeFacts specification=version.specification.clone() />
                </section>
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_kept_apart_whatever_a_reason_ends_with() {
        assert_eq!(joined("Reason: holidays", Some("Next.")), "Reason: holidays. Next.");
        assert_eq!(joined("It waits.", None), "It waits.");
    }
}
