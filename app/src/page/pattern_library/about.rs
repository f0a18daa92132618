use super::rights_words;
use crate::component::{
    digest::Digest,
    moment::duration_words,
    scope::{Fact, counted},
};
use executor::pattern::{Exports, OnError, Plan, Step};
use jiff::SignedDuration;
use leptos::prelude::*;
use std::sync::Arc;

/// What the pattern does step by step, what it gives, and what it asks for.
#[component]
pub fn About(plan: Arc<Plan>) -> impl IntoView {
    let steps = plan.steps.iter().map(|step| view! { <StepItem plan=&plan step /> }).collect_view();
    let outputs = plan
        .outputs
        .iter()
        .map(|output| view! { <li><code>{output.name.clone()}</code></li> })
        .collect_view();
    let panels = plan.panels.len();
    let deadline = SignedDuration::try_from(plan.budget.deadline).unwrap_or_default();
    let facts = [
        ("Version", plan.version.clone()),
        ("Rights needed", rights_words(plan.requires.iter().copied())),
        ("May leave as", exports_words(plan.exports)),
        ("Panels", counted(panels, "panel", "panels")),
        (
            "Bounds",
            format!(
                "{}, {} at once",
                duration_words(deadline),
                counted(plan.budget.max_parallel, "step", "steps")
            ),
        ),
    ];
    let facts = facts.into_iter().map(|(term, value)| view! { <Fact term value /> }).collect_view();
    view! {
        <section class="section" aria-labelledby="about">
            <h2 class="section__title" id="about">
                "About it"
            </h2>
            <dl class="facts facts--narrow">
                {facts} <div class="facts__item">
                    <dt class="facts__term">"Outputs"</dt>
                    <dd>
                        <ul class="facts__list">{outputs}</ul>
                    </dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"File"</dt>
                    <dd>
                        <Digest text=plan.hash.to_string() />
                    </dd>
                </div>
            </dl>
        </section>
        <section class="section pattern-steps" aria-labelledby="steps">
            <h2 class="section__title" id="steps">
                "Steps"
            </h2>
            <ol class="pattern-steps__list">{steps}</ol>
        </section>
    }
}

#[component]
fn StepItem<'a>(plan: &'a Plan, step: &'a Step) -> impl IntoView + use<> {
    let after: Vec<&str> = step.after.iter().map(|at| plan.steps[*at].key.as_str()).collect();
    let after = match after.as_slice() {
        [] => "At the beginning.".to_owned(),
        steps => format!("After {}.", steps.join(", ")),
    };
    let condition = step.condition.as_ref().map(|condition| {
        view! { <span>"Only if " <code>{condition.text().to_owned()}</code> "."</span> }
    });
    let fallback = step
        .fallback
        .as_ref()
        .map(|fallback| format!("While it fails, {} is asked instead.", fallback.capability));
    let on_error =
        (step.on_error == OnError::Null).then_some("If it fails, the rest goes on without it.");
    view! {
        <li class="pattern-steps__item">
            <p class="pattern-steps__title">{step.title.clone()}</p>
            <p class="pattern-steps__detail">
                <code>{step.key.clone()}</code>
                " by "
                <code>{step.capability.to_string()}</code>
                ". "
                <span>{after}</span>
                " "
                {condition}
                " "
                {fallback}
                " "
                {on_error}
            </p>
        </li>
    }
}

fn exports_words(exports: Exports) -> String {
    let forms = [
        ("PDF", exports.pdf),
        ("CSV", exports.csv),
        ("XLSX", exports.xlsx),
        ("HTML", exports.html),
        ("JSON", exports.json),
    ];
    let may: Vec<&str> = forms.into_iter().filter_map(|(name, may)| may.then_some(name)).collect();
    if may.is_empty() { "nothing".to_owned() } else { may.join(", ") }
}
