use domain::taxonomy::Region;

/// Countries of each region by their ISO 3166 alpha-2 codes: those of the domain
/// reference, section 2.2, and those that maintained entities lie in.
const COUNTRIES: &[(Region, &str)] = &[
    (
        Region::Emea,
        "AT BE BG CH CZ DE DK EE EG ES FI FR GB GR HR HU IE IT LT LU LV MA NL NO PL PT RO RS RU SE \
         SI SK TR UA ZA",
    ),
    (Region::MiddleEast, "AE BH IL IQ IR JO KW OM QA SA"),
    (Region::China, "CN"),
    (Region::NeAsia, "HK JP KR TW"),
    (Region::Sea, "ID KH LA MM MY PH SG TH VN"),
    (Region::India, "BD IN LK PK"),
    (Region::NorthAmerica, "CA MX US"),
    (Region::SouthAmerica, "AR BR CL CO PE"),
];

/// The region of a country, by its ISO 3166 alpha-2 code; none for a country that
/// belongs to none of the eight or is not listed.
pub fn region_of(country: &str) -> Option<Region> {
    COUNTRIES
        .iter()
        .find(|(_, codes)| codes.split_whitespace().any(|code| code == country))
        .map(|(region, _)| *region)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Domain reference, section 2.2.
    #[test]
    fn a_country_has_the_region_of_the_reference() {
        for (country, region) in [
            ("TR", Region::Emea),
            ("ZA", Region::Emea),
            ("SA", Region::MiddleEast),
            ("HK", Region::NeAsia),
            ("PK", Region::India),
            ("MX", Region::NorthAmerica),
            ("PE", Region::SouthAmerica),
        ] {
            assert_eq!(region_of(country), Some(region), "{country}");
        }
    }

    #[test]
    fn what_is_not_a_listed_code_has_no_region() {
        for text in ["", "de", "D", "DE FR", "PA", "Germany"] {
            assert_eq!(region_of(text), None, "{text}");
        }
    }
}
