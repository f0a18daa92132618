use agents::market::{
    BookFuture, BookPast, Books, BooksUnavailable, PackFuture, PacksUnavailable, PastFuture,
    PastKey, PricingPacks, SharedPast,
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

/// Bytes of pasts held at once: those of some ten books of a dozen securities over a year. Six
/// steps of an overview need the same, at the same time; what they give is kept elsewhere.
const PAST_BYTES_HELD_MAX: u64 = 16 * 1024 * 1024;

/// The packs and books of the database, each read once while it is in use: neither changes.
#[derive(Clone)]
pub struct StoredPacks {
    pool: PgPool,
    held: Cache<PricingPackId, Arc<PricingPack>>,
    books: Cache<(WorkspaceId, PortfolioId, LedgerCommit), Arc<Book>>,
    pasts: Cache<PastKey, Arc<BookPast>>,
}

impl StoredPacks {
    pub fn new(pool: PgPool) -> Self {
        let bytes = |past: &BookPast| u32::try_from(past.bytes()).unwrap_or(u32::MAX);
        let pasts = Cache::builder()
            .max_capacity(PAST_BYTES_HELD_MAX)
            .weigher(move |_, past: &Arc<BookPast>| bytes(past))
            .build();
        Self { pool, held: Cache::new(PACKS_HELD_MAX), books: Cache::new(BOOKS_HELD_MAX), pasts }
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

    fn share_past<'a>(&'a self, key: PastKey, compute: SharedPast<'a>) -> SharedPast<'a> {
        Box::pin(async move {
            self.pasts.try_get_with(key, compute).await.map_err(|fault| (*fault).clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::measure::Reason;
    use executor::{
        capability::{Fault, FaultKind},
        lineage::Lineage,
    };
    use std::sync::atomic::{AtomicUsize, Ordering};
    use uuid::Uuid;

    fn key(workspace: u128) -> PastKey {
        PastKey {
            workspace: WorkspaceId::from_uuid(Uuid::from_u128(workspace)),
            portfolio: PortfolioId::from_uuid(Uuid::from_u128(7)),
            commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
            pack: "PP_2025-10-21_CLOSE_USD_v1_e4e74beeb7f9".parse().unwrap(),
            lookback_days: 252,
        }
    }

    #[tokio::test]
    async fn a_past_is_computed_once_for_steps_that_need_the_same_and_anew_for_others() {
        let packs = StoredPacks::new(PgPool::connect_lazy("postgres://localhost/none").unwrap());
        let computed = AtomicUsize::new(0);
        let share = |key: PastKey| {
            packs.share_past(
                key,
                Box::pin(async {
                    computed.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok(Arc::new(BookPast::new(Err(Reason::NoValue), Lineage::default(), 252)))
                }),
            )
        };
        let (first, second) = tokio::join!(share(key(1)), share(key(1)));
        assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
        assert_eq!(computed.load(Ordering::Relaxed), 1);
        let another = key(1);
        let another_commit = PastKey { commit: "f".repeat(40).parse().unwrap(), ..another.clone() };
        for other in [key(2), another_commit, PastKey { lookback_days: 253, ..another }] {
            share(other).await.unwrap();
        }
        assert_eq!(computed.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn a_past_that_could_not_be_computed_is_tried_again() {
        let packs = StoredPacks::new(PgPool::connect_lazy("postgres://localhost/none").unwrap());
        let fault = Fault::new(FaultKind::Unavailable, "Away.");
        let refused = packs.share_past(key(1), Box::pin(async { Err(fault.clone()) })).await;
        assert_eq!(refused.unwrap_err(), fault);
        let past = BookPast::new(Err(Reason::NoValue), Lineage::default(), 252);
        assert!(packs.share_past(key(1), Box::pin(async { Ok(Arc::new(past)) })).await.is_ok());
    }
}
