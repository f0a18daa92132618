use crate::{
    decimal::ExactDecimal,
    pack::{converted, pack_lineage, rate_lineage},
};
use domain::pricing_pack::{Currency, PricingPack, RateKind};
use executor::{capability::Output, lineage::Lineages};
use jiff::Timestamp;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvertArgs {
    pub amount: ExactDecimal,
    pub from: Currency,
    /// The pack's base currency when null or left out.
    #[serde(default)]
    pub to: Option<Currency>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Converted {
    /// A decimal; null with a reason when the pack has no rate.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub amount: Option<Decimal>,
    pub currency: Currency,
    pub rate: Option<RateUsed>,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RateUsed {
    /// What one unit costs in the other currency, a decimal.
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub value: Decimal,
    pub kind: RateUsedKind,
    /// The oldest of the rates it rests on; null from a currency to itself.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub asof: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateUsedKind {
    Identity,
    Quoted,
    Inverse,
    Derived,
}

impl From<RateKind> for RateUsedKind {
    fn from(kind: RateKind) -> Self {
        match kind {
            RateKind::Identity => Self::Identity,
            RateKind::Quoted => Self::Quoted,
            RateKind::Inverse => Self::Inverse,
            RateKind::Derived => Self::Derived,
        }
    }
}

pub fn convert(args: &ConvertArgs, pack: &PricingPack) -> Output<Converted> {
    let to = args.to.as_ref().unwrap_or(pack.content.base());
    let ExactDecimal(amount) = args.amount;
    match converted(pack, amount, &args.from, to) {
        Ok((value, rate)) => Output {
            lineage: Lineages::whole(rate_lineage(pack, &rate)),
            summary: format!("{amount} {} is {value} {to}.", args.from),
            value: Converted {
                amount: Some(value),
                currency: to.clone(),
                rate: Some(RateUsed {
                    value: rate.value,
                    kind: rate.kind.into(),
                    asof: rate.as_of,
                }),
                reason: None,
            },
        },
        Err(error) => {
            let reason = error.sentence();
            Output::from_source(
                Converted {
                    amount: None,
                    currency: to.clone(),
                    rate: None,
                    reason: Some(reason.clone()),
                },
                pack_lineage(pack),
                reason,
            )
        }
    }
}
