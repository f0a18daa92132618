//! What can be chosen for the scope, what each choice means, and what it costs.

use super::controls::Choice;
use crate::component::{quote::money, scope::counted};
use domain::{
    cadence::Cadence,
    price::{Tier, quote},
    specification::Scope,
    taxonomy::{Deliverable, Region, ValueChainLink, normalise_regions},
};

/// The deliverable for links follows from the links, so it is not offered.
pub(super) fn deliverables(chosen: &[String]) -> Vec<Choice> {
    Deliverable::ALL
        .iter()
        .filter(|deliverable| **deliverable != Deliverable::ValueChainLink)
        .map(|deliverable| Choice {
            value: deliverable.id(),
            name: deliverable.label(),
            hint: meaning(*deliverable).to_owned(),
            note: (*deliverable == Deliverable::CompanyNews).then(|| {
                surcharge(&Scope { deliverables: [*deliverable].into(), ..Scope::default() })
            }),
            is_chosen: chosen.iter().any(|id| id == deliverable.id()),
        })
        .collect()
}

/// Domain reference, section 2.1.
const fn meaning(deliverable: Deliverable) -> &'static str {
    match deliverable {
        Deliverable::CompanyNews => "Verified news on the companies you list, along the chain",
        Deliverable::RegionalMonitoring => "Updates per region, with players and implications",
        Deliverable::IndustryContext => {
            "What news means for supply and demand, margins, trade flows"
        }
        Deliverable::ValueChain => {
            "By product: MDI, TDI, polyether and polyester polyols, systems, additives"
        }
        Deliverable::ValueChainLink => "Items by their position in the chain",
        Deliverable::Competitive => "Producers’ moves side by side",
        Deliverable::Sustainability => {
            "Decarbonisation, low-footprint products, REACH, diisocyanate rules"
        }
        Deliverable::Capacity => "New plants, expansions, shutdowns, mothballing, asset sales",
        Deliverable::MAndA => "Acquisitions, joint ventures, alliances",
        Deliverable::EarlyWarning => "Price moves, utilisation remarks, restructuring language",
        Deliverable::ExecutiveBriefings => "A decision summary of one to two pages",
    }
}

/// Collective names that were typed are shown as the regions they stand for.
pub(super) fn regions(typed: &[String]) -> Vec<Choice> {
    let chosen: Vec<Region> = typed
        .iter()
        .filter_map(|text| normalise_regions(std::slice::from_ref(text)).ok())
        .flatten()
        .collect();
    Region::ALL
        .iter()
        .map(|region| Choice {
            value: region.id(),
            name: region.label(),
            hint: places(*region).to_owned(),
            note: None,
            is_chosen: chosen.contains(region),
        })
        .collect()
}

/// Domain reference, section 2.2, the best known of each.
const fn places(region: Region) -> &'static str {
    match region {
        Region::Emea => "Europe with the United Kingdom, Turkey and Russia, and Africa",
        Region::MiddleEast => "Gulf states, Saudi Arabia, Iran, Iraq, Israel, Jordan",
        Region::China => "Mainland China",
        Region::NeAsia => "Northeast Asia: Japan, Korea, Taiwan, Hong Kong",
        Region::Sea => "Southeast Asia: ASEAN from Myanmar to Indonesia",
        Region::India => "With Pakistan, Bangladesh, Sri Lanka",
        Region::NorthAmerica => "United States, Canada, Mexico",
        Region::SouthAmerica => "Brazil, Argentina, Chile, Colombia, Peru",
    }
}

pub(super) fn links(chosen: &[String]) -> Vec<Choice> {
    ValueChainLink::ALL
        .iter()
        .map(|link| Choice {
            value: link.id(),
            name: link.label(),
            hint: members(*link).to_owned(),
            note: None,
            is_chosen: chosen.iter().any(|id| id == link.id()),
        })
        .collect()
}

/// Domain reference, section 2.3.
const fn members(link: ValueChainLink) -> &'static str {
    match link {
        ValueChainLink::RawMaterials => "Makers of isocyanates, polyols, catalysts, additives",
        ValueChainLink::SystemHouses => "Formulators of ready-to-process systems",
        ValueChainLink::FoamConverters => "Foamers, moulders, converters, fabricators of parts",
        ValueChainLink::EndUse => "Automotive, bedding, construction, appliance, footwear brands",
    }
}

pub(super) fn cadences(chosen: &str) -> Vec<Choice> {
    Cadence::ALL
        .iter()
        .map(|cadence| {
            // An empty scope at the smallest tier costs the base price.
            let base = quote(&Scope::default(), *cadence, Tier::Starter, 1).month_per_seat;
            Choice {
                value: cadence.id(),
                name: cadence.label(),
                hint: format!("{}, looks back {} days", purpose(*cadence), cadence.lookback_days()),
                note: Some(format!("from {} USD", money(base))),
                is_chosen: chosen == cadence.id(),
            }
        })
        .collect()
}

/// Domain reference, section 3.
const fn purpose(cadence: Cadence) -> &'static str {
    match cadence {
        Cadence::Daily => "Rapid signals and early warning",
        Cadence::Weekly => "Operations with context",
        Cadence::Monthly => "Themes and outlook",
    }
}

pub(super) fn tiers() -> Vec<(&'static str, String)> {
    let named = Tier::ALL.iter().map(|tier| {
        let limits = tier.limits();
        let words = format!(
            "{tier}: {}, {}",
            counted(limits.deliverables, "deliverable", "deliverables"),
            counted(limits.regions, "region", "regions")
        );
        (tier.id(), words)
    });
    std::iter::once(("", "Smallest that fits".to_owned())).chain(named).collect()
}

/// What the price list adds for a scope of one extra, in its own words.
pub(super) fn surcharge(scope: &Scope) -> String {
    let quote = quote(scope, Cadence::Monthly, Tier::Starter, 1);
    quote.lines.last().map(|line| line.detail.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_regions(typed: &str, expected: &str) {
        let typed: Vec<String> = typed.split('|').map(str::to_owned).collect();
        let chosen: Vec<&str> = regions(&typed)
            .into_iter()
            .filter(|choice| choice.is_chosen)
            .map(|choice| choice.value)
            .collect();
        assert_eq!(chosen.join(" "), expected);
    }

    #[test]
    fn typed_regions_are_ticked_and_unknown_words_tick_nothing() {
        check_regions("emea|china", "emea china");
        check_regions("Americas|Atlantis", "north_america south_america");
        check_regions("", "");
    }

    #[test]
    fn the_deliverable_of_the_links_is_not_offered() {
        let offered = deliverables(&["value_chain_link".to_owned()]);
        assert_eq!(offered.len(), 10);
        assert!(offered.iter().all(|choice| !choice.is_chosen));
    }

    // Surcharges and base prices of the domain reference, section 10.
    #[test]
    fn prices_beside_the_choices_are_those_of_the_price_list() {
        assert_eq!(deliverables(&[])[0].note.as_deref(), Some("+ 20 %"));
        let links = Scope { links: [ValueChainLink::EndUse].into(), ..Scope::default() };
        assert_eq!(surcharge(&links), "+ 15 %");
        let notes: Vec<_> = cadences("").into_iter().filter_map(|choice| choice.note).collect();
        assert_eq!(notes, ["from 119.00 USD", "from 39.00 USD", "from 19.00 USD"]);
    }
}
