use super::{Assistant, Composed};
use crate::{
    evidence::Selection,
    governed::{governed, pack_lineage},
};
use domain::report::{Outcome, ReportDocument};
use executor::{
    capability::{Agent, Call, Capability, Cost, Fault, Output},
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

/// The analyst that writes with a language model.
pub fn agent(assistant: Assistant) -> Agent {
    Agent {
        name: "assistant",
        description: "Composes reports from selected evidence with a language model.",
        capabilities: vec![
            Capability::new(
                "assistant.compose_report",
                "1.0.0",
                "Composes the report from the selected evidence.",
                move |args: ComposeReport, call| {
                    let assistant = assistant.clone();
                    async move { composed(&assistant, &args, &call).await }
                },
            )
            .ttl(Ttl::Day)
            .cost(Cost::Paid)
            .sources(&["pack"])
            .governed(),
        ],
    }
}

async fn composed(
    assistant: &Assistant,
    args: &ComposeReport,
    call: &Call,
) -> Result<Output<ReportDocument>, Fault> {
    let governed = governed(call)?;
    let composed = assistant.compose(&governed, &args.selection, call).await?;
    let summary = summary(&composed);
    Ok(Output::from_source(composed.document, pack_lineage(&governed), summary))
}

fn summary(composed: &Composed) -> String {
    let document = &composed.document;
    if document.outcome == Outcome::NoMaterialChange {
        return "No material change in the scope.".to_owned();
    }
    let developments: usize =
        document.sections.iter().map(|section| section.developments.len()).sum();
    let written = format!(
        "{developments} developments in {} sections, {} references, written by {}",
        document.sections.len(),
        document.references.len(),
        document.scope.engine.version
    );
    let written = match composed.repaired.len() {
        0 => format!("{written}."),
        1 => format!("{written} and sent back once for one finding."),
        findings => format!("{written} and sent back once for {findings} findings."),
    };
    composed.server.map_or_else(|| written.clone(), |found| format!("{written} {found}"))
}
