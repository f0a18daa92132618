//! One report from one model: asked, asked again where that may help, repaired
//! once, and never beyond the bounds.

use super::{
    Answer, Ask, Bounds, Failure, Identity, Model, TimedOut, Usage,
    assemble::{assemble, not_plain, short, wrong},
    draft::Draft,
    prompt,
};
use crate::{
    analyst::{self, Basis},
    evidence::Selection,
};
use domain::report::{Engine, ReportDocument};
use executor::{
    capability::{Fault, FaultKind},
    context::Governed,
};
use std::sync::Arc;
use uuid::Uuid;

/// A model with the bounds of one report. Keeps nothing between two reports.
#[derive(Clone, Debug)]
pub struct Assistant {
    model: Arc<dyn Model>,
    bounds: Bounds,
}

/// A report as the assistant leaves it: not yet validated for publication.
#[derive(Debug)]
pub struct Composed {
    pub document: ReportDocument,
    /// Calls made, failed ones included.
    pub calls: u32,
    /// What the first answer was sent back for.
    pub repaired: Vec<String>,
    /// Over all calls whose server counted.
    pub usage: Usage,
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

/// The calls of one report so far.
#[derive(Debug, Default)]
struct Calls {
    made: u32,
    usage: Usage,
}

impl Assistant {
    pub fn new(model: Arc<dyn Model>, bounds: Bounds) -> Self {
        Self { model, bounds }
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
        call_id: Uuid,
    ) -> Result<Composed, Fault> {
        let basis = Basis::new(&governed.package, selection)
            .map_err(|error| Fault::new(FaultKind::Empty, error.to_string()))?;
        if basis.events().is_empty() {
            let document = analyst::write(&basis);
            return Ok(Composed {
                document,
                calls: 0,
                repaired: Vec::new(),
                usage: Usage::default(),
            });
        }
        let ask = prompt::first(governed, &basis, call_id);
        if ask.messages.iter().map(|message| message.text.len()).sum::<usize>()
            > self.bounds.prompt_bytes_max
        {
            return Err(Failure::PromptTooLong.into_fault(Vec::new()));
        }
        tokio::time::timeout(self.bounds.total, self.converse(governed, &basis, ask))
            .await
            .unwrap_or_else(|_| Err(Failure::TimedOut(TimedOut::Total).into_fault(Vec::new())))
    }

    async fn converse(
        &self,
        governed: &Governed,
        basis: &Basis<'_>,
        ask: Ask,
    ) -> Result<Composed, Fault> {
        let mut calls = Calls::default();
        let answer = self.answer(&ask, &mut calls).await?;
        let composed = |document, calls: Calls, repaired| {
            let Calls { made, usage } = calls;
            Ok(Composed { document, calls: made, repaired, usage })
        };
        let reasons = match self.read(basis, &answer) {
            Read::Fit(document) => return composed(document, calls, Vec::new()),
            unfit if calls.made >= self.bounds.calls_max => {
                return composed(left_by(unfit)?, calls, Vec::new());
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
        let answer = self.answer(&again, &mut calls).await?;
        composed(left_by(self.read(basis, &answer))?, calls, reasons)
    }

    /// Asks until there is an answer, the calls are used up, or asking again would
    /// not help.
    async fn answer(&self, ask: &Ask, calls: &mut Calls) -> Result<Answer, Fault> {
        loop {
            calls.made += 1;
            let failure = match self.model.ask(ask.clone()).await {
                Ok(answer) => {
                    calls.usage = calls.usage.plus(answer.usage.unwrap_or_default());
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let code = failure.terms().code;
            tracing::warn!(failure.code = code, call = calls.made, "a model's call failed");
            match self.bounds.pause(&failure, calls.made) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure.into_fault(Vec::new())),
            }
        }
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

/// A server's name for its model is shown to readers, so it must look like one.
fn is_model_name(name: &str) -> bool {
    const CHARACTERS_MAX: usize = 100;
    !name.is_empty()
        && name.len() <= CHARACTERS_MAX
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@".contains(c))
}

impl Usage {
    #[must_use]
    fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cached: self.cached.saturating_add(other.cached),
            output: self.output.saturating_add(other.output),
            reasoning: self.reasoning.saturating_add(other.reasoning),
        }
    }
}
