use crate::Colophon;
use domain::{hash::ContentHash, id::RunId};
use jiff::Timestamp;
use rights::{Format, Grant, RightsProfile, RightsVersion, Terms};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a file says of itself: where it comes from, and under which terms it left.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    pub schema: u32,
    pub format: Format,
    pub run_id: RunId,
    /// Of the whole document, as it is sealed: with nothing withheld, the
    /// SHA-256 of the canonical JSON of `document`.
    pub document_hash: ContentHash,
    pub package_hash: ContentHash,
    pub pack_hash: ContentHash,
    /// When the report was sealed; a file has no time of its own, so that the
    /// same document gives the same bytes.
    pub sealed_at: Timestamp,
    #[serde(flatten)]
    pub terms: Terms,
    /// Keys of the parts that are left out.
    pub withheld: BTreeSet<String>,
    pub rights_profile: RightsProfile,
    pub rights_version: RightsVersion,
}

impl Manifest {
    pub const SCHEMA: u32 = 1;

    pub(super) fn of(colophon: &Colophon, grant: &Grant, format: Format) -> Self {
        Self {
            schema: Self::SCHEMA,
            format,
            run_id: colophon.run_id,
            document_hash: colophon.document_hash,
            package_hash: colophon.package_hash,
            pack_hash: colophon.pack_hash,
            sealed_at: colophon.sealed_at,
            terms: grant.terms().clone(),
            withheld: grant.removed().clone(),
            rights_profile: grant.profile(),
            rights_version: grant.rights_version().clone(),
        }
    }
}
