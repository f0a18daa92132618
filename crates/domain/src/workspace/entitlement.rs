use crate::{cadence::Cadence, price::Tier, specification::Specification};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a workspace has bought. Activation never goes beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// The most frequent cadence that is paid for.
    pub cadence: Cadence,
    /// Limits the number of deliverables, regions and watch-listed companies.
    pub tier: Tier,
    pub company_news: bool,
    pub value_chain_links: bool,
    pub seats: u16,
    pub valid_from: Date,
    /// Last day of validity, itself included.
    pub valid_until: Date,
}

/// One way in which a specification goes beyond the entitlement, in words an
/// administrator and a subscriber can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitlementExcess {
    pub what: String,
    pub wanted: String,
    pub entitled: String,
}

impl Entitlement {
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from <= date && date <= self.valid_until
    }

    /// Everything in which `specification` exceeds this entitlement; empty when
    /// it may be activated.
    pub fn excesses(&self, specification: &Specification) -> Vec<EntitlementExcess> {
        let limits = self.tier.limits();
        let scope = &specification.scope;
        let mut excesses = Vec::new();
        let mut exceed = |what: &str, wanted: String, entitled: String| {
            excesses.push(EntitlementExcess { what: what.to_owned(), wanted, entitled });
        };
        if specification.cadence < self.cadence {
            exceed("Cadence", specification.cadence.label().into(), self.cadence.label().into());
        }
        if specification.tier > self.tier {
            exceed("Tier", specification.tier.label().into(), self.tier.label().into());
        }
        let counted = [
            ("Deliverables", scope.deliverables.len(), limits.deliverables),
            ("Regions", scope.regions.len(), limits.regions),
            ("Watch-listed companies", specification.watchlist.len(), limits.watchlist),
            ("Seats", specification.seats.into(), self.seats.into()),
        ];
        for (what, wanted, entitled) in counted {
            if wanted > entitled {
                exceed(what, wanted.to_string(), format!("at most {entitled}"));
            }
        }
        if scope.has_company_news() && !self.company_news {
            exceed("Company news", "ordered".into(), "not included".into());
        }
        if !scope.links.is_empty() && !self.value_chain_links {
            exceed("Value-chain links", "ordered".into(), "not included".into());
        }
        excesses
    }
}
