//! The calls of one report: each written down before it is sent, repeated where that
//! may help, and never beyond the bounds.

use super::{
    Answer, Ask, Book, Bounds, CallEnd, Entry, Failure, Heard, Kept, Model, NewCall, NotOpened,
    Opened, Reply,
    arrivals::{Announced, Arrivals, TOLD_MAX},
    model::is_model_name,
};
use domain::{
    id::{RunId, WorkspaceId},
    language_model::{Question, Tokens},
};
use executor::capability::Fault;
use tokio::sync::mpsc;

/// Whose calls they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub workspace: WorkspaceId,
    pub run: RunId,
    /// Fencing token of the worker that carries the run.
    pub hold: i64,
}

/// What is written down while an answer comes.
enum Told<'a> {
    Began(String),
    Arrived(&'a str),
}

/// The calls of one report so far.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    model: &'a dyn Model,
    book: &'a dyn Book,
    bounds: &'a Bounds,
    holder: Holder,
    /// Calls of the run, those of an earlier worker included.
    pub made: u32,
    /// Whether the server said what the last call used.
    pub counted: bool,
    /// The call that is on its way.
    open: Option<Entry>,
    announced: Announced<'a>,
}

impl<'a> Conversation<'a> {
    pub fn new(
        model: &'a dyn Model,
        book: &'a dyn Book,
        bounds: &'a Bounds,
        holder: Holder,
        announced: Announced<'a>,
    ) -> Self {
        Self { model, book, bounds, holder, made: 0, counted: false, open: None, announced }
    }

    /// Asks until there is an answer, the calls or a budget are used up, or asking
    /// again would not help.
    pub async fn answer(&mut self, question: Question, ask: &Ask) -> Result<Answer, Fault> {
        self.answer_to(question, ask, &[]).await
    }

    /// The same for an answer that is sent back with what was found in it.
    pub async fn answer_again(&mut self, ask: &Ask, findings: &[String]) -> Result<Answer, Fault> {
        self.answer_to(Question::Repair, ask, findings).await
    }

    async fn answer_to(
        &mut self,
        question: Question,
        ask: &Ask,
        findings: &[String],
    ) -> Result<Answer, Fault> {
        loop {
            let failure = match self.call(question, ask, findings).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let code = failure.terms().code;
            tracing::warn!(failure.code = code, call = self.made, "a model's call failed");
            match self.bounds.pause(&failure, self.made) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure.into_fault(Vec::new())),
            }
        }
    }

    async fn call(
        &mut self,
        question: Question,
        ask: &Ask,
        findings: &[String],
    ) -> Result<Answer, Failure> {
        let entry = match self.book.open(self.planned(question, ask, findings)).await {
            Ok(Opened::Call(entry)) => entry,
            Ok(Opened::Answered(Kept { ordinal, answer, counted })) => {
                tracing::info!(call = ordinal, "an answer that was kept is read again");
                (self.made, self.counted) = (ordinal, counted);
                return Ok(answer);
            }
            Err(refused) => {
                // Whoever cannot write calls down does not try for ever either.
                self.made += 1;
                return Err(match refused {
                    NotOpened::Exhausted(bound) => Failure::BudgetUsedUp(bound),
                    NotOpened::Unavailable => Failure::NotRecorded,
                });
            }
        };
        self.made = entry.ordinal;
        self.open = Some(entry.clone());
        let ask = Ask { resumes: entry.resumes.clone(), ..ask.clone() };
        let Reply { tokens, bytes, answer } = self.hear(ask, &entry).await;
        self.counted = tokens.is_some();
        tracing::debug!(call = self.made, bytes, "a model's call has ended");
        let end = match &answer {
            Ok(answer) => CallEnd {
                outcome: CallEnd::ANSWERED,
                model: answer.model.clone().filter(|name| is_model_name(name)),
                tokens,
                answer: Some(answer.text.clone()),
            },
            Err(failure) => ended_by(failure, tokens),
        };
        self.close(end).await;
        answer
    }

    /// The answer, and meanwhile what it has come to, to who watches the run.
    async fn hear(&mut self, ask: Ask, entry: &Entry) -> Reply {
        let (tell, mut told) = mpsc::channel(TOLD_MAX + 1);
        let mut arrivals = Arrivals::default();
        let announced = &mut self.announced;
        let listener = Box::new(move |heard: Heard<'_>| match heard {
            // There is room for all that are ever told.
            Heard::Began(response) => drop(tell.try_send(Told::Began(response.to_owned()))),
            Heard::Text(piece) => {
                for name in arrivals.hear(piece) {
                    if let Some(words) = announced.tell(&name) {
                        drop(tell.try_send(Told::Arrived(words)));
                    }
                }
            }
        });
        let book = self.book;
        let write = async |told: Told<'_>| match told {
            Told::Began(response) => book.began(entry, &response).await,
            Told::Arrived(words) => book.arrived(entry, words).await,
        };
        let mut asking = self.model.ask(ask, listener);
        let reply = loop {
            tokio::select! {
                biased;
                Some(told) = told.recv() => write(told).await,
                reply = &mut asking => break reply,
            }
        };
        while let Ok(told) = told.try_recv() {
            write(told).await;
        }
        reply
    }

    fn planned(&self, question: Question, ask: &Ask, findings: &[String]) -> NewCall {
        let identity = self.model.identity();
        NewCall {
            workspace: self.holder.workspace,
            run: self.holder.run,
            hold: self.holder.hold,
            question,
            findings: findings.to_vec(),
            request_id: ask.request_id.clone(),
            server: self.model.server().to_owned(),
            engine: identity.engine,
            model: identity.model,
            prompt_hash: ask.hash(),
            worst: ask.worst(self.bounds.output_tokens_max),
            calls_max: self.bounds.calls_max,
        }
    }

    /// Writes down what ended the call that is on its way, if there is one.
    pub async fn stop(&mut self, failure: &Failure) {
        self.close(ended_by(failure, None)).await;
    }

    async fn close(&mut self, end: CallEnd) {
        if let Some(entry) = self.open.take() {
            self.book.close(entry, end).await;
        }
    }
}

/// A server that never began has used nothing.
fn ended_by(failure: &Failure, tokens: Option<Tokens>) -> CallEnd {
    let began = failure.may_have_used_tokens();
    CallEnd {
        outcome: failure.terms().code,
        model: None,
        tokens: tokens.or((!began).then_some(Tokens::NONE)),
        answer: None,
    }
}
