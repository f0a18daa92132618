//! The form of a schedule: when a specification runs by itself.

use crate::{
    action::SetSchedule,
    component::{
        breadcrumb::{Breadcrumb, step},
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        field::described_by,
        select_field::SelectField,
    },
    page::dashboard::display_name,
    ssr::page,
};
use domain::{
    cadence::Cadence,
    id::SpecificationId,
    schedule::{JITTER_MAX_S, MissedPolicy, MonthDay, ScheduleDraft, ScheduleFault, weekday_name},
    specification::SpecificationState,
    workspace::Role,
};
use jiff::civil::Weekday;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, schedule::ScheduleView};

#[component]
pub fn EditSchedule() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Schedule", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let actor = request.actor()?;
        actor.require(Role::Editor)?;
        let view = request.orchestrator.view_schedule(actor, id).await?;
        let stored = view.schedule.as_ref().map(|row| row.schedule).unwrap_or_default();
        let typed = request.typed_schedule(id).await;
        let faults = typed.as_ref().and_then(|typed| typed.check(stored).err()).unwrap_or_default();
        let draft = typed.unwrap_or_else(|| stored.into());
        let back = format!("/specifications/{id}");
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/specifications", "Specifications"), step(&back, &display_name(&view.name))] />
                <h1 class="page-header__title">"Schedule"</h1>
                <p class="statement">{statement(&view)}</p>
            </div>
            <Form id view draft faults back />
        })
    })
}

fn statement(view: &ScheduleView) -> String {
    let when = match view.state {
        SpecificationState::Active => "",
        _ => " The specification is not active; its schedule begins when it is.",
    };
    format!(
        "A report starts by itself, once a period, by the clock of {}, within {} minutes of its time.{when}",
        view.time_zone,
        JITTER_MAX_S.div_ceil(60)
    )
}

#[component]
fn Form(
    id: SpecificationId,
    view: ScheduleView,
    draft: ScheduleDraft,
    faults: Vec<ScheduleFault>,
    back: String,
) -> impl IntoView {
    let fault =
        |field: &str| faults.iter().find(|fault| fault.field == field).map(|fault| fault.message);
    let shown = |field: &str| match view.cadence {
        Some(Cadence::Daily) => false,
        Some(Cadence::Weekly) => field == "weekday",
        Some(Cadence::Monthly) => field == "month_day",
        // A draft without a cadence may become either.
        None => true,
    };
    let summary = (!faults.is_empty()).then(|| {
        let problems = faults
            .iter()
            .map(|fault| FieldProblem {
                field: Some(fault.field),
                message: fault.message.to_owned(),
            })
            .collect();
        view! { <ErrorSummary title="The schedule was not set" problems /> }
    });
    let weekday = shown("weekday").then(|| {
        let days = (1..=7_i8).filter_map(|day| Weekday::from_monday_one_offset(day).ok());
        let options = days
            .map(|day| (day.to_monday_one_offset().to_string(), weekday_name(day).to_owned()))
            .collect();
        view! {
            <SelectField
                id="weekday"
                name="schedule[weekday]"
                label="Day of the week"
                hint="Of a weekly report."
                options
                chosen=draft.weekday.clone()
                error=fault("weekday")
                width="field__input--short"
            />
        }
    });
    let month_day = shown("month_day").then(|| {
        let options = (MonthDay::FIRST..=MonthDay::LAST)
            .map(|day| (day.to_string(), day.to_string()))
            .collect();
        view! {
            <SelectField
                id="month_day"
                name="schedule[month_day]"
                label="Day of the month"
                hint="Of a monthly report. Every month has these days."
                options
                chosen=draft.month_day.clone()
                error=fault("month_day")
                width="field__input--short"
            />
        }
    });
    let button = if view.schedule.is_some() { "Change the schedule" } else { "Set the schedule" };
    let at_error = fault("at");
    view! {
        <form class="page" method="post" action=SetSchedule::PATH>
            {summary}
            <input type="hidden" name="specification" value=id.to_string() />
            {weekday}
            {month_day}
            <div class="field">
                <label class="field__label" for="at">
                    "Time"
                </label>
                <p class="field__hint" id="at-hint">
                    {format!(
                        "By the clock of {}. A time that a change of clocks skips comes when they are changed; one that it repeats, the first time.",
                        view.time_zone,
                    )}
                </p>
                {at_error.map(|message| view! { <FieldErrorText id="at-error" message /> })}
                <input
                    class="field__input field__input--time"
                    id="at"
                    name="schedule[at]"
                    type="time"
                    required
                    value=draft.at.clone()
                    aria-describedby=described_by("at", at_error.is_some())
                    aria-invalid=at_error.map(|_| "true")
                />
            </div>
            <Missed chosen=draft.missed error=fault("missed") />
            <p class="row">
                <button class="button button--primary">{button}</button>
                <a class="button" href=back>
                    "Back"
                </a>
            </p>
        </form>
    }
}

/// What becomes of a report that could not start in time.
#[component]
fn Missed(chosen: String, error: Option<&'static str>) -> impl IntoView {
    let choices = MissedPolicy::ALL
        .iter()
        .enumerate()
        .map(|(place, policy)| {
            // The summary of errors leads to the first choice.
            let id =
                if place == 0 { "missed".to_owned() } else { format!("missed-{}", policy.id()) };
            let (labelled, checked) = (id.clone(), policy.id() == chosen);
            let consequence = match policy {
                MissedPolicy::Latest => {
                    "It starts as soon as it can, once, if its period still lasts."
                }
                MissedPolicy::Skip => "It is left out. The next period comes at its own time.",
            };
            view! {
                <label class="choice" for=labelled>
                    <input
                        class="choice__box"
                        id=id
                        type="radio"
                        name="schedule[missed]"
                        value=policy.id()
                        checked=checked
                    />
                    <span class="choice__name">{policy.label()}</span>
                    <span class="choice__hint">{consequence}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=described_by("missed", error.is_some())>
            <legend class="field__label">"When the service was away at that time"</legend>
            <p class="field__hint" id="missed-hint">
                "A past period is never written later, whichever you choose."
            </p>
            {error.map(|message| view! { <FieldErrorText id="missed-error" message /> })}
            <div class="choice-list">{choices}</div>
        </fieldset>
    }
}
