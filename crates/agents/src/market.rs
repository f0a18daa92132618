//! What agents that value things need of the outside: pricing packs, by name.

use domain::pricing_pack::{PricingPack, PricingPackId};
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
}

/// Keeps no pack: for checking patterns and listing capabilities where no database
/// is at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPacks;

impl PricingPacks for NoPacks {
    fn load<'a>(&'a self, _: &'a PricingPackId) -> PackFuture<'a> {
        Box::pin(async { Ok(None) })
    }
}
