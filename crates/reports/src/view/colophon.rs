use domain::{
    hash::ContentHash,
    id::RunId,
    package::{PortfolioPackage, RunPackage},
};
use jiff::Timestamp;

/// What the footer says about the making of the report. The artifact's own hash
/// cannot stand inside it; whoever shows the artifact shows it beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colophon {
    pub run_id: RunId,
    pub specification_version: u32,
    pub pack_hash: ContentHash,
    pub package_hash: ContentHash,
    pub document_hash: ContentHash,
    /// When the report was claimed; part of the package, so a replay prints the
    /// same moment.
    pub sealed_at: Timestamp,
    /// The workspace's IANA zone, in which moments are printed.
    pub zone: String,
}

impl Colophon {
    /// Of a report that was written from `package`.
    pub fn of(package: &RunPackage, package_hash: ContentHash, document_hash: ContentHash) -> Self {
        Self {
            run_id: package.run_id,
            specification_version: package.specification_version,
            pack_hash: package.pack_hash,
            package_hash,
            document_hash,
            sealed_at: package.claimed_at,
            zone: package.period.zone.clone(),
        }
    }

    /// Of a report of the portfolio desk, whose pack is one of prices.
    pub fn of_portfolio(
        package: &PortfolioPackage,
        package_hash: ContentHash,
        document_hash: ContentHash,
    ) -> Self {
        Self {
            run_id: package.run_id,
            specification_version: package.specification_version,
            pack_hash: package.pricing_pack_hash,
            package_hash,
            document_hash,
            sealed_at: package.claimed_at,
            zone: package.period.zone.clone(),
        }
    }
}
