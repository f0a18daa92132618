use super::icon::Icon;
use leptos::prelude::*;

/// Something in a form that needs a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem<Id = &'static str> {
    /// Id of the control; absent when no control of the page holds it.
    pub field: Option<Id>,
    pub message: String,
}

/// What needs a change, on top of the form, each linked to its control. Takes
/// focus when the page is shown.
#[component]
pub fn ErrorSummary<Id: std::fmt::Display>(
    title: &'static str,
    problems: Vec<FieldProblem<Id>>,
) -> impl IntoView {
    let items = problems
        .into_iter()
        .map(|problem| match problem.field {
            Some(field) => view! {
                <li>
                    <a class="notice__link" href=format!("#{field}")>
                        {problem.message}
                    </a>
                </li>
            }
            .into_any(),
            None => view! { <li>{problem.message}</li> }.into_any(),
        })
        .collect_view();
    view! {
        <div
            class="notice notice--bad"
            role="alert"
            tabindex="-1"
            autofocus
            aria-labelledby="error-summary"
        >
            <Icon name="attention" />
            <div class="notice__body">
                <h2 class="notice__title" id="error-summary">
                    {title}
                </h2>
                <ul class="notice__list">{items}</ul>
            </div>
        </div>
    }
}

/// What is wrong with one control, between its hint and the control itself. The
/// control names `id` in `aria-describedby`.
#[component]
pub fn FieldErrorText(#[prop(into)] id: String, #[prop(into)] message: String) -> impl IntoView {
    view! {
        <p class="field__error" id=id>
            <Icon name="attention" />
            <span>
                <span class="visually-hidden">"Error: "</span>
                {message}
            </span>
        </p>
    }
}
