//! One report from one model: asked for, held against every rule, and sent back once
//! with what was found.

use super::{
    Answer, Ask, Book, Bounds, Failure, Identity, Model, TimedOut,
    assemble::{assemble, not_plain, short, wrong},
    book::NoBook,
    conversation::{Conversation, Holder},
    draft::Draft,
    model::is_model_name,
    prompt,
};
use crate::{
    analyst::{self, Basis},
    evidence::Selection,
};
use domain::{
    language_model::Question,
    report::{Engine, ReportDocument},
};
use executor::{
    capability::{Call, Fault, FaultKind},
    context::Governed,
};
use std::sync::Arc;

/// A model with the bounds of one report, and the book of its calls. Keeps nothing
/// between two reports.
#[derive(Clone, Debug)]
pub struct Assistant {
    model: Arc<dyn Model>,
    bounds: Bounds,
    book: Arc<dyn Book>,
}

/// A report as the assistant leaves it: not yet validated for publication.
#[derive(Debug)]
pub struct Composed {
    pub document: ReportDocument,
    /// What the first answer was sent back for.
    pub repaired: Vec<String>,
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
        Self { model, bounds, book: Arc::new(NoBook) }
    }

    /// The same with its calls written down in `book`.
    #[must_use]
    pub fn keeping(self, book: Arc<dyn Book>) -> Self {
        Self { book, ..self }
    }

    pub fn identity(&self) -> Identity {
        self.model.identity()
    }

    /// Writes the report of a run. A period without events needs no model: rules
    /// alone say that it was quiet, and the report names them as its engine.
    ///
    /// # Errors
    /// [`Failure`] as a fault, or [`FaultKind::Empty`] where nothing was read.
    pub async fn compose(
        &self,
        governed: &Governed,
        selection: &Selection,
        call: &Call,
    ) -> Result<Composed, Fault> {
        let basis = Basis::new(&governed.package, selection)
            .map_err(|error| Fault::new(FaultKind::Empty, error.to_string()))?;
        if basis.events().is_empty() {
            return Ok(Composed { document: analyst::write(&basis), repaired: Vec::new() });
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
        let mut conversation = Conversation::new(&*self.model, &*self.book, &self.bounds, holder);
        let conversing = self.converse(&mut conversation, governed, &basis, ask);
        if let Ok(composed) = tokio::time::timeout(self.bounds.total, conversing).await {
            return composed;
        }
        let failure = Failure::TimedOut(TimedOut::Total);
        conversation.stop(&failure).await;
        Err(failure.into_fault(Vec::new()))
    }

    async fn converse(
        &self,
        conversation: &mut Conversation<'_>,
        governed: &Governed,
        basis: &Basis<'_>,
        ask: Ask,
    ) -> Result<Composed, Fault> {
        let answer = conversation.answer(Question::Compose, &ask).await?;
        let composed = |document, repaired| Ok(Composed { document, repaired });
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
        let answer = conversation.answer(Question::Repair, &again).await?;
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
        let document = match assemble(basis, draft, self.engine(answer)) {
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

    fn engine(&self, answer: &Answer) -> Engine {
        let Identity { engine, label, model } = self.model.identity();
        let exact = answer.model.as_deref().filter(|name| is_model_name(name));
        Engine {
            id: engine.to_owned(),
            label: format!("Language model {model} ({label})"),
            version: exact.unwrap_or(&model).to_owned(),
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
