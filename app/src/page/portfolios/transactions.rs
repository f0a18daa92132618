use super::header::PortfolioHeader;
use crate::{
    component::{icon::Icon, pager::PagePager, scope::counted},
    ssr::{encode, page},
    view::figure::{Shown, UNIT_GAP},
};
use domain::{
    id::PortfolioId,
    portfolio::{BookTransaction, TransactionKind},
    pricing_pack::Symbol,
};
use executor::pattern::Format;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    portfolio::{TransactionFilter, Transactions},
};
use serde_json::Value;

/// What the ledger has booked of a portfolio, the newest first.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("portfolio"));
    page("Transactions", |request| async move {
        let id: PortfolioId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let portfolio = request.orchestrator.portfolio(request.actor()?, id).await?;
        let filter = TransactionFilter {
            security: request.parsed("security"),
            kind: request.parsed("kind"),
            page: request.parsed("page").unwrap_or(1),
        };
        let found = request.orchestrator.transactions(request.actor()?, id, &filter).await?;
        let path = format!("/portfolios/{id}/transactions");
        let statement = match &found {
            Some(found) => format!(
                "{}, as the ledger was last read.",
                counted(found.matching, "transaction", "transactions")
            ),
            None => "The ledger as it was last read does not have this portfolio.".to_owned(),
        };
        let commit = found.as_ref().map(|found| found.commit.clone());
        let content = found.map(|found| {
            view! {
                <Filter filter=filter.clone() securities=found.securities.clone() path=path.clone() />
                <Table rows=found.rows.clone() />
                <Pages found filter path />
            }
        });
        let commit = commit.map(|commit| {
            let short = commit.short().to_owned();
            view! {
                <p class="pack-badge">
                    <span class="pack-badge__part">
                        <span class="pack-badge__term">"Ledger"</span>
                        <code class="digest" title=commit.to_string()>
                            {short}
                        </code>
                    </span>
                </p>
            }
        });
        Ok(view! {
            <PortfolioHeader
                portfolio
                part=Some("Transactions".to_owned())
                statement
                badge=None
            >
                {commit}
            </PortfolioHeader>
            {content}
        })
    })
}

fn address(path: &str, filter: &TransactionFilter) -> String {
    let mut parts = Vec::new();
    if let Some(security) = &filter.security {
        parts.push(format!("security={}", encode(security.as_str())));
    }
    if let Some(kind) = filter.kind {
        parts.push(format!("kind={}", kind.id()));
    }
    if filter.page > 1 {
        parts.push(format!("page={}", filter.page));
    }
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

#[component]
fn Filter(filter: TransactionFilter, securities: Vec<Symbol>, path: String) -> impl IntoView {
    let chosen = filter.security.clone();
    let securities = securities
        .into_iter()
        .map(|symbol| {
            let selected = Some(&symbol) == chosen.as_ref();
            view! {
                <option value=symbol.to_string() selected=selected>
                    {symbol.to_string()}
                </option>
            }
        })
        .collect_view();
    let kinds = TransactionKind::ALL
        .iter()
        .filter(|kind| **kind != TransactionKind::Other)
        .map(|kind| {
            let selected = Some(*kind) == filter.kind;
            view! {
                <option value=kind.id() selected=selected>
                    {kind.label()}
                </option>
            }
        })
        .collect_view();
    let can_clear = filter.security.is_some() || filter.kind.is_some();
    let clear = path.clone();
    view! {
        <form class="filter-form" method="get" action=path role="search">
            <div class="field">
                <label class="field__label" for="security">
                    "Security"
                </label>
                <select class="field__select" id="security" name="security">
                    <option value="">"Any"</option>
                    {securities}
                </select>
            </div>
            <div class="field">
                <label class="field__label" for="kind">
                    "Kind"
                </label>
                <select class="field__select" id="kind" name="kind">
                    <option value="">"Any"</option>
                    {kinds}
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
fn Table(rows: Vec<BookTransaction>) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p>"No transaction matches. Ask for less."</p> }.into_any();
    }
    let body = rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Transactions, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Date"</th>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"What"</th>
                    <th scope="col" class="numeric">
                        "Units"
                    </th>
                    <th scope="col" class="numeric">
                        "Money"
                    </th>
                    <th scope="col">"In the ledger"</th>
                </tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(row: BookTransaction) -> impl IntoView {
    let units = row
        .lots
        .iter()
        .map(|lot| {
            let number = Value::from(lot.units.to_string());
            let number = Shown::of(&number, Some(Format::Number), None).signed();
            view! { <span class="portfolio-leg">{format!("{number}{UNIT_GAP}{}", lot.symbol)}</span> }
        })
        .collect_view();
    let money = row
        .cash
        .iter()
        .chain(&row.receivable)
        .map(|one| {
            let amount = Value::from(one.amount.to_string());
            let amount = Shown::of(&amount, Some(Format::Currency), Some(one.currency.as_str()));
            view! { <span class="portfolio-leg">{amount.signed()}</span> }
        })
        .collect_view();
    let place = format!("{}:{}", row.file, row.line);
    view! {
        <tr>
            <th scope="row" class="nowrap">
                <time datetime=row.date.to_string()>{row.date.strftime("%-d %b %Y").to_string()}</time>
            </th>
            <td data-label="Kind">{row.kind.label()}</td>
            <td data-label="What" class="data-table__name">
                {row.narration}
            </td>
            <td data-label="Units" class="numeric">
                {units}
            </td>
            <td data-label="Money" class="numeric">
                {money}
            </td>
            <td data-label="In the ledger" class="data-table__name">
                <code class="digest">{place}</code>
            </td>
        </tr>
    }
}

#[component]
fn Pages(found: Transactions, filter: TransactionFilter, path: String) -> impl IntoView {
    let Transactions { page, pages, .. } = found;
    let to = move |page: usize| address(&path, &TransactionFilter { page, ..filter.clone() });
    view! { <PagePager label="Pages of transactions" page pages to before="Newer" after="Older" /> }
}
