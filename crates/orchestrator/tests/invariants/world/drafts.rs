//! What subscribers write and buy.

use domain::{
    cadence::Cadence, price::Tier, specification::SpecificationDraft, workspace::Entitlement,
};
use jiff::civil::date;

/// A complete form: two deliverables in EMEA, every month. Samples of every week
/// fit it.
pub fn draft(name: &str) -> SpecificationDraft {
    SpecificationDraft {
        name: name.to_owned(),
        deliverables: vec!["capacity".to_owned(), "regional_monitoring".to_owned()],
        regions: vec!["emea".to_owned()],
        cadence: "monthly".to_owned(),
        ..SpecificationDraft::blank()
    }
}

/// Everything that can be bought, for as long as this build may be tested.
pub fn entitlement() -> Entitlement {
    Entitlement {
        cadence: Cadence::Daily,
        tier: Tier::Enterprise,
        company_news: true,
        value_chain_links: true,
        seats: 500,
        valid_from: date(2020, 1, 1),
        valid_until: date(2999, 12, 31),
    }
}
