use crate::{
    action::{CreateSource, EditSource, SetSourceTerms, TrySource},
    component::{
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        select_field::SelectField,
    },
};
use domain::{
    evidence::SourceKind,
    id::SourceId,
    taxonomy::{Region, ValueChainLink},
};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{
    Refusal,
    evidence::{SourceForm, SourceProblem},
};

/// What needs mending, by control, with a lookup of its own for each.
#[derive(Clone, Debug, Default)]
struct Problems(Vec<SourceProblem>);

impl Problems {
    fn of(&self, field: &str) -> Option<&'static str> {
        self.0.iter().find(|problem| problem.field == field).map(|one| one.refusal.message())
    }
}

/// Everything that is known of a source before it is read: of a new one, or of one that
/// is edited. What is typed can be tested before it is written down.
#[component]
pub fn SourceFields(
    /// The source that is edited; none for a new one.
    id: Option<SourceId>,
    typed: SourceForm,
    /// What the session says of the form: nothing was refused where it is none.
    refusal: Option<Refusal>,
) -> impl IntoView {
    let mut problems = if refusal.is_some() { typed.problems() } else { Vec::new() };
    if refusal == Some(Refusal::SourceName) {
        problems.push(SourceProblem { field: "name", refusal: Refusal::SourceName });
    }
    if refusal == Some(Refusal::SourceTerms) {
        let refusal = Refusal::SourceTerms;
        problems.push(SourceProblem { field: "terms_checked_by", refusal });
    }
    let summary = (!problems.is_empty()).then(|| {
        let problems = problems
            .iter()
            .map(|problem| FieldProblem {
                field: Some(problem.field),
                message: problem.refusal.message().to_owned(),
            })
            .collect();
        view! { <ErrorSummary title="Some answers need mending. Nothing is lost." problems /> }
    });
    let problems = Problems(problems);
    let (action, button) = match id {
        Some(_) => (EditSource::PATH, "Save"),
        None => (CreateSource::PATH, "Add"),
    };
    let back = id.map_or_else(|| "/admin/sources".to_owned(), |id| format!("/admin/sources/{id}"));
    let hidden = id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> });
    view! {
        {summary}
        <form class="specification-form" method="post" action=action novalidate>
            {hidden}
            <div class="specification-form__questions">
                <WhatItIs typed=typed.clone() problems=problems.clone() />
                <WhereWhat typed=typed.clone() problems=problems.clone() />
                <ReportsOn typed=typed.clone() />
                <Limits typed=typed.clone() problems=problems.clone() />
                <TermsQuestion typed problems />
            </div>
            <div class="specification-form__actions">
                <button class="button button--primary">{button}</button>
                <button class="button" formaction=TrySource::PATH>
                    "Test what is typed"
                </button>
                <a class="button button--quiet" href=back>
                    "Cancel"
                </a>
            </div>
        </form>
    }
}

#[component]
fn WhatItIs(typed: SourceForm, problems: Problems) -> impl IntoView {
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
    let wrong = problems.clone();
    let text = move |name, label, hint, value, required| {
        view! { <Text name label hint value required error=wrong.of(name) /> }
    };
    view! {
        <Question legend="What it is">
            {text("name", "Name", "Unique among the sources.", typed.name, true)}
            {text("publisher", "Publisher", "As readers know it.", typed.publisher, true)}
            <SelectField
                id="kind"
                name="source[kind]"
                label="Kind"
                hint="What its address answers with."
                options=kinds
                chosen=typed.kind
                error=problems.of("kind")
                width=""
            />
            {text(
                "url",
                "Address",
                "Of http or https; empty for what is entered by hand.",
                typed.url,
                false,
            )}
            <SelectField
                id="tier"
                name="source[tier]"
                label="Trust tier"
                hint="Tier 4 alone supports no claim."
                options=tiers
                chosen=typed.tier
                error=problems.of("tier")
                width=""
            />
            {text(
                "provider",
                "Provider",
                "Whose licence its items stand under, as the rights registry spells it.",
                typed.provider,
                true,
            )}
            {text(
                "language",
                "Language",
                "A code such as de or en-GB; decides how dates and numbers are read.",
                typed.language,
                false,
            )} {text("country", "Country", "Where it is published, a code such as DE.", typed.country, false)}
            {text(
                "interval_minutes",
                "Minutes between two readings",
                "5 to 10080.",
                typed.interval_minutes,
                true,
            )}
            <Tick
                name="polyurethane_only"
                value="true"
                label="Writes about polyurethane only"
                checked=typed.polyurethane_only
            />
        </Question>
    }
}

#[component]
fn WhereWhat(typed: SourceForm, problems: Problems) -> impl IntoView {
    let selectors = typed.selectors;
    let text = move |name: &'static str, label, hint, value| {
        let error = problems.of(&name.replace("][", "-"));
        view! { <Text name label hint value required=false error /> }
    };
    view! {
        <Question legend="Where a list has what (lists on a page only)">
            {text("selectors][item", "Items", "CSS selector of one item.", selectors.item)}
            {text("selectors][link", "Link", "Within an item.", selectors.link)}
            {text(
                "selectors][title",
                "Title",
                "Within an item; the link's text if empty.",
                selectors.title,
            )} {text("selectors][date", "Date", "Within an item.", selectors.date)}
            {text(
                "selectors][date_attribute",
                "Attribute of the date",
                "Such as datetime. Without one, the date is text, and the item is held.",
                selectors.date_attribute,
            )}
        </Question>
    }
}

/// Decides for which reports the source has to be read.
#[component]
fn ReportsOn(typed: SourceForm) -> impl IntoView {
    let regions = Region::ALL.iter().enumerate().map(|(at, region)| {
        let checked = typed.covers_regions.iter().any(|id| id == region.id());
        let name = format!("covers_regions][{at}");
        view! { <Tick name value=region.id() label=region.label() checked /> }
    });
    let regions = regions.collect_view();
    let links = ValueChainLink::ALL.iter().enumerate().map(|(at, link)| {
        let checked = typed.covers_links.iter().any(|id| id == link.id());
        let name = format!("covers_links][{at}");
        view! { <Tick name value=link.id() label=link.label() checked /> }
    });
    let links = links.collect_view();
    view! {
        <Question legend="What it reports on">
            <p class="field__hint">
                "Regions and positions in the value chain; none ticked means all. A report waits until \
                 80 % of the sources that report on its scope were read."
            </p>
            <div class="choice-list choice-list--columns">{regions}</div>
            <div class="choice-list choice-list--columns">{links}</div>
        </Question>
    }
}

#[component]
fn Limits(typed: SourceForm, problems: Problems) -> impl IntoView {
    let text = move |name, label, hint, value| {
        view! { <Text name label hint value required=false error=problems.of(name) /> }
    };
    view! {
        <Question legend="Limits closer than the platform's">
            {text("seconds", "Seconds for one answer", "1 to 15; empty: 15.", typed.seconds)}
            {text(
                "kilobytes",
                "Kilobytes of one answer",
                "10 to 5000; empty: 5000.",
                typed.kilobytes,
            )}
            {text(
                "entries",
                "Entries of one reading",
                "1 to 200; empty: 100, or 200 of a sitemap.",
                typed.entries,
            )}
            {text(
                "pause_seconds",
                "Seconds between two requests",
                "1 to 60; empty: 1.",
                typed.pause_seconds,
            )}
        </Question>
    }
}

/// The form that writes down the terms of a source that has none.
#[component]
pub fn TermsForm(source: String) -> impl IntoView {
    view! {
        <form class="specification-form" method="post" action=SetSourceTerms::PATH>
            <input type="hidden" name="id" value=source />
            <div class="specification-form__questions">
                <TermsQuestion typed=SourceForm::default() problems=Problems::default() />
            </div>
            <div class="specification-form__actions">
                <button class="button">"Write down"</button>
            </div>
        </form>
    }
}

#[component]
fn TermsQuestion(typed: SourceForm, problems: Problems) -> impl IntoView {
    let text = move |name, label, hint, value| {
        view! { <Text name label hint value required=false error=problems.of(name) /> }
    };
    let tick = |name: &str, label, checked| {
        view! { <Tick name=name.to_owned() value="true" label checked /> }
    };
    view! {
        <Question legend="What its owner allows">
            {text(
                "terms_checked_by",
                "Terms read by",
                "Without it the source cannot be switched on.",
                typed.terms_checked_by,
            )} {text("terms_checked_on", "Read on", "Such as 2026-11-29.", typed.terms_checked_on)}
            {tick("terms_excerpt", "Excerpts of 300 characters", typed.terms_excerpt)}
            {tick("terms_full_text", "Full text", typed.terms_full_text)}
            {tick("terms_redistribution", "Redistribution", typed.terms_redistribution)}
            {text(
                "terms_attribution",
                "Attribution",
                "The words that must stand with it.",
                typed.terms_attribution,
            )}
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
    error: Option<&'static str>,
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
fn Tick(
    #[prop(into)] name: String,
    value: &'static str,
    label: &'static str,
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                class="choice__box"
                name=format!("source[{name}]")
                type="checkbox"
                value=value
                checked=checked
            />
            <span class="choice__name">{label}</span>
        </label>
    }
}
