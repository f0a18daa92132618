use domain::{pricing_pack::ProviderId, rights::Right};
use std::collections::{BTreeMap, BTreeSet};

/// The rights that a workspace has bought of providers itself, beside those of the
/// platform. They add; what a provider asks to be named by stays due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceLicences(BTreeMap<ProviderId, BTreeSet<Right>>);

impl WorkspaceLicences {
    /// Those of a workspace that has bought none.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn give(&self, provider: &ProviderId, right: Right) -> bool {
        self.0.get(provider).is_some_and(|rights| rights.contains(&right))
    }
}

impl Extend<(ProviderId, Right)> for WorkspaceLicences {
    fn extend<T: IntoIterator<Item = (ProviderId, Right)>>(&mut self, given: T) {
        for (provider, right) in given {
            self.0.entry(provider).or_default().insert(right);
        }
    }
}

impl FromIterator<(ProviderId, Right)> for WorkspaceLicences {
    fn from_iter<T: IntoIterator<Item = (ProviderId, Right)>>(given: T) -> Self {
        let mut licences = Self::none();
        licences.extend(given);
        licences
    }
}
