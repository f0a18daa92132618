use super::{
    change_words, day,
    event_history::{Desk, History, Merge, Separate},
    region_names,
};
use crate::{
    component::{
        breadcrumb::Breadcrumb,
        digest::Digest,
        withheld::{Attributions, withheld_words},
    },
    ssr::{Request, page},
};
use domain::{
    evidence::{Citation, EvidenceItem, Label, Signal},
    id::RunId,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    evidence::{EventPage, MEANING, companies_of},
    rights::WithheldPart,
};

/// One event: what it means, who told it, and when.
#[component]
pub fn EventView() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("event"));
    page("Event", |request| async move {
        let id = id.ok_or(UseCaseError::NotFound)?;
        let event = request.orchestrator.view_event(request.actor()?, &id).await?;
        let desk = desk(&request, &event).await?;
        let back = ("/evidence".to_owned(), "Evidence".to_owned());
        Ok(view! { <Event page=event desk cited=None back /> })
    })
}

/// The event behind a citation of a report, in the pack that the report was written of.
#[component]
pub fn CitedEvidence() -> impl IntoView {
    let (run, evidence) =
        use_params_map().with_untracked(|params| (params.get("run"), params.get("evidence")));
    page("Evidence of a report", |request| async move {
        let run: RunId = run.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let evidence = evidence.ok_or(UseCaseError::NotFound)?;
        let event = request.orchestrator.cited_event(request.actor()?, run, &evidence).await?;
        let desk = Desk { current: false, ..desk(&request, &event).await? };
        let back = (format!("/runs/{run}/report"), "Report".to_owned());
        Ok(view! { <Event page=event desk cited=Some(evidence) back /> })
    })
}

async fn desk(request: &Request, page: &EventPage) -> Result<Desk, UseCaseError> {
    let event = page.view.event.id.to_string();
    Ok(Desk {
        is_admin: request.actor()?.is_admin,
        current: page.current,
        typed: request.typed_event(&event).await,
        refusal: request.refusal(),
        now: request.orchestrator.now().await?,
        zone: request.time_zone().to_owned(),
        event,
    })
}

#[component]
fn Event(
    page: EventPage,
    desk: Desk,
    /// The item that a report cites, if one led here.
    cited: Option<String>,
    /// Where the reader came from, and its name.
    back: (String, String),
) -> impl IntoView {
    let EventPage { pack_hash, view, screen, successor, versions, decisions, .. } = page;
    let signal = view.event.signal.clone();
    let lead = view.items.iter().find(|item| item.id == signal.excerpt).or(view.items.first());
    let title = lead.map_or_else(|| format!("Event {}", view.event.id), |item| item.title.clone());
    let (meaning, unshown): (Vec<_>, Vec<_>) =
        screen.withheld.into_iter().partition(|part| part.key == MEANING);
    let companies = companies_of(&view.event);
    let regions = region_names(signal.regions.iter().map(|region| region.id()));
    let count = view.items.len() + unshown.len();
    let is_shared = count > 1;
    let separate_desk = desk.clone();
    let citations = view
        .items
        .into_iter()
        .filter_map(|item| {
            let citation = view.event.citations.iter().find(|one| one.evidence == item.id)?.clone();
            let is_cited = cited.as_deref() == Some(item.id.as_str());
            let evidence = item.id.to_string();
            let desk = separate_desk.clone();
            let separate = is_shared.then(|| view! { <Separate desk evidence /> }.into_any());
            Some(view! { <Cited item citation is_cited separate /> })
        })
        .collect_view();
    let unshown = unshown.into_iter().map(|part| view! { <Unshown part /> }).collect_view();
    let meaning = match meaning.first() {
        Some(part) => view! { <p>{withheld_words(part)}</p> }.into_any(),
        None => view! { <Meaning signal regions companies /> }.into_any(),
    };
    view! {
        <div class="page-header">
            <Breadcrumb pages=[back] />
            <h1 class="page-header__title">{title}</h1>
            <p class="statement">
                {match count {
                    1 => "One report tells this event.".to_owned(),
                    count => format!("{count} reports tell this event."),
                }}
            </p>
            {successor
                .map(|event| {
                    view! {
                        <p>
                            "In the newest pack another event has these reports: "
                            <a href=format!("/evidence/events/{event}")>{event.clone()}</a>
                        </p>
                    }
                })}
        </div>
        <Attributions terms=screen.terms />
        {desk.summary()}
        <section class="section" aria-labelledby="meaning">
            <h2 class="section__title" id="meaning">
                "What it means"
            </h2>
            {meaning}
        </section>
        <section class="section" aria-labelledby="citations">
            <h2 class="section__title" id="citations">
                "Who reports it"
            </h2>
            <ol class="citation-list">{citations} {unshown}</ol>
            <Merge desk=desk.clone() />
        </section>
        <section class="section" aria-labelledby="history">
            <h2 class="section__title" id="history">
                "History"
            </h2>
            <History desk versions decisions />
        </section>
        <section class="section" aria-labelledby="seal">
            <h2 class="section__title" id="seal">
                "Where it is sealed"
            </h2>
            <p>
                "Pack "
                <a href=format!("/evidence/packs/{pack_hash}")>
                    <Digest text=pack_hash.to_string() />
                </a>
            </p>
        </section>
    }
}

#[component]
fn Meaning(signal: Signal, regions: String, companies: Vec<(String, String)>) -> impl IntoView {
    let verdict = signal.verdict;
    let overridden = verdict.label != signal.proposed;
    let change = change_words(&signal).unwrap_or_else(|| "No figure is stated".to_owned());
    let label = verdict.label;
    let proposed =
        overridden.then(|| format!("Proposed by its words: {}", weight_words(signal.proposed)));
    let doctrine = verdict.doctrine.label();
    let confidence = format!("{} of 100", signal.confidence.0);
    let conflicts: Vec<String> = signal
        .conflicts
        .iter()
        .map(|one| format!("{} against {}", one.one_figure, one.other_figure))
        .collect();
    let conflicts = (!conflicts.is_empty()).then(|| conflicts.join("; "));
    let has_companies = !companies.is_empty();
    let companies = companies
        .into_iter()
        .enumerate()
        .map(|(place, (id, name))| {
            let comma = if place == 0 { "" } else { ", " };
            let name = if id.starts_with('“') {
                view! { {name} }.into_any()
            } else {
                view! { <a href=format!("/companies/{id}")>{name}</a> }.into_any()
            };
            view! { {comma}{name} }
        })
        .collect_view();
    view! {
        <dl class="facts">
            <Fact term="Type">{label.signal.label()}</Fact>
            <Fact term="Class and horizon">{weight_words(label)}</Fact>
            <Fact term="Segment">{label.segment.label()}</Fact>
            <Fact term="Doctrine">
                {doctrine}
                {proposed.map(|words| view! { <span class="data-table__sub">{words}</span> })}
            </Fact>
            <Fact term="Change">{change}</Fact>
            <Fact term="Region">{regions}</Fact>
            <Fact term="Confidence">{confidence}</Fact>
            {has_companies.then(|| view! { <Fact term="Companies">{companies}</Fact> })}
            {conflicts.map(|words| view! { <Fact term="Figures that conflict">{words}</Fact> })}
        </dl>
    }
}

fn weight_words(label: Label) -> String {
    format!("{}, {}", label.class.label(), label.horizon.label().to_lowercase())
}

#[component]
fn Fact(term: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="facts__item">
            <dt class="facts__term">{term}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// A report that its licence keeps from being shown.
#[component]
fn Unshown(part: WithheldPart) -> impl IntoView {
    let words = withheld_words(&part);
    view! {
        <li class="citation-list__item">
            <h3 class="citation-list__title">{format!("{} is not shown", part.title)}</h3>
            <p>{words}</p>
        </li>
    }
}

#[component]
fn Cited(
    item: EvidenceItem,
    citation: Citation,
    is_cited: bool,
    /// What takes it out of the event, for whoever may.
    separate: Option<AnyView>,
) -> impl IntoView {
    let id = item.id.to_string();
    let anchor = id.clone();
    let date = format!(
        "{}: {}, {} confidence",
        day(item.published),
        citation.date_source.label().to_lowercase(),
        item.date_confidence.label().to_lowercase()
    );
    view! {
        <li class="citation-list__item" id=anchor aria-current=is_cited.then_some("true")>
            <h3 class="citation-list__title">
                <a href=item.url rel="noopener noreferrer nofollow" target="_blank">
                    {item.title}
                    <span class="visually-hidden">" (opens in a new tab)"</span>
                </a>
            </h3>
            <p class="citation-list__source">
                {format!("{}, tier {}", item.publisher, u8::from(item.tier))}
                {item.sample.then_some(", sample")}
            </p>
            {if item.excerpt.is_empty() {
                view! { <p class="citation-list__source">"Without an excerpt: none is on record, or its terms allow none."</p> }
                    .into_any()
            } else {
                view! { <p>{item.excerpt}</p> }.into_any()
            }}
            <p class="citation-list__source">
                {format!("Published {date}. In this event: {}. ", citation.joined.label().to_lowercase())}
                <code>{id}</code>
            </p>
            {separate}
        </li>
    }
}
