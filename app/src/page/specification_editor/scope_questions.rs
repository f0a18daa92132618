//! What the report covers, how often, and at what size: the answers that are
//! priced.

use super::{
    controls::{ChoiceKind, ChoiceQuestion, Question, RemarkTexts, SelectField, TextField},
    scope_choices::{cadences, deliverables, links, regions, surcharge, tiers},
    shown_form::ShownForm,
};
use crate::component::text_area::TextArea;
use domain::{
    price::Tier,
    specification::{Field, SEATS, Scope},
    taxonomy::{Deliverable, ValueChainLink},
};
use leptos::prelude::*;

#[component]
pub(super) fn ScopeQuestions(form: ShownForm) -> impl IntoView {
    let scope_of_links = Scope { links: [ValueChainLink::EndUse].into(), ..Scope::default() };
    view! {
        <ChoiceQuestion
            legend="Deliverables"
            remarks=form.remarks(Field::Deliverables)
            hint="Each one decides which signals may enter the report and how they are grouped."
                .to_owned()
            kind=ChoiceKind::Several
            choices=deliverables(&form.draft.deliverables)
            footnote=format!(
                "{} is not chosen here: it comes with the value-chain links below.",
                Deliverable::ValueChainLink,
            )
        />
        <ChoiceQuestion
            legend="Regions"
            remarks=form.remarks(Field::Regions)
            hint="Choose 1 to 8. The Middle East is its own region; Mexico belongs to North America."
                .to_owned()
            kind=ChoiceKind::Several
            choices=regions(&form.draft.regions)
            in_columns=true
        />
        <ChoiceQuestion
            legend="Value-chain links"
            remarks=form.remarks(Field::Links)
            hint=format!(
                "Optional. With a link chosen, only items of the chosen links enter, and the report \
                 groups them by link. {} for one or more.",
                surcharge(&scope_of_links).replace(' ', "\u{a0}"),
            )
            kind=ChoiceKind::Several
            choices=links(&form.draft.links)
            in_columns=true
        />
        <ChoiceQuestion
            legend="Cadence"
            remarks=form.remarks(Field::Cadence)
            hint="One report per period. Only a successful run uses the period up.".to_owned()
            kind=ChoiceKind::One
            choices=cadences(&form.draft.cadence)
        />
        <Size form=form.clone() />
        <Watchlist form />
    }
}

#[component]
fn Size(form: ShownForm) -> impl IntoView {
    view! {
        <Question legend="Size">
            <SelectField
                remarks=form.remarks(Field::Tier)
                label="Tier"
                hint="The smallest tier that holds the scope is enough; a larger one may be chosen."
                    .to_owned()
                options=tiers()
                chosen=form.draft.tier.clone()
            />
            <TextField
                remarks=form.remarks(Field::Seats)
                label="Seats"
                hint=format!(
                    "{} to {}. Every member and open invitation takes one.",
                    SEATS.start(),
                    SEATS.end(),
                )
                value=form.draft.seats.clone()
                is_number=true
            />
        </Question>
    }
}

#[component]
fn Watchlist(form: ShownForm) -> impl IntoView {
    let remarks = form.remarks(Field::Watchlist);
    let id = remarks.id();
    let limits: Vec<String> =
        Tier::ALL.iter().map(|tier| format!("{} with {tier}", tier.limits().watchlist)).collect();
    let hint = format!(
        "One company a line, up to {}. Used by {}, and left empty without it.",
        limits.join(", "),
        Deliverable::CompanyNews
    );
    view! {
        <Question legend="Companies">
            <div class="field">
                <label class="field__label" for=id>
                    "Companies to watch"
                </label>
                <RemarkTexts id hint error=remarks.error.clone() />
                <TextArea
                    id=id
                    name=remarks.control()
                    rows=5
                    value=form.draft.watchlist
                    described_by=remarks.described_by()
                    invalid=remarks.error.is_some()
                />
            </div>
        </Question>
    }
}
