use super::{Crumbs, NOT_SHOWN, close, day, figure, is_hidden};
use crate::{
    component::{
        icon::Icon,
        scope::counted,
        withheld::{Attributions, WithheldParts},
    },
    ssr::page,
};
use domain::pricing_pack::{
    PackChanges, PackedClose, PackedRate, PriceChange, PricingPackId, RateChange,
};
use executor::pattern::Format;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    pricing::{NavMove, Restatement},
};
use std::collections::BTreeSet;

/// What a restatement changed: prices, rates, and what that moves.
#[component]
pub fn PackChangesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("pack"));
    page("What changed", |request| async move {
        let id: PricingPackId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.restatement(request.actor()?, &id).await?;
        let Restatement { before, after, changes, portfolios, screen } = found;
        let hidden = screen.withheld_keys();
        let statement = format!(
            "Version {} beside version {}: {} and {} differ.",
            after.version,
            before.version,
            counted(changes.prices.len(), "price", "prices"),
            counted(changes.rates.len(), "rate", "rates"),
        );
        let other_ledger = before.ledger_commit != after.ledger_commit;
        Ok(view! {
            <div class="page-header">
                <Crumbs pack=Some(id) />
                <h1 class="page-header__title">{format!("What changed in the prices of {}", day(after.date))}</h1>
                <p class="statement">{statement}</p>
                {after.reason.map(|reason| view! { <p>{format!("Reason: {reason}")}</p> })}
            </div>
            {other_ledger
                .then(|| {
                    view! {
                        <p class="portfolio-note">
                            <Icon name="information" />
                            "The versions were built at different commits of the ledger, so that values \
                             also move by what was booked between them."
                        </p>
                    }
                })}
            <Attributions terms=screen.terms />
            <WithheldParts withheld=screen.withheld what="the packs" />
            <Portfolios portfolios />
            <Changes changes hidden />
        })
    })
}

#[component]
fn Portfolios(portfolios: Vec<NavMove>) -> impl IntoView {
    if portfolios.is_empty() {
        return None;
    }
    let rows = portfolios.into_iter().map(|moved| view! { <Portfolio moved /> }).collect_view();
    Some(view! {
        <section class="section" aria-labelledby="portfolios">
            <h2 class="section__title" id="portfolios">
                "What it moves"
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">"Net asset value by both versions"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Portfolio"</th>
                        <th scope="col" class="numeric">
                            "Before"
                        </th>
                        <th scope="col" class="numeric">
                            "After"
                        </th>
                        <th scope="col" class="numeric">
                            "Change"
                        </th>
                        <th scope="col" class="numeric">
                            "Change, %"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    })
}

#[component]
fn Portfolio(moved: NavMove) -> impl IntoView {
    let money = |value: &Result<domain::money::Money, String>| match value {
        Ok(money) => figure(&money.amount, Format::Currency, Some(money.currency.as_str())).text(),
        Err(reason) => format!("Not available, because {reason}"),
    };
    let change = moved.moved().map_or_else(
        || "–".to_owned(),
        |money| figure(&money.amount, Format::Currency, Some(money.currency.as_str())).signed(),
    );
    let share = moved
        .moved_fraction()
        .map_or_else(|| "–".to_owned(), |share| figure(&share, Format::Percent, None).signed());
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("/portfolios/{}", moved.portfolio.id)>{moved.portfolio.name.clone()}</a>
            </th>
            <td data-label="Before" class="numeric">
                {money(&moved.before)}
            </td>
            <td data-label="After" class="numeric">
                {money(&moved.after)}
            </td>
            <td data-label="Change" class="numeric">
                {change}
            </td>
            <td data-label="Change, %" class="numeric">
                {share}
            </td>
        </tr>
    }
}

/// One row of either table: what, before, after, by how much, and what else is new.
struct ChangeRow {
    what: String,
    where_: String,
    before: String,
    after: String,
    by: String,
    provider: String,
}

impl ChangeRow {
    fn of_price(change: PriceChange, hidden: &BTreeSet<String>) -> Self {
        let text = |side: &Option<PackedClose>| match side {
            None => "none".to_owned(),
            Some(one) if is_hidden(one.source.as_ref(), hidden) => NOT_SHOWN.to_owned(),
            Some(one) => format!("{}\u{a0}{}", close(one.close.as_str()), one.currency),
        };
        let sides = [&change.before, &change.after];
        let is_told =
            sides.into_iter().flatten().all(|one| !is_hidden(one.source.as_ref(), hidden));
        let provider = |side: &Option<PackedClose>| {
            side.as_ref().and_then(|one| one.source.as_ref().map(ToString::to_string))
        };
        Self {
            what: change.symbol.to_string(),
            where_: change.exchange.to_string(),
            before: text(&change.before),
            after: text(&change.after),
            by: if is_told { percent(change.relative()) } else { NOT_SHOWN.to_owned() },
            provider: providers(provider(&change.before), provider(&change.after)),
        }
    }

    fn of_rate(change: RateChange, hidden: &BTreeSet<String>) -> Self {
        let text = |side: &Option<PackedRate>| match side {
            None => "none".to_owned(),
            Some(one) if is_hidden(one.source.as_ref(), hidden) => NOT_SHOWN.to_owned(),
            Some(one) => figure(&one.rate.as_str(), Format::Number, None).text(),
        };
        let sides = [&change.before, &change.after];
        let is_told =
            sides.into_iter().flatten().all(|one| !is_hidden(one.source.as_ref(), hidden));
        let provider = |side: &Option<PackedRate>| {
            side.as_ref().and_then(|one| one.source.as_ref().map(ToString::to_string))
        };
        Self {
            what: format!("{} in {}", change.from, change.to),
            where_: String::new(),
            before: text(&change.before),
            after: text(&change.after),
            by: if is_told { percent(change.relative()) } else { NOT_SHOWN.to_owned() },
            provider: providers(provider(&change.before), provider(&change.after)),
        }
    }
}

fn percent(fraction: Option<domain::measure::Fraction>) -> String {
    fraction.map_or_else(
        || "–".to_owned(),
        |fraction| figure(&fraction.get(), Format::Percent, None).signed(),
    )
}

fn providers(before: Option<String>, after: Option<String>) -> String {
    match (before, after) {
        (Some(before), Some(after)) if before == after => after,
        (Some(before), Some(after)) => format!("{after}, before {before}"),
        (one, other) => other.or(one).unwrap_or_else(|| "–".to_owned()),
    }
}

#[component]
fn Changes(changes: PackChanges, hidden: BTreeSet<String>) -> impl IntoView {
    if changes.is_empty() {
        return view! {
            <p>"No price and no rate differs; only the commit of the ledger or what was accepted does."</p>
        }
        .into_any();
    }
    let PackChanges { prices, rates } = changes;
    let prices: Vec<ChangeRow> =
        prices.into_iter().map(|change| ChangeRow::of_price(change, &hidden)).collect();
    let rates: Vec<ChangeRow> =
        rates.into_iter().map(|change| ChangeRow::of_rate(change, &hidden)).collect();
    view! {
        {(!prices.is_empty())
            .then(|| view! { <ChangeTable id="prices" title="Closing prices" first="Security" rows=prices /> })}
        {(!rates.is_empty())
            .then(|| view! { <ChangeTable id="rates" title="Exchange rates" first="Pair" rows=rates /> })}
    }
    .into_any()
}

#[component]
fn ChangeTable(
    id: &'static str,
    title: &'static str,
    first: &'static str,
    rows: Vec<ChangeRow>,
) -> impl IntoView {
    let body = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" class="data-table__name">
                        {row.what}
                        <span class="data-table__sub">{row.where_}</span>
                    </th>
                    <td data-label="Before" class="numeric">
                        {row.before}
                    </td>
                    <td data-label="After" class="numeric">
                        {row.after}
                    </td>
                    <td data-label="Change, %" class="numeric">
                        {row.by}
                    </td>
                    <td data-label="Provider">{row.provider}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby=id>
            <h2 class="section__title" id=id>
                {title}
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">"Only what differs"</caption>
                <thead>
                    <tr>
                        <th scope="col">{first}</th>
                        <th scope="col" class="numeric">
                            "Before"
                        </th>
                        <th scope="col" class="numeric">
                            "After"
                        </th>
                        <th scope="col" class="numeric">
                            "Change, %"
                        </th>
                        <th scope="col">"Provider"</th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </section>
    }
}
