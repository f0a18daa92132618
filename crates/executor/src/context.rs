//! The request context: everything besides its arguments that a step may depend
//! on. Built once, never changed.

pub use domain::execution::RightsProfile;
use domain::{
    hash::ContentHash,
    id::{PortfolioId, UserId, WorkspaceId},
    package::Package,
    pricing_pack::PricingPackId,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// The context of one execution.
#[derive(Clone, Debug)]
pub struct Context {
    /// None in a governed run that reads evidence out of its package instead.
    pub pricing_pack: Option<PricingPackId>,
    /// Git HEAD of the ledger as the pack pins it: 40 hexadecimal digits.
    pub ledger_commit: Option<String>,
    /// W3C trace id: 32 hexadecimal digits.
    pub trace_id: String,
    pub request_id: Uuid,
    /// None in a governed run: it belongs to a period, not to a person.
    pub user: Option<UserId>,
    pub workspace: WorkspaceId,
    pub portfolio: Option<PortfolioId>,
    /// ISO 4217.
    pub base_currency: Option<String>,
    pub benchmark: Option<String>,
    pub asof: Date,
    /// When the request was taken, or the slot claimed.
    pub timestamp: Timestamp,
    pub rights_profile: RightsProfile,
    pub require_fresh: bool,
    /// The pack was not fresh and the caller accepted that.
    pub stale: bool,
    pub governed: Option<Governed>,
}

/// The sealed package of a governed run, with its address: of either desk, or of the one
/// that a step is for.
#[derive(Clone, Debug)]
pub struct Governed<P = Package> {
    pub package: P,
    pub package_hash: ContentHash,
    /// Fencing token of the worker that carries the run; what is written for a step
    /// on the way carries it too.
    pub hold: i64,
}

/// The part of the context that a value may depend on, and so a cache key must
/// hold: no request, no user, no time.
#[derive(Debug, Serialize)]
pub struct CacheScope<'a> {
    workspace: WorkspaceId,
    portfolio: Option<PortfolioId>,
    pack: Option<&'a PricingPackId>,
    ledger_commit: Option<&'a str>,
    asof: Date,
    base_currency: Option<&'a str>,
    benchmark: Option<&'a str>,
    rights_profile: RightsProfile,
    package: Option<ContentHash>,
}

impl Context {
    pub fn cache_scope(&self) -> CacheScope<'_> {
        CacheScope {
            workspace: self.workspace,
            portfolio: self.portfolio,
            pack: self.pricing_pack.as_ref(),
            ledger_commit: self.ledger_commit.as_deref(),
            asof: self.asof,
            base_currency: self.base_currency.as_deref(),
            benchmark: self.benchmark.as_deref(),
            rights_profile: self.rights_profile,
            package: self.governed.as_ref().map(|governed| governed.package_hash),
        }
    }

    /// What a pattern reads as `ctx`: names in [`Self::TEMPLATE_NAMES`]. Time,
    /// request and person are left out, so that same context and inputs give
    /// the same data.
    pub fn template_root(&self) -> Value {
        json!({
            "asof": self.asof,
            "base_currency": self.base_currency,
            "benchmark_id": self.benchmark,
            "ledger_commit_hash": self.ledger_commit,
            "portfolio_id": self.portfolio,
            "pricing_pack_id": self.pricing_pack,
            "rights_profile": self.rights_profile,
            "workspace_id": self.workspace,
        })
    }

    /// The names under `ctx`, with their JSON types; those marked `true` may be
    /// null.
    pub const TEMPLATE_NAMES: &'static [(&'static str, &'static str, bool)] = &[
        ("asof", "date", false),
        ("base_currency", "string", true),
        ("benchmark_id", "string", true),
        ("ledger_commit_hash", "string", true),
        ("portfolio_id", "uuid", true),
        ("pricing_pack_id", "string", true),
        ("rights_profile", "string", false),
        ("workspace_id", "uuid", false),
    ];
}
