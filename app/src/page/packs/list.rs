use super::{PackState, address, day};
use crate::{
    component::{moment::Moment, pager::PagePager, scope::counted},
    ssr::page,
};
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::pricing::PackPage;
use storage::pricing_pack::PricingPackRow;

/// The packs that the workspace values by: the newest first, restatements among them.
#[component]
pub fn PricingPackList() -> impl IntoView {
    page("Pricing packs", |request| async move {
        let page = request.parsed("page").unwrap_or(1);
        let found = request.orchestrator.pack_page(request.actor()?, page).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let statement =
            format!("{} that this workspace values by.", counted(found.packs, "pack", "packs"));
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Pricing packs"</h1>
                <p class="statement">{statement}</p>
                <p class="field__hint">
                    "A pack holds the closing prices and exchange rates of one day and never changes. \
                     A correction is a new version that takes its place."
                </p>
            </div>
            <List found now zone />
        })
    })
}

#[component]
fn List(found: PackPage, now: Timestamp, zone: String) -> impl IntoView {
    let PackPage { rows, page, pages, .. } = found;
    if rows.is_empty() {
        return view! {
            <div class="empty-state">
                <h2 class="empty-state__title">"No pack yet"</h2>
                <p>"The operator builds the first one with the command observatory pack build."</p>
            </div>
        }
        .into_any();
    }
    let rows =
        rows.into_iter().map(|row| view! { <Row row now zone=zone.clone() /> }).collect_view();
    let to = |page: usize| if page > 1 { format!("/packs?page={page}") } else { "/packs".into() };
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Packs by day, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Day"</th>
                    <th scope="col" class="numeric">
                        "Version"
                    </th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Restates"</th>
                    <th scope="col">"Last moved"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <PagePager label="Pages of packs" page pages to before="Newer" after="Older" />
    }
    .into_any()
}

#[component]
fn Row(row: PricingPackRow, now: Timestamp, zone: String) -> impl IntoView {
    let note = row.error.clone().map(|error| {
        view! { <span class="data-table__sub">{error}</span> }
    });
    let restates = match (&row.reason, &row.supersedes) {
        (Some(reason), Some(_)) => {
            let href = format!("{}/changes", address(&row.id));
            view! {
                {reason.clone()}
                " "
                <a href=href>
                    "What changed"
                    <span class="visually-hidden">
                        {format!(" in version {} of {}", row.version, day(row.date))}
                    </span>
                </a>
            }
            .into_any()
        }
        _ => "–".into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="nowrap">
                <a href=address(&row.id)>
                    <time datetime=row.date.to_string()>{day(row.date)}</time>
                </a>
            </th>
            <td data-label="Version" class="numeric">
                {row.version}
            </td>
            <td data-label="State">
                <PackState status=row.status />
                {note}
            </td>
            <td data-label="Restates" class="data-table__name">
                {restates}
            </td>
            <td data-label="Last moved">
                <Moment at=row.updated_at now zone />
            </td>
        </tr>
    }
}
