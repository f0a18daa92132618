//! How the report looks: answers that change neither scope nor price.

use super::{
    controls::{
        Choice, ChoiceKind, Choices, Question, RemarkTexts, Remarks, SelectField, TextField,
    },
    shown_form::ShownForm,
};
use crate::component::error_summary::FieldErrorText;
use domain::specification::{Field, Language, SectionKind, Strength, TITLE_LENGTH};
use leptos::prelude::*;

#[component]
pub(super) fn ReportQuestions(form: ShownForm) -> impl IntoView {
    view! {
        <Question legend="How the report looks">
            <TextField
                remarks=form.remarks(Field::Title)
                label="Report title"
                hint=format!("{} to {} characters.", TITLE_LENGTH.start(), TITLE_LENGTH.end())
                value=form.draft.title.clone()
            />
            <Sections form=form.clone() />
            <Switch
                remarks=form.remarks(Field::SignalMap)
                hint="A table and a chart of signals by type and region"
                is_on=form.draft.signal_map == "on"
            />
            <Switch
                remarks=form.remarks(Field::EvidenceAppendix)
                hint="Each item that was used, with its publisher and date"
                is_on=form.draft.evidence_appendix == "on"
            />
            <SelectField
                remarks=form.remarks(Field::MinimumStrength)
                label="Minimum strength of a development"
                hint="How many independent publishers must report it.".to_owned()
                options=options_of(Strength::ALL)
                chosen=form.draft.minimum_strength.clone()
            />
            <SelectField
                remarks=form.remarks(Field::Language)
                label="Language"
                hint="The language that the report is written in.".to_owned()
                options=options_of(Language::ALL)
                chosen=form.draft.language.clone()
            />
        </Question>
    }
}

/// Id and label of each.
fn options_of<T: Copy + Into<&'static str> + ToString>(
    values: &[T],
) -> Vec<(&'static str, String)> {
    values.iter().map(|value| ((*value).into(), value.to_string())).collect()
}

#[component]
fn Sections(form: ShownForm) -> impl IntoView {
    let remarks = form.remarks(Field::Sections);
    let (id, described_by, error) = (remarks.id(), remarks.described_by(), remarks.error.clone());
    let choices = SectionKind::ALL
        .iter()
        .map(|section| Choice {
            value: section.id(),
            name: section.label(),
            hint: String::new(),
            note: None,
            is_chosen: form.draft.sections.iter().any(|id| id == section.id()),
        })
        .collect();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend class="field__label">"Sections"</legend>
            <RemarkTexts
                id
                hint="Every chosen deliverable needs at least one of its sections.".to_owned()
                error
            />
            <Choices remarks kind=ChoiceKind::Several choices in_columns=true />
        </fieldset>
    }
}

/// One box that stands for itself.
#[component]
fn Switch(remarks: Remarks, hint: &'static str, is_on: bool) -> impl IntoView {
    let choice = Choice {
        value: "on",
        name: remarks.field.label(),
        hint: hint.to_owned(),
        note: None,
        is_chosen: is_on,
    };
    let error = remarks.error.clone().map(|message| {
        view! { <FieldErrorText id=format!("{}-error", remarks.id()) message /> }
    });
    view! {
        {error}
        <Choices remarks kind=ChoiceKind::Switch choices=vec![choice] />
    }
}
