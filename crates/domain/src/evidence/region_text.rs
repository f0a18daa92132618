use crate::{taxonomy::Region, words::Lexicon};
use std::{collections::BTreeSet, sync::LazyLock};

/// The regions that a text names; empty when it names none, which is "unknown"
/// and never a default. Each line is judged for itself: in a headline of capitals
/// only, abbreviations such as US and SEA do not count.
///
/// Trap: looking for substrings finds SEA in research, EU in neutral and Oman in
/// woman. Words are whole, the longest alias wins and uses its words up, so that
/// "South American" is not also "American".
pub fn regions_in(text: &str) -> BTreeSet<Region> {
    ALIASES.find(text).into_iter().map(|hit| hit.value).collect()
}

/// Domain reference, section 2.2, with its stars: case-sensitive, and ignored in
/// capitals. To it come the labels, the adjectives of names listed there, and
/// other spellings, all of which must be used up before a shorter alias; and the larger
/// markets as German, French and Spanish sources write them.
static ALIASES: LazyLock<Lexicon<Region>> = LazyLock::new(|| Lexicon::new(MASKS, TABLE));

/// Central America is in none of the eight regions.
const MASKS: &str = "
    north sea, south china sea, indian ocean, chinese wall, chinese walls, central america,
    central american";

const TABLE: &[(Region, &str)] = &[
    (
        Region::Emea,
        "
            EMEA, europe, european, EU*, european union, germany, france, UK*, U.K.*,
            united kingdom, italy, spain, portugal, netherlands, belgium, austria, switzerland,
            poland, czechia, hungary, romania, sweden, turkey, türkiye, russia, africa,
            south africa, egypt, morocco, europa, deutschland, frankreich, spanien, italien, polen,
            niederlande, niederlanden, allemagne, espagne, italie, pologne, pays bas, alemania,
            francia, españa, italia",
    ),
    (
        Region::MiddleEast,
        "
            middle east, middle eastern, gulf, GCC*, UAE*, saudi, saudi arabia, qatar, bahrain,
            kuwait, oman, iran, iraq, israel, jordan",
    ),
    (Region::China, "china, chinese, PRC*, mainland china, chine"),
    (
        Region::NeAsia,
        "
            NE asia, northeast asia, northeast asian, north east asia, north east asian, japan,
            japanese, korea, south korea, korean, south korean, taiwan, hong kong, japon, südkorea",
    ),
    (
        Region::Sea,
        "
            southeast asia, southeast asian, south east asia, south east asian, asean, SEA*,
            singapore, malaysia, thailand, indonesia, vietnam, philippines, myanmar, cambodia,
            laos",
    ),
    (
        Region::India,
        "
            india, indian, south asia, south asian, pakistan, bangladesh, sri lanka, indien, inde",
    ),
    (
        Region::NorthAmerica,
        "
            north america, north american, US*, U.S.*, USA*, U.S.A.*, united states, american,
            canada, canadian, mexico, US gulf, U.S. gulf, gulf coast, US gulf coast,
            U.S. gulf coast, gulf of mexico, méxico, mexique, mexiko, états unis, estados unidos",
    ),
    (
        Region::SouthAmerica,
        "
            south america, south american, brazil, argentina, chile, colombia, peru,
            latin america, latin american, latam, brasil, brésil, brasilien",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `expected`: ids with blanks between.
    fn check(text: &str, expected: &str) {
        let ids: Vec<&str> = regions_in(text).into_iter().map(Region::id).collect();
        assert_eq!(ids.join(" "), expected, "{text}");
    }

    #[test]
    fn every_alias_of_the_table_finds_its_region() {
        for (region, aliases) in TABLE {
            for alias in aliases.split(',') {
                let alias = alias.trim().trim_end_matches('*');
                check(&format!("plant in {alias} today"), region.id());
            }
        }
    }

    // Traps of the domain reference, section 2.2.
    #[test]
    fn parts_of_words_are_no_regions() {
        for text in [
            "research",
            "neutral",
            "various",
            "a woman",
            "Indiana",
            "Ukraine's focus",
            "Chinatown",
            "SEAting",
            "PRCs",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn the_longest_alias_uses_its_words_up() {
        check("South American demand", "south_america");
        check("Latin-American demand", "south_america");
        check("South Africa", "emea");
        check("South and Southeast Asia", "sea");
        check("South American and American demand", "north_america south_america");
    }

    #[test]
    fn masked_names_are_no_regions() {
        for text in ["the North Sea", "South China Sea", "the Indian Ocean", "a Chinese wall"] {
            check(text, "");
        }
        check("gas from the North SEA basin", "");
        check("SEA producers by the North Sea", "sea");
    }

    #[test]
    fn the_us_gulf_is_in_north_america_and_the_gulf_is_not() {
        for text in
            ["US Gulf", "U.S. Gulf Coast", "Gulf Coast", "Gulf of Mexico", "US GULF PLANT SHUT"]
        {
            check(text, "north_america");
        }
        check("Gulf producers", "middle_east");
    }

    #[test]
    fn abbreviations_need_their_capitals_and_are_ignored_in_headlines_of_capitals() {
        check("buyers tell us the sea is rough", "");
        check("US and EU buyers", "emea north_america");
        check("JOIN US IN VIENNA", "");
        check("JOIN US IN JAPAN", "ne_asia");
        check("JOIN US IN VIENNA\nA US maker expands", "north_america");
        check("the U.S. market; EU-wide", "emea north_america");
    }

    #[test]
    fn nothing_named_is_unknown() {
        check("Polyurethane demand rises", "");
        check("Central American demand", "");
        check("", "");
    }

    #[test]
    fn case_and_line_ends_make_no_difference_to_names() {
        check("GERMANY", "emea");
        check("Saudi\nArabia", "middle_east");
        check("Türkiye’s makers", "emea");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = regions_in(&text);
        }
    }
}
