use agents::market::{PackFuture, PacksUnavailable, PricingPacks};
use domain::pricing_pack::{PricingPack, PricingPackId};
use moka::future::Cache;
use std::sync::Arc;
use storage::{PgPool, StorageError, pricing_pack, tenancy};

/// Packs held at once: two months of nights, of a few megabytes each at the most.
const PACKS_HELD_MAX: u64 = 64;

/// The packs of the database, each read once while it is in use: packs never change.
#[derive(Clone)]
pub struct StoredPacks {
    pool: PgPool,
    held: Cache<PricingPackId, Arc<PricingPack>>,
}

impl StoredPacks {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, held: Cache::new(PACKS_HELD_MAX) }
    }

    async fn load_held(
        &self,
        id: &PricingPackId,
    ) -> Result<Option<Arc<PricingPack>>, PacksUnavailable> {
        let held = self.held.try_get_with_by_ref(id, self.load_stored(id)).await;
        held.map(Some).or_else(|missing| match &*missing {
            NotHeld::NoPack => Ok(None),
            NotHeld::Unread(error) => {
                let error: &dyn std::error::Error = error;
                tracing::error!(pack.id = %id, error, "a pricing pack could not be read");
                Err(PacksUnavailable)
            }
        })
    }

    async fn load_stored(&self, id: &PricingPackId) -> Result<Arc<PricingPack>, NotHeld> {
        let mut tx = tenancy::begin_global(&self.pool).await.map_err(NotHeld::Unread)?;
        let pack = pricing_pack::load_whole(&mut tx, id).await.map_err(NotHeld::Unread)?;
        pack.map(Arc::new).ok_or(NotHeld::NoPack)
    }
}

/// Neither is remembered: the pack may come, the store may come back.
enum NotHeld {
    NoPack,
    Unread(StorageError),
}

impl PricingPacks for StoredPacks {
    fn load<'a>(&'a self, id: &'a PricingPackId) -> PackFuture<'a> {
        Box::pin(self.load_held(id))
    }
}
