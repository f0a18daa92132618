use crate::taxonomy::{Deliverable, Region, ValueChainLink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What may stand in the report, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scope {
    /// 1 to 11; holds `ValueChainLink` exactly when `links` is not empty.
    pub deliverables: BTreeSet<Deliverable>,
    /// 1 to 8.
    pub regions: BTreeSet<Region>,
    /// Empty: no filter by position in the value chain.
    pub links: BTreeSet<ValueChainLink>,
}

impl Scope {
    pub fn has_company_news(&self) -> bool {
        self.deliverables.contains(&Deliverable::CompanyNews)
    }
}
