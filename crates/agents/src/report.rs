//! The agent that validates documents and renders artifacts.

use crate::{governed::governed, portfolio_report};
use domain::{hash::ContentHash, report::ReportDocument};
use executor::{
    capability::{Agent, Call, Capability, Cost, Fault, FaultKind, Output},
    context::Governed,
    lineage::Ttl,
};
use reports::{Colophon, render_html, validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ValidateDocument {
    /// The document as it was composed. One that is no report document fails
    /// validation, like one that breaks a rule.
    #[schemars(with = "ReportDocument")]
    document: Value,
}

/// A document in which every rule holds.
#[derive(Serialize, JsonSchema)]
struct Validation {
    /// Always empty: a finding fails the step.
    findings: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Render {
    /// A document that passed validation.
    document: ReportDocument,
    format: RenderFormat,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RenderFormat {
    Html,
}

#[derive(Serialize, JsonSchema)]
struct Artifact {
    /// A whole page that needs nothing else.
    html: String,
}

/// Validates documents and renders artifacts.
pub fn agent() -> Agent {
    let mut capabilities = vec![
        Capability::new(
            "reports.validate_document",
            "1.0.0",
            "Checks the report against scope and evidence.",
            |args: ValidateDocument, call| async move { validated(&args, &call) },
        )
        .ttl(Ttl::Day)
        .cost(Cost::Compute)
        .governed(),
        Capability::new(
            "reports.render",
            "1.0.0",
            "Renders the report as a page.",
            |args: Render, call| async move { rendered(&args, &call) },
        )
        .ttl(Ttl::Day)
        .cost(Cost::Compute)
        .governed(),
    ];
    capabilities.extend(portfolio_report::capabilities());
    Agent {
        name: "reports",
        description: "Checks report documents rule by rule and renders them.",
        capabilities,
    }
}

const NOT_PASSED: &str = "The report did not pass validation.";

fn validated(args: &ValidateDocument, call: &Call) -> Result<Output<Validation>, Fault> {
    let document = ReportDocument::deserialize(&args.document).map_err(|error| {
        let reason = format!("The report did not have the required structure ({error}).");
        Fault::new(FaultKind::Validation, NOT_PASSED).with_reasons(vec![reason])
    })?;
    let findings = validate(&document, governed(call)?.package);
    if !findings.is_empty() {
        let reasons = findings.into_iter().map(|finding| finding.message).collect();
        return Err(Fault::new(FaultKind::Validation, NOT_PASSED).with_reasons(reasons));
    }
    let claims = document.claims().count();
    let summary = format!("Every rule holds for {claims} claims; nothing lies outside the scope.");
    Ok(Output::computed(Validation { findings: Vec::new() }, summary))
}

fn rendered(args: &Render, call: &Call) -> Result<Output<Artifact>, Fault> {
    let Render { document, format: RenderFormat::Html } = args;
    let Governed { package, package_hash, .. } = governed(call)?;
    let internal = |error: &dyn std::fmt::Display| Fault::internal(error.to_string());
    let document_hash = ContentHash::of_json(document).map_err(|error| internal(&error))?;
    let colophon = Colophon::of(package, package_hash, document_hash);
    let html = render_html(document, &colophon).map_err(|error| internal(&error))?;
    let summary = format!("HTML of {} bytes.", html.len());
    Ok(Output::computed(Artifact { html }, summary))
}
