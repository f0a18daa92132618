use crate::{
    action::TriggerRun,
    component::{
        field::ActionButton,
        icon::Icon,
        moment::{Moment, moment_words},
        state::State,
    },
    ssr::page,
};
use domain::{run::RunStatus, specification::SpecificationState, workspace::Role};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::run::{BlockReason, Readiness};
use storage::specification::Summary;

/// Each specification as a sentence: what state it is in, why, what to do next.
#[component]
pub fn Dashboard() -> impl IntoView {
    page("Dashboard", |request| async move {
        let actor = request.actor()?;
        if actor.membership.is_none() && actor.is_admin {
            crate::ssr::redirect_to("/admin");
            return Ok(().into_any());
        }
        let zone = actor.require(Role::Viewer)?.time_zone.clone();
        let may_edit = actor.may(Role::Editor);
        let listed = request.orchestrator.list_specifications(actor).await?;
        let now = request.orchestrator.now().await?;
        let listed: Vec<_> = listed
            .into_iter()
            .filter(|(summary, _)| summary.state != SpecificationState::Cancelled)
            .collect();
        let statement = statement(&listed, now, &zone);
        let cards = listed
            .into_iter()
            .map(|(summary, readiness)| {
                view! { <Card summary readiness now zone=zone.clone() may_edit /> }
            })
            .collect_view();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Dashboard"</h1>
                <p class="statement">{statement.clone()}</p>
                {may_edit
                    .then(|| {
                        view! {
                            <div class="page-header__actions">
                                <a class="button" href="/specifications/new">
                                    <Icon name="plus" />
                                    "New specification"
                                </a>
                            </div>
                        }
                    })}
            </div>
            {if statement.ends_with(NONE_YET) {
                view! { <Empty may_edit /> }.into_any()
            } else {
                view! { <div class="specification-list">{cards}</div> }.into_any()
            }}
        }
        .into_any())
    })
}

const NONE_YET: &str = "There is no specification yet.";

fn statement(listed: &[(Summary, Readiness)], now: Timestamp, zone: &str) -> String {
    let today = jiff::tz::TimeZone::get(zone)
        .map(|zone| now.to_zoned_datetime(zone).strftime("%A %-d %B %Y").to_string())
        .unwrap_or_default();
    if listed.is_empty() {
        return format!("{today}. {NONE_YET}");
    }
    let count = |wanted: fn(&Readiness) -> bool| {
        listed.iter().filter(|(_, readiness)| wanted(readiness)).count()
    };
    let ready = count(|readiness| matches!(readiness, Readiness::Ready { .. }));
    let live = count(|readiness| matches!(readiness, Readiness::Live { .. }));
    let done =
        count(|readiness| matches!(readiness, Readiness::Blocked(BlockReason::SlotTaken { .. })));
    let said: Vec<String> =
        [(ready, "ready to run"), (live, "being written"), (done, "complete for the period")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, words)| format!("{n} {words}"))
            .collect();
    if said.is_empty() {
        format!("{today}. No report is ready to run.")
    } else {
        format!("{today}. Reports: {}.", said.join(", "))
    }
}

#[component]
fn Empty(may_edit: bool) -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"Begin with a specification"</h2>
            <p>
                "It says what your reports cover, where, and how often. An administrator activates it; \
                 then each period has its report."
            </p>
            {may_edit
                .then(|| {
                    view! {
                        <p>
                            <a class="button button--primary" href="/specifications/new">
                                <Icon name="plus" />
                                "Write a specification"
                            </a>
                        </p>
                    }
                })}
        </div>
    }
}

#[component]
fn Card(
    summary: Summary,
    readiness: Readiness,
    now: Timestamp,
    zone: String,
    may_edit: bool,
) -> impl IntoView {
    let heading = format!("specification-{}", summary.id);
    let labelled_by = heading.clone();
    let page = format!("/specifications/{}", summary.id);
    let name = display_name(&summary.name);
    let sentence = sentence(&summary, &readiness, now, &zone);
    let scope = summary.current.as_ref().map(|current| {
        let counted = |n: usize, one: &str, many: &str| {
            if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
        };
        if let Some(order) = &current.portfolio {
            let words = [
                "a portfolio".to_owned(),
                counted(order.panels.len(), "panel", "panels"),
                order.window.label().to_lowercase(),
            ];
            return (current.cadence.label(), words.join(", "));
        }
        let scope = &current.scope;
        let mut words = vec![
            counted(scope.deliverables.len(), "deliverable", "deliverables"),
            counted(scope.regions.len(), "region", "regions"),
        ];
        if !scope.links.is_empty() {
            words.push(counted(scope.links.len(), "link", "links"));
        }
        (current.cadence.label(), words.join(", "))
    });
    let last = summary.last_success.clone();
    let next_due = schedule_words(&summary, now, &zone);
    view! {
        <article class="specification-card" aria-labelledby=labelled_by>
            <p class="specification-card__state">
                <ReadinessState summary=summary.clone() readiness=readiness.clone() />
            </p>
            <h2 class="specification-card__title" id=heading>
                <a class="specification-card__link" href=page>
                    {name.clone()}
                </a>
            </h2>
            <p class="statement specification-card__statement">{sentence}</p>
            <div class="specification-card__facts">
                <dl class="facts facts--inline">
                    {last
                        .map(|run| {
                            view! {
                                <div class="facts__item">
                                    <dt class="facts__term">"Last report"</dt>
                                    <dd>
                                        <a href=format!(
                                            "/runs/{}/report",
                                            run.id,
                                        )>{run.period.key.to_string()}</a> ", "
                                        <Moment at=run.finished_at now zone=zone.clone() />
                                    </dd>
                                </div>
                            }
                        })}
                    {next_due
                        .map(|next_due| {
                            view! {
                                <div class="facts__item">
                                    <dt class="facts__term">"Schedule"</dt>
                                    <dd>{next_due}</dd>
                                </div>
                            }
                        })}
                    {scope
                        .map(|(cadence, scope)| {
                            view! {
                                <div class="facts__item">
                                    <dt class="facts__term">"Cadence"</dt>
                                    <dd>{cadence}</dd>
                                </div>
                                <div class="facts__item">
                                    <dt class="facts__term">"Scope"</dt>
                                    <dd>{scope}</dd>
                                </div>
                            }
                        })}
                </dl>
            </div>
            <div class="specification-card__action">
                <CardAction summary readiness may_edit name />
            </div>
        </article>
    }
}

/// What its schedule does next; none without a schedule.
fn schedule_words(summary: &Summary, now: Timestamp, zone: &str) -> Option<String> {
    if summary.schedule_is_paused {
        return Some("paused".to_owned());
    }
    summary.next_due.map(|due| format!("next {}", moment_words(due, now, zone)))
}

/// A draft may not have a name yet.
pub fn display_name(name: &str) -> String {
    if name.is_empty() { "Specification without a name".to_owned() } else { name.to_owned() }
}

/// The chip of a card: readiness first, since that is what a reader came for.
#[component]
pub fn ReadinessState(summary: Summary, readiness: Readiness) -> impl IntoView {
    let failed = summary.last_run.as_ref().is_some_and(|run| run.status == RunStatus::Failed);
    let (tone, icon, label) = match &readiness {
        Readiness::Ready { .. } if failed => ("bad", "cross", "Failed"),
        Readiness::Ready { .. } => ("ready", "run", "Ready"),
        Readiness::Live { status: RunStatus::Queued, .. } => ("live", "clock", "Queued"),
        Readiness::Live { .. } => ("live", "clock", "Running"),
        Readiness::Blocked(BlockReason::SlotTaken { .. }) => ("good", "check", "Completed"),
        Readiness::Blocked(BlockReason::NotActive { state, .. }) => match state {
            SpecificationState::Draft => ("", "draft", "Draft"),
            SpecificationState::Submitted => ("", "clock", "Waiting"),
            SpecificationState::Paused => ("attention", "pause", "Paused"),
            _ => ("", "blocked", "Cancelled"),
        },
        Readiness::Blocked(_) => ("attention", "blocked", "Blocked"),
    };
    view! { <State tone icon label /> }
}

/// The card's sentence: period, state, reason, next moment.
pub fn sentence(summary: &Summary, readiness: &Readiness, now: Timestamp, zone: &str) -> String {
    match readiness {
        Readiness::Ready { period, slot_ordinal } => {
            let report = format!("{} report for {}", period.cadence.label(), period.key);
            match summary.last_run.as_ref().filter(|run| run.status == RunStatus::Failed) {
                Some(run) => format!(
                    "{report}: the run of {} failed. Nothing was published, and the period's run is \
                     still available.",
                    moment_words(run.finished_at, now, zone)
                ),
                None if *slot_ordinal > 0 => {
                    format!("{report}: completed, and an administrator granted one more run.")
                }
                None => format!("{report}: ready to run."),
            }
        }
        Readiness::Live { status, .. } => match status {
            RunStatus::Queued => "The report is queued; a worker takes it in a moment.".to_owned(),
            _ => "The report is being written.".to_owned(),
        },
        Readiness::Blocked(BlockReason::SlotTaken {
            period, completed_at, next_eligible, ..
        }) => {
            format!(
                "{} report for {}: completed {}, next from {}.",
                period.cadence.label(),
                period.key,
                moment_words(*completed_at, now, zone),
                moment_words(*next_eligible, now, zone)
            )
        }
        Readiness::Blocked(reason) => reason.message(),
    }
}

#[component]
fn CardAction(
    summary: Summary,
    readiness: Readiness,
    may_edit: bool,
    name: String,
) -> impl IntoView {
    let about = view! { <span class="visually-hidden">{format!(": {name}")}</span> };
    let page = format!("/specifications/{}", summary.id);
    let id = summary.id.to_string();
    let failed = summary.last_run.filter(|run| run.status == RunStatus::Failed);
    match readiness {
        Readiness::Ready { .. } => view! {
            {may_edit
                .then(|| {
                    view! {
                        <ActionButton
                            action=TriggerRun::PATH
                            field="specification"
                            value=id
                            variant="button--primary"
                        >
                            <Icon name="run" />
                            "Run now"
                            {about}
                        </ActionButton>
                    }
                })}
            {failed
                .map(|run| {
                    view! {
                        <a class="button" href=format!("/runs/{}", run.id)>
                            "See what failed"
                            <span class="visually-hidden">{format!(": {name}")}</span>
                        </a>
                    }
                })}
        }
        .into_any(),
        Readiness::Live { run, .. } => view! {
            <a class="button" href=format!("/runs/{run}")>
                "Watch the run"
                {about}
            </a>
        }
        .into_any(),
        Readiness::Blocked(BlockReason::SlotTaken { .. }) => {
            let report = summary.last_success.map(|run| format!("/runs/{}/report", run.id));
            view! {
                <a class="button" href=report>
                    "Read the report"
                    {about}
                </a>
            }
            .into_any()
        }
        Readiness::Blocked(BlockReason::NotActive { state: SpecificationState::Draft, .. })
            if may_edit =>
        {
            view! {
                <a class="button" href=format!("{page}/edit")>
                    <Icon name="draft" />
                    "Continue"
                    {about}
                </a>
            }
            .into_any()
        }
        Readiness::Blocked(_) => view! {
            <a class="button" href=page>
                "View"
                {about}
            </a>
        }
        .into_any(),
    }
}
