//! The book in the database. A call is opened in one transaction with the sum that it
//! is held against, one after the other in a workspace, so that workers together keep
//! to a budget.

use super::ModelAccount;
use crate::new_id;
use agents::assistant::{Answer, Book, CallEnd, Entry, Found, Kept, NewCall, NotOpened, Opened};
use domain::{
    id::ModelCallId,
    language_model::{Exhausted, Question},
    run::Stage,
};
use std::{error::Error, future::Future, pin::Pin, sync::Arc, time::Duration};
use storage::{
    PgPool, StorageError, Transaction,
    assistant_call::{self as store, answer, lock_book, resumed},
    model_budget,
    run::{
        Lease,
        event::{self, EventKind},
    },
    server_probe::{self, NewProbe},
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

    async fn write(&self, call: &NewCall) -> Result<Result<Opened, Exhausted>, StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, call.workspace).await?;
        lock_book(&mut tx, call.workspace).await?;
        if let Some(kept) = answered(&mut tx, call).await? {
            return Ok(Ok(Opened::Answered(kept)));
        }
        if let Some(entry) = going(&mut tx, call).await? {
            return Ok(Ok(Opened::Call(entry)));
        }
        let currency = self.account.currency();
        let standing = store::load_standing(&mut tx, call.workspace, call.run, currency).await?;
        let worst = self.account.worst(&call.model, call.worst);
        let own = model_budget::load(&mut tx, call.workspace).await?;
        let own = own.map(|row| row.budget).unwrap_or_default();
        let allowed =
            self.account.budgets.with(&own, currency).and_then(|budgets| {
                budgets.allow(call.calls_max, standing.run, standing.month, worst)
            });
        if let Err(bound) = allowed {
            return Ok(Err(bound));
        }
        let id = ModelCallId::from_uuid(new_id());
        let new = store::NewCall {
            id,
            lease: lease_of(call),
            question: call.question,
            findings: &call.findings,
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
        let model = call.model.clone();
        Ok(Ok(Opened::Call(Entry { id, workspace, run, model, ordinal, resumes: None })))
    }

    async fn name(&self, entry: &Entry, response: &str) -> Result<(), StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, entry.workspace).await?;
        resumed::began(&mut tx, entry.id, response).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn keep_found(&self, found: &Found) -> Result<(), StorageError> {
        let Found { workspace, run, hold: token, .. } = *found;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let probe = NewProbe {
            lease: Lease { workspace, run, token },
            server: &found.server,
            model: &found.model,
            holds_schema: found.counts_tokens.is_some(),
            counts_tokens: found.counts_tokens,
            asked: found.asked,
        };
        server_probe::insert(&mut tx, &probe).await?;
        tx.commit().await?;
        Ok(())
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
        if let Some(answer) = &end.answer {
            answer::insert(&mut tx, entry.id, answer).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn opened(&self, call: NewCall) -> Result<Opened, NotOpened> {
        match self.write(&call).await {
            Ok(Ok(opened)) => Ok(opened),
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

const fn lease_of(call: &NewCall) -> Lease {
    Lease { workspace: call.workspace, run: call.run, token: call.hold }
}

fn sent_of(call: &NewCall) -> resumed::Sent<'_> {
    let NewCall { request_id, prompt_hash, engine, model, .. } = call;
    resumed::Sent { lease: lease_of(call), request_id, prompt_hash: *prompt_hash, engine, model }
}

/// What a dead worker was answered. Of a probe only where this server was found by it: what
/// another one is able to do says nothing.
async fn answered(tx: &mut Transaction, call: &NewCall) -> Result<Option<Kept>, StorageError> {
    let server = (call.question == Question::Probe).then_some(call.server.as_str());
    let kept = resumed::load_answered(tx, sent_of(call), server).await?;
    Ok(kept.map(|kept| Kept {
        ordinal: u32::try_from(kept.ordinal).unwrap_or(u32::MAX),
        answer: Answer { text: kept.text, model: kept.model },
        counted: kept.counted,
    }))
}

/// The call of a dead worker that its server goes on with.
async fn going(tx: &mut Transaction, call: &NewCall) -> Result<Option<Entry>, StorageError> {
    let going = resumed::load_going(tx, sent_of(call)).await?;
    Ok(going.map(|going| Entry {
        id: going.id,
        workspace: call.workspace,
        run: call.run,
        model: call.model.clone(),
        ordinal: u32::try_from(going.ordinal).unwrap_or(u32::MAX),
        resumes: Some(going.response),
    }))
}

impl Book for CallBook {
    fn began<'a>(
        &'a self,
        entry: &'a Entry,
        response: &'a str,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let Err(error) = self.name(entry, response).await {
                let cause = &error as &dyn Error;
                tracing::warn!(call.id = %entry.id, error = cause, "a call cannot be resumed");
            }
        })
    }

    fn found(&self, found: Found) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Err(error) = self.keep_found(&found).await {
                let cause = &error as &dyn Error;
                tracing::warn!(run.id = %found.run, error = cause, "what was found of a server was not kept");
            }
        })
    }

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
    ) -> Pin<Box<dyn Future<Output = Result<Opened, NotOpened>> + Send + '_>> {
        Box::pin(self.opened(call))
    }

    fn close(&self, entry: Entry, end: CallEnd) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.closed(entry, end))
    }
}
