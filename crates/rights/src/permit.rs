//! From a decision to the permit, with the record in between.

use crate::{
    Decision, Denial, DocumentLineage, Format, ProviderId, Registry, RightsProfile, RightsVersion,
    Terms, WorkspaceLicences,
};
use domain::hash::ContentHash;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Seconds from the permit to the rendering. They are one after the other in one
/// request; what takes longer has to be asked for again.
const VALID: SignedDuration = SignedDuration::from_secs(60);

/// A decision on one document, with what it was made of.
#[derive(Debug)]
pub struct Ruling {
    document: ContentHash,
    format: Format,
    profile: RightsProfile,
    rights_version: RightsVersion,
    providers: BTreeSet<ProviderId>,
    licensed: BTreeSet<ProviderId>,
    decision: Decision,
}

impl Registry {
    /// Decides on the document with this hash.
    pub fn rule(
        &self,
        document: ContentHash,
        lineage: &DocumentLineage,
        format: Format,
        profile: RightsProfile,
        licences: &WorkspaceLicences,
    ) -> Ruling {
        let providers = lineage.providers();
        Ruling {
            document,
            format,
            profile,
            rights_version: self.version().clone(),
            licensed: self.licensed(&providers, format, licences),
            providers,
            decision: self.decide(lineage, format, profile, licences),
        }
    }
}

impl Ruling {
    pub fn document(&self) -> ContentHash {
        self.document
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn profile(&self) -> RightsProfile {
        self.profile
    }

    pub fn rights_version(&self) -> &RightsVersion {
        &self.rights_version
    }

    /// Everybody whose data the document holds.
    pub fn providers(&self) -> &BTreeSet<ProviderId> {
        &self.providers
    }

    /// Those whose data may leave only because the workspace holds a licence of its own.
    pub fn licensed(&self) -> &BTreeSet<ProviderId> {
        &self.licensed
    }

    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Puts the ruling on record: `committed` completes once its entry is. Gives
    /// what `committed` gave beside what may now become a permit.
    ///
    /// # Errors
    /// Those of `committed`: nothing leaves then.
    pub async fn record<T, E>(
        self,
        committed: impl Future<Output = Result<T, E>>,
    ) -> Result<(Recorded, T), E> {
        let given = committed.await?;
        Ok((Recorded(self), given))
    }
}

/// A ruling that is on record.
#[derive(Debug)]
pub struct Recorded(Ruling);

impl Recorded {
    /// What lets the document out, for 60 seconds from `now`.
    ///
    /// # Errors
    /// The [`Denial`] on record.
    pub fn permit(self, now: Timestamp) -> Result<Permit, Denial> {
        let Ruling { document, format, profile, rights_version, decision, .. } = self.0;
        let (terms, removed) = match decision {
            Decision::Allowed(terms) => (terms, BTreeSet::new()),
            Decision::Redacted { terms, removed, .. } => (terms, removed),
            Decision::Denied(denial) => return Err(denial),
        };
        let grant = Grant { terms, removed, profile, rights_version };
        // Saturates at the end of time, which no clock shows.
        let expires_at = now.checked_add(VALID).unwrap_or(Timestamp::MAX);
        Ok(Permit { document, format, expires_at, grant })
    }
}

/// Lets one document out in one format, once and soon. Only this crate makes it.
#[derive(Debug)]
pub struct Permit {
    document: ContentHash,
    format: Format,
    expires_at: Timestamp,
    grant: Grant,
}

/// Why a permit does not let this out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitRefused {
    #[error("the permit is for another document")]
    OtherDocument,
    #[error("the permit is for another format")]
    OtherFormat,
    #[error("the permit has expired")]
    Expired,
}

impl Permit {
    /// Uses the permit up.
    ///
    /// # Errors
    /// [`PermitRefused`] for anything but the document, format and minute that it
    /// was given for.
    pub fn redeem(
        self,
        document: ContentHash,
        format: Format,
        now: Timestamp,
    ) -> Result<Grant, PermitRefused> {
        if self.document != document {
            Err(PermitRefused::OtherDocument)
        } else if self.format != format {
            Err(PermitRefused::OtherFormat)
        } else if now >= self.expires_at {
            Err(PermitRefused::Expired)
        } else {
            Ok(self.grant)
        }
    }
}

/// How the document may leave.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    terms: Terms,
    removed: BTreeSet<String>,
    profile: RightsProfile,
    rights_version: RightsVersion,
}

impl Grant {
    /// What the file has to carry.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The keys of the parts that are left out, with a notice in their place.
    pub fn removed(&self) -> &BTreeSet<String> {
        &self.removed
    }

    pub fn profile(&self) -> RightsProfile {
        self.profile
    }

    pub fn rights_version(&self) -> &RightsVersion {
        &self.rights_version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ruling(provider: &str, format: Format) -> Ruling {
        let registry = crate::registry::tests::registry();
        let lineage = DocumentLineage::whole([provider.parse().unwrap()]);
        let document = ContentHash::of_bytes(b"a document");
        let licences = WorkspaceLicences::none();
        registry.rule(document, &lineage, format, RightsProfile::Production, &licences)
    }

    async fn recorded(provider: &str, format: Format) -> Recorded {
        let on_record = ruling(provider, format).record(async { Ok::<_, ()>(()) }).await;
        on_record.unwrap().0
    }

    async fn permit(format: Format) -> Permit {
        recorded("FRED", format).await.permit(NOW).unwrap()
    }

    #[tokio::test]
    async fn a_permit_lets_its_own_document_out_and_no_other() {
        let own = ContentHash::of_bytes(b"a document");
        let other = ContentHash::of_bytes(b"another document");
        let after = |seconds| NOW + SignedDuration::from_secs(seconds);
        let redeem =
            async |document, format, at| permit(Format::Csv).await.redeem(document, format, at);
        assert!(redeem(own, Format::Csv, after(59)).await.is_ok());
        assert_eq!(redeem(other, Format::Csv, NOW).await, Err(PermitRefused::OtherDocument));
        assert_eq!(redeem(own, Format::Xlsx, NOW).await, Err(PermitRefused::OtherFormat));
        assert_eq!(redeem(own, Format::Csv, after(60)).await, Err(PermitRefused::Expired));
    }

    #[tokio::test]
    async fn what_cannot_be_put_on_record_does_not_leave() {
        let away = async { Err::<(), _>("the store is away") };
        let refused = ruling("FRED", Format::Pdf).record(away).await;
        assert_eq!(refused.unwrap_err(), "the store is away");
    }

    #[test]
    fn a_ruling_names_whose_data_it_is_and_whose_of_it_leaves_by_the_workspaces_licence() {
        let registry = crate::registry::tests::registry();
        let id = |name: &str| name.parse::<ProviderId>().unwrap();
        let right = Format::Pdf.right();
        // FRED allows it anyway, and nothing of NewsAPI_Business is in the document.
        let licences = ["FRED", "NewsAPI", "NewsAPI_Business"].map(|name| (id(name), right));
        let licences: WorkspaceLicences = licences.into_iter().collect();
        let lineage = DocumentLineage::whole([id("FRED"), id("NewsAPI")]);
        let document = ContentHash::of_bytes(b"a document");
        let ruling =
            registry.rule(document, &lineage, Format::Pdf, RightsProfile::Production, &licences);
        assert_eq!(*ruling.providers(), [id("FRED"), id("NewsAPI")].into());
        assert_eq!(*ruling.licensed(), [id("NewsAPI")].into());
        assert_eq!(ruling.decision().id(), "allow");
    }

    #[tokio::test]
    async fn a_denial_is_put_on_record_and_gives_no_permit() {
        assert_eq!(ruling("NewsAPI", Format::Pdf).decision().id(), "deny");
        let denial = recorded("NewsAPI", Format::Pdf).await.permit(NOW).unwrap_err();
        assert_eq!(denial.blocked.len(), 1);
    }
}
