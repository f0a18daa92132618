//! The pack of the context, and what its values come from.

use crate::market::PricingPacks;
use domain::pricing_pack::{Currency, MissingRate, PricingPack, ProviderId, Rate};
use executor::{
    capability::{Call, Fault, FaultKind},
    lineage::{Lineage, PublishingCalendar, Source, SourceName, Ttl},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};
use std::sync::Arc;

/// Decimals after the point of an amount that was converted: what the columns of
/// amounts hold.
const CONVERTED_DECIMALS: u32 = 10;

/// The whole pack that the execution values with.
///
/// # Errors
/// Missing data when the execution has no pack; unavailable when it cannot be read.
pub async fn of(packs: &dyn PricingPacks, call: &Call) -> Result<Arc<PricingPack>, Fault> {
    let missing = |sentence: &str| Fault::new(FaultKind::MissingData, sentence);
    let id = call.context.pricing_pack.as_ref();
    let id =
        id.ok_or_else(|| missing("This step needs a pricing pack, and the execution has none."))?;
    match packs.load(id).await {
        Ok(Some(pack)) => Ok(pack),
        Ok(None) => Err(missing("The pricing pack of this execution is not there.")),
        Err(error) => {
            Err(Fault::new(FaultKind::Unavailable, "The pricing packs cannot be read at present.")
                .with_reasons(vec![error.to_string()]))
        }
    }
}

/// What a value of the pack that has no provider of its own comes from.
pub fn pack_lineage(pack: &PricingPack) -> Lineage {
    sourced(pack, Lineage::of(source(SourceName::pack(&pack.id), start_of(pack.content.date()))))
}

/// What a price of `provider` comes from: its age counts from the start of the
/// trading day whose close it is, in UTC.
pub fn price_lineage(pack: &PricingPack, provider: &ProviderId, as_of: Date) -> Lineage {
    let provider = source(SourceName::provider(provider.as_str()), start_of(as_of));
    pack_lineage(pack).and(&Lineage::of(provider))
}

/// What a rate comes from: the pack, and whoever supplied the rates it rests on.
pub fn rate_lineage(pack: &PricingPack, rate: &Rate) -> Lineage {
    pack.sources.of_rate(rate).iter().fold(pack_lineage(pack), |lineage, provider| {
        let name = SourceName::provider(provider.as_str());
        lineage.and(&Lineage::of(source(name, rate.as_of)))
    })
}

fn source(name: SourceName, asof: Option<Timestamp>) -> Source {
    Source { name, asof, ttl: Some(Ttl::Day), calendar: PublishingCalendar::Weekdays }
}

fn start_of(date: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

fn sourced(pack: &PricingPack, lineage: Lineage) -> Lineage {
    if pack.sources.sample { lineage.warn("Sample data, not market data.") } else { lineage }
}

/// An amount in another currency with the rate it was converted by. Rounded half to
/// even after [`CONVERTED_DECIMALS`] decimals.
pub fn converted(
    pack: &PricingPack,
    amount: Decimal,
    from: &Currency,
    to: &Currency,
) -> Result<(Decimal, Rate), NotConverted> {
    let rate = pack.content.rate(from, to)?;
    let exact = amount.checked_mul(rate.value).ok_or(NotConverted::TooLarge)?;
    let rounded = exact
        .round_dp_with_strategy(CONVERTED_DECIMALS, RoundingStrategy::MidpointNearestEven)
        .normalize();
    Ok((rounded, rate))
}

#[derive(Debug, thiserror::Error)]
pub enum NotConverted {
    #[error(transparent)]
    MissingRate(#[from] MissingRate),
    #[error("the amount is too large to be converted exactly")]
    TooLarge,
}

impl NotConverted {
    /// As a sentence for the reader.
    pub fn sentence(&self) -> String {
        sentence(&self.to_string())
    }
}

/// With a capital first and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
