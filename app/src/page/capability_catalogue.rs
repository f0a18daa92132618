//! What patterns may call, by category.

mod card;
mod entry;
mod filter;

use crate::{
    component::{icon::Icon, scope::counted},
    ssr::page,
};
use card::CapabilityCard;
use entry::Entry;
use filter::{CatalogueFilter, FilterForm};
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// As few as this are shown with their arguments and values open.
const SHOWN_OPEN_MAX: usize = 3;

/// Every capability of this process: who has it, what goes in and comes out,
/// how long its values hold. The filter is the address.
#[component]
pub fn CapabilityCatalogue() -> impl IntoView {
    page("Capabilities", |request| async move {
        let entries: Vec<Entry> = request
            .orchestrator
            .registry()
            .entries()
            .map(|(agent, capability)| Entry::of(agent, capability))
            .collect();
        let filter = CatalogueFilter::read(|name| request.query(name));
        Ok(view! { <Catalogue entries filter /> })
    })
}

#[component]
fn Catalogue(entries: Vec<Entry>, filter: CatalogueFilter) -> impl IntoView {
    let statement = statement(&entries);
    let categories: BTreeSet<String> = entries.iter().map(|entry| entry.category.clone()).collect();
    let agents: BTreeMap<&'static str, &'static str> =
        entries.iter().map(|entry| (entry.agent, entry.agent_description)).collect();
    let total = entries.len();
    let shown: Vec<Entry> = entries.into_iter().filter(|entry| filter.keeps(entry)).collect();
    let found = shown.len();
    let is_open = found <= SHOWN_OPEN_MAX;
    let is_filtered = filter.is_set();
    let mut by_category: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in shown {
        by_category.entry(entry.category.clone()).or_default().push(entry);
    }
    let index = (by_category.len() > 1).then(|| {
        let groups =
            by_category.iter().map(|(category, entries)| (category.clone(), entries.len()));
        view! { <Index groups=groups.collect() /> }
    });
    let sections = by_category
        .into_iter()
        .map(|(category, entries)| view! { <Category category entries is_open /> })
        .collect_view();
    view! {
        <div class="page-header">
            <h1 class="page-header__title">"Capabilities"</h1>
            <p class="statement">{statement}</p>
        </div>
        <FilterForm filter categories agents=agents.keys().copied().collect() />
        {is_filtered
            .then(|| {
                view! {
                    <p role="status">
                        {format!("{} of {total} shown.", counted(found, "capability", "capabilities"))}
                    </p>
                }
            })}
        {(found == 0).then(|| view! { <NoMatch is_filtered /> })}
        {index}
        {sections}
    }
}

/// Where am I and in what state is it, in a sentence.
fn statement(entries: &[Entry]) -> String {
    let agents: BTreeSet<_> = entries.iter().map(|entry| entry.agent).collect();
    let unavailable = entries.iter().filter(|entry| entry.unavailable.is_some()).count();
    let state = match unavailable {
        0 => "All can be called.".to_owned(),
        1 => "One cannot be called as this server is set up; the reason stands with it.".to_owned(),
        some => format!(
            "{some} cannot be called as this server is set up; the reasons stand with them."
        ),
    };
    format!(
        "What the steps of a pattern may call: {} of {}. {state}",
        counted(entries.len(), "capability", "capabilities"),
        counted(agents.len(), "agent", "agents"),
    )
}

/// Ways to the categories of a long page.
#[component]
fn Index(groups: Vec<(String, usize)>) -> impl IntoView {
    let items = groups
        .into_iter()
        .map(|(category, count)| {
            let anchor = format!("#category-{category}");
            view! {
                <li>
                    <a href=anchor>{category}</a>
                    {format!(" ({count})")}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="anchor-index" aria-label="Categories">
            <ul class="anchor-index__list">{items}</ul>
        </nav>
    }
}

#[component]
fn Category(category: String, entries: Vec<Entry>, is_open: bool) -> impl IntoView {
    let id = format!("category-{category}");
    let labelled_by = id.clone();
    let cards =
        entries.into_iter().map(|entry| view! { <CapabilityCard entry is_open /> }).collect_view();
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <h2 class="section__title" id=id>
                {category}
            </h2>
            <div class="capability-list">{cards}</div>
        </section>
    }
}

#[component]
fn NoMatch(is_filtered: bool) -> impl IntoView {
    let (title, text) = if is_filtered {
        ("Nothing matches", "No capability has these words, this category and this agent.")
    } else {
        ("No capability", "This server was started without agents, so no pattern can be carried.")
    };
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">{title}</h2>
            <p>{text}</p>
            {is_filtered
                .then(|| {
                    view! {
                        <p>
                            <a class="button" href="/capability-catalogue">
                                <Icon name="search" />
                                "Show all"
                            </a>
                        </p>
                    }
                })}
        </div>
    }
}
