//! The steps of a portfolio report: put together, checked, rendered. They belong to the agent
//! that does the same for the other desk's reports.

use crate::governed::governed_portfolio;
use domain::hash::ContentHash;
use executor::{
    capability::{Call, Capability, Cost, Fault, FaultKind, Output},
    lineage::Ttl,
};
use reports::{
    Colophon,
    portfolio::{PortfolioReport, SectionGiven, compose, render, validate},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Compose {
    /// Every part that there is, with its panels; what was not ordered may be null.
    sections: Vec<SectionGiven>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Validate {
    /// The report as it was put together. One that has another structure fails validation,
    /// like one that breaks a rule.
    #[schemars(with = "PortfolioReport")]
    document: Value,
}

/// A report in which every rule holds.
#[derive(Serialize, JsonSchema)]
struct Validated {
    /// Always empty: a finding fails the step.
    findings: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Render {
    /// A report that passed validation.
    document: PortfolioReport,
}

#[derive(Serialize, JsonSchema)]
struct Rendered {
    /// A whole page that needs nothing else.
    html: String,
}

pub fn capabilities() -> Vec<Capability> {
    let declared = [
        Capability::new(
            "reports.compose_portfolio",
            "1.0.0",
            "Puts the ordered panels together, each with where it came from.",
            |args: Compose, call| async move { composed(args, &call) },
        ),
        Capability::new(
            "reports.validate_portfolio",
            "1.0.0",
            "Checks the report against order, prices and ledger.",
            |args: Validate, call| async move { validated(&args, &call) },
        ),
        Capability::new(
            "reports.render_portfolio",
            "1.1.0",
            "Renders the report as a page.",
            |args: Render, call| async move { rendered(&args, &call) },
        ),
    ];
    declared.map(|one| one.ttl(Ttl::Day).cost(Cost::Compute).governed()).into()
}

fn composed(args: Compose, call: &Call) -> Result<Output<PortfolioReport>, Fault> {
    let report = compose(args.sections, governed_portfolio(call)?.package, &call.lineage);
    let panels = report.panels().count();
    let summary = format!("{panels} panels in {} parts.", report.sections.len());
    Ok(Output::computed(report, summary))
}

const NOT_PASSED: &str = "The report did not pass validation.";

fn validated(args: &Validate, call: &Call) -> Result<Output<Validated>, Fault> {
    let document = PortfolioReport::deserialize(&args.document).map_err(|error| {
        let reason = format!("The report did not have the required structure ({error}).");
        Fault::new(FaultKind::Validation, NOT_PASSED).with_reasons(vec![reason])
    })?;
    let findings = validate(&document, governed_portfolio(call)?.package);
    if !findings.is_empty() {
        return Err(Fault::new(FaultKind::Validation, NOT_PASSED).with_reasons(findings));
    }
    let panels = document.panels().count();
    let summary = format!("Every rule holds for {panels} panels; nothing was added to the order.");
    Ok(Output::computed(Validated { findings: Vec::new() }, summary))
}

fn rendered(args: &Render, call: &Call) -> Result<Output<Rendered>, Fault> {
    let governed = governed_portfolio(call)?;
    let internal = |error: &dyn std::fmt::Display| Fault::internal(error.to_string());
    let hash = ContentHash::of_json(&args.document).map_err(|error| internal(&error))?;
    let colophon = Colophon::of_portfolio(governed.package, governed.package_hash, hash);
    let html =
        render(&args.document, &colophon, &BTreeSet::new()).map_err(|error| internal(&error))?;
    let summary = format!("HTML of {} bytes.", html.len());
    Ok(Output::computed(Rendered { html }, summary))
}
