use crate::Colophon;
use domain::{
    hash::ContentHash,
    id::{ExecutionId, PortfolioId, RunId},
    pricing_pack::{LedgerCommit, PricingPackId},
};
use jiff::{Timestamp, civil::Date};
use rights::{Format, Grant, RightsProfile, RightsVersion, Terms};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a file says of itself: where it comes from, and under which terms it left.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    pub schema: u32,
    pub format: Format,
    #[serde(flatten)]
    pub made_of: MadeOf,
    /// Of the whole document, as it is kept: with nothing withheld, the
    /// SHA-256 of the canonical JSON of `document`.
    pub document_hash: ContentHash,
    #[serde(flatten)]
    pub terms: Terms,
    /// Keys of the parts that are left out.
    pub withheld: BTreeSet<String>,
    pub rights_profile: RightsProfile,
    pub rights_version: RightsVersion,
}

/// What a file was made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum MadeOf {
    Report {
        run_id: RunId,
        package_hash: ContentHash,
        pack_hash: ContentHash,
        /// When the report was sealed; a file has no time of its own, so that the
        /// same document gives the same bytes.
        sealed_at: Timestamp,
    },
    PortfolioReport {
        run_id: RunId,
        package_hash: ContentHash,
        portfolio_id: PortfolioId,
        /// The day whose closes everything is valued by.
        asof: Date,
        pricing_pack_id: PricingPackId,
        pricing_pack_hash: ContentHash,
        ledger_commit_hash: LedgerCommit,
        sealed_at: Timestamp,
    },
    Execution {
        execution_id: ExecutionId,
        pattern_id: String,
        pattern_version: String,
        portfolio_id: Option<PortfolioId>,
        asof: Date,
        pricing_pack_id: Option<String>,
        ledger_commit_hash: Option<LedgerCommit>,
        executed_at: Timestamp,
    },
}

impl MadeOf {
    /// The only moment of a file.
    pub const fn moment(&self) -> Timestamp {
        match self {
            Self::Report { sealed_at, .. } | Self::PortfolioReport { sealed_at, .. } => *sealed_at,
            Self::Execution { executed_at, .. } => *executed_at,
        }
    }

    /// For the foot of a printed sheet.
    pub fn in_short(&self) -> String {
        match self {
            Self::Report { run_id, .. } => format!("Run {run_id}"),
            Self::PortfolioReport { run_id, pricing_pack_id, ledger_commit_hash, .. } => {
                let commit = short_commit(Some(ledger_commit_hash));
                format!("Run {run_id}, pack {pricing_pack_id}, ledger {commit}")
            }
            Self::Execution { execution_id, pricing_pack_id, ledger_commit_hash, .. } => {
                let pack = pricing_pack_id.as_deref().unwrap_or("none");
                let commit = short_commit(ledger_commit_hash.as_ref());
                format!("Execution {execution_id}, pack {pack}, ledger {commit}")
            }
        }
    }
}

/// The first twelve digits of a commit.
pub(crate) fn short_commit(commit: Option<&LedgerCommit>) -> &str {
    commit.and_then(|commit| commit.as_str().get(..12)).unwrap_or("none")
}

impl Manifest {
    pub const SCHEMA: u32 = 1;

    pub(super) fn of(colophon: &Colophon, grant: &Grant, format: Format) -> Self {
        let made_of = MadeOf::Report {
            run_id: colophon.run_id,
            package_hash: colophon.package_hash,
            pack_hash: colophon.pack_hash,
            sealed_at: colophon.sealed_at,
        };
        Self::of_made(colophon.document_hash, made_of, grant, format)
    }

    /// Of a document of which one says oneself what it was made of.
    pub(super) fn of_made(
        document_hash: ContentHash,
        made_of: MadeOf,
        grant: &Grant,
        format: Format,
    ) -> Self {
        Self {
            schema: Self::SCHEMA,
            format,
            made_of,
            document_hash,
            terms: grant.terms().clone(),
            withheld: grant.removed().clone(),
            rights_profile: grant.profile(),
            rights_version: grant.rights_version().clone(),
        }
    }
}
