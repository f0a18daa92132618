//! A model that says again what was said, so that a run is replayed from its record.

use super::{
    Answer, Answering, Ask, Assistant, Book, Bounds, CallEnd, Engine, Entry, Failure, Found,
    Identity, Listener, Looking, Model, NewCall, NotOpened, Opened, Reply,
    openai::{ChatCompletions, Responses},
};
use domain::{hash::ContentHash, id::ModelCallId, language_model::Question};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    future::ready,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};
use uuid::Uuid;

/// What a language model answered to a question of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedAnswer {
    pub question: Question,
    /// Of everything that it was told.
    pub prompt_hash: ContentHash,
    /// As the server named it.
    pub model: Option<String>,
    pub text: String,
}

/// Answers each question with the next answer on record, whatever it is asked.
#[derive(Debug)]
pub struct Recorded {
    identity: Identity,
    left: Mutex<VecDeque<RecordedAnswer>>,
    /// Questions whose words were others when they were answered.
    asked_otherwise: Mutex<Vec<Question>>,
}

impl Recorded {
    /// `answers` in the order of the questions. None for an engine that this build does
    /// not have.
    pub fn new(
        engine: &str,
        model: impl Into<String>,
        answers: impl IntoIterator<Item = RecordedAnswer>,
    ) -> Option<Arc<Self>> {
        let (engine, label) = [
            (Responses::ENGINE, Responses::LABEL),
            (ChatCompletions::ENGINE, ChatCompletions::LABEL),
        ]
        .into_iter()
        .find(|(known, _)| *known == engine)?;
        Some(Arc::new(Self {
            identity: Identity { engine, label, model: model.into() },
            left: Mutex::new(answers.into_iter().collect()),
            asked_otherwise: Mutex::default(),
        }))
    }

    /// What composes from the answers. Nobody is called, and no call is on record.
    pub fn engine(self: &Arc<Self>) -> Engine {
        // One answer for each of the two questions, and nothing is asked twice.
        let bounds = Bounds { calls_max: 2, ..Bounds::default() };
        let assistant = Assistant::new(Arc::clone(self) as Arc<dyn Model>, bounds);
        Engine::Model(assistant.keeping(Arc::new(Unkept::default())))
    }

    /// Questions that this build asks in other words than the run did.
    pub fn asked_otherwise(&self) -> Vec<Question> {
        locked(&self.asked_otherwise).clone()
    }

    fn next(&self, ask: &Ask) -> Result<Answer, Failure> {
        let answer = locked(&self.left).pop_front().ok_or(Failure::NotOnRecord)?;
        if answer.prompt_hash != ask.hash() {
            locked(&self.asked_otherwise).push(answer.question);
        }
        Ok(Answer { text: answer.text, model: answer.model })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Model for Recorded {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn server(&self) -> &'static str {
        "what is on record"
    }

    fn listing(&self) -> Looking<'_> {
        Box::pin(ready(Err(Failure::NotOnRecord)))
    }

    fn ask<'a>(&'a self, ask: Ask, _: Listener<'a>) -> Answering<'a> {
        Box::pin(ready(Reply { tokens: None, bytes: 0, answer: self.next(&ask) }))
    }
}

/// Numbers calls and keeps nothing of them.
#[derive(Debug, Default)]
struct Unkept(AtomicU32);

impl Book for Unkept {
    fn open(&self, call: NewCall) -> BoxFuture<'_, Result<Opened, NotOpened>> {
        let ordinal = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let NewCall { workspace, run, model, .. } = call;
        let id = ModelCallId::from_uuid(Uuid::nil());
        let entry = Entry { id, workspace, run, model, ordinal, resumes: None };
        Box::pin(ready(Ok(Opened::Call(entry))))
    }

    fn began<'a>(&'a self, _: &'a Entry, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }

    fn found(&self, _: Found) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn arrived<'a>(&'a self, _: &'a Entry, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }

    fn close(&self, _: Entry, _: CallEnd) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}
