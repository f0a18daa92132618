use super::{error_summary::FieldErrorText, field::described_by};
use leptos::prelude::*;

/// A question with one answer of a list: label, hint, error, then the control.
#[component]
pub fn SelectField(
    /// Of the control; the summary of errors leads there.
    id: &'static str,
    #[prop(into)] name: String,
    label: &'static str,
    hint: &'static str,
    /// Value and words of each.
    options: Vec<(String, String)>,
    chosen: String,
    /// What is wrong with the answer.
    error: Option<&'static str>,
    /// Class of the control's width.
    width: &'static str,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    let message =
        error.map(|message| view! { <FieldErrorText id=format!("{id}-error") message /> });
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <p class="field__hint" id=format!("{id}-hint")>
                {hint}
            </p>
            {message}
            <select
                class=format!("field__select {width}")
                id=id
                name=name
                aria-describedby=described_by(id, error.is_some())
                aria-invalid=error.map(|_| "true")
            >
                {options}
            </select>
        </div>
    }
}
