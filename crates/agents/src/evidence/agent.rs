use super::{Selection, select};
use crate::governed::{governed, pack_lineage, provider_lineage};
use executor::{
    capability::{Agent, Call, Capability, Fault, Output},
    lineage::Ttl,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Select {}

/// Selects evidence out of the package.
pub fn agent() -> Agent {
    Agent {
        name: "evidence",
        description: "Selects dated evidence out of the sealed pack of a run.",
        capabilities: vec![
            Capability::new(
                "evidence.select",
                "2.0.0",
                "Selects the events in window and scope, each with its evidence.",
                |Select {}, call| async move { selected(&call) },
            )
            .ttl(Ttl::Day)
            .sources(&["pack", "provider"])
            .governed(),
        ],
    }
}

fn selected(call: &Call) -> Result<Output<Selection>, Fault> {
    let governed = governed(call)?;
    let selection = select(governed.package);
    let summary = format!(
        "{} events of {} items in scope, of {} in the window and {} in the pack.",
        selection.events.len(),
        selection.items_in_scope,
        selection.items_in_window,
        selection.items_in_pack
    );
    let pack = &governed.package.pack;
    let lineage = selection
        .items()
        .filter_map(|selected| pack.provider_of(&selected.item))
        .collect::<BTreeSet<_>>()
        .iter()
        .fold(pack_lineage(&governed), |lineage, provider| {
            lineage.and(&provider_lineage(&governed, provider))
        });
    Ok(Output::from_source(selection, lineage, summary))
}
