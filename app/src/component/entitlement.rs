use super::{scope::counted, state::State};
use domain::{price::Tier, workspace::Entitlement};
use jiff::civil::Date;
use leptos::prelude::*;

/// Whether an entitlement counts today, as a word.
#[component]
pub fn EntitlementState(
    entitlement: Option<Entitlement>,
    /// By the workspace's own clock.
    today: Date,
) -> impl IntoView {
    let (tone, icon, label) = match entitlement {
        None => ("attention", "attention", "No entitlement"),
        Some(entitlement) if today < entitlement.valid_from => ("", "clock", "Not yet valid"),
        Some(entitlement) if !entitlement.is_valid_on(today) => ("attention", "attention", "Ended"),
        Some(_) => ("good", "check", "Valid"),
    };
    view! { <State tone icon label /> }
}

/// What was bought, on one line: `Medium, at most weekly, 3 seats, with company
/// news, 1 September 2026 to 31 August 2027`.
pub fn entitlement_words(entitlement: &Entitlement) -> String {
    let extras = match (entitlement.company_news, entitlement.value_chain_links) {
        (true, true) => "with company news and value-chain links",
        (true, false) => "with company news",
        (false, true) => "with value-chain links",
        (false, false) => "no extras",
    };
    format!(
        "{}, at most {}, {}, {extras}, {} to {}",
        entitlement.tier,
        entitlement.cadence.label().to_lowercase(),
        counted(entitlement.seats.into(), "seat", "seats"),
        entitlement.valid_from.strftime("%-d %B %Y"),
        entitlement.valid_until.strftime("%-d %B %Y"),
    )
}

/// `Medium: 6 deliverables, 2 regions, 40 companies`
pub fn tier_words(tier: Tier) -> String {
    let limits = tier.limits();
    format!(
        "{tier}: {}, {}, {}",
        counted(limits.deliverables, "deliverable", "deliverables"),
        counted(limits.regions, "region", "regions"),
        counted(limits.watchlist, "company", "companies"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::cadence::Cadence;
    use jiff::civil::date;

    fn check(company_news: bool, value_chain_links: bool, seats: u16, expected: &str) {
        let entitlement = Entitlement {
            cadence: Cadence::Weekly,
            tier: Tier::Medium,
            company_news,
            value_chain_links,
            seats,
            valid_from: date(2026, 9, 1),
            valid_until: date(2027, 8, 31),
        };
        assert_eq!(entitlement_words(&entitlement), expected);
    }

    #[test]
    fn an_entitlement_is_said_in_one_line_with_its_extras_and_both_days() {
        check(
            true,
            true,
            3,
            "Medium, at most weekly, 3 seats, with company news and value-chain links, \
             1 September 2026 to 31 August 2027",
        );
        check(
            false,
            false,
            1,
            "Medium, at most weekly, 1 seat, no extras, 1 September 2026 to 31 August 2027",
        );
    }

    // Limits of the domain reference, section 10.
    #[test]
    fn a_tier_names_its_limits() {
        assert_eq!(tier_words(Tier::Starter), "Starter: 3 deliverables, 1 region, 20 companies");
    }
}
