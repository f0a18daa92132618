use super::vocabulary;

vocabulary! {
    /// A market region. The Middle East is its own region and not part of EMEA;
    /// Africa and Turkey belong to EMEA, Mexico to North America.
    Region, "region" {
        Emea = "emea", "EMEA";
        MiddleEast = "middle_east", "Middle East";
        China = "china", "China";
        NeAsia = "ne_asia", "NE Asia";
        Sea = "sea", "SEA";
        India = "india", "India";
        NorthAmerica = "north_america", "North America";
        SouthAmerica = "south_america", "South America";
    }
}
