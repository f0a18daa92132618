use super::error_summary::FieldErrorText;
use leptos::prelude::*;

/// A question with one typed answer: label, hint, error, then the control.
#[component]
pub fn InputField(
    /// Its name in the form, too.
    id: &'static str,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    /// Type of the control.
    kind: &'static str,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    /// Whether it may stay empty.
    #[prop(optional)]
    may_be_empty: bool,
    /// What is wrong with the answer.
    error: Option<String>,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = match (hint.is_some(), error.is_some()) {
        (true, true) => Some(format!("{hint_id} {error_id}")),
        (true, false) => Some(hint_id.clone()),
        (false, true) => Some(error_id.clone()),
        (false, false) => None,
    };
    let invalid = error.is_some().then_some("true");
    let class = if kind == "number" { "field__input field__input--short" } else { "field__input" };
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            {hint
                .map(|hint| {
                    view! {
                        <p class="field__hint" id=hint_id>
                            {hint}
                        </p>
                    }
                })}
            {error.map(|message| view! { <FieldErrorText id=error_id message /> })}
            <input
                class=class
                id=id
                name=id
                type=kind
                value=value
                autocomplete=autocomplete
                required=!may_be_empty
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}
