use super::moment::Moment;
use jiff::Timestamp;
use leptos::prelude::*;
use storage::slot_override::{OverrideStanding, SlotOverride};

/// The slots that administrators opened, each with its reason and its end.
///
/// `runs_lead` is false for a reader who may not open the workspace's runs.
#[component]
pub fn OverrideList(
    overrides: Vec<SlotOverride>,
    runs_lead: bool,
    now: Timestamp,
    /// IANA name of the reader's zone.
    zone: String,
) -> impl IntoView {
    let rows = overrides
        .into_iter()
        .map(|granted| view! { <Row granted runs_lead now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Overrides, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Period"</th>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"Reason"</th>
                    <th scope="col">"Granted"</th>
                    <th scope="col">"Use"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(granted: SlotOverride, runs_lead: bool, now: Timestamp, zone: String) -> impl IntoView {
    let (words, at, run) = match granted.standing {
        OverrideStanding::Open { until } => ("Can be used until ", Some(until), None),
        OverrideStanding::Running { run } => ("A run is on its way", None, Some(run)),
        OverrideStanding::Used { run, at } => ("Used ", Some(at), Some(run)),
        OverrideStanding::Expired { at } => ("Expired unused ", Some(at), None),
    };
    let at = at.map(|at| view! { <Moment at now zone=zone.clone() /> });
    let link = run.filter(|_| runs_lead).map(|run| {
        view! {
            <span class="data-table__sub">
                <a href=format!("/runs/{run}")>"See the run"</a>
            </span>
        }
    });
    view! {
        <tr>
            <th scope="row" class="nowrap">
                {granted.period_key}
                <span class="data-table__sub">{format!("slot {}", granted.slot_ordinal)}</span>
            </th>
            <td data-label="Kind">{granted.kind.label()}</td>
            <td data-label="Reason">{granted.reason}</td>
            <td data-label="Granted">
                <Moment at=granted.granted_at now zone=zone.clone() />
                <span class="data-table__sub">{format!("by {}", granted.granted_by)}</span>
            </td>
            <td data-label="Use">{words} {at} {link}</td>
        </tr>
    }
}
