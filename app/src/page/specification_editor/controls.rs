//! Controls of the form. Each is labelled; hint and error stand between label
//! and control and are tied to it; ids are the fields' ids, so that the summary
//! of errors can point to them.

use crate::component::error_summary::FieldErrorText;
use domain::specification::Field;
use leptos::prelude::*;

/// What is wrong with one field, and how its control refers to hint and error.
#[derive(Clone, Debug)]
pub(super) struct Remarks {
    pub field: Field,
    pub error: Option<String>,
}

impl Remarks {
    pub fn id(&self) -> &'static str {
        self.field.id()
    }

    /// Name of the control: a field of the draft.
    pub fn control(&self) -> String {
        format!("draft[{}]", self.id())
    }

    /// For `aria-describedby`.
    pub fn described_by(&self) -> String {
        let id = self.id();
        if self.error.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-hint") }
    }

    /// For `aria-invalid`.
    pub fn invalid(&self) -> Option<&'static str> {
        self.error.as_ref().map(|_| "true")
    }
}

/// Hint and error of a control, in this order.
#[component]
pub(super) fn RemarkTexts(
    id: &'static str,
    hint: String,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    view! {
        <p class="field__hint" id=format!("{id}-hint")>
            {hint}
        </p>
        {error.map(|message| view! { <FieldErrorText id=format!("{id}-error") message /> })}
    }
}

/// Something that is asked, with one or more controls to answer it.
#[component]
pub(super) fn Question(legend: &'static str, children: Children) -> impl IntoView {
    view! {
        <fieldset class="question">
            <legend class="question__legend">{legend}</legend>
            <div class="question__body">{children()}</div>
        </fieldset>
    }
}

/// A question that is answered by ticking: hint and error belong to the group.
#[component]
pub(super) fn ChoiceQuestion(
    legend: &'static str,
    remarks: Remarks,
    hint: String,
    kind: ChoiceKind,
    choices: Vec<Choice>,
    #[prop(optional)] in_columns: bool,
    /// Said after the choices.
    #[prop(optional, into)]
    footnote: Option<String>,
) -> impl IntoView {
    let described_by = remarks.described_by();
    let error = remarks.error.clone();
    view! {
        <fieldset class="question" aria-describedby=described_by>
            <legend class="question__legend">{legend}</legend>
            <div class="question__body">
                <RemarkTexts id=remarks.id() hint error />
                <Choices remarks kind choices in_columns />
                {footnote.map(|text| view! { <p class="field__hint">{text}</p> })}
            </div>
        </fieldset>
    }
}

/// A line of text.
#[component]
pub(super) fn TextField(
    remarks: Remarks,
    label: &'static str,
    hint: String,
    value: String,
    /// Short, and with digits on a small screen's keyboard.
    #[prop(optional)]
    is_number: bool,
) -> impl IntoView {
    let id = remarks.id();
    let (class, inputmode) = if is_number {
        ("field__input field__input--short", Some("numeric"))
    } else {
        ("field__input", None)
    };
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <RemarkTexts id hint error=remarks.error.clone() />
            <input
                class=class
                id=id
                name=remarks.control()
                value=value
                inputmode=inputmode
                autocomplete="off"
                aria-invalid=remarks.invalid()
                aria-describedby=remarks.described_by()
            />
        </div>
    }
}

/// One of a short list.
#[component]
pub(super) fn SelectField(
    remarks: Remarks,
    label: &'static str,
    hint: String,
    /// Value and words of each.
    options: Vec<(&'static str, String)>,
    chosen: String,
) -> impl IntoView {
    let id = remarks.id();
    let options = options
        .into_iter()
        .map(|(value, words)| {
            view! {
                <option value=value selected=value == chosen>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <RemarkTexts id hint error=remarks.error.clone() />
            <select
                class="field__select"
                id=id
                name=remarks.control()
                aria-invalid=remarks.invalid()
                aria-describedby=remarks.described_by()
            >
                {options}
            </select>
        </div>
    }
}

/// A box or a button to tick.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub value: &'static str,
    pub name: &'static str,
    pub hint: String,
    /// What it costs.
    pub note: Option<String>,
    pub is_chosen: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChoiceKind {
    /// Any number of them.
    Several,
    /// Exactly one.
    One,
    /// One box that stands for itself.
    Switch,
}

/// Choices under each other or in columns. The first has the field's own id,
/// where the summary of errors leads to, and is the one marked as invalid.
#[component]
pub(super) fn Choices(
    remarks: Remarks,
    kind: ChoiceKind,
    choices: Vec<Choice>,
    #[prop(optional)] in_columns: bool,
) -> impl IntoView {
    let class = if in_columns { "choice-list choice-list--columns" } else { "choice-list" };
    let items = choices
        .into_iter()
        .enumerate()
        .map(|(place, choice)| {
            view! { <ChoiceBox remarks=remarks.clone() kind choice is_first=place == 0 /> }
        })
        .collect_view();
    view! { <div class=class>{items}</div> }
}

/// Its name is the label alone; hint and note are its description.
#[component]
fn ChoiceBox(remarks: Remarks, kind: ChoiceKind, choice: Choice, is_first: bool) -> impl IntoView {
    let Choice { value, name, hint, note, is_chosen } = choice;
    let field = remarks.id();
    let id = if is_first { field.to_owned() } else { format!("{field}-{value}") };
    let (input_type, control) = match kind {
        ChoiceKind::Several => ("checkbox", format!("{}[]", remarks.control())),
        ChoiceKind::One => ("radio", remarks.control()),
        ChoiceKind::Switch => ("checkbox", remarks.control()),
    };
    // A radio button cannot be invalid, only its group can.
    let invalid = remarks.invalid().filter(|_| is_first && kind != ChoiceKind::One);
    let [label, hint_id, note_id] =
        ["name", "hint", "note"].map(|part| format!("{field}-{value}-{part}"));
    let own_error = kind == ChoiceKind::Switch && remarks.error.is_some();
    let described_by: Vec<String> = [
        own_error.then(|| format!("{field}-error")),
        (!hint.is_empty()).then(|| hint_id.clone()),
        note.is_some().then(|| note_id.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let described_by = (!described_by.is_empty()).then(|| described_by.join(" "));
    view! {
        <label class="choice">
            <input
                class="choice__box"
                type=input_type
                id=id
                name=control
                value=value
                checked=is_chosen
                aria-labelledby=label.clone()
                aria-describedby=described_by
                aria-invalid=invalid
            />
            <span class="choice__name" id=label>
                {name}
            </span>
            {note.map(|note| view! { <span class="choice__note" id=note_id>{note}</span> })}
            {(!hint.is_empty())
                .then(|| view! { <span class="choice__hint" id=hint_id>{hint}</span> })}
        </label>
    }
}
