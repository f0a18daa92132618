//! Making a sealed report again, from nothing but what is on record of its run.

use super::{
    pattern::{context_of, inputs_of},
    sealing::Report,
};
use crate::{Orchestrator, UseCaseError, pricing::StoredPacks};
use agents::{
    assistant::{Engine, Recorded, RecordedAnswer},
    builtin,
    market::Market,
};
use domain::{
    hash::ContentHash,
    id::{RunId, WorkspaceId},
    language_model::Question,
    package::Package,
    report,
    specification::Desk,
};
use executor::{
    context::{Governed, RightsProfile},
    pattern::Plan,
    runtime::{Limits, Registry, Runtime, WholeLimit},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use storage::{
    artifact::{self, Form},
    assistant_call::answer::{self, AnswerRow},
    journal, run as store, tenancy,
};
use uuid::Uuid;

/// What is on record of a run that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// A [`Package`] as it was sealed, which may be of an earlier build.
    pub package: Value,
    pub package_hash: ContentHash,
    pub document_hash: ContentHash,
    pub html_hash: ContentHash,
    /// As the report names it; none of the portfolio desk, where nobody writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<report::Engine>,
    /// Whose books a report of the portfolio desk is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// None where rules alone wrote.
    pub model: Option<RecordedModel>,
}

/// The language model that wrote a report, with what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedModel {
    pub engine: String,
    /// As it was asked for.
    pub model: String,
    /// Those that the report was made of, in order.
    pub answers: Vec<RecordedAnswer>,
}

/// A part of a run that is sealed under a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    Package,
    Document,
    Html,
}

/// A hash of the record beside that of what came out now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub part: Sealed,
    pub sealed: ContentHash,
    pub replayed: ContentHash,
}

impl Compared {
    pub fn is_same(&self) -> bool {
        self.sealed == self.replayed
    }
}

/// How a replay ended that made a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub compared: [Compared; 3],
    /// Questions that this build asks in other words; the answers are those on record.
    pub asked_otherwise: Vec<Question>,
    /// The pattern's version of the run, where it is another one now.
    pub pattern_then: Option<String>,
    /// The engine as the report that came out now names it, where it is another one.
    pub engine_now: Option<report::Engine>,
}

impl Replayed {
    /// To the byte.
    pub fn is_same(&self) -> bool {
        self.compared.iter().all(Compared::is_same)
    }
}

/// Why a replay made no report.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("no run {0} has a sealed report")]
    NoReport(RunId),
    #[error("its answers were not kept: they are since answers of a language model are on record")]
    NoAnswers,
    #[error("its package cannot be read by this build")]
    NoPackage(#[source] serde_json::Error),
    #[error("its engine {0} is not one of this build's")]
    UnknownEngine(String),
    /// Another build might reach the end.
    #[error("step {step}: {message}")]
    Stopped { step: String, message: String, reasons: Vec<String> },
    #[error(transparent)]
    UseCase(#[from] UseCaseError),
}

impl RunRecord {
    /// # Errors
    /// [`ReplayError::NoPackage`].
    pub fn package(&self) -> Result<Package, ReplayError> {
        Package::deserialize(&self.package).map_err(ReplayError::NoPackage)
    }

    /// Makes the report again by the pattern `plan` of its desk. Nobody is called, and of the
    /// outside only packs and books are read, by the names that the package holds.
    ///
    /// # Errors
    /// [`ReplayError`] where no report comes out.
    pub async fn replay(
        &self,
        plan: &Arc<Plan>,
        market: Arc<dyn Market>,
    ) -> Result<Replayed, ReplayError> {
        let internal = |error: &dyn std::fmt::Display| UseCaseError::Internal(error.to_string());
        let recorded = self.model.as_ref().map(RecordedModel::speaking).transpose()?;
        let engine = recorded.as_ref().map_or(Engine::Builtin, Recorded::engine);
        let registry =
            Registry::new(builtin::agents(market, &engine)).map_err(|error| internal(&error))?;
        let package_hash = ContentHash::of_json(&self.package).map_err(|error| internal(&error))?;
        let package = self.package()?;
        let inputs = inputs_of(&package);
        let version = package.pattern().version.clone();
        let desk = package.desk();
        let governed = Governed { package, package_hash, hold: 0 };
        // Neither enters a report.
        let workspace = self.workspace.unwrap_or_else(|| WorkspaceId::from_uuid(Uuid::nil()));
        let context = Arc::new(context_of(governed, workspace, RightsProfile::Production)?);
        let limits = Limits { step: None, whole: WholeLimit::Unbounded };
        let ended = Runtime::new(registry).run(plan, inputs, context, limits, None).await;
        let data = match ended.result {
            Ok(answer) => answer.data,
            Err(error) => {
                return Err(ReplayError::Stopped {
                    step: error.step.unwrap_or_default(),
                    message: error.fault.message.clone(),
                    reasons: error.fault.reasons,
                });
            }
        };
        let report = Report::of(&data, desk)?;
        let compared = |part, sealed, replayed| Compared { part, sealed, replayed };
        Ok(Replayed {
            compared: [
                compared(Sealed::Package, self.package_hash, package_hash),
                compared(Sealed::Document, self.document_hash, report.document_hash()),
                compared(Sealed::Html, self.html_hash, report.html_hash()),
            ],
            engine_now: report.engine.filter(|engine| self.engine.as_ref() != Some(engine)),
            asked_otherwise: recorded.map(|model| model.asked_otherwise()).unwrap_or_default(),
            pattern_then: (version != plan.version).then_some(version),
        })
    }
}

impl RecordedModel {
    fn speaking(&self) -> Result<Arc<Recorded>, ReplayError> {
        let unknown = || ReplayError::UnknownEngine(self.engine.clone());
        Recorded::new(&self.engine, &self.model, self.answers.clone()).ok_or_else(unknown)
    }

    /// The answers that a report was made of. A worker that died may have been answered
    /// before: what counts is the last first answer, and what followed on it.
    fn of(rows: Vec<AnswerRow>) -> Result<Option<Self>, ReplayError> {
        let told = rows.into_iter().filter(|row| row.question != Question::Probe);
        let mut told: Vec<_> = told.collect();
        let Some(from) = told.iter().rposition(|row| row.question == Question::Compose) else {
            return Ok(None);
        };
        let told = told.split_off(from);
        let (engine, model) = (told[0].engine.clone(), told[0].model.clone());
        let answers = told.into_iter().map(|row| {
            Ok(RecordedAnswer {
                question: row.question,
                prompt_hash: row.prompt_hash,
                model: row.answered_model,
                text: row.text.ok_or(ReplayError::NoAnswers)?,
            })
        });
        Ok(Some(Self { engine, model, answers: answers.collect::<Result<_, ReplayError>>()? }))
    }
}

impl Orchestrator {
    /// What is on record of a run that succeeded, of whatever workspace.
    ///
    /// # Errors
    /// [`ReplayError::NoReport`] for any other; [`ReplayError::NoAnswers`].
    pub async fn run_record(&self, run: RunId) -> Result<RunRecord, ReplayError> {
        let stored = |error| ReplayError::UseCase(UseCaseError::Storage(error));
        let mut tx = tenancy::begin_platform(&self.pool).await.map_err(stored)?;
        let seal = artifact::load_seal(&mut tx, run).await.map_err(stored)?;
        let package = journal::load_package_text(&mut tx, run).await.map_err(stored)?;
        let (seal, (package_hash, package)) =
            seal.zip(package).ok_or(ReplayError::NoReport(run))?;
        let document = artifact::load_text(&mut tx, run, Form::Json).await.map_err(stored)?;
        let (_, document) = document.ok_or(ReplayError::NoReport(run))?;
        let document: Value = serde_json::from_str(&document).map_err(UseCaseError::from)?;
        let engine = document.pointer("/scope/engine").cloned();
        let engine = engine.map(serde_json::from_value).transpose();
        let row = store::load(&mut tx, run).await.map_err(stored)?;
        let answers = answer::load(&mut tx, run).await.map_err(stored)?;
        Ok(RunRecord {
            package: serde_json::from_str(&package).map_err(UseCaseError::from)?,
            package_hash,
            document_hash: seal.document_hash,
            html_hash: seal.html_hash,
            engine: engine.map_err(UseCaseError::from)?,
            workspace: row.filter(|row| row.desk == Desk::Portfolio).map(|row| row.workspace),
            model: RecordedModel::of(answers)?,
        })
    }

    /// The pattern by which runs of a desk are made, and made again.
    pub const fn report_plan(&self, desk: Desk) -> &Arc<Plan> {
        match desk {
            Desk::Polyurethane => &self.report,
            Desk::Portfolio => &self.portfolio_report,
        }
    }

    /// Packs and books as the database has them.
    pub fn market(&self) -> Arc<dyn Market> {
        Arc::new(StoredPacks::new(self.pool.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(question: Question, text: Option<&str>) -> AnswerRow {
        AnswerRow {
            question,
            engine: "openai-responses".to_owned(),
            model: "test-model".to_owned(),
            answered_model: None,
            prompt_hash: ContentHash::of_bytes(b"a prompt"),
            text: text.map(str::to_owned),
        }
    }

    fn texts(rows: Vec<AnswerRow>) -> Option<Vec<String>> {
        let model = RecordedModel::of(rows).expect("every text was kept")?;
        Some(model.answers.into_iter().map(|answer| answer.text).collect())
    }

    #[test]
    fn a_report_is_made_of_what_its_last_worker_was_answered() {
        use Question::{Compose, Probe, Repair};
        let whole = |rows: &[(Question, &str)]| {
            texts(rows.iter().map(|(question, text)| row(*question, Some(text))).collect())
        };
        // The first worker died after its second answer.
        let rows = [(Probe, "p"), (Compose, "a"), (Repair, "b"), (Compose, "c")];
        assert_eq!(whole(&rows), Some(vec!["c".to_owned()]));
        let rows = [(Compose, "a"), (Probe, "p"), (Repair, "b")];
        assert_eq!(whole(&rows), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(whole(&[(Probe, "p")]), None);
        assert_eq!(whole(&[]), None);
    }

    #[test]
    fn an_answer_that_was_not_kept_is_no_empty_one() {
        let lost = RecordedModel::of(vec![row(Question::Compose, None)]);
        assert!(matches!(lost, Err(ReplayError::NoAnswers)), "{lost:?}");
    }
}
