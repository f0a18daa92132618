//! Calls of a language model, without one.

use super::{Tenant, World};
use agents::assistant::{Book, CallEnd, Entry, Found, NewCall, Opened};
use domain::{
    hash::ContentHash,
    id::{RunId, SpecificationId},
    language_model::{Question, Tokens},
};
use orchestrator::{
    assistant::{CallBook, ModelAccount},
    run::Executed,
};
use std::sync::Arc;
use uuid::Uuid;

/// What each call uses that is answered.
pub const USED: Tokens = Tokens { input: 1200, cached: 1000, output: 300, reasoning: 40 };

/// The first question of a run that is carried under its first token.
pub fn model_call(tenant: &Tenant, run: RunId) -> NewCall {
    NewCall {
        workspace: tenant.workspace,
        run,
        hold: 1,
        question: Question::Compose,
        findings: Vec::new(),
        server: "https://api.test.example".to_owned(),
        request_id: format!("{run}-compose"),
        engine: "openai-responses",
        model: "test-model".to_owned(),
        prompt_hash: ContentHash::of_bytes(b"a prompt"),
        worst: Tokens { input: 2000, cached: 0, output: 1000, reasoning: 0 },
        calls_max: 100,
    }
}

/// The same question in words of its own, which no answer that is kept is one to.
pub fn in_new_words(call: NewCall) -> NewCall {
    NewCall { prompt_hash: ContentHash::of_bytes(Uuid::new_v4().as_bytes()), ..call }
}

/// A call that is to be sent.
pub fn to_send(opened: Opened) -> Entry {
    match opened {
        Opened::Call(entry) => entry,
        Opened::Answered(kept) => panic!("it was answered: {kept:?}"),
    }
}

pub fn answered(tokens: Option<Tokens>) -> CallEnd {
    let model = Some("test-model-2026-11-01".to_owned());
    let answer = Some("{}".to_owned());
    CallEnd { outcome: CallEnd::ANSWERED, model, tokens, answer }
}

impl World {
    /// The book of one more process.
    pub fn book(&self, account: ModelAccount) -> CallBook {
        CallBook::new(self.orchestrator.pool().clone(), Arc::new(account))
    }

    /// A run that a worker carries under token 1, as the database has it.
    pub async fn carried(&self, tenant: &Tenant, id: SpecificationId) -> RunId {
        let run = self.trigger(tenant, id).await;
        sqlx::query(
            "update runs set status = 'running', started_at = now(), fencing_token = 1,
                 lease_until = now() + interval '1 hour'
             where id = $1",
        )
        .bind(run.as_uuid())
        .execute(&self.superuser)
        .await
        .unwrap();
        run
    }

    /// A run whose first worker called a model once, and whose second finished it.
    pub async fn succeed_with_a_call(&self, tenant: &Tenant, id: SpecificationId) -> RunId {
        let run = self.carried(tenant, id).await;
        let book = self.book(ModelAccount::default());
        let entry = to_send(book.open(model_call(tenant, run)).await.unwrap());
        book.close(entry, answered(Some(USED))).await;
        let found = Found {
            workspace: tenant.workspace,
            run,
            hold: 1,
            server: "https://models.example.com/v1".to_owned(),
            model: "test-model".to_owned(),
            counts_tokens: Some(true),
            asked: true,
        };
        book.found(found).await;
        self.let_the_lease_run_out(run).await;
        let executed = self.orchestrator.execute_run(tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Final);
        assert_eq!(self.status(run).await, "succeeded");
        run
    }
}
