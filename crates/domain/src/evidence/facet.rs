use crate::taxonomy::vocabulary;

vocabulary! {
    /// By what the events of a pack can be narrowed.
    Facet, "facet of events" {
        Type = "type", "Type";
        Region = "region", "Region";
        Link = "link", "Position in the chain";
        Tier = "tier", "Trust tier";
        Source = "source", "Source";
        Company = "company", "Company";
    }
}
