//! The agents of this build: evidence, the built-in analyst, reports.

use crate::{
    analyst,
    capability::{Agent, AgentError, StepContext, StepFuture, StepOutput, argument},
    evidence::{self, Selection},
};
use domain::{
    hash::ContentHash,
    report::{Outcome, ReportDocument},
    run::FailureKind,
};
use reports::{Colophon, render_html, validate};
use serde_json::{Value, json};
use std::sync::Arc;

/// All agents of this build.
pub fn agents() -> Vec<Arc<dyn Agent>> {
    vec![Arc::new(EvidenceAgent), Arc::new(BuiltinAnalyst), Arc::new(ReportsAgent)]
}

/// Wraps work that is over in milliseconds and waits for nothing.
fn at_once(work: impl FnOnce() -> Result<StepOutput, AgentError> + Send + 'static) -> StepFuture {
    Box::pin(async move { work() })
}

fn unknown(capability: &str) -> AgentError {
    AgentError::internal(format!("{capability} is not offered by this agent"))
}

fn value_of<T: serde::Serialize>(value: &T) -> Result<Value, AgentError> {
    serde_json::to_value(value).map_err(|error| AgentError::internal(error.to_string()))
}

/// Selects evidence out of the package.
pub struct EvidenceAgent;

impl Agent for EvidenceAgent {
    fn name(&self) -> &'static str {
        "evidence"
    }

    fn capabilities(&self) -> &'static [&'static str] {
        &["evidence.select"]
    }

    fn call(&self, capability: &str, _args: Value, context: Arc<StepContext>) -> StepFuture {
        if capability != "evidence.select" {
            let error = unknown(capability);
            return at_once(|| Err(error));
        }
        at_once(move || {
            let selection = evidence::select(&context.package);
            let summary = format!(
                "{} items in scope, of {} in the window and {} in the pack.",
                selection.items_in_scope, selection.items_in_window, selection.items_in_pack
            );
            Ok(StepOutput { value: value_of(&selection)?, summary })
        })
    }
}

/// The deterministic analyst that needs no language model.
pub struct BuiltinAnalyst;

impl Agent for BuiltinAnalyst {
    fn name(&self) -> &'static str {
        "analyst"
    }

    fn capabilities(&self) -> &'static [&'static str] {
        &["assistant.compose_report"]
    }

    fn call(&self, capability: &str, mut args: Value, context: Arc<StepContext>) -> StepFuture {
        if capability != "assistant.compose_report" {
            let error = unknown(capability);
            return at_once(|| Err(error));
        }
        at_once(move || {
            let selection: Selection = argument(&mut args, "selection")?;
            let document =
                analyst::compose(&context.package, &selection).map_err(|error| AgentError {
                    kind: FailureKind::Empty,
                    message: error.to_string(),
                    reasons: Vec::new(),
                })?;
            let developments: usize =
                document.sections.iter().map(|section| section.developments.len()).sum();
            let summary = match document.outcome {
                Outcome::NoMaterialChange => "No material change in the scope.".to_owned(),
                Outcome::Developments => format!(
                    "{developments} developments in {} sections, {} references.",
                    document.sections.len(),
                    document.references.len()
                ),
            };
            Ok(StepOutput { value: value_of(&document)?, summary })
        })
    }
}

/// Validates documents and renders artifacts.
pub struct ReportsAgent;

impl Agent for ReportsAgent {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn capabilities(&self) -> &'static [&'static str] {
        &["reports.validate_document", "reports.render"]
    }

    fn call(&self, capability: &str, mut args: Value, context: Arc<StepContext>) -> StepFuture {
        match capability {
            "reports.validate_document" => at_once(move || validated(&mut args, &context)),
            "reports.render" => at_once(move || rendered(&mut args, &context)),
            other => {
                let error = unknown(other);
                at_once(|| Err(error))
            }
        }
    }
}

fn validated(args: &mut Value, context: &StepContext) -> Result<StepOutput, AgentError> {
    let document: Value = argument(args, "document")?;
    let document: ReportDocument =
        serde_json::from_value(document).map_err(|error| AgentError {
            kind: FailureKind::Validation,
            message: "The report did not pass validation.".to_owned(),
            reasons: vec![format!("The report did not have the required structure ({error}).")],
        })?;
    let findings = validate(&document, &context.package);
    if findings.is_empty() {
        let claims = document.claims().count();
        let summary =
            format!("Every rule holds for {claims} claims; nothing lies outside the scope.");
        return Ok(StepOutput { value: json!({ "findings": [] }), summary });
    }
    Err(AgentError {
        kind: FailureKind::Validation,
        message: "The report did not pass validation.".to_owned(),
        reasons: findings.into_iter().map(|finding| finding.message).collect(),
    })
}

fn rendered(args: &mut Value, context: &StepContext) -> Result<StepOutput, AgentError> {
    let document: ReportDocument = argument(args, "document")?;
    let format: String = argument(args, "format")?;
    if format != "html" {
        return Err(AgentError::internal(format!("{format} is not a format that can be rendered")));
    }
    let package = &context.package;
    let colophon = Colophon {
        run_id: package.run_id,
        specification_version: package.specification_version,
        pack_hash: package.pack_hash,
        package_hash: context.package_hash,
        document_hash: ContentHash::of_json(&document)
            .map_err(|error| AgentError::internal(error.to_string()))?,
        sealed_at: package.claimed_at,
        zone: package.period.zone.clone(),
    };
    let html = render_html(&document, &colophon)
        .map_err(|error| AgentError::internal(error.to_string()))?;
    let summary = format!("HTML of {} bytes.", html.len());
    Ok(StepOutput { value: json!({ "html": html }), summary })
}
