use super::{error_summary::FieldErrorText, text_area::escaped};
use leptos::prelude::*;

/// Ids of what describes a control: its hint, and what is wrong with its answer.
pub fn described_by(id: &str, has_error: bool) -> String {
    if has_error { format!("{id}-hint {id}-error") } else { format!("{id}-hint") }
}

/// The reason that a decision is recorded with: a labelled text with its limits.
#[component]
pub fn ReasonField(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    label: &'static str,
    /// What the decision leads to, said after the limits.
    #[prop(default = "")]
    consequence: &'static str,
    /// What is wrong with the reason that was given.
    #[prop(default = None)]
    error: Option<String>,
    /// The reason that was given.
    #[prop(default = String::new())]
    value: String,
) -> impl IntoView {
    let (hint, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = described_by(&id, error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>
                {label}
            </label>
            <p class="field__hint" id=hint>
                {format!("10 to 500 characters; everybody concerned can read it. {consequence}")}
            </p>
            {error.map(|message| view! { <FieldErrorText id=error_id message /> })}
            <textarea
                class="field__textarea"
                id=id
                name="reason"
                rows="3"
                required
                minlength="10"
                maxlength="500"
                aria-describedby=described_by
                aria-invalid=invalid
                inner_html=escaped(&value)
            ></textarea>
        </div>
    }
}

/// A form of one button that does one thing to one object.
#[component]
pub fn ActionButton(
    /// Address of the server function.
    action: &'static str,
    /// Name and value of the object's hidden field.
    field: &'static str,
    #[prop(into)] value: String,
    /// `button--primary`, `button--danger` or empty.
    #[prop(default = "")]
    variant: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name=field value=value />
            <button class=format!("button {variant}")>{children()}</button>
        </form>
    }
}
