use crate::{
    action::DecideHeld,
    component::{
        error_summary::{ErrorSummary, FieldProblem},
        field::ReasonField,
        icon::Icon,
        input_field::InputField,
        moment::Moment,
    },
};
use domain::evidence::{DateSource, HeldDecision, HeldState};
use jiff::{Timestamp, civil::Date};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{
    Refusal,
    evidence::{HeldField, HeldForm},
};
use storage::held_item::{HeldDecisionRow, HeldRow};

/// The decisions that the item's state allows, one form for each.
#[component]
pub fn Decide(
    row: HeldRow,
    /// The date that may be confirmed as it stands.
    releasable: Option<(Date, DateSource)>,
    /// What was refused just now.
    typed: HeldForm,
    problems: Vec<(HeldField, Refusal)>,
) -> impl IntoView {
    let given = Given { item: row.id, typed, problems };
    let summary = given.summary();
    let state = row.state();
    let may_admit = !row.held.unrelated;
    let date = may_admit.then(|| {
        view! {
            <Choice given=given.clone() decision=HeldDecision::Dated summary="Give a date">
                "It enters the next pack under this date, marked as decided by an administrator."
            </Choice>
        }
    });
    let release =
        releasable.filter(|_| may_admit && state != HeldState::Admitted).map(|(date, _)| {
            view! {
                <Choice given=given.clone() decision=HeldDecision::Released summary="Release">
                    {format!("It enters the next pack as it stands, published {date}.")}
                </Choice>
            }
        });
    let drop = (state != HeldState::Dropped).then(|| {
        view! {
            <Choice given=given.clone() decision=HeldDecision::Dropped summary="Drop">
                "It enters no pack. Packs that hold it already stay as they are."
            </Choice>
        }
    });
    let reopen = (state != HeldState::Open).then(|| {
        view! {
            <Choice given=given.clone() decision=HeldDecision::Reopened summary="Hold again">
                "It waits for a decision as before, and leaves the next pack if it was in one."
            </Choice>
        }
    });
    view! {
        <section class="section" aria-labelledby="decide">
            <h2 class="section__title" id="decide">
                "Decide"
            </h2>
            {summary}
            <div class="row">{date} {release} {drop} {reopen}</div>
        </section>
    }
}

/// What was typed just now, and what is wrong with it.
#[derive(Clone)]
struct Given {
    item: i64,
    typed: HeldForm,
    problems: Vec<(HeldField, Refusal)>,
}

impl Given {
    fn summary(&self) -> Option<impl IntoView + use<>> {
        let decision = self.typed.decision.parse::<HeldDecision>().ok()?;
        let problems: Vec<_> = self
            .problems
            .iter()
            .map(|(field, refusal)| FieldProblem {
                field: Some(field_id(decision, *field)),
                message: refusal.message().to_owned(),
            })
            .collect();
        let title = "The decision needs mending";
        (!problems.is_empty()).then(|| view! { <ErrorSummary title problems /> })
    }

    fn error(&self, decision: HeldDecision, wanted: HeldField) -> Option<String> {
        let found = self.problems.iter().find(|(field, _)| *field == wanted)?;
        (self.typed.decision == decision.id()).then(|| found.1.message().to_owned())
    }
}

/// Each control of the page once.
fn field_id(decision: HeldDecision, field: HeldField) -> String {
    match field {
        HeldField::Date => "date".to_owned(),
        HeldField::Reason => format!("reason-{}", decision.id()),
    }
}

#[component]
fn Choice(
    given: Given,
    decision: HeldDecision,
    summary: &'static str,
    /// What follows from it.
    children: Children,
) -> impl IntoView {
    let is_open = given.typed.decision == decision.id();
    let typed = if is_open { given.typed.clone() } else { HeldForm::default() };
    let date = (decision == HeldDecision::Dated).then(|| {
        view! {
            <InputField
                id="date"
                label="Date of first publication"
                hint="As the publisher has it, year-month-day; nothing is filled in for you."
                kind="date"
                value=typed.date.clone()
                error=given.error(decision, HeldField::Date)
            />
        }
    });
    view! {
        <details class="disclosure" open=is_open>
            <summary class="disclosure__summary button">
                {summary} <Icon name="chevron" />
            </summary>
            <form class="disclosure__body" method="post" action=DecideHeld::PATH novalidate>
                <input type="hidden" name="item" value=given.item.to_string() />
                <input type="hidden" name="decision" value=decision.id() />
                <p>{children()}</p>
                {date}
                <ReasonField
                    id=field_id(decision, HeldField::Reason)
                    label="How you know, or why"
                    error=given.error(decision, HeldField::Reason)
                    value=typed.reason
                />
                <button class="button button--primary">{summary}</button>
            </form>
        </details>
    }
}

/// Every decision, the newest first.
#[component]
pub fn History(decisions: Vec<HeldDecisionRow>, now: Timestamp, zone: String) -> impl IntoView {
    if decisions.is_empty() {
        return view! { <p>"Nobody has decided on it yet."</p> }.into_any();
    }
    let entries = decisions
        .into_iter()
        .map(|row| {
            let words = match row.published {
                Some(date) => {
                    format!("{}, published {date}. By {}.", row.decision.label(), row.decided_by)
                }
                None => format!("{}. By {}.", row.decision.label(), row.decided_by),
            };
            view! {
                <li class="decision-log__entry">
                    <p class="decision-log__time">
                        <Moment at=row.decided_at now zone=zone.clone() />
                    </p>
                    <div>
                        <p>{words}</p>
                        <p class="decision-log__reason">{row.reason}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="decision-log">{entries}</ol> }.into_any()
}
