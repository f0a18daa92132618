//! The decision: a pure function over lineage, format and profile.

use crate::{
    DocumentLineage, Format, OnBlock, Owner, Part, ProviderId, Registry, RightsProfile,
    WorkspaceLicences,
    registry::{Attribution, Watermark},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What an export has to carry.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Terms {
    /// Each text once, by provider id; then those of owners of sources.
    pub attributions: Vec<Attribution>,
    /// Each text once, in the order of its providers; more than one are stacked.
    pub watermarks: Vec<Watermark>,
}

/// One provider that does not give the right, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    pub provider: ProviderId,
    pub format: Format,
    /// A sentence.
    pub reason: String,
    /// A sentence.
    pub unblock: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DenialReason {
    /// A part of the document says nothing on where it comes from.
    NoLineage,
    /// Somebody whose data it holds does not give the right.
    NoRight,
    /// Without the parts that may not leave, there is no part left.
    NothingLeft,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the export is not allowed")]
pub struct Denial {
    pub reason: DenialReason,
    /// By provider id; empty when nothing is recorded.
    pub blocked: Vec<Blocked>,
}

impl Denial {
    /// Why, in one sentence.
    pub fn sentence(&self) -> &'static str {
        match self.reason {
            DenialReason::NoLineage => {
                "It is not recorded where all of this document comes from, so no licence can be asked."
            }
            DenialReason::NoRight => {
                "The document holds data whose licence does not allow this format."
            }
            DenialReason::NothingLeft => {
                "All of the document rests on data whose licence does not allow this format."
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    Allowed(Terms),
    /// Without the parts named by their key.
    Redacted {
        terms: Terms,
        removed: BTreeSet<String>,
        blocked: Vec<Blocked>,
    },
    Denied(Denial),
}

impl Decision {
    /// The stable word for records and metrics.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Allowed(_) => "allow",
            Self::Redacted { .. } => "redact",
            Self::Denied(_) => "deny",
        }
    }

    pub fn blocked(&self) -> &[Blocked] {
        match self {
            Self::Allowed(_) => &[],
            Self::Redacted { blocked, .. } | Self::Denied(Denial { blocked, .. }) => blocked,
        }
    }

    /// What the export carries; nothing, if there is none.
    pub fn terms(&self) -> Option<&Terms> {
        match self {
            Self::Allowed(terms) | Self::Redacted { terms, .. } => Some(terms),
            Self::Denied(_) => None,
        }
    }
}

impl Registry {
    /// Whether a document of this lineage may leave in this format, for a workspace
    /// with these licences of its own.
    pub fn decide(
        &self,
        lineage: &DocumentLineage,
        format: Format,
        profile: RightsProfile,
        licences: &WorkspaceLicences,
    ) -> Decision {
        let unknown = lineage.parts.iter().any(|part| part.providers.is_empty());
        if lineage.parts.is_empty() || unknown {
            return denied(DenialReason::NoLineage, Vec::new());
        }
        let blocked = self.blocked(&lineage.parts, format, licences);
        if blocked.is_empty() {
            return Decision::Allowed(self.terms(&lineage.parts));
        }
        match self.profile(profile).on_block {
            OnBlock::Deny => denied(DenialReason::NoRight, blocked),
            OnBlock::Redact => self.redact(lineage, format, licences, blocked),
        }
    }

    /// Leaves out what touches a blocked provider or owner. The rest touches none, so it is
    /// allowed if it is anything.
    fn redact(
        &self,
        lineage: &DocumentLineage,
        format: Format,
        licences: &WorkspaceLicences,
        blocked: Vec<Blocked>,
    ) -> Decision {
        let (kept, removed): (Vec<&Part>, Vec<&Part>) = lineage
            .parts
            .iter()
            .partition(|part| self.blocked([*part], format, licences).is_empty());
        if kept.is_empty() {
            return denied(DenialReason::NothingLeft, blocked);
        }
        Decision::Redacted {
            terms: self.terms(kept),
            removed: removed.into_iter().map(|part| part.key.clone()).collect(),
            blocked,
        }
    }

    /// By the platform's licence or by the workspace's; nothing of whoever is not listed,
    /// since nobody knows how to name them.
    fn allows(&self, provider: &ProviderId, format: Format, licences: &WorkspaceLicences) -> bool {
        self.provider(provider).allows(format)
            || (self.is_listed(provider) && licences.give(provider, format.right()))
    }

    /// Those whose data may leave by the workspace's licence alone.
    pub(crate) fn licensed(
        &self,
        providers: &BTreeSet<ProviderId>,
        format: Format,
        licences: &WorkspaceLicences,
    ) -> BTreeSet<ProviderId> {
        let by_licence = |provider: &&ProviderId| {
            !self.provider(provider).allows(format) && self.allows(provider, format, licences)
        };
        providers.iter().filter(by_licence).cloned().collect()
    }

    /// Everybody who keeps one of the parts from leaving, the providers first: a licence that
    /// the workspace holds of a provider itself stands above the terms that were read for all.
    pub(crate) fn blocked<'a>(
        &self,
        parts: impl IntoIterator<Item = &'a Part>,
        format: Format,
        licences: &WorkspaceLicences,
    ) -> Vec<Blocked> {
        let (mut providers, mut owners) = (BTreeSet::new(), BTreeSet::new());
        for part in parts {
            providers.extend(&part.providers);
            owners.extend(&part.owners);
        }
        let right = format.right();
        let providers = providers
            .into_iter()
            .filter(|provider| !self.allows(provider, format, licences))
            .map(|provider| self.block(provider, format));
        let owners = owners
            .into_iter()
            .filter(|owner| !owner.allows(right) && !licences.give(&owner.provider, right))
            .map(|owner| blocked_by_owner(owner, format));
        providers.chain(owners).collect()
    }

    fn block(&self, provider: &ProviderId, format: Format) -> Blocked {
        let reason = if self.is_listed(provider) {
            let what = format.right().label().to_lowercase();
            let named = match format {
                Format::View => String::new(),
                other => format!(" ({})", other.label()),
            };
            format!("The licence of {provider} does not allow to {what}{named}.")
        } else {
            format!("{provider} is not in the rights registry, so nothing is allowed of it.")
        };
        // The registry was refused without one.
        let unblock = self.provider(provider).licence.unblock.as_deref().unwrap_or_default();
        Blocked { provider: provider.clone(), format, reason, unblock: sentence(unblock) }
    }

    /// What has to stand with the parts, each text once: by provider, then by owner.
    pub(crate) fn terms<'a>(&self, parts: impl IntoIterator<Item = &'a Part>) -> Terms {
        let (mut providers, mut owners) = (BTreeSet::new(), BTreeSet::new());
        for part in parts {
            providers.extend(&part.providers);
            owners.extend(&part.owners);
        }
        let mut terms = Terms::default();
        for id in providers {
            let provider = self.provider(id);
            if let Some(text) = &provider.attribution
                && terms.attributions.iter().all(|known| known.text != *text)
            {
                terms.attributions.push(Attribution { provider: id.clone(), text: text.clone() });
            }
            if let Some(watermark) = &provider.watermark
                && terms.watermarks.iter().all(|known| known.text != watermark.text)
            {
                terms.watermarks.push(watermark.clone());
            }
        }
        for Owner { provider, attribution: text, .. } in owners {
            if !text.is_empty() && terms.attributions.iter().all(|known| known.text != *text) {
                let (provider, text) = (provider.clone(), text.clone());
                terms.attributions.push(Attribution { provider, text });
            }
        }
        terms
    }
}

fn blocked_by_owner(owner: &Owner, format: Format) -> Blocked {
    let (publisher, what) = (&owner.publisher, format.right().label().to_lowercase());
    Blocked {
        provider: owner.provider.clone(),
        format,
        reason: format!("The terms of {publisher} do not allow to {what} ({}).", format.label()),
        unblock: format!("Agree on it with {publisher}, and write it down with the source."),
    }
}

fn denied(reason: DenialReason, blocked: Vec<Blocked>) -> Decision {
    Decision::Denied(Denial { reason, blocked })
}

/// A capital first and a full stop last.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}
