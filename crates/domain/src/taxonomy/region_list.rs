use super::{Region, UnknownId};
use std::collections::BTreeSet;

/// Words for several regions at once, or for one under another name. Africa and
/// Europe stand for all of EMEA; Mexico is in North America, not in Latin America.
const COLLECTIVES: &[(&str, &[Region])] = &[
    ("global", Region::ALL),
    ("world", Region::ALL),
    ("apac", ASIA_PACIFIC),
    ("asia", ASIA_PACIFIC),
    ("asia pacific", ASIA_PACIFIC),
    ("americas", &[Region::NorthAmerica, Region::SouthAmerica]),
    ("latam", &[Region::SouthAmerica]),
    ("africa", &[Region::Emea]),
    ("europe", &[Region::Emea]),
    ("gcc", &[Region::MiddleEast]),
    ("gulf", &[Region::MiddleEast]),
];

const ASIA_PACIFIC: &[Region] = &[Region::China, Region::NeAsia, Region::Sea, Region::India];

/// Regions from typed or imported lists. Each text may hold several words, with
/// commas, semicolons or line ends between them: ids, labels, or the usual
/// collective names. Case, hyphens and underscores make no difference; blanks
/// are ignored.
///
/// The result is shown before it is saved, and is what is priced.
///
/// # Errors
/// The first word that names no region, as it was typed.
pub fn normalise_regions(texts: &[String]) -> Result<BTreeSet<Region>, UnknownId> {
    let mut regions = BTreeSet::new();
    for word in texts.iter().flat_map(|text| text.split([',', ';', '\n'])) {
        let key = key_of(word);
        if !key.is_empty() {
            regions.extend(
                regions_of(&key)
                    .ok_or_else(|| UnknownId { what: "region", value: word.trim().to_owned() })?,
            );
        }
    }
    Ok(regions)
}

fn regions_of(key: &str) -> Option<&'static [Region]> {
    let collective = COLLECTIVES.iter().find(|(name, _)| *name == key).map(|(_, regions)| *regions);
    collective.or_else(|| {
        let place = Region::ALL
            .iter()
            .position(|region| key == key_of(region.id()) || key == key_of(region.label()))?;
        Some(&Region::ALL[place..=place])
    })
}

fn key_of(word: &str) -> String {
    let spaced = word.to_lowercase().replace(['-', '_'], " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `typed` entries are separated by `|`; `expected` lists ids.
    fn check(typed: &str, expected: &str) {
        let typed: Vec<String> = typed.split('|').map(str::to_owned).collect();
        let ids: Vec<&str> =
            normalise_regions(&typed).unwrap().into_iter().map(Region::id).collect();
        assert_eq!(ids.join(" "), expected, "{typed:?}");
    }

    #[test]
    fn ids_and_labels_are_regions_in_any_case() {
        for region in Region::ALL {
            check(region.id(), region.id());
            check(&region.label().to_uppercase(), region.id());
        }
        check("north-america| NE_Asia ", "ne_asia north_america");
    }

    // Cases of the domain reference, section 2.2, "List normaliser".
    #[test]
    fn collective_names_stand_for_their_regions() {
        let all = "emea middle_east china ne_asia sea india north_america south_america";
        check("Global", all);
        check("world", all);
        for word in ["APAC", "Asia", "Asia-Pacific", "asia pacific"] {
            check(word, "china ne_asia sea india");
        }
        check("Americas", "north_america south_america");
        check("LATAM", "south_america");
        check("Africa", "emea");
        check("Europe", "emea");
        check("GCC", "middle_east");
        check("Gulf", "middle_east");
    }

    #[test]
    fn a_list_may_stand_in_one_text_and_say_a_region_twice() {
        check("APAC, China; emea\nEurope", "emea china ne_asia sea india");
        check("emea||  ", "emea");
    }

    #[test]
    fn an_unknown_word_is_named_as_it_was_typed() {
        let refused = normalise_regions(&["EMEA, Atlantis ".to_owned()]).unwrap_err();
        assert_eq!(refused.to_string(), "“Atlantis” is not a region");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(typed in proptest::collection::vec(".*", 0..4)) {
            let _ = normalise_regions(&typed);
        }
    }
}
