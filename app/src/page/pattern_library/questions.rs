use super::form::Errors;
use crate::{
    component::{field::described_by, text_area::TextArea},
    view::pattern::{Control, Question},
};
use executor::pattern::Plan;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The declared defaults as a form has them, so that it can be filled in part.
pub fn defaults(plan: &Plan) -> BTreeMap<String, String> {
    plan.inputs
        .iter()
        .map(|input| (input.name.clone(), Question::of(input, None, &[]).value))
        .collect()
}

/// One declared input: label, hint, error, then the control.
#[component]
pub fn InputQuestion(question: Question) -> impl IntoView {
    if question.control == Control::Box {
        return view! { <BoxQuestion question /> }.into_any();
    }
    let Question { id, name, label, hint, control, value, required, errors } = question;
    let described_by = described_by(&id, !errors.is_empty());
    let is_wrong = !errors.is_empty();
    let invalid = is_wrong.then_some("true");
    let control = match control {
        Control::Line { kind, step, min, max } => {
            let class = match kind {
                "number" => "field__input field__input--short",
                "date" => "field__input field__input--date",
                _ => "field__input",
            };
            // A number that cannot be read would be shown as nothing: as text it stays.
            let kind = if kind != "text" && is_wrong { "text" } else { kind };
            view! {
                <input
                    class=class
                    id=id.clone()
                    name=name
                    type=kind
                    step=step
                    min=min
                    max=max
                    value=value
                    required=required
                    aria-describedby=described_by
                    aria-invalid=invalid
                />
            }
            .into_any()
        }
        Control::Choice { options } => {
            let options = options
                .into_iter()
                .map(|option| {
                    let selected = option == value;
                    let sent = option.clone();
                    view! {
                        <option value=sent selected=selected>
                            {option}
                        </option>
                    }
                })
                .collect_view();
            view! {
                <select
                    class="field__select"
                    id=id.clone()
                    name=name
                    required=required
                    aria-describedby=described_by
                    aria-invalid=invalid
                >
                    <option value="">"Not chosen"</option>
                    {options}
                </select>
            }
            .into_any()
        }
        Control::List | Control::Json => view! {
            <TextArea id=id.clone() name rows=4 value described_by invalid=is_wrong />
        }
        .into_any(),
        Control::Box => ().into_any(),
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>
                {label}
            </label>
            <p class="field__hint" id=format!("{id}-hint")>
                {hint}
            </p>
            <Errors id errors />
            {control}
        </div>
    }
    .into_any()
}

#[component]
fn BoxQuestion(question: Question) -> impl IntoView {
    let Question { id, name, label, hint, value, errors, .. } = question;
    let described_by = described_by(&id, !errors.is_empty());
    let checked = value == "on";
    view! {
        <div class="field">
            <Errors id=id.clone() errors />
            <div class="choice-list">
                <label class="choice">
                    <input
                        class="choice__box"
                        type="checkbox"
                        id=id.clone()
                        name=name
                        checked=checked
                        aria-describedby=described_by
                    />
                    <span class="choice__name">{label}</span>
                    <span class="choice__hint" id=format!("{id}-hint")>
                        {hint}
                    </span>
                </label>
            </div>
        </div>
    }
}
