use agents::market::{
    BookFuture, Books, BooksUnavailable, PackFuture, PacksUnavailable, PastFuture, PricingPacks,
};
use domain::{
    id::{PortfolioId, WorkspaceId},
    portfolio::Book,
    pricing_pack::{LedgerCommit, PricingPack, PricingPackId},
};
use moka::future::Cache;
use std::sync::Arc;
use storage::{PgPool, StorageError, ledger, pricing_pack, tenancy};

/// Packs held at once: more than the longest window has days, each of some kilobytes for a
/// dozen securities and a few hundred for thousands.
const PACKS_HELD_MAX: u64 = 1_500;
/// Books held at once: those of the members who are at work.
const BOOKS_HELD_MAX: u64 = 256;

/// The packs and books of the database, each read once while it is in use: neither changes.
#[derive(Clone)]
pub struct StoredPacks {
    pool: PgPool,
    held: Cache<PricingPackId, Arc<PricingPack>>,
    books: Cache<(WorkspaceId, PortfolioId, LedgerCommit), Arc<Book>>,
}

impl StoredPacks {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, held: Cache::new(PACKS_HELD_MAX), books: Cache::new(BOOKS_HELD_MAX) }
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

impl StoredPacks {
    async fn load_past(
        &self,
        id: &PricingPackId,
        days: usize,
    ) -> Result<Vec<Arc<PricingPack>>, StorageError> {
        let limit = i64::try_from(days).unwrap_or(i64::MAX);
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let past = pricing_pack::load_past(&mut tx, id, limit).await?;
        let mut missing = Vec::new();
        for id in &past {
            if !self.held.contains_key(id) {
                missing.push(id.clone());
            }
        }
        for pack in pricing_pack::load_wholes(&mut tx, &missing).await? {
            self.held.insert(pack.id.clone(), Arc::new(pack)).await;
        }
        let mut packs = Vec::with_capacity(past.len());
        for id in past {
            let pack = match self.held.get(&id).await {
                Some(pack) => pack,
                // More packs are in use than are held.
                None => match pricing_pack::load_whole(&mut tx, &id).await? {
                    Some(pack) => Arc::new(pack),
                    None => continue,
                },
            };
            packs.push(pack);
        }
        Ok(packs)
    }

    async fn load_stored_book(
        &self,
        workspace: WorkspaceId,
        portfolio: PortfolioId,
        commit: &str,
    ) -> Result<Option<Arc<Book>>, StorageError> {
        let Ok(commit) = commit.parse::<LedgerCommit>() else { return Ok(None) };
        let key = (workspace, portfolio, commit);
        if let Some(book) = self.books.get(&key).await {
            return Ok(Some(book));
        }
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let Some(book) = ledger::load_book(&mut tx, portfolio, &key.2).await? else {
            return Ok(None);
        };
        let book = Arc::new(book);
        self.books.insert(key, Arc::clone(&book)).await;
        Ok(Some(book))
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

    fn load_before<'a>(&'a self, id: &'a PricingPackId, days: usize) -> PastFuture<'a> {
        Box::pin(async move {
            self.load_past(id, days).await.map_err(|error| {
                let error: &dyn std::error::Error = &error;
                tracing::error!(pack.id = %id, error, "the packs before one could not be read");
                PacksUnavailable
            })
        })
    }
}

impl Books for StoredPacks {
    fn load_book<'a>(
        &'a self,
        workspace: WorkspaceId,
        portfolio: PortfolioId,
        commit: &'a str,
    ) -> BookFuture<'a> {
        Box::pin(async move {
            self.load_stored_book(workspace, portfolio, commit).await.map_err(|error| {
                let error: &dyn std::error::Error = &error;
                tracing::error!(portfolio.id = %portfolio, error, "a book could not be read");
                BooksUnavailable
            })
        })
    }
}
