use super::{day, region_names};
use crate::{
    component::{
        moment::Moment,
        pager::PagePager,
        search_words::{SearchForm, words_of},
        select_field::SelectField,
        state::State,
        withheld::{Attributions, withheld_words},
    },
    ssr::{encode, page},
};
use domain::taxonomy::{Region, SignalType};
use leptos::prelude::*;
use orchestrator::{
    evidence::{BrowseEvidence, ListedEvent, PackStatus},
    rights::WithheldPart,
};
use storage::pack_event::{EventRow, Filter};

/// Events of the newest pack; what is looked for and the place in the list are the
/// address.
#[component]
pub fn EvidenceBrowser() -> impl IntoView {
    page("Evidence", |request| async move {
        let query = |name| request.query(name).unwrap_or_default().trim().to_owned();
        let words = words_of(request.query("words"));
        let filter = Filter {
            words: Some(words).filter(|words| !words.is_empty()),
            signal: query("type").parse::<SignalType>().ok(),
            region: query("region").parse::<Region>().ok(),
            company: None,
        };
        let page = query("page").parse().unwrap_or(1);
        let found = request.orchestrator.browse_evidence(request.actor()?, &filter, page).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let Some(found) = found else {
            return Ok(view! {
                <div class="page-header">
                    <h1 class="page-header__title">"Evidence"</h1>
                </div>
                <div class="empty-state">
                    <h2 class="empty-state__title">"Warming: no source has been read yet"</h2>
                    <p>"Events appear here as soon as the first reading is sealed."</p>
                </div>
            }
            .into_any());
        };
        let hash = found.pack.content_hash;
        let counted = match found.total {
            1 => "1 event".to_owned(),
            total => format!("{total} events"),
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Evidence"</h1>
                <p class="page-header__state">
                    <Status status=found.status.clone() />
                </p>
                <p class="statement">
                    {format!("{counted} in the newest pack, read ")}
                    <Moment at=found.pack.read_at now zone />
                    ". "
                    <a href=format!("/evidence/packs/{hash}")>{format!("Pack {}", hash.short())}</a>
                </p>
            </div>
            <Search filter=filter.clone() />
            <Attributions terms=found.terms.clone() />
            <Events found filter />
        }
        .into_any())
    })
}

#[component]
fn Status(status: PackStatus) -> impl IntoView {
    let (tone, icon) = match &status {
        PackStatus::Fresh => ("good", "check"),
        PackStatus::StaleForDaily | PackStatus::Stale => ("attention", "clock"),
        PackStatus::Error(_) => ("bad", "cross"),
    };
    view! {
        <State tone icon label=status.label() />
    }
}

#[component]
fn Search(filter: Filter) -> impl IntoView {
    let any = |words: &str| vec![(String::new(), words.to_owned())];
    let mut types = any("Any type");
    types.extend(SignalType::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned())));
    let mut regions = any("Any region");
    regions.extend(Region::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned())));
    view! {
    <SearchForm
        action="/evidence"
        hint="All of them, in title, excerpt or publisher."
        words=filter.words.unwrap_or_default()
    >
        <SelectField
            id="type"
            name="type"
            label="Type"
            hint="As reports label it."
            options=types
            chosen=filter.signal.map(|one| one.id().to_owned()).unwrap_or_default()
            error=None
            width=""
        />
        <SelectField
            id="region"
            name="region"
            label="Region"
            hint="Where it happens."
            options=regions
            chosen=filter.region.map(|one| one.id().to_owned()).unwrap_or_default()
            error=None
            width=""
        />
    </SearchForm>
    }
}

#[component]
fn Events(found: BrowseEvidence, filter: Filter) -> impl IntoView {
    if found.events.is_empty() {
        return view! {
            <div class="empty-state">
                <h2 class="empty-state__title">"Nothing fits"</h2>
                <p>
                    "No event of this pack has all that you asked for. "
                    <a href="/evidence">"Show all events"</a>
                </p>
            </div>
        }
        .into_any();
    }
    let (page, pages) = (found.page, found.pages);
    let whole = |number: i64| usize::try_from(number).unwrap_or(1);
    let link = move |page: usize| {
        let part = |name: &str, value: Option<String>| {
            value.map(|value| format!("{name}={}&", encode(&value))).unwrap_or_default()
        };
        format!(
            "/evidence?{}{}{}page={page}",
            part("words", filter.words.clone()),
            part("type", filter.signal.map(|one| one.id().to_owned())),
            part("region", filter.region.map(|one| one.id().to_owned())),
        )
    };
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
