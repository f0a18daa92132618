use super::{Crumbs, NOT_SHOWN, PackState, address, build::Build, close, day, figure, is_hidden};
use crate::{
    component::{
        digest::Digest,
        icon::Icon,
        moment::Moment,
        restatement::RestatementBanner,
        scope::counted,
        state::State,
        withheld::{Attributions, WithheldParts},
    },
    ssr::page,
};
use domain::{
    hash::ContentHash,
    pricing_pack::{PackStatus, PricingPack, PricingPackId},
};
use executor::pattern::Format;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, pricing::PackView};
use std::collections::BTreeSet;

/// One pack: where it stands, every price and rate with who supplied it, and its versions.
#[component]
pub fn PricingPackPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("pack"));
    page("Pricing pack", |request| async move {
        let id: PricingPackId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.view_pricing_pack(request.actor()?, &id).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let PackView { row, pack, versions, before, after, screen, stages } = found;
        let build = (!stages.is_empty()).then(|| {
            let stopped = row.status == PackStatus::Failed;
            view! { <Build stages stopped now zone=zone.clone() /> }
        });
        let hidden = screen.withheld_keys();
        let hash = ContentHash::of_json(&pack.content)?;
        let providers = providers(&pack);
        let statement = format!(
            "{} and {} from {}.",
            counted(pack.content.prices().len(), "closing price", "closing prices"),
            counted(pack.content.quoted_rates().len(), "exchange rate", "exchange rates"),
            providers
        );
        let changes = before.map(|_| format!("{}/changes", address(&id)));
        let others = versions.len() > 1;
        Ok(view! {
            <div class="page-header">
                <Crumbs />
                <h1 class="page-header__title">
                    {format!("Prices of {}, version {}", day(row.date), row.version)}
                </h1>
                <p class="page-header__state">
                    <PackState status=row.status />
                    " "
                    {row
                        .sample
                        .then(|| view! { <State tone="attention" icon="information" label="Sample data" /> })}
                </p>
                <p class="statement">{statement}</p>
                <div class="page-header__actions">
                    {changes
                        .map(|href| {
                            view! {
                                <a class="button" href=href>
                                    <Icon name="compare" />
                                    "What it changed"
                                </a>
                            }
                        })}
                </div>
            </div>
            {after.map(|restated| view! { <RestatementBanner restated /> })}
            {row
                .error
                .clone()
                .map(|error| {
                    view! {
                        <div class="notice notice--bad" role="status">
                            <Icon name="attention" />
                            <div class="notice__body">
                                <p class="notice__title">"It is not used"</p>
                                <p>{error}</p>
                            </div>
                        </div>
                    }
                })}
            <Attributions terms=screen.terms />
            <WithheldParts withheld=screen.withheld what="the pack" />
            <Prices pack=pack.clone() hidden=hidden.clone() />
            <Rates pack=pack.clone() hidden />
            {others
                .then(|| {
                    let rows = versions
                        .into_iter()
                        .map(|version| {
                            let is_this = version.id == id;
                            view! {
                                <li>
                                    {if is_this {
                                        view! { <span aria-current="page">{format!("Version {}", version.version)}</span> }
                                            .into_any()
                                    } else {
                                        view! {
                                            <a href=address(&version.id)>{format!("Version {}", version.version)}</a>
                                        }
                                            .into_any()
                                    }}
                                    " "
                                    <PackState status=version.status />
                                    {version.reason.map(|reason| format!(" {reason}"))}
                                </li>
                            }
                        })
                        .collect_view();
                    view! {
                        <section class="section" aria-labelledby="versions">
                            <h2 class="section__title" id="versions">
                                "Versions of this day"
                            </h2>
                            <ul class="notice__list">{rows}</ul>
                        </section>
                    }
                })}
            {build}
            <section class="section" aria-labelledby="seal">
                <h2 class="section__title" id="seal">
                    "Seal"
                </h2>
                <dl class="facts">
                    <div class="facts__item">
                        <dt class="facts__term">"Name"</dt>
                        <dd>
                            <Digest text=row.id.to_string() />
                        </dd>
                    </div>
                    <div class="facts__item">
                        <dt class="facts__term">"SHA-256 of the content"</dt>
                        <dd>
                            <Digest text=hash.to_string() />
                        </dd>
                    </div>
                    <div class="facts__item">
                        <dt class="facts__term">"Ledger"</dt>
                        <dd>
                            <Digest text=row.ledger_commit.to_string() />
                        </dd>
                    </div>
                    <div class="facts__item">
                        <dt class="facts__term">"Built"</dt>
                        <dd>
                            <Moment at=row.build_started_at now zone />
                        </dd>
                    </div>
                </dl>
            </section>
        })
    })
}

/// Who supplied anything of it.
fn providers(pack: &PricingPack) -> String {
    let of_prices = pack.sources.prices.iter().map(|price| &price.source);
    let all: BTreeSet<_> =
        of_prices.chain(pack.sources.fx.iter().map(|rate| &rate.source)).collect();
    match all.iter().map(ToString::to_string).collect::<Vec<_>>() {
        none if none.is_empty() => "nobody".to_owned(),
        some => some.join(", "),
    }
}

#[component]
fn Prices(pack: PricingPack, hidden: BTreeSet<String>) -> impl IntoView {
    let date = pack.content.date();
    let rows = pack
        .content
        .prices()
        .iter()
        .map(|price| {
            let source = pack.sources.of_price(price);
            let as_of = source.map_or_else(
                || "–".to_owned(),
                |source| match source.as_of {
                    same if same == date => "the same day".to_owned(),
                    other => day(other),
                },
            );
            let provider = source.map(|source| &source.source);
            let close = if is_hidden(provider, &hidden) {
                NOT_SHOWN.to_owned()
            } else {
                format!("{}\u{a0}{}", close(price.close.as_str()), price.currency)
            };
            view! {
                <tr>
                    <th scope="row" class="data-table__name">
                        {price.symbol.to_string()}
                        <span class="data-table__sub">{price.exchange.to_string()}</span>
                    </th>
                    <td data-label="Close" class="numeric">
                        {close}
                    </td>
                    <td data-label="Of">{as_of}</td>
                    <td data-label="Provider">{provider.map(ToString::to_string)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="prices">
            <h2 class="section__title" id="prices">
                "Closing prices"
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">
                    "Adjusted for splits up to the day, not for dividends"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Security"</th>
                        <th scope="col" class="numeric">
                            "Close"
                        </th>
                        <th scope="col">"Of"</th>
                        <th scope="col">"Provider"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Rates(pack: PricingPack, hidden: BTreeSet<String>) -> impl IntoView {
    let rows = pack
        .content
        .quoted_rates()
        .iter()
        .map(|rate| {
            let mut sources = pack.sources.fx.iter();
            let source = sources.find(|known| known.from == rate.from && known.to == rate.to);
            let provider = source.map(|source| &source.source);
            let number = if is_hidden(provider, &hidden) {
                NOT_SHOWN.to_owned()
            } else {
                figure(&rate.rate.as_str(), Format::Number, None).text()
            };
            let at = rate.as_of.strftime("%-d %b %Y, %H:%M UTC").to_string();
            view! {
                <tr>
                    <th scope="row">{format!("{} in {}", rate.from, rate.to)}</th>
                    <td data-label="Rate" class="numeric">
                        {number}
                    </td>
                    <td data-label="Fixed">
                        <time datetime=rate.as_of.to_string()>{at}</time>
                    </td>
                    <td data-label="Provider">{provider.map(ToString::to_string)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="rates">
            <h2 class="section__title" id="rates">
                "Exchange rates"
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">
                    "As received; the other direction and crosses are derived from them"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Pair"</th>
                        <th scope="col" class="numeric">
                            "Rate"
                        </th>
                        <th scope="col">"Fixed"</th>
                        <th scope="col">"Provider"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
