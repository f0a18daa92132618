use crate::{
    component::{
        icon::Icon,
        pager::PagePager,
        panel::{Explain, Figure},
        scope::counted,
        staleness::Staleness,
    },
    ssr::encode,
    view::{
        execution::Provenance,
        holdings::{COLUMNS, HoldingsQuery, HoldingsShown, sectors, shown},
        panel::rows::cell,
    },
};
use executor::pattern::{Color, Format};
use leptos::prelude::*;
use serde_json::{Map, Value};

/// The holdings, sorted, filtered and paged by the address.
#[component]
pub fn Positions(
    rows: Vec<Map<String, Value>>,
    query: HoldingsQuery,
    /// Of the portfolio's page.
    path: String,
    currency: String,
    provenance: Option<Provenance>,
) -> impl IntoView {
    let page = shown(&rows, &query);
    let staleness = provenance
        .as_ref()
        .map(|provenance| view! { <Staleness staleness=provenance.staleness.clone() /> });
    let explain = provenance.map(|provenance| view! { <Explain provenance /> });
    let content = if rows.is_empty() {
        view! { <p>"The portfolio holds no security."</p> }.into_any()
    } else {
        view! {
            <Filter query=query.clone() sectors=sectors(&rows) path=path.clone() />
            <Table page=page.clone() query=query.clone() path=path.clone() currency />
            <Pages page query path />
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="holdings">
            <h2 class="section__title" id="holdings">
                "Holdings"
            </h2>
            {staleness}
            {content}
            {explain}
        </section>
    }
}

fn address(path: &str, query: &HoldingsQuery) -> String {
    match query.parameters(encode) {
        none if none.is_empty() => format!("{path}#holdings"),
        parameters => format!("{path}?{parameters}#holdings"),
    }
}

#[component]
fn Filter(query: HoldingsQuery, sectors: Vec<String>, path: String) -> impl IntoView {
    let options = sectors
        .into_iter()
        .map(|sector| {
            let (selected, name) = (sector == query.sector, sector.clone());
            view! {
                <option value=sector selected=selected>
                    {name}
                </option>
            }
        })
        .collect_view();
    let can_clear = query.is_filtered();
    let clear = format!("{path}#holdings");
    let order = if query.is_descending { "desc" } else { "asc" };
    view! {
        <form class="filter-form" method="get" action=format!("{path}#holdings") role="search" aria-label="Holdings">
            <input type="hidden" name="sort" value=query.sort />
            <input type="hidden" name="order" value=order />
            <div class="field filter-form__search">
                <label class="field__label" for="text">
                    "Symbol or name"
                </label>
                <input class="field__input" id="text" name="text" type="search" value=query.text.clone() />
            </div>
            <div class="field">
                <label class="field__label" for="sector">
                    "Sector"
                </label>
                <select class="field__select" id="sector" name="sector">
                    <option value="">"Any"</option>
                    {options}
                </select>
            </div>
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
                {can_clear
                    .then(|| view! { <a class="button button--quiet" href=clear>"Clear"</a> })}
            </div>
        </form>
    }
}

#[component]
fn Table(
    page: HoldingsShown,
    query: HoldingsQuery,
    path: String,
    currency: String,
) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <p>"No holding matches. Ask for less."</p> }.into_any();
    }
    let heads = COLUMNS
        .iter()
        .map(|(key, title, is_figure)| {
            let is_sorted = query.sort == *key;
            let sorted =
                is_sorted.then_some(if query.is_descending { "descending" } else { "ascending" });
            let arrow = match (is_sorted, query.is_descending) {
                (false, _) => "",
                (true, true) => " ↓",
                (true, false) => " ↑",
            };
            let href = address(&path, &query.sorted_by(key));
            let class = is_figure.then_some("numeric");
            view! {
                <th scope="col" class=class aria-sort=sorted>
                    <a href=href>
                        {*title} <span aria-hidden="true">{arrow}</span>
                    </a>
                </th>
            }
        })
        .collect_view();
    let caption = format!(
        "{}, by {}",
        counted(page.matching, "holding", "holdings"),
        COLUMNS
            .iter()
            .find(|known| known.0 == query.sort)
            .map_or("weight", |known| known.1)
            .to_lowercase()
    );
    let body = page
        .rows
        .into_iter()
        .map(|row| view! { <Row row path=path.clone() currency=currency.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(row: Map<String, Value>, path: String, currency: String) -> impl IntoView {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (symbol, name) = (text("symbol"), text("name"));
    let href = format!("{path}/holdings/{}", encode(&symbol));
    let cells = COLUMNS
        .iter()
        .skip(1)
        .map(|(key, title, is_figure)| {
            let (format, color) = match *key {
                "weight" => (Some(Format::Percent), None),
                "quantity" => (Some(Format::Number), None),
                "unrealised" => (Some(Format::Currency), Some(Color::Sign)),
                "price" | "value" => (Some(Format::Currency), None),
                _ => (Some(Format::Text), None),
            };
            let value = row.get(*key).unwrap_or(&Value::Null);
            let cell = cell(value, format, color.as_ref(), Some(&currency));
            let class = is_figure.then_some("numeric");
            view! {
                <td class=class data-label=*title>
                    <Figure cell />
                </td>
            }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=href>{symbol}</a>
                <span class="data-table__sub">{name}</span>
            </th>
            {cells}
        </tr>
    }
}

#[component]
fn Pages(page: HoldingsShown, query: HoldingsQuery, path: String) -> impl IntoView {
    let HoldingsShown { page, pages, .. } = page;
    let to = move |page: usize| address(&path, &HoldingsQuery { page, ..query.clone() });
    view! { <PagePager label="Pages of holdings" page pages to before="Before" after="After" /> }
}
