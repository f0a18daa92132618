use super::{day, standing::Standing};
use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        funnel::FunnelSection,
        state::State,
        withheld::{Attributions, withheld_words},
    },
    ssr::page,
};
use domain::{
    evidence::{EvidencePack, SourceReading},
    hash::ContentHash,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, evidence::steps_of, rights::Screen};

/// Items and events shown of a pack; the rest is counted.
const SHOWN_MAX: usize = 200;

/// A sealed pack: its hash, its sources, what it holds and what was left out.
#[component]
pub fn PackView() -> impl IntoView {
    let hash = use_params_map().with_untracked(|params| params.get("pack"));
    page("Evidence pack", |request| async move {
        let hash: ContentHash =
            hash.and_then(|hash| hash.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.view_pack(request.actor()?, hash).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let pack = found.pack;
        let exits = exits(&pack);
        let sources = pack.sources.iter().map(source_row).collect_view();
        let statement = format!(
            "{} items in {} events from {} sources, as of {}.",
            pack.items.len(),
            pack.events.len(),
            pack.sources.len(),
            day(pack.as_of)
        );
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/evidence", "Evidence")] />
                <h1 class="page-header__title">{format!("Pack {}", hash.short())}</h1>
                <Standing standing=found.standing now zone />
                {pack
                    .sample
                    .then(|| {
                        view! {
                            <p class="page-header__state">
                                <State tone="attention" icon="information" label="Sample data" />
                            </p>
                        }
                    })}
                <p class="statement">{statement}</p>
                <p>"SHA-256 of its canonical JSON: " <Digest text=hash.to_string() /></p>
            </div>
            <section class="section" aria-labelledby="sources">
                <h2 class="section__title" id="sources">
                    "Sources"
                </h2>
                <table class="data-table">
                    <caption class="data-table__caption">"As they were read for this pack"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Publisher"</th>
                            <th scope="col" class="numeric">
                                "Tier"
                            </th>
                            <th scope="col" class="numeric">
                                "Entries"
                            </th>
                            <th scope="col">"Reading"</th>
                        </tr>
                    </thead>
                    <tbody>{sources}</tbody>
                </table>
            </section>
            <FunnelSection title="Where entries went" steps=steps_of(&exits) />
            <section class="section" aria-labelledby="contents">
                <h2 class="section__title" id="contents">
                    "Contents"
                </h2>
                <Attributions terms=found.screen.terms.clone() />
                <Contents pack screen=found.screen />
            </section>
        })
    })
}

/// Entries at each exit, the kept ones under none.
fn exits(pack: &EvidencePack) -> Vec<(Option<domain::evidence::DropReason>, u64)> {
    let mut exits = std::collections::BTreeMap::new();
    for dropped in &pack.dropped {
        *exits.entry(Some(dropped.reason)).or_insert(0) += 1;
    }
    exits.insert(None, pack.items.len() as u64);
    exits.into_iter().collect()
}

fn source_row(source: &SourceReading) -> impl IntoView + use<> {
    let reading = match &source.error {
        None => view! { <State tone="good" icon="check" label="Read" /> }.into_any(),
        Some(error) => view! {
            <State tone="bad" icon="cross" label="Not read" />
            <span class="data-table__sub">{error.clone()}</span>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                {source.publisher.clone()} <span class="data-table__sub">{source.name.clone()}</span>
            </th>
            <td class="numeric" data-label="Tier">
                {u8::from(source.tier)}
            </td>
            <td class="numeric" data-label="Entries">
                {source.entries}
            </td>
            <td data-label="Reading">{reading}</td>
        </tr>
    }
}

#[component]
fn Contents(pack: EvidencePack, screen: Screen) -> impl IntoView {
    let beyond = pack.items.len().saturating_sub(SHOWN_MAX);
    let event_of = |id: &domain::evidence::EvidenceId| {
        let cites = |event: &&domain::evidence::EvidenceEvent| {
            event.citations.iter().any(|one| one.evidence == *id)
        };
        pack.events.iter().find(cites).map(|event| event.id.to_string())
    };
    let rows = pack
        .items
        .iter()
        .take(SHOWN_MAX)
        .map(|item| {
            let id = item.id.to_string();
            if let Some(part) = screen.withheld.iter().find(|part| part.key == id) {
                let words = withheld_words(part);
                return view! {
                    <tr>
                        <th scope="row" class="data-table__name">
                            <State tone="attention" icon="blocked" label="Not shown" />
                        </th>
                        <td colspan="2">{words}</td>
                        <td data-label="Id">
                            <code>{id}</code>
                        </td>
                    </tr>
                }
                .into_any();
            }
            let title = match event_of(&item.id) {
                Some(event) => {
                    let title = item.title.clone();
                    view! { <a href=format!("/evidence/events/{event}")>{title}</a> }.into_any()
                }
                None => view! { {item.title.clone()} }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row" class="data-table__name">
                        {title}
                    </th>
                    <td data-label="Publisher">{item.publisher.clone()}</td>
                    <td data-label="Published">
                        <time datetime=item.published.to_string()>{day(item.published)}</time>
                    </td>
                    <td data-label="Id">
                        <code>{id}</code>
                    </td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Items, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Title"</th>
                    <th scope="col">"Publisher"</th>
                    <th scope="col">"Published"</th>
                    <th scope="col">"Id"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {(beyond > 0).then(|| view! { <p>{format!("{beyond} older items are not shown.")}</p> })}
    }
}
