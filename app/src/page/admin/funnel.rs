use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        funnel::{FunnelSection, list_of},
        pager::PagePager,
        search_words::{SearchForm, words_of},
    },
    ssr::{encode, page},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    evidence::{FunnelEntries, FunnelPlace, REPORTS_MAX, WholeFunnel},
};
use storage::funnel::EntryRow;

/// The way of everything that was read, as of the newest pack.
#[component]
pub fn WholePicture(found: Option<WholeFunnel>) -> impl IntoView {
    let Some(WholeFunnel { steps, merged }) = found else {
        return view! { <p>"No pack is sealed yet."</p> }.into_any();
    };
    let merged = (merged > 0).then(|| {
        view! {
            <p>
                "Of those in the pack, "
                <a href=list_of(
                    FunnelPlace::MERGED,
                    "",
                )>{format!("{merged} are further reports of an event that another began")}</a>
                "; they are cited with it and are no loss."
            </p>
        }
    });
    view! {
        <FunnelSection title="Where entries went" steps lists=Some(String::new()) />
        {merged}
        <p>
            {format!(
                "As of the newest pack, the feeds that are files included. Written is what one of the \
                 newest {REPORTS_MAX} reports cites; what a report left out and why stands in its coverage note.",
            )}
        </p>
    }
    .into_any()
}

/// The entries at one place of the way, with their reason.
#[component]
pub fn FunnelList() -> impl IntoView {
    let place = use_params_map().with_untracked(|params| params.get("place"));
    page("Where entries went", |request| async move {
        let place = place.ok_or(UseCaseError::NotFound)?;
        let words = words_of(request.query("words"));
        let page = request.query("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let asked = Some(words.as_str()).filter(|words| !words.is_empty());
        let actor = request.actor()?;
        let found = request.orchestrator.funnel_entries(actor, &place, asked, page).await?;
        let counted = match found.total {
            1 => "1 entry".to_owned(),
            total => format!("{total} entries"),
        };
        let path = list_of(found.place, "");
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/sources#funnel", "Sources")] />
                <h1 class="page-header__title">{found.place.label}</h1>
                <p class="statement">{format!("{counted}, as of the newest pack.")}</p>
            </div>
            <SearchForm action=path hint="All of them, in title or source." words=words.clone() />
            <Entries found words />
        })
    })
}

#[component]
fn Entries(found: FunnelEntries, words: String) -> impl IntoView {
    let FunnelEntries { place, rows, page, pages, .. } = found;
    if rows.is_empty() {
        return view! {
            <div class="empty-state">
                <h2 class="empty-state__title">"Nothing stands here"</h2>
                <p>
                    <a href="/admin/sources#funnel">"Back to the whole way"</a>
                </p>
            </div>
        }
        .into_any();
    }
    let whole = |number: i64| usize::try_from(number).unwrap_or(1);
    let to = move |page: usize| {
        let words =
            if words.is_empty() { String::new() } else { format!("words={}&", encode(&words)) };
        list_of(place, &format!("?{words}page={page}"))
    };
    let rows = rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Entries, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Entry"</th>
                    <th scope="col">"Source"</th>
                    <th scope="col">"Published"</th>
                    <th scope="col">"Where it stands"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <PagePager
            label="Pages of entries"
            page=whole(page)
            pages=whole(pages)
            to
            before="Newer"
            after="Older"
        />
    }
    .into_any()
}

#[component]
fn Row(row: EntryRow) -> impl IntoView {
    let standing = FunnelPlace::from_id(&row.place).map_or("Not known", |place| place.label);
    let onward = match (row.event, row.held) {
        (Some(event), _) => Some((format!("/evidence/events/{event}"), "Its event")),
        (None, Some(held)) => Some((format!("/admin/held/{held}"), "Decide on it")),
        (None, None) => None,
    };
    let onward = onward.map(|(href, words)| {
        view! {
            <a class="data-table__sub" href=href>
                {words}
                <span class="visually-hidden">{format!(": {}", row.title)}</span>
            </a>
        }
    });
    let merged =
        row.merged.then(|| view! { <span class="data-table__sub">"A further report"</span> });
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                {row.title.clone()}
                <span class="data-table__sub">
                    {row.url.unwrap_or_else(|| "without an address".to_owned())}
                </span>
            </th>
            <td data-label="Source">{row.source}</td>
            <td data-label="Published">
                {row.published.map_or_else(|| "not known".to_owned(), |date| date.to_string())}
            </td>
            <td data-label="Where">
                {standing} {merged} {onward}
            </td>
        </tr>
    }
}
