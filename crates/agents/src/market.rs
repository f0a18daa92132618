//! What agents that value things need of the outside: pricing packs by name, and the books
//! of portfolios by commit.

use domain::{
    id::{PortfolioId, WorkspaceId},
    portfolio::Book,
    pricing_pack::{PricingPack, PricingPackId},
};
use std::{future::Future, pin::Pin, sync::Arc};

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
