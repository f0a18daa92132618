//! What the reader can do with a specification, by its state and their role.
//! The use cases decide; this only leaves out what they would refuse.

use crate::{
    action::{
        CancelSpecification, CloneSpecification, PauseSpecification, ResumeSpecification,
        SubmitSpecification, TriggerRun,
    },
    component::{
        field::{ActionButton, ReasonField},
        icon::Icon,
    },
    ssr::{ReasonForm, TypedReason},
};
use domain::{
    id::SpecificationId,
    specification::{SpecificationState, Transition, check},
    workspace::Role,
};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{Actor, Refusal, run::Readiness, specification::SpecificationView};

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub specification: SpecificationId,
    pub run: RunOffer,
    pub transitions: Vec<Transition>,
    pub edit: bool,
    pub copy: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunOffer {
    None,
    /// It can run now.
    Ready,
    /// It is active; trying says why it cannot run now.
    Blocked,
    /// A run is on its way, at this address.
    Live(String),
}

impl Offer {
    pub fn of(view: &SpecificationView, actor: &Actor) -> Self {
        let row = &view.row;
        let is_editor = actor.may(Role::Editor);
        let run = match &view.readiness {
            Readiness::Live { run, .. } => RunOffer::Live(format!("/runs/{run}")),
            _ if !is_editor || row.state != SpecificationState::Active => RunOffer::None,
            Readiness::Ready { .. } => RunOffer::Ready,
            Readiness::Blocked(_) => RunOffer::Blocked,
        };
        let mut transitions = offered(row.state, |role| actor.may(role));
        transitions.retain(|transition| match transition {
            Transition::Submit => can_be_submitted(view),
            Transition::Resume => !row.paused_by_admin,
            _ => true,
        });
        Self {
            specification: row.id,
            run,
            transitions,
            edit: is_editor && row.state != SpecificationState::Cancelled,
            copy: is_editor,
        }
    }

    pub fn allows(&self, transition: Transition) -> bool {
        self.transitions.contains(&transition)
    }

    /// The one thing to do next; the rest is offered quietly.
    fn primary(&self) -> Primary {
        if matches!(self.run, RunOffer::Ready | RunOffer::Live(_)) {
            Primary::Run
        } else if self.allows(Transition::Submit) {
            Primary::Submit
        } else if self.allows(Transition::Resume) {
            Primary::Resume
        } else {
            Primary::Nothing
        }
    }
}

/// The transitions of this state that the reader's role may ask for.
fn offered(state: SpecificationState, may: impl Fn(Role) -> bool) -> Vec<Transition> {
    [
        (Transition::Submit, Role::Editor),
        (Transition::Pause, Role::Editor),
        (Transition::Resume, Role::Owner),
        (Transition::Cancel, Role::Owner),
    ]
    .into_iter()
    .filter(|(transition, role)| may(*role) && state.after(*transition).is_ok())
    .map(|(transition, _)| transition)
    .collect()
}

/// The draft is complete, and its version neither in force nor waiting.
fn can_be_submitted(view: &SpecificationView) -> bool {
    let row = &view.row;
    let is_new = view.newest().is_some_and(|newest| {
        Some(newest.id) != row.active_version && Some(newest.id) != row.submitted_version
    });
    is_new && check(&row.draft).is_ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Primary {
    Run,
    Submit,
    Resume,
    Nothing,
}

/// The primary action, editing, and watching or starting a run.
#[component]
pub(super) fn HeaderActions(offer: Offer) -> impl IntoView {
    let id = offer.specification;
    let primary = offer.primary();
    let variant = |of: Primary| if of == primary { "button--primary" } else { "" };
    let run = match offer.run.clone() {
        RunOffer::None => ().into_any(),
        RunOffer::Live(run) => {
            view! { <a class="button button--primary" href=run>"Watch the run"</a> }.into_any()
        }
        RunOffer::Ready | RunOffer::Blocked => view! {
            <ActionButton
                action=TriggerRun::PATH
                field="specification"
                value=id.to_string()
                variant=variant(Primary::Run)
            >
                <Icon name="run" />
                "Run now"
            </ActionButton>
        }
        .into_any(),
    };
    let submit = offer.allows(Transition::Submit).then(|| {
        view! {
            <ActionButton
                action=SubmitSpecification::PATH
                field="specification"
                value=id.to_string()
                variant=variant(Primary::Submit)
            >
                "Submit for activation"
            </ActionButton>
        }
    });
    let resume = offer.allows(Transition::Resume).then(|| {
        view! {
            <ActionButton
                action=ResumeSpecification::PATH
                field="specification"
                value=id.to_string()
                variant=variant(Primary::Resume)
            >
                "Resume"
            </ActionButton>
        }
    });
    let edit = offer.edit.then(|| {
        view! {
            <a class="button" href=format!("/specifications/{id}/edit")>
                <Icon name="draft" />
                "Edit"
            </a>
        }
    });
    view! { <div class="page-header__actions">{run} {submit} {resume} {edit}</div> }
}

/// Copying, and what needs a reason.
#[component]
pub(super) fn OtherActions(
    offer: Offer,
    /// A reason that was refused just now, and why.
    typed: Option<TypedReason>,
    refusal: Option<Refusal>,
) -> impl IntoView {
    let id = offer.specification;
    let given = |form: ReasonForm| TypedReason::given(typed.as_ref(), |of| of == form, refusal);
    let copy = offer.copy.then(|| {
        view! {
            <ActionButton
                action=CloneSpecification::PATH
                field="specification"
                value=id.to_string()
            >
                <Icon name="copy" />
                "Copy"
            </ActionButton>
        }
    });
    let pause = offer.allows(Transition::Pause).then(|| {
        view! {
            <WithReason
                id="pause-reason"
                given=given(ReasonForm::Pause)
                action=PauseSpecification::PATH
                specification=id
                summary="Pause with a reason"
                label="Reason for pausing"
                consequence="No report is written while it is paused."
                button="Pause"
            />
        }
    });
    let cancel = offer.allows(Transition::Cancel).then(|| {
        view! {
            <WithReason
                id="cancel-reason"
                given=given(ReasonForm::Cancel)
                action=CancelSpecification::PATH
                specification=id
                summary="Cancel for good"
                label="Reason for cancelling"
                consequence="Cancelling is final; versions, reports and history stay readable."
                button="Cancel specification"
                danger=true
            />
        }
    });
    let is_empty = copy.is_none() && pause.is_none() && cancel.is_none();
    (!is_empty).then(|| {
        view! {
            <section class="section" aria-labelledby="next">
                <h2 class="section__title" id="next">
                    "What else you can do"
                </h2>
                <div class="row">{copy} {pause} {cancel}</div>
            </section>
        }
    })
}

/// A decision that needs a word before it happens.
#[component]
fn WithReason(
    id: &'static str,
    /// The reason that was given just now, and what is wrong with it.
    given: (String, Option<String>),
    action: &'static str,
    specification: SpecificationId,
    /// Opens the form; not the words of its button.
    summary: &'static str,
    label: &'static str,
    consequence: &'static str,
    button: &'static str,
    #[prop(optional)] danger: bool,
) -> impl IntoView {
    let (opener, decider) = if danger {
        ("disclosure__summary button button--danger", "button button--danger")
    } else {
        ("disclosure__summary button", "button button--primary")
    };
    let (value, error) = given;
    let is_open = !value.is_empty() || error.is_some();
    view! {
        <details class="disclosure" open=is_open>
            <summary class=opener>
                {summary} <Icon name="chevron" />
            </summary>
            <form class="disclosure__body" method="post" action=action>
                <input type="hidden" name="specification" value=specification.to_string() />
                <ReasonField id label consequence error value />
                <button class=decider>{button}</button>
            </form>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SpecificationState::{Active, Cancelled, Draft, Paused, Submitted};

    fn check(state: SpecificationState, role: Role, expected: &[&str]) {
        let offered = offered(state, |needed| role.includes(needed));
        let ids: Vec<&str> = offered.into_iter().map(Transition::id).collect();
        assert_eq!(ids, expected, "{state} {role}");
    }

    // Domain reference, section 4.2, without what administrators do elsewhere.
    #[test]
    fn state_and_role_decide_what_is_offered() {
        check(Draft, Role::Editor, &["submit"]);
        check(Submitted, Role::Owner, &[]);
        check(Active, Role::Editor, &["submit", "pause"]);
        check(Active, Role::Owner, &["submit", "pause", "cancel"]);
        check(Paused, Role::Editor, &[]);
        check(Paused, Role::Owner, &["resume", "cancel"]);
        check(Cancelled, Role::Owner, &[]);
        for state in SpecificationState::ALL {
            check(*state, Role::Viewer, &[]);
        }
    }
}
