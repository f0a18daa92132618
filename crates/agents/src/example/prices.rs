use crate::pack::{pack_lineage, price_lineage};
use domain::pricing_pack::{
    ClosingPrice, Currency, Exchange, PriceSource, PricingPack, ProviderId, ReceivedAmount, Symbol,
};
use executor::{
    capability::{Fault, Output},
    lineage::{Lineage, Lineages},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingPricesArgs {
    /// Those wanted; every security of the pack when null or left out.
    #[serde(default)]
    pub symbols: Option<Vec<Symbol>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ClosingPrices {
    /// By symbol and exchange. A symbol that is priced on two exchanges has two rows.
    pub rows: Vec<PriceRow>,
    /// What was asked for and has no price, in the order of symbols.
    pub missing: Vec<MissingPrice>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    pub symbol: Symbol,
    pub exchange: Exchange,
    pub currency: Currency,
    /// A decimal, exactly as the pack received it.
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub close: ReceivedAmount,
    /// The trading day whose close it is.
    #[schemars(with = "String", extend("format" = "date"))]
    pub asof: Date,
    pub source: ProviderId,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingPrice {
    pub symbol: Symbol,
    pub reason: String,
}

pub fn closing_prices(
    args: &ClosingPricesArgs,
    pack: &PricingPack,
) -> Result<Output<ClosingPrices>, Fault> {
    let wanted: Option<BTreeSet<&Symbol>> = args.symbols.as_ref().map(|list| list.iter().collect());
    let is_wanted =
        |price: &&ClosingPrice| wanted.as_ref().is_none_or(|wanted| wanted.contains(&price.symbol));
    let mut rows = Vec::new();
    let mut lineage = Lineages::whole(pack_lineage(pack));
    let mut of_rows = Lineage::default();
    for price in pack.content.prices().iter().filter(is_wanted) {
        let known = pack.sources.of_price(price).ok_or_else(|| {
            Fault::internal(format!("The price of {} has no source.", price.symbol))
        })?;
        let of_row = price_lineage(pack, &known.source, known.as_of);
        of_rows.extend(&of_row);
        lineage.insert(&["rows".into(), rows.len().into()], Lineages::whole(of_row));
        rows.push(row(price, known));
    }
    // The table as a whole comes from what its rows come from.
    lineage.whole.extend(&of_rows);
    let missing = missing(wanted.unwrap_or_default(), &rows, pack);
    let summary = format!("{} prices of {}, {} missing.", rows.len(), pack.id, missing.len());
    Ok(Output { value: ClosingPrices { rows, missing }, lineage, summary })
}

fn row(price: &ClosingPrice, known: &PriceSource) -> PriceRow {
    PriceRow {
        symbol: price.symbol.clone(),
        exchange: price.exchange.clone(),
        currency: price.currency.clone(),
        close: price.close.clone(),
        asof: known.as_of,
        source: known.source.clone(),
    }
}

fn missing(wanted: BTreeSet<&Symbol>, rows: &[PriceRow], pack: &PricingPack) -> Vec<MissingPrice> {
    let priced: BTreeSet<&Symbol> = rows.iter().map(|row| &row.symbol).collect();
    wanted
        .into_iter()
        .filter(|symbol| !priced.contains(symbol))
        .map(|symbol| MissingPrice {
            symbol: symbol.clone(),
            reason: format!("The pack of {} holds no price of {symbol}.", pack.content.date()),
        })
        .collect()
}
