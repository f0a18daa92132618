//! One report from one model: asked for, held against every rule, and sent back once
//! with what was found.

use super::{
    Answer, Ask, Book, Bounds, Failure, Found, Identity, Listing, Model, TimedOut,
    arrivals::Announced,
    assemble::{assemble, not_plain, short, wrong},
    book::NoBook,
    conversation::{Conversation, Holder},
    draft::Draft,
    model::is_model_name,
    probe::{self, Abilities},
    prompt,
};
use crate::{
    analyst::{self, Basis},
    evidence::Selection,
    governed::Sealed,
};
use domain::{
    language_model::Question,
    report::{Engine, ReportDocument},
};
use executor::capability::{Call, Fault, FaultKind};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A model with the bounds of one report, and the book of its calls. Keeps nothing
/// between two reports but what its server is able to do.
#[derive(Clone, Debug)]
pub struct Assistant {
    model: Arc<dyn Model>,
    bounds: Bounds,
    book: Arc<dyn Book>,
    /// Found once in a process; a server that lacks something is asked again.
    abilities: Arc<OnceCell<Abilities>>,
}

/// A report as the assistant leaves it: not yet validated for publication.
#[derive(Debug)]
pub struct Composed {
    pub document: ReportDocument,
    /// What the first answer was sent back for.
    pub repaired: Vec<String>,
    /// What was found of the server, in a sentence.
    pub server: Option<&'static str>,
}

/// What became of one answer.
enum Read {
    Fit(ReportDocument),
    /// With the document, if it is one at all.
    Unfit {
        document: Option<ReportDocument>,
        failure: Failure,
        reasons: Vec<String>,
    },
}

impl Assistant {
    /// Makes no call before it [keeps a book](Self::keeping).
    pub fn new(model: Arc<dyn Model>, bounds: Bounds) -> Self {
        Self { model, bounds, book: Arc::new(NoBook), abilities: Arc::default() }
    }

    /// The same with its calls written down in `book`.
    #[must_use]
    pub fn keeping(self, book: Arc<dyn Book>) -> Self {
        Self { book, ..self }
    }

    pub fn identity(&self) -> Identity {
        self.model.identity()
    }

    /// What the server's list of models says of the one that is configured.
    ///
    /// # Errors
    /// [`Failure`], when the list could not be read.
    pub async fn listing(&self) -> Result<Listing, Failure> {
        self.model.listing().await
    }

    /// Where the server is, for administrators.
    pub fn server(&self) -> &str {
        self.model.server()
    }

    /// Writes the report of a run. A period without events needs no model: rules
    /// alone say that it was quiet, and the report names them as its engine.
    ///
    /// # Errors
    /// [`Failure`] as a fault, or [`FaultKind::Empty`] where nothing was read.
    pub async fn compose(
        &self,
        governed: &Sealed<'_>,
        selection: &Selection,
        call: &Call,
    ) -> Result<Composed, Fault> {
        let basis = Basis::new(governed.package, selection)
            .map_err(|error| Fault::new(FaultKind::Empty, error.to_string()))?;
        if basis.events().is_empty() {
            let document = analyst::write(&basis);
            return Ok(Composed { document, repaired: Vec::new(), server: None });
        }
        let ask = prompt::first(governed, &basis, call.call_id);
        if ask.messages.iter().map(|message| message.text.len()).sum::<usize>()
            > self.bounds.prompt_bytes_max
        {
            return Err(Failure::PromptTooLong.into_fault(Vec::new()));
        }
        let holder = Holder {
            workspace: call.context.workspace,
            run: governed.package.run_id,
            hold: governed.hold,
        };
        let words = prompt::announcements(&basis);
        let announced = Announced::new(&words);
        let mut conversation =
            Conversation::new(&*self.model, &*self.book, &self.bounds, holder, announced);
        let conversing = async {
            let server = self.probed(&mut conversation, holder, call).await?;
            let composed = self.converse(&mut conversation, governed, &basis, ask).await?;
            let server = server.or_else(|| self.model.lacking());
            Ok::<_, Fault>(Composed { server, ..composed })
        };
        if let Ok(composed) = tokio::time::timeout(self.bounds.total, conversing).await {
            return composed;
        }
        let failure = Failure::TimedOut(TimedOut::Total);
        conversation.stop(&failure).await;
        Err(failure.into_fault(Vec::new()))
    }

    /// What the server is able to do, in words; nothing where that is published.
    async fn probed(
        &self,
        conversation: &mut Conversation<'_>,
        holder: Holder,
        call: &Call,
    ) -> Result<Option<&'static str>, Fault> {
        if !self.model.is_probed() {
            return Ok(None);
        }
        let mut asked = false;
        let asking = &mut asked;
        let found = self.abilities.get_or_try_init(|| async move {
            *asking = true;
            let question = probe::question(call.call_id);
            let answer = conversation.answer(Question::Probe, &question).await?;
            if !probe::is_held(&answer) {
                self.keep_found(holder, None, true).await;
                return Err(Failure::ServerLacks.into_fault(Vec::new()));
            }
            Ok(Abilities { counts_tokens: conversation.counted })
        });
        let found = *found.await?;
        self.keep_found(holder, Some(found.counts_tokens), asked).await;
        Ok(Some(found.words()))
    }

    async fn keep_found(&self, holder: Holder, counts_tokens: Option<bool>, asked: bool) {
        let found = Found {
            workspace: holder.workspace,
            run: holder.run,
            hold: holder.hold,
            server: self.model.server().to_owned(),
            model: self.model.identity().model,
            counts_tokens,
            asked,
        };
        self.book.found(found).await;
    }

    async fn converse(
        &self,
        conversation: &mut Conversation<'_>,
        governed: &Sealed<'_>,
        basis: &Basis<'_>,
        ask: Ask,
    ) -> Result<Composed, Fault> {
        let answer = conversation.answer(Question::Compose, &ask).await?;
        let composed = |document, repaired| Ok(Composed { document, repaired, server: None });
        let reasons = match self.read(basis, &answer) {
            Read::Fit(document) => return composed(document, Vec::new()),
            unfit if conversation.made >= self.bounds.calls_max => {
                return composed(left_by(unfit)?, Vec::new());
            }
            Read::Unfit { reasons, failure, .. } => {
                let code = failure.terms().code;
                tracing::warn!(
                    failure.code = code,
                    findings = reasons.len(),
                    "an answer is sent back"
                );
                reasons
            }
        };
        let again = prompt::repair(ask, governed, answer.text, &reasons);
        let answer = conversation.answer_again(&again, &reasons).await?;
        composed(left_by(self.read(basis, &answer))?, reasons)
    }

    /// Holds an answer against the structure and against every rule of validation.
    fn read(&self, basis: &Basis<'_>, answer: &Answer) -> Read {
        let no_document =
            |reasons| Read::Unfit { document: None, failure: Failure::SchemaViolated, reasons };
        let draft: Draft = match serde_json::from_str(&answer.text) {
            Ok(draft) => draft,
            Err(error) => return no_document(vec![wrong(&short(&error.to_string()))]),
        };
        if let Some(reasons) = not_plain(&draft) {
            return no_document(reasons);
        }
        let document = match assemble(basis, draft, self.engine(basis, answer)) {
            Ok(document) => document,
            Err(reasons) => return no_document(reasons),
        };
        let findings = reports::validate(&document, basis.package);
        match Failure::of_findings(&findings) {
            None => Read::Fit(document),
            Some(failure) => Read::Unfit {
                document: Some(document),
                failure,
                reasons: findings.into_iter().map(|finding| finding.message).collect(),
            },
        }
    }

    fn engine(&self, basis: &Basis<'_>, answer: &Answer) -> Engine {
        let Identity { engine, label, model } = self.model.identity();
        let exact = answer.model.as_deref().filter(|name| is_model_name(name));
        Engine {
            id: engine.to_owned(),
            label: format!("Language model {model} ({label})"),
            version: exact.unwrap_or(&model).to_owned(),
            instruction: basis.package.instruction.reference(),
        }
    }
}

/// The document that an answer left, fit or not: the step that validates is the one
/// to refuse it, with all reasons. Where there is none, this step fails.
fn left_by(read: Read) -> Result<ReportDocument, Fault> {
    match read {
        Read::Fit(document) | Read::Unfit { document: Some(document), .. } => Ok(document),
        Read::Unfit { document: None, failure, reasons } => Err(failure.into_fault(reasons)),
    }
}
