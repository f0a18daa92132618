use domain::{
    specification::{
        PortfolioOrder, PortfolioPanel, PortfolioWindow, SectionKind, Specification, Strength,
    },
    taxonomy::{Deliverable, Region, ValueChainLink},
};
use leptos::prelude::*;
use std::fmt::Display;

/// Everything that a version orders, in full names: what a subscriber answered
/// and an administrator decides on.
#[component]
pub fn ScopeFacts(specification: Specification) -> impl IntoView {
    if let Some(order) = specification.portfolio.clone() {
        return view! { <PortfolioFacts specification order /> }.into_any();
    }
    let Specification { scope, cadence, tier, seats, watchlist, options, .. } = specification;
    let deliverables = scope
        .deliverables
        .iter()
        .map(|deliverable| view! { <li>{deliverable.label()}</li> })
        .collect_view();
    let companies = scope.has_company_news().then(|| watchlist_words(&watchlist));
    let facts = [
        ("Regions", names(&scope.regions)),
        ("Value-chain links", link_words(&scope.links)),
        ("Cadence", format!("{cadence}, looks back {} days", cadence.lookback_days())),
        ("Size", format!("{tier}, {}", counted(seats.into(), "seat", "seats"))),
        ("Report title", options.title),
        ("Sections", section_words(&options.sections)),
        ("Signal map", included(options.signal_map)),
        ("Evidence appendix", included(options.evidence_appendix)),
        ("Developments shown", strength_words(options.minimum_strength)),
        ("Language", options.language.to_string()),
    ];
    let rest = facts.into_iter().map(|(term, value)| view! { <Fact term value /> }).collect_view();
    view! {
        <dl class="facts">
            <div class="facts__item">
                <dt class="facts__term">"Deliverables"</dt>
                <dd>
                    <ul class="facts__list">{deliverables}</ul>
                </dd>
            </div>
            {companies
                .map(|companies| view! { <Fact term="Companies watched" value=companies /> })}
            {rest}
        </dl>
    }
    .into_any()
}

/// The same of the portfolio desk.
#[component]
fn PortfolioFacts(specification: Specification, order: PortfolioOrder) -> impl IntoView {
    let Specification { cadence, seats, options, .. } = specification;
    let panels = order.panels.iter().map(|panel| view! { <li>{panel.label()}</li> }).collect_view();
    let facts = [
        ("Figures look back", window_words(order.window)),
        ("Cadence", cadence.to_string()),
        ("Size", counted(seats.into(), "seat", "seats")),
        ("Report title", options.title),
    ];
    let rest = facts.into_iter().map(|(term, value)| view! { <Fact term value /> }).collect_view();
    view! {
        <dl class="facts">
            <div class="facts__item">
                <dt class="facts__term">"Portfolio"</dt>
                <dd>
                    <a href=format!("/portfolios/{}", order.portfolio)>
                        <code class="digest">{order.portfolio.to_string()}</code>
                    </a>
                </dd>
            </div>
            <div class="facts__item">
                <dt class="facts__term">"Panels"</dt>
                <dd>
                    <ul class="facts__list">{panels}</ul>
                </dd>
            </div>
            {rest}
        </dl>
    }
}

fn window_words(window: PortfolioWindow) -> String {
    format!("{window}, {} trading days", window.trading_days())
}

/// A term with its plain words, for a list of class `facts`.
#[component]
pub fn Fact(term: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! {
        <div class="facts__item">
            <dt class="facts__term">{term}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// Full names of several things, in their order.
pub fn names<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    names.join(", ")
}

/// The names of a scope on a line or two: what, where, which part of the chain.
fn scope_in_names(scope: &domain::specification::Scope) -> [(&'static str, String); 3] {
    [
        ("Deliverables", names::<&Deliverable>(&scope.deliverables)),
        ("Regions", names::<&Region>(&scope.regions)),
        ("Value-chain links", link_words(&scope.links)),
    ]
}

/// What is ordered on a line or two, of whichever desk.
pub fn ordered_in_names(specification: &Specification) -> [(&'static str, String); 3] {
    match &specification.portfolio {
        None => scope_in_names(&specification.scope),
        Some(order) => [
            ("Portfolio", order.portfolio.to_string()),
            ("Panels", names::<&PortfolioPanel>(&order.panels)),
            ("Figures look back", window_words(order.window)),
        ],
    }
}

/// `1 seat`, `3 seats`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn link_words<'a>(links: impl IntoIterator<Item = &'a ValueChainLink>) -> String {
    let named = names(links);
    if named.is_empty() { "Not narrowed to parts of the chain".to_owned() } else { named }
}

/// Names of companies may hold commas.
fn watchlist_words(companies: &[String]) -> String {
    if companies.is_empty() { "None named".to_owned() } else { companies.join("; ") }
}

fn section_words(sections: &std::collections::BTreeSet<SectionKind>) -> String {
    if sections.len() == SectionKind::ALL.len() {
        format!("All {}: {}", sections.len(), names(sections))
    } else {
        names(sections)
    }
}

fn included(is_included: bool) -> String {
    if is_included { "Included" } else { "Left out" }.to_owned()
}

fn strength_words(minimum: Strength) -> String {
    match minimum {
        Strength::None => "However many publishers report them".to_owned(),
        other => format!("{other}, at least"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::specification::Scope;
    use std::collections::BTreeSet;

    #[test]
    fn a_scope_is_said_in_full_names_and_an_absent_filter_in_words() {
        let scope = Scope {
            deliverables: BTreeSet::from([Deliverable::MAndA, Deliverable::Capacity]),
            regions: BTreeSet::from([Region::MiddleEast]),
            links: BTreeSet::new(),
        };
        let said = scope_in_names(&scope).map(|(_, words)| words);
        assert_eq!(
            said,
            [
                "Capacity & Asset Moves, M&A and Partnerships",
                "Middle East",
                "Not narrowed to parts of the chain"
            ]
        );
    }

    #[test]
    fn one_is_not_counted_as_many() {
        assert_eq!(counted(1, "seat", "seats"), "1 seat");
        assert_eq!(counted(0, "seat", "seats"), "0 seats");
    }
}
