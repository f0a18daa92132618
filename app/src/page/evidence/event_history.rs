use crate::{
    action::{MergeEvents, SeparateCitation, UndoEventDecision},
    component::{
        digest::Digest,
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        field::{ReasonField, described_by},
        icon::Icon,
        moment::Moment,
    },
    ssr::{EventForm, TypedEvent},
};
use domain::evidence::{EventDecision, EvidenceId};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::Refusal;
use storage::{event_decision::EventDecisionRow, pack_event::EventVersion};

/// Who looks, and what they were refused just now. Administrators alone decide, and see
/// who decided.
#[derive(Clone, Debug)]
pub struct Desk {
    pub event: String,
    pub is_admin: bool,
    /// The newest pack has the event; of others nothing can be decided.
    pub current: bool,
    pub typed: Option<TypedEvent>,
    pub refusal: Option<Refusal>,
    pub now: Timestamp,
    pub zone: String,
}

impl Desk {
    fn may_decide(&self) -> bool {
        self.is_admin && self.current
    }

    /// What was typed into this form, and what is wrong with it.
    fn given(&self, form: &EventForm) -> Option<&TypedEvent> {
        self.typed.as_ref().filter(|typed| typed.form == *form)
    }

    fn reason_error(&self, form: &EventForm) -> Option<String> {
        self.given(form)?;
        self.refusal
            .filter(|refusal| *refusal == Refusal::ReasonLength)
            .map(|refusal| refusal.message().to_owned())
    }

    /// What was refused, linked to its control.
    pub fn summary(&self) -> Option<impl IntoView + use<>> {
        let (typed, refusal) = (self.typed.as_ref()?, self.refusal?);
        let field = match refusal {
            Refusal::ReasonLength => Some(reason_id(&typed.form)),
            Refusal::EventUnknown | Refusal::EventItself => Some("other".to_owned()),
            _ => None,
        };
        let problems = vec![FieldProblem { field, message: refusal.message().to_owned() }];
        Some(view! { <ErrorSummary title="The decision was not taken" problems /> })
    }
}

/// Each control of the page once.
fn reason_id(form: &EventForm) -> String {
    match form {
        EventForm::Merge => "reason-merge".to_owned(),
        EventForm::Separate(evidence) => format!("reason-{evidence}"),
        EventForm::Undo(decision) => format!("reason-undo-{decision}"),
    }
}

/// Says that a citation does not belong here; for administrators, where there are others.
#[component]
pub fn Separate(desk: Desk, evidence: String) -> impl IntoView {
    let form = EventForm::Separate(evidence.clone());
    desk.may_decide().then(|| {
        view! {
            <details class="disclosure" open=desk.given(&form).is_some()>
                <summary class="disclosure__summary button button--small">
                    "Does not belong here" <Icon name="chevron" />
                </summary>
                <form class="disclosure__body" method="post" action=SeparateCitation::PATH novalidate>
                    <input type="hidden" name="event" value=desk.event.clone() />
                    <input type="hidden" name="evidence" value=evidence />
                    <ReasonField
                        id=reason_id(&form)
                        label="Why it tells something else"
                        consequence="From the next pack on it is an event of its own, or joins another."
                        error=desk.reason_error(&form)
                        value=desk.given(&form).map(|typed| typed.reason.clone()).unwrap_or_default()
                    />
                    <button class="button button--primary">"Separate"</button>
                </form>
            </details>
        }
    })
}

/// Says that another event is the same; for administrators.
#[component]
pub fn Merge(desk: Desk) -> impl IntoView {
    let form = EventForm::Merge;
    let given = desk.given(&form).cloned();
    let wrong = desk
        .refusal
        .filter(|refusal| matches!(refusal, Refusal::EventUnknown | Refusal::EventItself))
        .filter(|_| given.is_some());
    desk.may_decide().then(|| {
        view! {
            <details class="disclosure" open=given.is_some()>
                <summary class="disclosure__summary button">
                    "Another event is the same" <Icon name="chevron" />
                </summary>
                <form class="disclosure__body" method="post" action=MergeEvents::PATH novalidate>
                    <input type="hidden" name="event" value=desk.event.clone() />
                    <div class="field">
                        <label class="field__label" for="other">
                            "The other event"
                        </label>
                        <p class="field__hint" id="other-hint">
                            "Its id, such as V-0123456789ab, or the address of its page."
                        </p>
                        {wrong
                            .map(|refusal| {
                                view! { <FieldErrorText id="other-error" message=refusal.message() /> }
                            })}
                        <input
                            class="field__input"
                            id="other"
                            name="other"
                            type="text"
                            required
                            value=given.as_ref().map(|typed| typed.other.clone())
                            aria-describedby=described_by("other", wrong.is_some())
                            aria-invalid=wrong.map(|_| "true")
                        />
                    </div>
                    <ReasonField
                        id=reason_id(&form)
                        label="Why they are one"
                        consequence="From the next pack on their reports tell one event."
                        error=desk.reason_error(&form)
                        value=given.as_ref().map(|typed| typed.reason.clone()).unwrap_or_default()
                    />
                    <button class="button button--primary">"Merge"</button>
                </form>
            </details>
        }
    })
}

/// How the event came to be what it is: its versions over all packs, and what
/// administrators decided.
#[component]
pub fn History(
    desk: Desk,
    versions: Vec<EventVersion>,
    decisions: Vec<EventDecisionRow>,
) -> impl IntoView {
    let versions = versions.into_iter().map(|one| version(&desk, one)).collect_view();
    let none = decisions.is_empty();
    let entries = decisions.into_iter().rev().map(|one| decided(&desk, one)).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Versions over all packs, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Sealed"</th>
                    <th scope="col" class="numeric">
                        "Reports"
                    </th>
                    <th scope="col" class="numeric">
                        "Publishers"
                    </th>
                    <th scope="col">"First pack that has it so"</th>
                </tr>
            </thead>
            <tbody>{versions}</tbody>
        </table>
        <h3>"Decisions"</h3>
        {if none {
            view! { <p>"No administrator has decided on its reports; the rules alone made it."</p> }
                .into_any()
        } else {
            view! { <ol class="decision-log">{entries}</ol> }.into_any()
        }}
    }
}

fn version(desk: &Desk, one: EventVersion) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">
                <Moment at=one.sealed_at now=desk.now zone=desk.zone.clone() />
            </th>
            <td class="numeric" data-label="Reports">
                {one.reports}
            </td>
            <td class="numeric" data-label="Publishers">
                {one.publishers}
            </td>
            <td data-label="Pack">
                <a href=format!("/evidence/packs/{}", one.pack_hash)>
                    <Digest text=one.pack_hash.to_string() />
                </a>
            </td>
        </tr>
    }
}

fn decided(desk: &Desk, one: EventDecisionRow) -> impl IntoView + use<> {
    let who = if desk.is_admin { one.decided_by.as_str() } else { "an administrator" };
    let counts = if one.undone { " It was undone and counts no more." } else { "" };
    let words = format!("{}. Decided by {who}.{counts}", one.kind.label());
    let sides = format!("{} and {}", names(&one.one), names(&one.other));
    let may_undo = desk.is_admin && !one.undone && one.kind != EventDecision::Undone;
    let undo = may_undo.then(|| view! { <Undo desk=desk.clone() decision=one.id /> });
    view! {
        <li class="decision-log__entry">
            <p class="decision-log__time">
                <Moment at=one.decided_at now=desk.now zone=desk.zone.clone() />
            </p>
            <div>
                <p>{words}</p>
                <p class="citation-list__source">{sides}</p>
                <p class="decision-log__reason">{one.reason}</p>
                {undo}
            </div>
        </li>
    }
}

fn names(side: &[EvidenceId]) -> String {
    side.iter().map(EvidenceId::as_str).collect::<Vec<_>>().join(", ")
}

#[component]
fn Undo(desk: Desk, decision: i64) -> impl IntoView {
    let form = EventForm::Undo(decision);
    view! {
        <details class="disclosure" open=desk.given(&form).is_some()>
            <summary class="disclosure__summary button button--small">
                "Undo" <Icon name="chevron" />
            </summary>
            <form class="disclosure__body" method="post" action=UndoEventDecision::PATH novalidate>
                <input type="hidden" name="decision" value=decision.to_string() />
                <input type="hidden" name="event" value=desk.event.clone() />
                <ReasonField
                    id=reason_id(&form)
                    label="Why it counts no more"
                    error=desk.reason_error(&form)
                    value=desk.given(&form).map(|typed| typed.reason.clone()).unwrap_or_default()
                />
                <button class="button button--primary">"Undo the decision"</button>
            </form>
        </details>
    }
}
