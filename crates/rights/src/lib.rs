//! What a licence allows, and the permit without which nothing leaves as a file.
//!
//! [`Registry`] is the checked `.ops/RIGHTS_REGISTRY.yaml`. [`Registry::rule`]
//! decides over the providers that a document's recorded lineage names; the
//! [`Ruling`] is put on record, and only what was recorded gives a [`Permit`].
//! Nothing here reads a clock, a database or the environment.
//!
//! A permit can be made by no other crate:
//!
//! ```compile_fail
//! let permit = rights::Permit {};
//! ```
//!
//! and a ruling that nobody has recorded gives none:
//!
//! ```compile_fail
//! fn permit(ruling: rights::Ruling, now: jiff::Timestamp) {
//!     let _ = ruling.permit(now);
//! }
//! ```
//!
//! It lets one document out, once:
//!
//! ```compile_fail
//! fn twice(permit: rights::Permit, hash: domain::hash::ContentHash, now: jiff::Timestamp) {
//!     let format = domain::rights::Format::Html;
//!     let _ = permit.redeem(hash, format, now);
//!     let _ = permit.redeem(hash, format, now);
//! }
//! ```
//!
//! The same, without what each of them does wrong:
//!
//! ```
//! fn once(
//!     recorded: rights::Recorded,
//!     hash: domain::hash::ContentHash,
//!     now: jiff::Timestamp,
//! ) -> Option<rights::Grant> {
//!     let permit = recorded.permit(now).ok()?;
//!     permit.redeem(hash, domain::rights::Format::Html, now).ok()
//! }
//! ```

mod decision;
mod licences;
mod lineage;
mod permit;
mod registry;
mod screen;
mod treatment;

pub use decision::{Blocked, Decision, Denial, DenialReason, Terms};
pub use domain::{
    execution::RightsProfile,
    pricing_pack::ProviderId,
    rights::{Format, Right},
};
pub use licences::WorkspaceLicences;
pub use lineage::{DocumentLineage, Owner, Part};
pub use permit::{Grant, Permit, PermitRefused, Recorded, Ruling};
pub use registry::{
    Attribution, Bandwidth, Licence, LicenceKind, OnBlock, Profile, Provider, Registry,
    RegistryError, RightsVersion, Tier, Watermark,
};
pub use screen::{Screen, WithheldPart};
pub use treatment::Treatment;
