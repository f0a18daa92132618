use crate::{
    action::{CreateSource, SetSourceTerms},
    component::{error_summary::FieldErrorText, select_field::SelectField},
};
use domain::evidence::SourceKind;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{Refusal, evidence::SourceForm};

/// Everything that is known of a source before it is read.
#[component]
pub fn NewSourceForm(typed: SourceForm, refusal: Option<Refusal>) -> impl IntoView {
    let kinds = SourceKind::ALL
        .iter()
        .map(|kind| (kind.id().to_owned(), kind.label().to_owned()))
        .collect();
    let tiers = [
        ("1", "1: regulator, association, company about itself"),
        ("2", "2: established trade press"),
        ("3", "3: other edited press"),
        ("4", "4: aggregator, blog, unknown"),
    ];
    let tiers = tiers.map(|(value, words)| (value.to_owned(), words.to_owned())).into();
    let error = move |wanted: Refusal| {
        refusal.filter(|refusal| *refusal == wanted).map(|refusal| refusal.message().to_owned())
    };
    let selectors = typed.selectors.clone();
    let terms = typed.clone();
    view! {
        <form class="specification-form" method="post" action=CreateSource::PATH>
            <div class="specification-form__questions">
                <Question legend="What it is">
                    <Text
                        name="name"
                        label="Name"
                        hint="Unique among the sources."
                        value=typed.name
                        required=true
                        error=error(Refusal::SourceName)
                    />
                    <Text name="publisher" label="Publisher" hint="As readers know it." value=typed.publisher required=true error=None />
                    <SelectField id="kind" name="source[kind]" label="Kind" hint="What its address answers with." options=kinds chosen=typed.kind error=None width="" />
                    <Text
                        name="url"
                        label="Address"
                        hint="Of http or https; empty for what is entered by hand."
                        value=typed.url
                        required=false
                        error=error(Refusal::SourceAddress)
                    />
                    <SelectField id="tier" name="source[tier]" label="Trust tier" hint="Tier 4 alone supports no claim." options=tiers chosen=typed.tier error=None width="" />
                    <Text
                        name="provider"
                        label="Provider"
                        hint="Whose licence its items stand under, as the rights registry spells it."
                        value=typed.provider
                        required=true
                        error=error(Refusal::SourceProvider)
                    />
                    <Text name="language" label="Language" hint="A code such as de or en-GB; decides how dates and numbers are read." value=typed.language required=false error=None />
                    <Text name="country" label="Country" hint="A code such as DE." value=typed.country required=false error=None />
                    <Text name="interval_minutes" label="Minutes between two readings" hint="5 to 10080." value=typed.interval_minutes required=true error=error(Refusal::SourceForm) />
                    <Tick name="polyurethane_only" label="Writes about polyurethane only" checked=typed.polyurethane_only />
                </Question>
                <Question legend="Where a list has what (lists on a page only)">
                    <Text name="selectors][item" label="Items" hint="CSS selector of one item." value=selectors.item required=false error=error(Refusal::SourceSelectors) />
                    <Text name="selectors][link" label="Link" hint="Within an item." value=selectors.link required=false error=None />
                    <Text name="selectors][title" label="Title" hint="Within an item; the link's text if empty." value=selectors.title required=false error=None />
                    <Text name="selectors][date" label="Date" hint="Within an item." value=selectors.date required=false error=None />
                    <Text name="selectors][date_attribute" label="Attribute of the date" hint="Such as datetime. Without one, the date is text, and the item is held." value=selectors.date_attribute required=false error=None />
                </Question>
                <TermsQuestion typed=terms />
            </div>
            <div class="specification-form__actions">
                <button class="button button--primary">"Add"</button>
                <a class="button button--quiet" href="/admin/sources">
                    "Cancel"
                </a>
            </div>
        </form>
    }
}

/// The form that writes down the terms of a source that has none, or others.
#[component]
pub fn TermsForm(source: String) -> impl IntoView {
    view! {
        <form class="specification-form" method="post" action=SetSourceTerms::PATH>
            <input type="hidden" name="id" value=source />
            <div class="specification-form__questions">
                <TermsQuestion typed=SourceForm::default() />
            </div>
            <div class="specification-form__actions">
                <button class="button">"Write down"</button>
            </div>
        </form>
    }
}

#[component]
fn TermsQuestion(typed: SourceForm) -> impl IntoView {
    view! {
        <Question legend="What its owner allows">
            <Text
                name="terms_checked_by"
                label="Terms read by"
                hint="Without it the source cannot be switched on."
                value=typed.terms_checked_by
                required=false
                error=None
            />
            <Text
                name="terms_checked_on"
                label="Read on"
                hint="Such as 2026-11-29."
                value=typed.terms_checked_on
                required=false
                error=None
            />
            <Tick name="terms_excerpt" label="Excerpts of 300 characters" checked=typed.terms_excerpt />
            <Tick name="terms_full_text" label="Full text" checked=typed.terms_full_text />
            <Tick
                name="terms_redistribution"
                label="Redistribution"
                checked=typed.terms_redistribution
            />
            <Text
                name="terms_attribution"
                label="Attribution"
                hint="The words that must stand with it."
                value=typed.terms_attribution
                required=false
                error=None
            />
        </Question>
    }
}

#[component]
fn Question(legend: &'static str, children: Children) -> impl IntoView {
    view! {
        <fieldset class="question">
            <legend class="question__legend">{legend}</legend>
            <div class="question__body">{children()}</div>
        </fieldset>
    }
}

#[component]
fn Text(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    required: bool,
    error: Option<String>,
) -> impl IntoView {
    let id = name.replace("][", "-");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by =
        if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>
                {label}
            </label>
            <p class="field__hint" id=hint_id>
                {hint}
            </p>
            {error.map(|message| view! { <FieldErrorText id=error_id message /> })}
            <input
                class="field__input"
                id=id
                name=format!("source[{name}]")
                type="text"
                value=value
                required=required
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </div>
    }
}

#[component]
fn Tick(name: &'static str, label: &'static str, checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                class="choice__box"
                name=format!("source[{name}]")
                type="checkbox"
                value="true"
                checked=checked
            />
            <span class="choice__name">{label}</span>
        </label>
    }
}
