use crate::{taxonomy::ValueChainLink, words::Lexicon};
use std::{collections::BTreeSet, sync::LazyLock};

/// The positions in the value chain that a text speaks of; empty when none is
/// recognised, which is "unknown".
///
/// Assumes that the text has passed the relevance gate: MDI and TDI count in
/// exact capitals then, without a second polyurethane word.
pub fn links_in(text: &str) -> BTreeSet<ValueChainLink> {
    WORDS.find(text).into_iter().map(|hit| hit.value).collect()
}

/// Domain reference, sections 2.3 and 2.4.
static WORDS: LazyLock<Lexicon<ValueChainLink>> = LazyLock::new(|| Lexicon::new(MASKS, TABLE));

/// "Flexible foam" and the like are products and tell no position.
const MASKS: &str = "TDI engine, TDI engines, TDI diesel, MDI inhaler, MDI inhalers";

const TABLE: &[(ValueChainLink, &str)] = &[
    (
        ValueChainLink::RawMaterials,
        "
            raw material, raw materials, feedstock, feedstocks, intermediate, intermediates,
            isocyanate, isocyanates, diisocyanate, diisocyanates, polyisocyanate,
            polyisocyanates, MDI=, pMDI=, TDI=, HDI=, H12MDI=, IPDI=, polyol, polyols, silicone,
            silicones, amine, amines, catalyst, catalysts, blowing agent, blowing agents, HFO=,
            HFC=, pentane, surfactant, surfactants, additive, additives, chain extender,
            chain extenders, flame retardant, flame retardants, propylene oxide, ethylene oxide,
            aniline, nitrobenzene, toluene, chlorine, phosgene, adipic acid, isocyanat, polyole,
            polyolen, polyesterpolyol~, polyetherpolyol~, polioles, isocianato, isocianatos",
    ),
    (
        ValueChainLink::SystemHouses,
        "
            system house, system houses, systems house, systems houses, PU system, PU systems,
            polyurethane system, polyurethane systems, formulator, formulators,
            formulated system, formulated systems, ready to process",
    ),
    (
        ValueChainLink::FoamConverters,
        "
            foamer, foamers, foam maker, foam makers, foam producer, foam producers, foam plant,
            foam plants, moulder, moulders, molder, molders, converter, converters,
            foam converter, foam converters, fabricator, fabricators, slabstock, moulded foam,
            molded foam, foam line, foaming line",
    ),
    (
        ValueChainLink::EndUse,
        "
            end use, end uses, end user, end users, automotive, carmaker, carmakers, automaker,
            automakers, car seat, car seats, mattress, mattresses, bedding, construction,
            builders, insulation, appliance, appliances, refrigerator, refrigerators,
            cold chain, footwear, shoe, shoes, furniture, matratze, matratzen, matelas, bauwirtschaft,
            dämmung",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use ValueChainLink::{EndUse, FoamConverters, RawMaterials, SystemHouses};

    fn check(text: &str, expected: &[ValueChainLink]) {
        assert_eq!(links_in(text), expected.iter().copied().collect(), "{text}");
    }

    #[test]
    fn words_tell_the_position() {
        check("Polyol and MDI contracts", &[RawMaterials]);
        check("Amine catalysts and blowing agents", &[RawMaterials]);
        check("A systems house for spray foam", &[SystemHouses]);
        check("Foamers cut slabstock output", &[FoamConverters]);
        check("Footwear and bedding brands", &[EndUse]);
        check("TDI for mattresses", &[RawMaterials, EndUse]);
    }

    #[test]
    fn a_text_without_such_words_is_unknown() {
        check("Polyurethane news", &[]);
        check("a flexible foam", &[]);
    }

    #[test]
    fn parts_of_words_and_other_meanings_do_not_count() {
        check("examined MDIs of examiners; mdi", &[]);
        check("a TDI engine", &[]);
        check("reconstruction", &[]);
    }
}
