use super::entry::Entry;
use crate::component::icon::Icon;
use leptos::prelude::*;
use std::collections::BTreeSet;

const PATH: &str = "/capability-catalogue";
const TEXT_CHARACTERS_MAX: usize = 100;

/// What the address asks for; empty asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CatalogueFilter {
    pub text: String,
    pub category: String,
    pub agent: String,
}

impl CatalogueFilter {
    pub fn read<'a>(query: impl Fn(&str) -> Option<&'a str>) -> Self {
        let read = |name: &str| query(name).unwrap_or_default().to_owned();
        Self {
            text: read("text").chars().take(TEXT_CHARACTERS_MAX).collect(),
            category: read("category"),
            agent: read("agent"),
        }
    }

    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a capability has every word, and is of the category and agent.
    pub fn keeps(&self, entry: &Entry) -> bool {
        let haystack = format!("{} {} {}", entry.name, entry.description, entry.agent);
        let haystack = haystack.to_lowercase();
        let wanted = self.text.to_lowercase();
        wanted.split_whitespace().all(|word| haystack.contains(word))
            && (self.category.is_empty() || self.category == entry.category)
            && (self.agent.is_empty() || self.agent == entry.agent)
    }
}

/// `GET`, so the filter can be kept and sent on.
#[component]
pub(super) fn FilterForm(
    filter: CatalogueFilter,
    categories: BTreeSet<String>,
    agents: BTreeSet<&'static str>,
) -> impl IntoView {
    let is_set = filter.is_set();
    let CatalogueFilter { text, category, agent } = filter;
    let agents = agents.into_iter().map(str::to_owned).collect();
    view! {
        <form class="filter-form" method="get" action=PATH role="search">
            <div class="field filter-form__search">
                <label class="field__label" for="text">
                    "Search"
                </label>
                <input
                    class="field__input"
                    id="text"
                    name="text"
                    type="search"
                    maxlength=TEXT_CHARACTERS_MAX.to_string()
                    value=text
                />
            </div>
            <Choice id="category" label="Category" options=categories chosen=category />
            <Choice id="agent" label="Agent" options=agents chosen=agent />
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
                {is_set
                    .then(|| {
                        view! {
                            <a class="button button--quiet" href=PATH>
                                "Clear"
                            </a>
                        }
                    })}
            </div>
        </form>
    }
}

#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    options: BTreeSet<String>,
    chosen: String,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|option| {
            let selected = option == chosen;
            view! {
                <option value=option.clone() selected=selected>
                    {option.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <select class="field__select" id=id name=id>
                <option value="">"Any"</option>
                {options}
            </select>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::execution::{Cost, Ttl};
    use serde_json::Value;

    fn entry(name: &str, agent: &'static str, description: &'static str) -> Entry {
        Entry {
            name: name.to_owned(),
            category: name.split_once('.').unwrap().0.to_owned(),
            version: "1.0.0",
            description,
            agent,
            agent_description: "Counts.",
            ttl: Ttl::Execution,
            cost: Cost::Light,
            pure: false,
            governed: false,
            sources: &[],
            unavailable: None,
            deprecated_by: None,
            input: Value::Null,
            output: Value::Null,
        }
    }

    fn check(parameters: &[(&str, &'static str)], expected: &[&str]) {
        let filter = CatalogueFilter::read(|name| {
            parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        });
        let all = [
            entry("ledger.positions", "analyst", "Open lots by security."),
            entry("ledger.transactions", "analyst", "What was booked."),
            entry("macro.get_indicators", "hound", "Series with their vintage."),
        ];
        let kept: Vec<_> = all
            .iter()
            .filter(|entry| filter.keeps(entry))
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(kept, expected, "{parameters:?}");
    }

    #[test]
    fn an_empty_address_asks_for_all() {
        check(&[], &["ledger.positions", "ledger.transactions", "macro.get_indicators"]);
        assert!(!CatalogueFilter::read(|_| None).is_set());
    }

    #[test]
    fn every_word_must_stand_somewhere_in_any_case() {
        check(&[("text", "LOTS ledger")], &["ledger.positions"]);
        check(&[("text", "hound")], &["macro.get_indicators"]);
        check(&[("text", "ledger vintage")], &[]);
    }

    #[test]
    fn category_and_agent_narrow_it_down_and_unknown_ones_match_nothing() {
        check(&[("category", "ledger"), ("text", "booked")], &["ledger.transactions"]);
        check(&[("agent", "hound")], &["macro.get_indicators"]);
        check(&[("category", "ledger"), ("agent", "hound")], &[]);
        check(&[("category", "ledge")], &[]);
    }
}
