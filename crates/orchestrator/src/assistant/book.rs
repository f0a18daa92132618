//! The book in the database. A call is opened in one transaction with the sum that it
//! is held against, one after the other in a workspace, so that workers together keep
//! to a budget.

use super::ModelAccount;
use crate::new_id;
use agents::assistant::{Book, CallEnd, Entry, NewCall, NotOpened};
use domain::{id::ModelCallId, language_model::Exhausted, run::Stage};
use std::{error::Error, future::Future, pin::Pin, sync::Arc, time::Duration};
use storage::{
    PgPool, StorageError,
    assistant_call::{self as store, lock_book},
    run::{
        Lease,
        event::{self, EventKind},
    },
    tenancy,
};

/// Pauses before the end of a call is written down again. Afterwards the call stays
/// open, and what was set aside for it stays so.
const CLOSE_PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// The book of one process; all processes of a database write into the same.
#[derive(Clone, Debug)]
pub struct CallBook {
    pool: PgPool,
    account: Arc<ModelAccount>,
}

impl CallBook {
    pub fn new(pool: PgPool, account: Arc<ModelAccount>) -> Self {
        Self { pool, account }
    }

    async fn write(&self, call: &NewCall) -> Result<Result<Entry, Exhausted>, StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, call.workspace).await?;
        lock_book(&mut tx, call.workspace).await?;
        let currency = self.account.currency();
        let standing = store::load_standing(&mut tx, call.workspace, call.run, currency).await?;
        let worst = self.account.worst(&call.model, call.worst);
        let budgets = &self.account.budgets;
        if let Err(bound) = budgets.allow(call.calls_max, standing.run, standing.month, worst) {
            return Ok(Err(bound));
        }
        let id = ModelCallId::from_uuid(new_id());
        let new = store::NewCall {
            id,
            lease: Lease { workspace: call.workspace, run: call.run, token: call.hold },
            question: call.question,
            request_id: &call.request_id,
            engine: call.engine,
            model: &call.model,
            prompt_hash: call.prompt_hash,
            reserved: worst,
            currency,
        };
        let ordinal = store::insert(&mut tx, &new).await?;
        tx.commit().await?;
        let (workspace, run) = (call.workspace, call.run);
        Ok(Ok(Entry { id, workspace, run, model: call.model.clone(), ordinal }))
    }

    async fn tell(&self, entry: &Entry, words: &str) -> Result<(), StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, entry.workspace).await?;
        let (kind, stage) = (EventKind::Section, Some(Stage::Execute));
        event::insert(&mut tx, entry.workspace, entry.run, kind, stage, words).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn finish(&self, entry: &Entry, end: &CallEnd) -> Result<(), StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, entry.workspace).await?;
        let ended = store::CallEnd {
            outcome: end.outcome,
            model: end.model.as_deref(),
            tokens: end.tokens,
            cost: self.account.cost(&entry.model, end.tokens),
        };
        store::finish(&mut tx, entry.id, &ended).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn opened(&self, call: NewCall) -> Result<Entry, NotOpened> {
        match self.write(&call).await {
            Ok(Ok(entry)) => Ok(entry),
            Ok(Err(bound)) => {
                tracing::warn!(run.id = %call.run, ?bound, "a call of the language model is not made");
                Err(NotOpened::Exhausted(bound))
            }
            Err(error) => {
                let cause = &error as &dyn Error;
                tracing::warn!(run.id = %call.run, error = cause, "a call was not written down");
                Err(NotOpened::Unavailable)
            }
        }
    }

    async fn closed(&self, entry: Entry, end: CallEnd) {
        let mut pauses = CLOSE_PAUSES.into_iter();
        while let Err(error) = self.finish(&entry, &end).await {
            let pause = pauses.next().filter(|_| error.may_pass());
            let Some(pause) = pause else {
                let cause = &error as &dyn Error;
                tracing::error!(call.id = %entry.id, error = cause, "the end of a call was not written down");
                return;
            };
            tokio::time::sleep(pause).await;
        }
    }
}

impl Book for CallBook {
    fn arrived<'a>(
        &'a self,
        entry: &'a Entry,
        words: &'a str,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let Err(error) = self.tell(entry, words).await {
                let cause = &error as &dyn Error;
                tracing::debug!(run.id = %entry.run, error = cause, "an event was not told");
            }
        })
    }

    fn open(
        &self,
        call: NewCall,
    ) -> Pin<Box<dyn Future<Output = Result<Entry, NotOpened>> + Send + '_>> {
        Box::pin(self.opened(call))
    }

    fn close(&self, entry: Entry, end: CallEnd) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.closed(entry, end))
    }
}
