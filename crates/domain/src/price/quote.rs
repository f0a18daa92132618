use super::{PRICE_LIST_VERSION, Tier};
use crate::{cadence::Cadence, specification::Scope};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An itemised price in US dollars. Amounts are exact decimals, written as text.
///
/// Only [`Quote::month_per_seat`] is rounded; everything after it is exact, so
/// that the year is twelve of the months a reader sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub price_list_version: u32,
    pub cadence: Cadence,
    pub tier: Tier,
    pub seats: u16,
    /// How the month's price comes about, from the base price to the rounding.
    pub lines: Vec<QuoteLine>,
    /// Rounded to cents, half away from zero.
    pub month_per_seat: Decimal,
    /// The rounded month × 12.
    pub year_per_seat: Decimal,
    /// The year × seats.
    pub year_total: Decimal,
}

/// One step of the calculation, ready to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    pub label: String,
    /// What the step does: `19.00`, `× 1.5`, `+ 20 %`.
    pub detail: String,
    /// The price per seat and month after this step, not rounded.
    pub running: Decimal,
}

/// The price of a scope at a tier, which may be dearer than the smallest that
/// fits. Whether it fits is [`crate::specification::check`]'s business.
pub fn quote(scope: &Scope, cadence: Cadence, tier: Tier, seats: u16) -> Quote {
    let base = base_price(cadence);
    let tiered = base * tier_factor(tier);
    let mut lines = vec![
        QuoteLine {
            label: format!("{} report, per seat and month", cadence.label()),
            detail: format!("{base:.2}"),
            running: base,
        },
        QuoteLine {
            label: format!("{} tier", tier.label()),
            detail: format!("× {}", tier_factor(tier)),
            running: tiered,
        },
    ];
    let mut extras = Decimal::ONE;
    let mut add_extra = |label: &str, percent: i64| {
        extras += Decimal::new(percent, 2);
        lines.push(QuoteLine {
            label: label.to_owned(),
            detail: format!("+ {percent} %"),
            running: tiered * extras,
        });
    };
    if scope.has_company_news() {
        add_extra("Company news", 20);
    }
    if !scope.links.is_empty() {
        add_extra("Value-chain links", 15);
    }
    let month_per_seat = to_cents(tiered * extras);
    let year_per_seat = month_per_seat * Decimal::from(12);
    let year_total = year_per_seat * Decimal::from(seats);
    Quote {
        price_list_version: PRICE_LIST_VERSION,
        cadence,
        tier,
        seats,
        lines,
        month_per_seat,
        year_per_seat,
        year_total,
    }
}

fn base_price(cadence: Cadence) -> Decimal {
    Decimal::new(
        match cadence {
            Cadence::Monthly => 1900,
            Cadence::Weekly => 3900,
            Cadence::Daily => 11900,
        },
        2,
    )
}

fn tier_factor(tier: Tier) -> Decimal {
    Decimal::new(
        match tier {
            Tier::Starter => 10,
            Tier::Medium => 12,
            Tier::Pro => 15,
            Tier::Enterprise => 20,
        },
        1,
    )
}

/// Rounds half away from zero and always shows both decimals.
fn to_cents(amount: Decimal) -> Decimal {
    let mut cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    cents
}
