//! The `portfolio` agent: what a portfolio holds, what it is worth by the pack of the
//! context, and what became of it. The arithmetic is the analytics room's.

mod attribution;
mod constraints;
mod corporate_actions;
mod figures;
mod formulas;
mod ground;
mod history;
mod metrics;
mod position;
mod positions;
mod range;
mod sectors;
mod tax;
mod tax_harvest;
mod transactions;

#[cfg(test)]
mod corporate_actions_tests;
#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod tests;

use crate::market::Market;
use executor::{
    capability::{Agent, Call, Capability, Fault, Output},
    lineage::Ttl,
};
use ground::Ground;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// The agent, reading packs and books from `market`.
pub fn agent(market: &Arc<dyn Market>) -> Agent {
    let mut agent = declared(market);
    for capability in &mut agent.capabilities {
        capability.formula = formulas::of(capability.name.as_str());
    }
    agent
}

fn declared(market: &Arc<dyn Market>) -> Agent {
    Agent {
        name: "portfolio",
        description: "Values portfolios of the ledger, and measures what they earned and risked.",
        capabilities: vec![
            of_ground(
                market,
                "ledger.positions",
                "Lists the open lots by security and the money by currency, from the ledger at \
                 the commit of the pack.",
                positions::positions,
            ),
            of_ground(
                market,
                "ledger.transactions",
                "Lists what the ledger has booked, the newest first.",
                |args, ground| Ok(transactions::transactions(args, ground)),
            ),
            of_ground(
                market,
                "pricing.apply_pack",
                "Puts the prices and rates of the pack on positions; what has none is named.",
                positions::apply_pack,
            ),
            of_ground(
                market,
                "portfolio.get_valued_positions",
                "Values the portfolio by the pack: positions, money, weights, unrealised gains.",
                positions::valued_positions,
            ),
            of_ground(
                market,
                "portfolio.sector_allocation",
                "Adds the portfolio up by sector, money among it.",
                sectors::sector_allocation,
            ),
            of_window(
                market,
                "portfolio.historical_nav",
                "Gives net asset value, flow and return index of each day of the window.",
                history::historical_nav,
            ),
            report_range(market),
            of_window(
                market,
                "metrics.compute_twr",
                "Computes the time-weighted return of the window.",
                metrics::time_weighted,
            ),
            of_window(
                market,
                "metrics.compute_mwr",
                "Computes the money-weighted return of the window, a rate a year.",
                metrics::money_weighted,
            ),
            of_window(
                market,
                "metrics.compute_risk",
                "Computes volatility, drawdown, value at risk and ratios of the window.",
                metrics::risk,
            ),
            of_window(
                market,
                "metrics.compute_sharpe",
                "Computes the Sharpe ratio of the window.",
                metrics::sharpe,
            ),
            of_window(
                market,
                "metrics.day_change",
                "Says what the last day changed, flows aside.",
                metrics::day_change,
            ),
            of_window(
                market,
                "attribution.currency",
                "Splits the return of the window into what markets and what currencies did.",
                attribution::currency,
            ),
            of_ground(
                market,
                "position.details",
                "Shows one position with its lots, valued by the pack.",
                position::details,
            ),
            of_window(
                market,
                "position.returns",
                "Computes what one security returned on the days on which it was held.",
                position::returns,
            ),
            of_window(
                market,
                "position.contribution",
                "Computes what each security contributed to the return of the window.",
                position::contribution,
            ),
            of_ground(
                market,
                "corporate_actions.upcoming",
                "Lists the dividends and splits that are announced of positions, as the providers \
                 of the pack told it; names what nobody told.",
                corporate_actions::upcoming,
            ),
            of_ground(
                market,
                "corporate_actions.impact",
                "Says what announced dividends and splits mean for positions, dividends before \
                 tax and by the rates of the pack.",
                |args, ground| Ok(corporate_actions::impact(args, ground)),
            ),
            of_ground(
                market,
                "tax.realized_gains",
                "Lists what each lot that was sold in a year brought, with the holding period.",
                tax::realised_gains,
            ),
            of_ground(
                market,
                "tax.wash_sales",
                "Lists the losses of a year that do not count, because the security was bought again.",
                tax::wash_sales,
            ),
            of_ground(
                market,
                "tax.lot_details",
                "Lists the open lots with what counts as their cost.",
                tax::lot_details,
            ),
            of_ground(
                market,
                "tax.summary",
                "Adds up what a year's sales realised, short-term and long-term.",
                tax::summary,
            ),
            of_ground(
                market,
                "tax.identify_losses",
                "Lists the open lots whose value is below what counts as their cost.",
                tax_harvest::identify_losses,
            ),
            of_ground(
                market,
                "tax.wash_sale_check",
                "Says of each such lot what purchases within thirty days would disallow.",
                tax_harvest::wash_sale_check,
            ),
            of_ground(
                market,
                "tax.benefit",
                "Computes what the sale of each such lot would save after its cost.",
                tax_harvest::benefit,
            ),
            of_ground(
                market,
                "tax.rank_opportunities",
                "Ranks the sales that save more than they cost, and names what was left out.",
                tax_harvest::rank_opportunities,
            ),
            of_ground(
                market,
                "optimizer.constraint_report",
                "Holds the limits of a policy on positions, sectors and cash against the book.",
                constraints::constraint_report,
            ),
            of_window(
                market,
                "position.currency_attribution",
                "Splits the return of one security into what its market and what its currency did.",
                position::currency_attribution,
            ),
            of_window(
                market,
                "position.risk",
                "Computes volatility, drawdown and value at risk of one security as it was held.",
                position::risk,
            ),
        ],
    }
}

/// A capability of the book and the pack of the context.
fn of_ground<A, T>(
    market: &Arc<dyn Market>,
    name: &str,
    description: &'static str,
    function: fn(&A, &Ground) -> Result<Output<T>, Fault>,
) -> Capability
where
    A: DeserializeOwned + JsonSchema + Send + Sync + 'static,
    T: Serialize + JsonSchema + 'static,
{
    let market = Arc::clone(market);
    Capability::new(name, "1.0.0", description, move |args: A, call: Call| {
        let market = Arc::clone(&market);
        async move { function(&args, &Ground::load(&*market, &call).await?) }
    })
    .ttl(Ttl::Day)
    .pure()
    .sources(&["pack", "ledger", "provider"])
}

/// Of the dates of packs alone, whatever they hold.
fn report_range(market: &Arc<dyn Market>) -> Capability {
    let market = Arc::clone(market);
    let description = "Finds the window of a month, quarter or year to date, or since a day.";
    Capability::new(
        "portfolio.report_range",
        "1.0.0",
        description,
        move |args: range::RangeArgs, call: Call| {
            let market = Arc::clone(&market);
            async move {
                let ground = Ground::load(&*market, &call).await?;
                range::report_range(&args, &ground, &*market).await
            }
        },
    )
    .ttl(Ttl::Day)
    .pure()
    .sources(&["ledger"])
}

/// A capability of the book over the days of a window.
fn of_window<A, T>(
    market: &Arc<dyn Market>,
    name: &str,
    description: &'static str,
    function: fn(&A, &history::Past<'_>) -> Output<T>,
) -> Capability
where
    A: DeserializeOwned + JsonSchema + history::Windowed + Send + Sync + 'static,
    T: Serialize + JsonSchema + 'static,
{
    let market = Arc::clone(market);
    Capability::new(name, "1.0.0", description, move |args: A, call: Call| {
        let market = Arc::clone(&market);
        async move {
            let ground = Ground::load(&*market, &call).await?;
            let past = history::Past::load(&*market, &ground, args.lookback_days()).await?;
            Ok(function(&args, &past))
        }
    })
    .ttl(Ttl::Day)
    .pure()
    .sources(&["pack", "ledger", "provider"])
}
