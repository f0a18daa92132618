use super::prices::{MissingPrice, PriceRow};
use crate::pack::{NotConverted, converted, pack_lineage, rate_lineage};
use domain::pricing_pack::{Currency, PricingPack, Symbol};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::{Lineage, Lineages},
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasketArgs {
    pub rows: Vec<PriceRow>,
    /// What belongs to the basket and has no price.
    #[serde(default)]
    pub missing: Option<Vec<MissingPrice>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Basket {
    /// Securities with a price.
    pub count: usize,
    /// By currency.
    pub totals: Vec<CurrencyTotal>,
    pub base_currency: Currency,
    /// A decimal; null with a reason when anything has no price or no rate.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub total_base: Option<Decimal>,
    pub reason: Option<String>,
    pub unpriced: Vec<Symbol>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CurrencyTotal {
    pub currency: Currency,
    pub count: usize,
    /// A decimal in that currency.
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub total: Decimal,
    /// A decimal in the base currency; null with a reason when there is no rate.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub total_base: Option<Decimal>,
    pub reason: Option<String>,
}

/// One of each security.
pub fn basket(
    args: &BasketArgs,
    pack: &PricingPack,
    given: &Lineages,
) -> Result<Output<Basket>, Fault> {
    let base = pack.content.base();
    let mut totals = Vec::new();
    let mut lineage = Lineages::whole(pack_lineage(pack));
    for (currency, rows) in by_currency(&args.rows) {
        let (total, of_total) = currency_total(&args.rows, &rows, currency, pack, given)?;
        lineage.whole.extend(&of_total);
        lineage.insert(&["totals".into(), totals.len().into()], Lineages::whole(of_total));
        totals.push(total);
    }
    let missing = args.missing.as_deref().unwrap_or_default();
    let unpriced: Vec<Symbol> = missing.iter().map(|missing| missing.symbol.clone()).collect();
    let (total_base, reason) = match whole(&totals, &unpriced) {
        Ok(total) => (Some(total), None),
        Err(reason) => (None, Some(reason)),
    };
    let summary = match (&total_base, &reason) {
        (Some(total), _) => format!("{} securities, {total} {base} in all.", args.rows.len()),
        (None, reason) => reason.clone().unwrap_or_default(),
    };
    let (count, base_currency) = (args.rows.len(), base.clone());
    let value = Basket { count, totals, base_currency, total_base, reason, unpriced };
    Ok(Output { value, lineage, summary })
}

/// The places of the rows of each currency.
fn by_currency(rows: &[PriceRow]) -> BTreeMap<&Currency, Vec<usize>> {
    let mut places: BTreeMap<&Currency, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        places.entry(&row.currency).or_default().push(place);
    }
    places
}

fn currency_total(
    rows: &[PriceRow],
    places: &[usize],
    currency: &Currency,
    pack: &PricingPack,
    given: &Lineages,
) -> Result<(CurrencyTotal, Lineage), Fault> {
    let mut lineage = pack_lineage(pack);
    let mut total = Decimal::ZERO;
    for place in places {
        lineage.extend(&given.at(&["rows".into(), (*place).into()]).everything());
        total = total.checked_add(rows[*place].close.value()).ok_or_else(|| {
            Fault::new(
                FaultKind::InvalidInput,
                "The prices add up to more than can be held exactly.",
            )
        })?;
    }
    let in_base: Result<Decimal, NotConverted> =
        converted(pack, total, currency, pack.content.base()).map(|(amount, rate)| {
            lineage.extend(&rate_lineage(pack, &rate));
            amount
        });
    let reason = in_base.as_ref().err().map(NotConverted::sentence);
    let (count, total) = (places.len(), total.normalize());
    let total_base = in_base.ok();
    let total = CurrencyTotal { currency: currency.clone(), count, total, total_base, reason };
    Ok((total, lineage))
}

/// The sum over all currencies, or why there is none.
fn whole(totals: &[CurrencyTotal], unpriced: &[Symbol]) -> Result<Decimal, String> {
    if !unpriced.is_empty() {
        let symbols: Vec<&str> = unpriced.iter().map(Symbol::as_str).collect();
        return Err(format!(
            "There is no total, because there is no price of {}.",
            symbols.join(", ")
        ));
    }
    let mut whole = Decimal::ZERO;
    for total in totals {
        let part = total.total_base.ok_or_else(|| total.reason.clone().unwrap_or_default())?;
        whole = whole
            .checked_add(part)
            .ok_or_else(|| "The total is too large to be held exactly.".to_owned())?;
    }
    Ok(whole.normalize())
}
