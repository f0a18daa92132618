use super::{
    figures::of,
    history::{Past, WindowArgs},
};
use analytics::{
    attribution::{CurrencyParts, currency_attribution},
    book::attributed_days,
};
use domain::{
    measure::{Available, Fraction, Reason},
    pricing_pack::Currency,
};
use executor::capability::Output;
use schemars::JsonSchema;
use serde::Serialize;

/// Parts of a return, as fractions of the value at the start of the window.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CurrencyAttribution {
    /// What markets did, in their own currencies.
    pub local: Available<Fraction>,
    /// What the currencies did.
    pub fx: Available<Fraction>,
    /// Local return earned on the change of the currency.
    pub interaction: Available<Fraction>,
    /// The return as it was measured from net asset values, not from these parts.
    pub total: Available<Fraction>,
    /// Measured return less all parts: what was exchanged at other rates than the pack's,
    /// and what was earned in a currency that was not held at the start of the day.
    pub residual: Available<Fraction>,
    /// Whether the residual is at most a tenth of a basis point.
    pub reconciles: Option<bool>,
    pub by_currency: Vec<CurrencyRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CurrencyRow {
    pub currency: Currency,
    pub local: Fraction,
    pub fx: Fraction,
    pub interaction: Fraction,
    pub total: Fraction,
}

pub fn currency(_: &WindowArgs, past: &Past<'_>) -> Output<CurrencyAttribution> {
    let found = past
        .days()
        .and_then(attributed_days)
        .and_then(|days| currency_attribution(&days))
        .and_then(|found| {
            let rows = found.by_currency.iter().map(|(currency, parts)| row(currency, parts));
            let rows = rows.collect::<Result<Vec<_>, Reason>>()?;
            Ok((found, rows))
        });
    let value = CurrencyAttribution {
        local: of(&found, |(found, _)| Available::Value(found.parts.local)),
        fx: of(&found, |(found, _)| Available::Value(found.parts.fx)),
        interaction: of(&found, |(found, _)| Available::Value(found.parts.interaction)),
        total: of(&found, |(found, _)| Available::Value(found.measured)),
        residual: of(&found, |(found, _)| Available::Value(found.residual)),
        reconciles: found.as_ref().ok().map(|(found, _)| found.reconciles()),
        by_currency: found.map(|(_, rows)| rows).unwrap_or_default(),
    };
    let summary = format!("{} currencies.", value.by_currency.len());
    past.output(value, summary)
}

fn row(currency: &Currency, parts: &CurrencyParts) -> Result<CurrencyRow, Reason> {
    Ok(CurrencyRow {
        currency: currency.clone(),
        local: parts.local,
        fx: parts.fx,
        interaction: parts.interaction,
        total: Fraction::new(parts.total())?,
    })
}
