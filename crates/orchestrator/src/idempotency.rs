//! A request that may come twice is answered once: the first answer is kept for
//! a day under the key that the sender chose.

use crate::{Orchestrator, UseCaseError, new_id};
use storage::{
    PgPool, StorageError,
    idempotency::{self, KeyedRequest, Stored, StoredAnswer},
    tenancy,
};
use uuid::Uuid;

/// How long an answer is kept.
const KEPT_H: i32 = 24;
/// Longer than any answer may take; then whoever was answering has died.
const LEASE_S: i32 = 60;

/// What a keyed request meets.
#[derive(Debug)]
pub enum Keyed {
    /// Nobody has answered it: answer, and then settle the claim.
    First(Claim),
    /// It was answered before.
    Answered(StoredAnswer),
    /// It is being answered at this moment.
    Running,
    /// The key belongs to another request.
    Conflict,
}

/// The duty to answer one keyed request. Dropped without an answer, as when the
/// client hangs up, it frees the key; if even that fails, its lease runs out.
#[derive(Debug)]
pub struct Claim {
    pool: PgPool,
    id: Uuid,
    /// `None` once settled.
    request: Option<KeyedRequest>,
}

impl Orchestrator {
    /// Looks up a keyed request, and claims it when it is new.
    pub async fn keyed(&self, request: KeyedRequest) -> Result<Keyed, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, request.workspace).await?;
        let id = new_id();
        let claimed = idempotency::claim(&mut tx, &request, id, LEASE_S, KEPT_H).await?;
        let stored = if claimed { None } else { idempotency::load(&mut tx, &request).await? };
        tx.commit().await?;
        Ok(match stored {
            None if claimed => {
                Keyed::First(Claim { pool: self.pool.clone(), id, request: Some(request) })
            }
            Some(Stored::Running { hash } | Stored::Answered { hash, .. })
                if hash != request.hash =>
            {
                Keyed::Conflict
            }
            // None: freed between the two statements.
            None | Some(Stored::Running { .. }) => Keyed::Running,
            Some(Stored::Answered { answer, .. }) => Keyed::Answered(answer),
        })
    }

    /// Removes answers whose day is over; the worker's housekeeping.
    pub async fn forget_expired_answers(&self) -> Result<u64, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let deleted = idempotency::delete_expired(&mut tx).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}

impl Claim {
    /// Keeps the answer for whoever asks again.
    pub async fn answer(mut self, answer: &StoredAnswer) -> Result<(), UseCaseError> {
        if let Some(request) = &self.request {
            let mut tx = tenancy::begin_workspace(&self.pool, request.workspace).await?;
            idempotency::store(&mut tx, request, self.id, answer).await?;
            tx.commit().await?;
            self.request = None;
        }
        Ok(())
    }

    /// Frees the key: the answer passes by itself, so the next request is tried.
    pub async fn release(mut self) -> Result<(), UseCaseError> {
        if let Some(request) = self.request.take() {
            release(&self.pool, &request, self.id).await?;
        }
        Ok(())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let Some(request) = self.request.take() else { return };
        let (pool, id) = (self.pool.clone(), self.id);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = release(&pool, &request, id).await {
                    tracing::warn!(error = %error, "an idempotency key waits for its lease to end");
                }
            });
        }
    }
}

async fn release(pool: &PgPool, request: &KeyedRequest, id: Uuid) -> Result<(), StorageError> {
    let mut tx = tenancy::begin_workspace(pool, request.workspace).await?;
    idempotency::release(&mut tx, request, id).await?;
    Ok(tx.commit().await?)
}
