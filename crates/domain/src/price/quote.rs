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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::{Deliverable, Region, ValueChainLink};
    use std::collections::BTreeSet;

    fn scope(company_news: bool, links: bool) -> Scope {
        let mut scope = Scope {
            deliverables: BTreeSet::from([Deliverable::Capacity]),
            regions: BTreeSet::from([Region::Emea]),
            links: BTreeSet::new(),
        };
        if company_news {
            scope.deliverables.insert(Deliverable::CompanyNews);
        }
        if links {
            scope.deliverables.insert(Deliverable::ValueChainLink);
            scope.links.insert(ValueChainLink::EndUse);
        }
        scope
    }

    fn month(cadence: Cadence, tier: Tier, company_news: bool, links: bool) -> String {
        quote(&scope(company_news, links), cadence, tier, 1).month_per_seat.to_string()
    }

    // The table of the domain reference, section 10, as it is printed there:
    // no extra / news / links / both, for Starter, Medium, Pro and Enterprise.
    const MONTHLY: &str = "
        19.00 / 22.80 / 21.85 / 25.65 | 22.80 / 27.36 / 26.22 / 30.78
        | 28.50 / 34.20 / 32.78 / 38.48 | 38.00 / 45.60 / 43.70 / 51.30";
    const WEEKLY: &str = "
        39.00 / 46.80 / 44.85 / 52.65 | 46.80 / 56.16 / 53.82 / 63.18
        | 58.50 / 70.20 / 67.28 / 78.98 | 78.00 / 93.60 / 89.70 / 105.30";
    const DAILY: &str = "
        119.00 / 142.80 / 136.85 / 160.65 | 142.80 / 171.36 / 164.22 / 192.78
        | 178.50 / 214.20 / 205.28 / 240.98 | 238.00 / 285.60 / 273.70 / 321.30";

    #[test]
    fn all_48_month_prices_are_those_of_the_price_list() {
        let rows =
            [(Cadence::Monthly, MONTHLY), (Cadence::Weekly, WEEKLY), (Cadence::Daily, DAILY)];
        let mut checked = 0;
        for (cadence, row) in rows {
            for (tier, cells) in Tier::ALL.iter().zip(row.split('|')) {
                let extras = [(false, false), (true, false), (false, true), (true, true)];
                for ((news, links), price) in extras.into_iter().zip(cells.split('/')) {
                    assert_eq!(
                        month(cadence, *tier, news, links),
                        price.trim(),
                        "{cadence} {tier}"
                    );
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 48);
    }

    // Domain reference, section 10, "Years".
    #[test]
    fn a_year_is_twelve_rounded_months() {
        for (cadence, tier, news, links, year) in [
            (Cadence::Monthly, Tier::Starter, false, false, "228.00"),
            (Cadence::Weekly, Tier::Medium, false, false, "561.60"),
            (Cadence::Daily, Tier::Pro, false, false, "2142.00"),
            (Cadence::Monthly, Tier::Enterprise, false, false, "456.00"),
            (Cadence::Weekly, Tier::Pro, false, true, "807.36"),
        ] {
            let found = quote(&scope(news, links), cadence, tier, 1);
            assert_eq!(found.year_per_seat.to_string(), year, "{cadence} {tier}");
            assert_eq!(found.year_total, found.year_per_seat);
        }
    }

    #[test]
    fn half_a_cent_is_rounded_away_from_zero() {
        // The price list alone would not tell this from rounding half to even.
        assert_eq!(to_cents(Decimal::new(125, 3)).to_string(), "0.13");
        assert_eq!(to_cents(Decimal::new(124_999, 6)).to_string(), "0.12");
        assert_eq!(to_cents(Decimal::from(19)).to_string(), "19.00");
    }

    #[test]
    fn three_seats_of_weekly_pro_with_links_cost_2422_08() {
        let found = quote(&scope(false, true), Cadence::Weekly, Tier::Pro, 3);
        assert_eq!(found.month_per_seat.to_string(), "67.28");
        assert_eq!(found.year_total.to_string(), "2422.08");
    }

    #[test]
    fn the_lines_lead_from_the_base_price_to_the_month() {
        let found = quote(&scope(true, true), Cadence::Weekly, Tier::Pro, 1);
        let lines: Vec<String> = found
            .lines
            .iter()
            .map(|line| format!("{} {} = {}", line.label, line.detail, line.running.normalize()))
            .collect();
        // 39 × 1.5 = 58.5; × 1.20 = 70.2; × 1.35 = 78.975
        assert_eq!(
            lines,
            [
                "Weekly report, per seat and month 39.00 = 39",
                "Pro tier × 1.5 = 58.5",
                "Company news + 20 % = 70.2",
                "Value-chain links + 15 % = 78.975",
            ]
        );
    }

    #[test]
    fn amounts_cross_the_wire_as_text() {
        let json = serde_json::to_value(quote(&scope(false, false), Cadence::Daily, Tier::Pro, 2));
        let json = json.unwrap();
        assert_eq!(json["month_per_seat"], "178.50");
        assert_eq!(json["year_total"], "4284.00");
    }
}
