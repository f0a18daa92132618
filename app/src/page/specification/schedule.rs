//! The schedule on a specification's page: when it runs by itself, what is next, and
//! what became of the slots so far.

use crate::{
    action::{PauseSchedule, ResumeSchedule},
    component::{
        field::{ActionButton, ReasonField},
        icon::Icon,
        moment::{Moment, moment_words},
    },
};
use domain::{
    cadence::Cadence, id::SpecificationId, run::RunStatus, specification::SpecificationState,
};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::schedule::ScheduleView;
use storage::schedule::{
    ScheduleRow,
    planned_slot::{SlotOutcome, SlotRow},
};

#[component]
pub(super) fn Schedule(id: SpecificationId, view: ScheduleView, may_edit: bool) -> impl IntoView {
    let statement = statement(&view);
    let is_over = view.state == SpecificationState::Cancelled;
    let offer = may_edit && !is_over;
    let actions = offer.then(|| {
        let is_paused = view.schedule.as_ref().map(|row| row.pause.is_some());
        view! { <Actions id is_paused /> }
    });
    let (now, zone) = (view.now, view.time_zone.clone());
    let upcoming = (!view.upcoming.is_empty()).then(|| {
        let moments = view
            .upcoming
            .iter()
            .map(|slot| {
                view! {
                    <li>
                        <Moment at=slot.due_at now zone=zone.clone() />
                        {format!(", for {}", slot.period.key)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <dl class="facts">
                <div class="facts__item">
                    <dt class="facts__term">"Next moments"</dt>
                    <dd>
                        <ol class="moment-list">{moments}</ol>
                    </dd>
                </div>
            </dl>
        }
    });
    let zone = view.time_zone.clone();
    let recent = (!view.recent.is_empty()).then(|| view! { <Slots slots=view.recent now zone /> });
    view! {
        <section class="section" aria-labelledby="schedule">
            <h2 class="section__title" id="schedule">
                "Schedule"
            </h2>
            <p>{statement}</p>
            {actions}
            {upcoming}
            {recent}
        </section>
    }
}

/// When it runs by itself, or why it does not.
fn statement(view: &ScheduleView) -> String {
    let Some(row) = &view.schedule else {
        return "It has no schedule: a person starts each run.".to_owned();
    };
    let words = schedule_words(row, view.cadence);
    if let Some(pause) = &row.pause {
        let by = pause.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let at = moment_words(pause.at, view.now, &view.time_zone);
        return format!("The schedule, {words}, was paused{by} {at}. Reason: {}", pause.reason);
    }
    let set = format!(
        "set by {} {}",
        row.set_by_name,
        moment_words(row.set_at, view.now, &view.time_zone)
    );
    match view.state {
        SpecificationState::Active => {
            format!("It runs by itself {words} ({}), {set}.", view.time_zone)
        }
        SpecificationState::Cancelled => {
            format!(
                "The specification is cancelled, so the schedule, {words}, starts nothing more."
            )
        }
        _ => format!(
            "It will run by itself {words} ({}), {set}. Nothing is started while the specification \
             is not active.",
            view.time_zone
        ),
    }
}

fn schedule_words(row: &ScheduleRow, cadence: Option<Cadence>) -> String {
    cadence.map_or_else(|| format!("at {}", row.schedule.at), |cadence| row.schedule.words(cadence))
}

/// `is_paused` is none where there is no schedule.
#[component]
fn Actions(id: SpecificationId, is_paused: Option<bool>) -> impl IntoView {
    let words = if is_paused.is_some() { "Change the schedule" } else { "Set a schedule" };
    let resume = (is_paused == Some(true)).then(|| {
        view! {
            <ActionButton
                action=ResumeSchedule::PATH
                field="specification"
                value=id.to_string()
            >
                "Resume the schedule"
            </ActionButton>
        }
    });
    let pause = (is_paused == Some(false)).then(|| {
        view! {
            <details class="disclosure">
                <summary class="disclosure__summary button">
                    "Pause the schedule" <Icon name="chevron" />
                </summary>
                <form class="disclosure__body" method="post" action=PauseSchedule::PATH>
                    <input type="hidden" name="specification" value=id.to_string() />
                    <ReasonField
                        id="schedule-pause-reason"
                        label="Why the schedule rests"
                        consequence="Runs can still be started by hand."
                    />
                    <button class="button button--primary">"Pause schedule"</button>
                </form>
            </details>
        }
    });
    view! {
        <div class="row">
            {resume}
            <a class="button" href=format!("/specifications/{id}/schedule")>
                <Icon name="clock" />
                {words}
            </a>
            {pause}
        </div>
    }
}

#[component]
fn Slots(slots: Vec<SlotRow>, now: jiff::Timestamp, zone: String) -> impl IntoView {
    let rows = slots
        .into_iter()
        .map(|slot| {
            let (words, run) = outcome_words(slot.outcome);
            view! {
                <tr>
                    <th scope="row" class="nowrap">
                        {slot.period_key}
                    </th>
                    <td data-label="Due" class="nowrap">
                        <Moment at=slot.due_at now zone=zone.clone() />
                    </td>
                    <td data-label="What happened">
                        {words}
                        {run
                            .map(|run| {
                                view! {
                                    <span class="data-table__sub">
                                        <a href=run>"See the run"</a>
                                    </span>
                                }
                            })}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Scheduled runs, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Period"</th>
                    <th scope="col">"Due"</th>
                    <th scope="col">"What happened"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// What became of a slot, and the address of its run.
fn outcome_words(outcome: SlotOutcome) -> (String, Option<String>) {
    match outcome {
        SlotOutcome::Planned => ("It starts within moments.".to_owned(), None),
        SlotOutcome::Waiting { reason } => {
            (format!("It waits and is tried again every minute. {reason}"), None)
        }
        SlotOutcome::NotRun { reason } => (format!("It did not run. {reason}"), None),
        SlotOutcome::Triggered { run, status } => {
            let words = match status {
                RunStatus::Queued => "It is queued.",
                RunStatus::Running => "It is running.",
                RunStatus::Succeeded => "The report was written.",
                RunStatus::Failed => "The run failed. The period’s run is still available.",
                RunStatus::Cancelled => "The run was cancelled.",
            };
            (words.to_owned(), Some(format!("/runs/{run}")))
        }
    }
}
