use super::questions::InputQuestion;
use crate::{
    action::ExecutePattern,
    component::{
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        field::described_by,
        icon::Icon,
    },
    ssr::TypedExecution,
    view::pattern::{Question, control_of_pointer, fault_words},
};
use domain::pricing_pack::PackStatus;
use executor::pattern::{InputFault, Plan};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::pricing::PackState;
use std::sync::Arc;

/// The pattern's inputs as questions, then as of when. It shows what was typed
/// before, right or wrong.
#[component]
pub fn ExecuteForm(
    plan: Arc<Plan>,
    typed: Option<TypedExecution>,
    /// Editors may use prices that are still being prepared.
    may_bypass: bool,
    state: Option<PackState>,
) -> impl IntoView {
    let faults = typed.as_ref().map(TypedExecution::faults).unwrap_or_default();
    let refusal = typed.as_ref().and_then(|typed| typed.refusal.clone());
    let answers = typed.as_ref().map(|typed| &typed.inputs);
    let questions = plan
        .inputs
        .iter()
        .map(|input| {
            let question = Question::of(input, answers, &faults);
            view! { <InputQuestion question /> }
        })
        .collect_view();
    let problems: Vec<FieldProblem<String>> = faults
        .iter()
        .map(|fault| FieldProblem {
            field: control_of_pointer(&fault.pointer).filter(|id| exists(&plan, id)),
            message: fault_words(fault),
        })
        .chain(refusal.map(|message| FieldProblem { field: None, message }))
        .collect();
    let summary = (!problems.is_empty()).then(|| {
        view! {
            <ErrorSummary title="Nothing was executed, and nothing you typed is lost." problems />
        }
    });
    let is_preparing = state.is_some_and(|state| {
        matches!(state.pack.status, PackStatus::Building | PackStatus::Warming)
    });
    let typed = typed.unwrap_or_default();
    let portfolio = plan.needs_portfolio.then(|| {
        view! { <PortfolioField value=typed.portfolio.clone() errors=errors_at(&faults, "/portfolio_id") /> }
    });
    let no_inputs =
        plan.inputs.is_empty().then(|| view! { <p>"It asks for nothing but the day."</p> });
    let bypass =
        (may_bypass && is_preparing).then(|| view! { <BypassBox checked=typed.use_stale /> });
    view! {
        {summary}
        <form class="execute-form" method="post" action=ExecutePattern::PATH novalidate>
            <input type="hidden" name="pattern" value=plan.id.clone() />
            {no_inputs}
            {portfolio}
            {questions}
            <AsOfField value=typed.asof errors=errors_at(&faults, "/asof") />
            {bypass}
            <div class="execute-form__actions">
                <button class="button button--primary">
                    <Icon name="run" />
                    "Execute"
                </button>
            </div>
        </form>
    }
}

/// Whether the form has a control of this id.
fn exists(plan: &Plan, id: &str) -> bool {
    id == "asof"
        || (id == "portfolio" && plan.needs_portfolio)
        || plan.inputs.iter().any(|input| crate::view::pattern::control_id(&input.name) == id)
}

fn errors_at(faults: &[InputFault], pointer: &str) -> Vec<String> {
    faults.iter().filter(|fault| fault.pointer == pointer).map(fault_words).collect()
}

#[component]
fn PortfolioField(value: String, errors: Vec<String>) -> impl IntoView {
    let described_by = described_by("portfolio", !errors.is_empty());
    let invalid = (!errors.is_empty()).then_some("true");
    view! {
        <div class="field">
            <label class="field__label" for="portfolio">
                "Portfolio"
            </label>
            <p class="field__hint" id="portfolio-hint">
                "Its id. A pattern never takes some portfolio in its place."
            </p>
            <Errors id="portfolio" errors />
            <input
                class="field__input"
                id="portfolio"
                name="portfolio"
                type="text"
                value=value
                required
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

#[component]
fn AsOfField(value: String, errors: Vec<String>) -> impl IntoView {
    let described_by = described_by("asof", !errors.is_empty());
    let invalid = (!errors.is_empty()).then_some("true");
    view! {
        <div class="field">
            <label class="field__label" for="asof">
                "As of"
            </label>
            <p class="field__hint" id="asof-hint">
                "The newest prices of this day or before it are used. Empty: today."
            </p>
            <Errors id="asof" errors />
            <input
                class="field__input field__input--date"
                id="asof"
                name="asof"
                type="date"
                value=value
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

#[component]
fn BypassBox(checked: bool) -> impl IntoView {
    view! {
        <div class="choice-list">
            <label class="choice">
                <input class="choice__box" type="checkbox" name="use_stale" checked=checked />
                <span class="choice__name">"Use the last pack even if it is not fresh"</span>
                <span class="choice__hint">
                    "The answer is marked as made of prices that were still being prepared."
                </span>
            </label>
        </div>
    }
}

/// Everything that is wrong with one control.
#[component]
pub fn Errors(#[prop(into)] id: String, errors: Vec<String>) -> impl IntoView {
    (!errors.is_empty()).then(|| {
        let message = errors.join(" ");
        view! { <FieldErrorText id=format!("{id}-error") message /> }
    })
}
