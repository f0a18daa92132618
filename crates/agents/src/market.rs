//! What agents that value things need of the outside: pricing packs by name, and the books
//! of portfolios by commit.

use analytics::{
    book::{BookDay, nav_history},
    metrics::{Inputs, Metrics, compute},
    risk::Confidence,
};
use domain::{
    id::{PortfolioId, WorkspaceId},
    measure::{Fraction, Reason},
    portfolio::Book,
    pricing_pack::{LedgerCommit, PricingPack, PricingPackId},
};
use executor::{capability::Fault, lineage::Lineage};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

/// The packs could not be reached. The cause is in the log of whoever keeps them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pricing packs cannot be read at present")]
pub struct PacksUnavailable;

pub type PackFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<PricingPack>>, PacksUnavailable>> + Send + 'a>>;

/// Where packs are kept. A pack is immutable, so whoever keeps them may hold on to
/// what was read once.
pub trait PricingPacks: Send + Sync {
    /// The whole of a pack; none when there is no pack of this name.
    fn load<'a>(&'a self, id: &'a PricingPackId) -> PackFuture<'a>;

    /// The packs of the last `days` days before that of `id`, of its policy, as they
    /// stood when it was built: those that came or were restated later are not among
    /// them, so that the same pack always has the same past. Oldest first.
    fn load_before<'a>(&'a self, id: &'a PricingPackId, days: usize) -> PastFuture<'a>;
}

pub type PastFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<Arc<PricingPack>>, PacksUnavailable>> + Send + 'a>>;

/// The books could not be reached. The cause is in the log of whoever keeps them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the books of portfolios cannot be read at present")]
pub struct BooksUnavailable;

pub type BookFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<Book>>, BooksUnavailable>> + Send + 'a>>;

/// Where the books of portfolios are kept, by the commit that they were read at.
pub trait Books: Send + Sync {
    /// The book of a workspace's portfolio; none when that commit was not read, or has no
    /// such portfolio.
    fn load_book<'a>(
        &'a self,
        workspace: WorkspaceId,
        portfolio: PortfolioId,
        commit: &'a str,
    ) -> BookFuture<'a>;

    /// A past that several steps need, computed by the first of them. Whoever keeps books may
    /// hold on to it, for its key names all that it is made of; by default nobody does.
    fn share_past<'a>(&'a self, _: PastKey, compute: SharedPast<'a>) -> SharedPast<'a> {
        compute
    }
}

/// All that a past is made of: a book, and the packs of a window as they stood when the last
/// of them was built.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PastKey {
    pub workspace: WorkspaceId,
    pub portfolio: PortfolioId,
    pub commit: LedgerCommit,
    pub pack: PricingPackId,
    pub lookback_days: usize,
}

pub type SharedPast<'a> = Pin<Box<dyn Future<Output = Result<Arc<BookPast>, Fault>> + Send + 'a>>;

/// A book at the end of each day of a window.
#[derive(Debug)]
pub struct BookPast {
    /// Or the first thing that keeps a day from having a value.
    pub days: Result<Vec<BookDay>, Reason>,
    pub lineage: Lineage,
    lookback_days: usize,
    metrics: OnceLock<Result<Metrics, Reason>>,
}

impl BookPast {
    pub const fn new(
        days: Result<Vec<BookDay>, Reason>,
        lineage: Lineage,
        lookback_days: usize,
    ) -> Self {
        Self { days, lineage, lookback_days, metrics: OnceLock::new() }
    }

    /// All figures of the window, computed once. There is no risk-free rate and no benchmark
    /// yet, so that what needs one is missing with that reason.
    pub fn metrics(&self) -> &Result<Metrics, Reason> {
        self.metrics.get_or_init(|| {
            let days = self.days.as_deref().map_err(Clone::clone)?;
            compute(&Inputs {
                history: &nav_history(days),
                window: self.lookback_days,
                benchmark: None,
                risk_free: None,
                target: Fraction::ZERO,
                confidence: Confidence::USUAL,
            })
        })
    }

    /// Roughly what it takes in memory.
    pub fn bytes(&self) -> usize {
        /// A node of a tree with its share of the names.
        const ENTRY: usize = 192;
        let days = self.days.as_deref().unwrap_or_default();
        let entries = days.iter().map(|day| 1 + day.currencies.len() + day.positions.len());
        ENTRY * (1 + self.lineage.sources.len() + entries.sum::<usize>())
    }
}

/// Both.
pub trait Market: PricingPacks + Books {}

impl<T: PricingPacks + Books> Market for T {}

/// Keeps no pack and no book: for checking patterns and listing capabilities where no database
/// is at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPacks;

impl PricingPacks for NoPacks {
    fn load<'a>(&'a self, _: &'a PricingPackId) -> PackFuture<'a> {
        Box::pin(async { Ok(None) })
    }

    fn load_before<'a>(&'a self, _: &'a PricingPackId, _: usize) -> PastFuture<'a> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Books for NoPacks {
    fn load_book<'a>(&'a self, _: WorkspaceId, _: PortfolioId, _: &'a str) -> BookFuture<'a> {
        Box::pin(async { Ok(None) })
    }
}
