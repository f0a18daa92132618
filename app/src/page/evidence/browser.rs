use super::{
    day, region_names,
    standing::{BuildSection, Builds, Standing},
};
use crate::{
    component::{
        error_summary::{ErrorSummary, FieldProblem},
        evidence_filter::{EvidenceQuery, EvidenceSearch, NarrowedBy},
        moment::Moment,
        pager::PagePager,
        state::State,
        withheld::{Attributions, withheld_words},
    },
    ssr::page,
};
use leptos::prelude::*;
use orchestrator::{
    evidence::{BrowseEvidence, ListedEvent},
    rights::WithheldPart,
};
use storage::pack_event::{EventRow, Filter};

/// Events of the newest pack; what is looked for and the place in the list are the
/// address.
#[component]
pub fn EvidenceBrowser() -> impl IntoView {
    page("Evidence", |request| async move {
        let query = EvidenceQuery::read(|name| request.query(name));
        // What cannot be read is said, and narrows nothing.
        let (filter, problems) = match query.parse() {
            Ok(filter) => (filter, Vec::new()),
            Err(problems) => (Filter::default(), problems),
        };
        let page = request.parsed("page").unwrap_or(1);
        let found = request.orchestrator.browse_evidence(request.actor()?, &filter, page).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let builds = Builds::of(&request).await?;
        let is_awaited = builds.as_ref().is_some_and(|builds| builds.is_awaited);
        let build = builds.map(|builds| view! { <BuildSection builds /> });
        let Some(found) = found else {
            let standing = request.orchestrator.standing_without_pack(request.actor()?).await?;
            return Ok(view! {
                <div class="page-header">
                    <h1 class="page-header__title">"Evidence"</h1>
                    <Standing standing now zone />
                </div>
                <div class="empty-state">
                    <h2 class="empty-state__title">"There is no pack yet"</h2>
                    <p>"Events appear here as soon as the first reading is sealed."</p>
                </div>
                {build}
            }
            .into_any());
        };
        // What somebody waits for stands above the list, else below it.
        let (above, below) = if is_awaited { (build, None) } else { (None, build) };
        let hash = found.pack.content_hash;
        let counted = match found.total {
            1 => "1 event".to_owned(),
            total => format!("{total} events"),
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Evidence"</h1>
                <Standing standing=found.standing.clone() now zone=zone.clone() />
                <p class="statement">
                    {format!("{counted} in the newest pack, read ")}
                    <Moment at=found.pack.read_at now zone />
                    ". "
                    <a href=format!("/evidence/packs/{hash}")>{format!("Pack {}", hash.short())}</a>
                </p>
            </div>
            {above}
            {(!problems.is_empty())
                .then(|| {
                    let problems = problems.iter().map(|(field, message)| FieldProblem {
                        field: Some(*field),
                        message: (*message).to_owned(),
                    });
                    let problems: Vec<_> = problems.collect();
                    view! { <ErrorSummary title="The list is not narrowed" problems /> }
                })}
            <EvidenceSearch query=query.clone() facets=found.facets.clone() problems />
            <NarrowedBy query=query.clone() />
            <Attributions terms=found.terms.clone() />
            <Events found query />
            {below}
        }
        .into_any())
    })
}

#[component]
fn Events(found: BrowseEvidence, query: EvidenceQuery) -> impl IntoView {
    if found.events.is_empty() {
        let is_empty = found.facets.is_empty();
        let (title, words) = match (is_empty, found.page) {
            (true, _) => (
                "The pack holds no event",
                "What its sources held was left out; the page of the pack says why.",
            ),
            (false, 2..) => ("The list ends before this page", "There are not so many events."),
            (false, _) => ("Nothing fits", "No event of this pack has all that you asked for."),
        };
        return view! {
            <div class="empty-state">
                <h2 class="empty-state__title">{title}</h2>
                <p>
                    {words} " "
                    {(!is_empty).then(|| view! { <a href="/evidence">"Show all events"</a> })}
                </p>
            </div>
        }
        .into_any();
    }
    let (page, pages) = (found.page, found.pages);
    let whole = |number: i64| usize::try_from(number).unwrap_or(1);
    let link = move |page: usize| query.page(page);
    view! {
        <EventTable caption="Events, the newest first" events=found.events />
        <PagePager
            label="Pages of events"
            page=whole(page)
            pages=whole(pages)
            to=link
            before="Newer"
            after="Older"
        />
    }
    .into_any()
}

/// Events as a table, each leading to its page.
#[component]
pub fn EventTable(caption: &'static str, events: Vec<ListedEvent>) -> impl IntoView {
    let row = |event: ListedEvent| match event.shown {
        Ok(event) => view! { <Row event /> }.into_any(),
        Err(part) => view! { <NotShown part /> }.into_any(),
    };
    let rows = events.into_iter().map(row).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"Type"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col" class="numeric">
                        "Publishers"
                    </th>
                    <th scope="col">"Published"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// An event that its licences keep from being shown.
#[component]
fn NotShown(part: WithheldPart) -> impl IntoView {
    let words = withheld_words(&part);
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <State tone="attention" icon="blocked" label="Not shown" />
            </th>
            <td colspan="4">{words}</td>
        </tr>
    }
}

#[component]
fn Row(event: EventRow) -> impl IntoView {
    let (first, last) = (event.first_published, event.last_published);
    let until = (first != last).then(|| format!(" to {}", day(last)));
    let regions = region_names(event.regions.iter().map(String::as_str));
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("/evidence/events/{}", event.id)>{event.title}</a>
            </th>
            <td data-label="Type">
                {event.signal.label()}
                {event
                    .material
                    .then(|| {
                        view! {
                            <span class="data-table__sub">
                                <State tone="attention" icon="information" label="Material" />
                            </span>
                        }
                    })}
            </td>
            <td data-label="Region">{regions}</td>
            <td data-label="Publishers" class="numeric">
                {event.publishers}
            </td>
            <td data-label="Published">
                <time datetime=first.to_string()>{day(first)}</time>
                {until}
            </td>
        </tr>
    }
}
