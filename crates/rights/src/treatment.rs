//! What becomes of a document because it holds somebody's data: the rights matrix, one
//! profile after the other.

use crate::{Format, OnBlock, Provider, Registry, RightsProfile};

/// What becomes of a document in which one part holds a provider's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// Nothing of it stands in the way.
    Allowed,
    /// The part is left out, with a notice in its place; the rest leaves.
    LeftOut,
    /// The whole document stays here.
    KeptBack,
}

impl Registry {
    /// What becomes of a document in a format, because it holds data of this provider and
    /// others stand in no way; without licences of a workspace's own. On screen parts are
    /// left out in every profile, since a page can say why they are not there.
    pub fn treatment(
        &self,
        provider: &Provider,
        format: Format,
        profile: RightsProfile,
    ) -> Treatment {
        if provider.allows(format) {
            Treatment::Allowed
        } else if format == Format::View {
            Treatment::LeftOut
        } else {
            match self.profile(profile).on_block {
                OnBlock::Deny => Treatment::KeptBack,
                OnBlock::Redact => Treatment::LeftOut,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Decision, DocumentLineage, Part, ProviderId, WorkspaceLicences, registry::tests::registry,
    };

    /// A part of the provider beside one of the user's own data, which may leave in any
    /// way.
    fn document(provider: &ProviderId) -> DocumentLineage {
        let part = |key: &str, provider: ProviderId| Part {
            key: key.to_owned(),
            title: key.to_owned(),
            providers: [provider].into(),
            owners: std::collections::BTreeSet::new(),
        };
        let own = "Manual".parse().unwrap();
        DocumentLineage { parts: vec![part("theirs", provider.clone()), part("own", own)] }
    }

    #[test]
    fn the_matrix_says_of_every_provider_format_and_profile_what_is_decided() {
        let (registry, none) = (registry(), WorkspaceLicences::none());
        let unlisted: ProviderId = "Unheard_Of".parse().unwrap();
        let listed = registry.providers().map(|(id, _)| id.clone());
        let mut seen = std::collections::BTreeSet::new();
        for id in listed.chain([unlisted]) {
            let lineage = document(&id);
            for format in Format::ALL {
                for profile in RightsProfile::ALL {
                    let decided = if *format == Format::View {
                        let withheld = registry.screen(&lineage, &none).withheld;
                        if withheld.is_empty() { Treatment::Allowed } else { Treatment::LeftOut }
                    } else {
                        match registry.decide(&lineage, *format, *profile, &none) {
                            Decision::Allowed(_) => Treatment::Allowed,
                            Decision::Redacted { .. } => Treatment::LeftOut,
                            Decision::Denied(_) => Treatment::KeptBack,
                        }
                    };
                    let said = registry.treatment(registry.provider(&id), *format, *profile);
                    assert_eq!(said, decided, "{id} {format:?} {profile:?}");
                    seen.insert((*profile, said));
                }
            }
        }
        // Each profile has what it can come to.
        assert_eq!(seen.len(), 3 + 3 + 2, "{seen:?}");
    }
}
