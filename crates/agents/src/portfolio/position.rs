use super::{
    figures::of,
    ground::Ground,
    history::{Past, Windowed, usual_days},
    metrics::depth,
    positions::{LotRow, ValuedRow, of_symbol},
};
use analytics::{
    attribution::{contributions, currency_attribution as attributed},
    book::{contribution_days, position_attributed_days, position_returns},
    performance::{ReturnSeries, time_weighted_return},
    risk::{Confidence, conditional_value_at_risk, maximum_drawdown, value_at_risk, volatility},
    series::Series,
};
use domain::{
    measure::{Available, Fraction, Reason},
    pricing_pack::{Currency, Symbol},
};
use executor::capability::{Fault, FaultKind, Output};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityArgs {
    pub security: Symbol,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityWindowArgs {
    pub security: Symbol,
    /// Trading days back from the last, 1 to 1,260.
    #[serde(default = "usual_days")]
    pub lookback_days: usize,
}

impl Windowed for SecurityWindowArgs {
    fn lookback_days(&self) -> usize {
        self.lookback_days
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Details {
    pub position: ValuedRow,
    /// In the order of their acquisition.
    pub lots: Vec<LotRow>,
}

/// # Errors
/// `SECURITY_NOT_FOUND` where the portfolio does not hold it.
pub fn details(args: &SecurityArgs, ground: &Ground) -> Result<Output<Details>, Fault> {
    let symbol = &args.security;
    let (row, position) = of_symbol(ground, symbol)?.ok_or_else(|| {
        let message =
            format!("The portfolio does not hold {symbol} at the end of {}.", ground.day());
        Fault::new(FaultKind::NotFound, message).with_code("SECURITY_NOT_FOUND")
    })?;
    let lineage = ground.of_price(symbol, &row.exchange, &row.currency);
    let summary = format!("{} {symbol} in {} lots.", row.quantity, row.lots.len());
    Ok(Output::from_source(Details { position, lots: row.lots }, lineage, summary))
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Returns {
    /// Daily returns in the base currency, of days on which it was held at the start.
    pub observations: usize,
    /// Product of 1 + daily return, less 1; dividends among it.
    pub total: Available<Fraction>,
    pub points: Vec<ReturnPoint>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReturnPoint {
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    /// Product of 1 + daily return since the first day; 1 there.
    pub index: f64,
}

fn series(symbol: &Symbol, past: &Past<'_>) -> Result<ReturnSeries, Reason> {
    past.days().and_then(|days| position_returns(days, symbol))
}

pub fn returns(args: &SecurityWindowArgs, past: &Past<'_>) -> Output<Returns> {
    let series = series(&args.security, past);
    let index = series.as_ref().ok().map(ReturnSeries::index);
    let points = index
        .iter()
        .flat_map(Series::points)
        .map(|point| ReturnPoint { date: point.date, index: point.value });
    let value = Returns {
        observations: series.as_ref().map_or(0, ReturnSeries::len),
        total: of(&series, |series| time_weighted_return(series).into()),
        points: points.collect(),
    };
    let summary = format!("{} daily returns of {}.", value.observations, args.security);
    past.output(value, summary)
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Contributions {
    /// Of the security that was asked for.
    pub contribution: Available<Fraction>,
    /// Of each security that was held, by symbol; fractions of the value at the start.
    pub rows: Vec<ContributionRow>,
    /// What the portfolio returned, by its net asset values.
    pub total: Available<Fraction>,
    /// Total less all contributions: what money earned, and what exchange and fees cost.
    pub residual: Available<Fraction>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ContributionRow {
    pub symbol: Symbol,
    pub contribution: Fraction,
}

pub fn contribution(args: &SecurityWindowArgs, past: &Past<'_>) -> Output<Contributions> {
    let found = past.days().and_then(contribution_days).and_then(|days| contributions(&days));
    let own = |of: Option<&Fraction>| {
        of.copied().ok_or(Reason::TooFewObservations { needed: 1, found: 0 }).into()
    };
    let value = Contributions {
        contribution: of(&found, |found| own(found.by_key.get(&args.security))),
        total: of(&found, |found| Available::Value(found.measured)),
        residual: of(&found, |found| Available::Value(found.residual)),
        rows: found.map_or_else(
            |_| Vec::new(),
            |found| {
                let row = |(symbol, contribution)| ContributionRow { symbol, contribution };
                found.by_key.into_iter().map(row).collect()
            },
        ),
    };
    let summary = format!("{} securities.", value.rows.len());
    past.output(value, summary)
}

/// Parts of the security's return in the base currency, as fractions of its value at the
/// start of the window.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityAttribution {
    /// In which it is traded; none of a security that the ledger does not describe.
    pub currency: Option<Currency>,
    /// What its market did.
    pub local: Available<Fraction>,
    /// What the currency did.
    pub fx: Available<Fraction>,
    /// Local return earned on the change of the currency.
    pub interaction: Available<Fraction>,
    /// As it was measured in the base currency.
    pub total: Available<Fraction>,
    /// Measured return less all parts.
    pub residual: Available<Fraction>,
}

pub fn currency_attribution(
    args: &SecurityWindowArgs,
    past: &Past<'_>,
) -> Output<SecurityAttribution> {
    let book = &past.ground.book;
    let found = past
        .days()
        .and_then(|days| position_attributed_days(book, days, &args.security))
        .and_then(|days| attributed(&days));
    let security = book.securities.get(&args.security);
    let value = SecurityAttribution {
        currency: security.map(|security| security.currency.clone()),
        local: of(&found, |found| Available::Value(found.parts.local)),
        fx: of(&found, |found| Available::Value(found.parts.fx)),
        interaction: of(&found, |found| Available::Value(found.parts.interaction)),
        total: of(&found, |found| Available::Value(found.measured)),
        residual: of(&found, |found| Available::Value(found.residual)),
    };
    past.output(value, format!("Market and currency of {}.", args.security))
}

/// Fractions; of the days on which the security was held.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityRisk {
    pub observations: usize,
    /// A year.
    pub volatility: Available<Fraction>,
    pub maximum_drawdown: Available<Fraction>,
    /// Of a day, at 95 %; positive is a loss.
    pub value_at_risk: Available<Fraction>,
    pub conditional_value_at_risk: Available<Fraction>,
}

pub fn risk(args: &SecurityWindowArgs, past: &Past<'_>) -> Output<SecurityRisk> {
    let series = series(&args.security, past);
    let value = SecurityRisk {
        observations: series.as_ref().map_or(0, ReturnSeries::len),
        volatility: of(&series, |series| volatility(series).into()),
        maximum_drawdown: of(&series, |series| depth(&maximum_drawdown(series).into())),
        value_at_risk: of(&series, |series| value_at_risk(series, Confidence::USUAL).into()),
        conditional_value_at_risk: of(&series, |series| {
            conditional_value_at_risk(series, Confidence::USUAL).into()
        }),
    };
    let summary = format!("{} daily returns of {}.", value.observations, args.security);
    past.output(value, summary)
}
