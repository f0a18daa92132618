use super::compose;
use crate::{
    evidence::Selection,
    governed::{governed, pack_lineage},
};
use domain::report::{Outcome, ReportDocument};
use executor::{
    capability::{Agent, Call, Capability, Cost, Fault, FaultKind, Output},
    lineage::Ttl,
};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ComposeReport {
    /// What `evidence.select` gave.
    selection: Selection,
}

/// The deterministic analyst that needs no language model.
pub fn agent() -> Agent {
    Agent {
        name: "analyst",
        description: "Composes reports from selected evidence by rules alone.",
        capabilities: vec![
            Capability::new(
                "assistant.compose_report",
                "1.0.0",
                "Composes the report from the selected evidence.",
                |args: ComposeReport, call| async move { composed(&args, &call) },
            )
            .ttl(Ttl::Day)
            .cost(Cost::Compute)
            .sources(&["pack"])
            .governed(),
        ],
    }
}

fn composed(args: &ComposeReport, call: &Call) -> Result<Output<ReportDocument>, Fault> {
    let governed = governed(call)?;
    let document = compose(governed.package, &args.selection)
        .map_err(|error| Fault::new(FaultKind::Empty, error.to_string()))?;
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
    Ok(Output::from_source(document, pack_lineage(&governed), summary))
}
