use crate::{
    action::GrantOverride,
    component::{
        breadcrumb::{Breadcrumb, step},
        error_summary::FieldErrorText,
        field::ReasonField,
        icon::Icon,
        override_list::OverrideList,
        state::SpecificationStateChip,
    },
    ssr::{ReasonForm, TypedReason, page},
};
use domain::{
    cadence::{Period, format_moment},
    id::SpecificationId,
    slot_override::OverrideKind,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{Refusal, UseCaseError, slot_override::OverrideDecision};

/// What an administrator opened beyond the regular slots of one specification,
/// and the form that opens one more.
#[component]
pub fn Overrides() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Overrides", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let decision = request.orchestrator.view_overrides(request.actor()?, id).await?;
        let (typed, refusal) = (request.typed_reason(id).await, request.refusal());
        let OverrideDecision { period, obstacle, overrides, now, .. } = decision.clone();
        let zone = request.time_zone().to_owned();
        let choices = match (obstacle, period) {
            (None, Some(period)) => view! { <Form id period refusal typed /> }.into_any(),
            (obstacle, _) => {
                view! { <Obstacle refusal=obstacle.unwrap_or(Refusal::WrongState) /> }.into_any()
            }
        };
        Ok(view! {
            <Header decision />
            <section class="section" aria-labelledby="grant">
                <h2 class="section__title" id="grant">
                    "Open one more slot"
                </h2>
                {choices}
            </section>
            {(!overrides.is_empty())
                .then(|| {
                    view! {
                        <section class="section" aria-labelledby="overrides">
                            <h2 class="section__title" id="overrides">
                                "Granted so far"
                            </h2>
                            <OverrideList overrides runs_lead=false now zone />
                        </section>
                    }
                })}
        })
    })
}

#[component]
fn Header(decision: OverrideDecision) -> impl IntoView {
    let statement = match &decision.period {
        Some(period) => format!(
            "{}, {} report for {}.",
            decision.workspace_name,
            period.cadence.id(),
            period.label()
        ),
        None => format!("{}. No version of it is in force.", decision.workspace_name),
    };
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/admin/runs", "All runs")] />
            <h1 class="page-header__title">{format!("Overrides of {}", decision.name)}</h1>
            <p class="page-header__state">
                <SpecificationStateChip state=decision.state />
            </p>
            <p class="statement">{statement}</p>
        </div>
    }
}

#[component]
fn Form(
    id: SpecificationId,
    period: Period,
    /// What was wrong with the form just now.
    refusal: Option<Refusal>,
    /// What stood in it.
    typed: Option<TypedReason>,
) -> impl IntoView {
    let is_override = |form: ReasonForm| matches!(form, ReasonForm::Override(_));
    let (reason, reason_error) = TypedReason::given(typed.as_ref(), is_override, refusal);
    let chosen = typed.and_then(|typed| match typed.form {
        ReasonForm::Override(kind) => kind,
        _ => None,
    });
    let ends =
        format_moment(period.ends_at, &period.zone).unwrap_or_else(|_| period.ends_at.to_string());
    let kind_error = refusal.filter(|refusal| *refusal == Refusal::OverrideKind);
    let kind_error = kind_error.map(|refusal| refusal.message().to_owned());
    let described_by = kind_error.is_some().then_some("kind-error");
    let choices = OverrideKind::ALL
        .iter()
        .map(|kind| {
            view! {
                <label class="choice">
                    <input
                        class="choice__box"
                        type="radio"
                        name="kind"
                        value=kind.id()
                        checked=chosen == Some(*kind)
                        required
                    />
                    <span class="choice__name">{format!("{}: {}", kind.label(), told(*kind))}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form class="short-form" method="post" action=GrantOverride::PATH>
            <p>{format!("It serves for one report, and expires on {ends}.")}</p>
            <input type="hidden" name="specification" value=id.to_string() />
            <fieldset class="question" aria-describedby=described_by>
                <legend class="question__legend">"What it is"</legend>
                {kind_error.map(|message| view! { <FieldErrorText id="kind-error" message /> })}
                <div class="choice-list">{choices}</div>
            </fieldset>
            <ReasonField id="reason" label="Reason" error=reason_error value=reason />
            <button class="button button--primary">"Grant the override"</button>
        </form>
    }
}

/// What the next run is told.
const fn told(kind: OverrideKind) -> &'static str {
    match kind {
        OverrideKind::ExtraRun => "a report beside those of the period",
        OverrideKind::SlotReset => "a report that takes the place of those of the period",
    }
}

/// Stands where the form would be.
#[component]
fn Obstacle(refusal: Refusal) -> impl IntoView {
    view! {
        <div class="notice notice--attention">
            <Icon name="attention" />
            <div class="notice__body">
                <h3 class="notice__title">"No override can be granted by you now"</h3>
                <p>{refusal.message()}</p>
            </div>
        </div>
    }
}
