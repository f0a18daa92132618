//! What the list of exports and the page of one attempt say alike.

use crate::{component::moment::Moment, view::figure::grouped};
use domain::rights::ExportOutcome;
use jiff::Timestamp;
use leptos::prelude::*;
use storage::export_record::{ExportDetail, ExportRecord, ExportStanding};

/// Icon and classes of a decision.
pub const fn outcome_mark(outcome: ExportOutcome) -> (&'static str, &'static str) {
    match outcome {
        ExportOutcome::Allow => ("check", "state state--good"),
        ExportOutcome::Redact => ("attention", "state state--attention"),
        ExportOutcome::Deny => ("blocked", "state state--bad"),
        ExportOutcome::Refuse => ("blocked", "state state--attention"),
        ExportOutcome::Quarantine => ("attention", "state state--bad"),
    }
}

/// Why it was decided so, in sentences; none of what was allowed whole.
pub fn reasons(detail: &ExportDetail) -> Vec<String> {
    let blocked = detail.blocked.iter().map(|one| one.reason.clone());
    match detail.outcome {
        ExportOutcome::Quarantine => vec!["What is stored does not match its seal.".to_owned()],
        ExportOutcome::Refuse => detail.reason.clone().into_iter().collect(),
        ExportOutcome::Deny if detail.blocked.is_empty() => {
            vec!["It is not recorded where all of it comes from.".to_owned()]
        }
        _ => blocked.collect(),
    }
}

/// What was asked for, with the way to what its licences allow.
#[component]
pub fn Subject(record: ExportRecord) -> impl IntoView {
    let words = match (record.run, record.execution) {
        (Some(_), _) => "A report",
        (_, Some(_)) => "An execution",
        _ => "Not recorded",
    };
    let what_if = record.subject().map(|subject| {
        let address = format!("/admin/rights?subject={subject}#what-if");
        view! {
            ": "
            <a href=address>"what its licences allow"</a>
        }
    });
    view! {
        {words}
        {what_if}
    }
}

/// How a large export stands at this moment.
#[component]
pub fn Standing(standing: ExportStanding, now: Timestamp, zone: String) -> impl IntoView {
    match standing {
        ExportStanding::Queued => "Waits for a worker".into_any(),
        ExportStanding::Printing { written, cells, attempt } => {
            let (written, cells) = (grouped(&written.to_string()), grouped(&cells.to_string()));
            let again = if attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("Is being printed: {written} of {cells} cells{again}").into_any()
        }
        ExportStanding::Ready { expires_at } => view! {
            "Ready, kept until "
            <Moment at=expires_at now zone />
        }
        .into_any(),
        ExportStanding::Expired => "Its file is no longer kept".into_any(),
        ExportStanding::Failed(reason) => format!("Could not be made. {reason}").into_any(),
    }
}
