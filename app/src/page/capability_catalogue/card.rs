use super::entry::Entry;
use crate::component::{schema_table::SchemaTable, scope::Fact, state::State};
use leptos::prelude::*;

/// One capability. Its name is an anchor, so that others can point to it.
#[component]
pub(super) fn CapabilityCard(entry: Entry, is_open: bool) -> impl IntoView {
    let labelled_by = entry.name.clone();
    let anchor = format!("#{}", entry.name);
    let facts =
        facts(&entry).into_iter().map(|(term, value)| view! { <Fact term value /> }).collect_view();
    let unavailable = entry.unavailable.clone().map(
        |reason| view! { <p class="capability__reason">{format!("Unavailable: {reason}")}</p> },
    );
    let successor = entry.deprecated_by.map(|successor| {
        view! {
            <p class="capability__reason">
                "Deprecated: still served, but new patterns use "
                <a href=format!("/capability-catalogue#{successor}")>{successor}</a> "."
            </p>
        }
    });
    let status = status(&entry);
    view! {
        <article class="capability" aria-labelledby=labelled_by>
            <header class="capability__head">
                <h3 class="capability__title" id=entry.name.clone()>
                    <a class="capability__link" href=anchor>
                        <code>{entry.name.clone()}</code>
                    </a>
                </h3>
                <span class="capability__version">{format!("version {}", entry.version)}</span>
                {status}
            </header>
            <p>{entry.description}</p>
            {unavailable}
            {successor}
            <dl class="facts facts--inline">{facts}</dl>
            <details class="capability__schemas" open=is_open>
                <summary class="capability__summary">
                    "Arguments and value"
                    <span class="visually-hidden">{format!(" of {}", entry.name)}</span>
                </summary>
                <div class="stack">
                    <SchemaTable
                        caption=format!("Arguments of {}", entry.name)
                        root=entry.input.clone()
                        schema=entry.input
                        none="It takes none."
                    />
                    <SchemaTable
                        caption=format!("Value of {}", entry.name)
                        root=entry.output.clone()
                        schema=entry.output
                        none="An object whose members are not fixed."
                    />
                </div>
            </details>
        </article>
    }
}

fn status(entry: &Entry) -> AnyView {
    if entry.unavailable.is_some() {
        view! { <State tone="attention" icon="blocked" label="Unavailable" /> }.into_any()
    } else if entry.deprecated_by.is_some() {
        view! { <State tone="attention" icon="attention" label="Deprecated" /> }.into_any()
    } else {
        view! { <State tone="good" icon="check" label="Available" /> }.into_any()
    }
}

fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Agent", entry.agent.to_owned()),
        ("A value holds for", entry.lifetime().to_owned()),
        ("Cost", entry.cost_words().to_owned()),
        ("Repeated", entry.purity().to_owned()),
    ];
    let sources = if entry.sources.is_empty() {
        "its arguments alone".to_owned()
    } else {
        entry.sources.join(", ")
    };
    facts.push(("Sources", sources));
    if entry.governed {
        facts.push(("Called by", "governed runs only, which have a sealed package".to_owned()));
    }
    facts
}
