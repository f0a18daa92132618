//! The `example` agent: closing prices, conversion and totals out of the pricing
//! pack of the context. Small, and whole: typed arguments, missing values with
//! their reasons, and the lineage of every cell.

mod basket;
mod convert;
mod prices;

#[cfg(test)]
mod tests;

use crate::market::PricingPacks;
use executor::{
    capability::{Agent, Capability},
    lineage::Ttl,
};
use std::sync::Arc;

/// The agent, reading packs from `packs`.
pub fn agent(packs: Arc<dyn PricingPacks>) -> Agent {
    Agent {
        name: "example",
        description: "Shows prices, conversions and totals of the pricing pack.",
        capabilities: vec![closing_prices(packs.clone()), convert(packs.clone()), basket(packs)],
    }
}

fn closing_prices(packs: Arc<dyn PricingPacks>) -> Capability {
    Capability::new(
        "example.closing_prices",
        "1.0.0",
        "Lists the closing prices of the pack, and what it has no price for.",
        move |args, call| {
            let packs = packs.clone();
            async move { prices::closing_prices(&args, &*crate::pack::of(&*packs, &call).await?) }
        },
    )
    .ttl(Ttl::Day)
    .pure()
    .sources(&["pack", "provider"])
}

fn convert(packs: Arc<dyn PricingPacks>) -> Capability {
    Capability::new(
        "example.convert",
        "1.0.0",
        "Converts an amount by the pack's exchange rates.",
        move |args, call| {
            let packs = packs.clone();
            async move { Ok(convert::convert(&args, &*crate::pack::of(&*packs, &call).await?)) }
        },
    )
    .ttl(Ttl::Day)
    .pure()
    .sources(&["pack", "provider"])
}

fn basket(packs: Arc<dyn PricingPacks>) -> Capability {
    Capability::new(
        "example.basket",
        "1.0.0",
        "Adds up one of each security, by currency and in the base currency.",
        move |args, call| {
            let packs = packs.clone();
            async move { basket::basket(&args, &*crate::pack::of(&*packs, &call).await?, &call.lineage) }
        },
    )
    .ttl(Ttl::Day)
    .pure()
    .sources(&["pack", "provider"])
}
