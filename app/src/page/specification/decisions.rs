//! The audit entries about a specification, as sentences.

use super::capitalised;
use crate::component::moment::Moment;
use jiff::Timestamp;
use leptos::prelude::*;
use storage::audit::AuditRow;

/// Who decided what, when and why, the newest first.
#[component]
pub(super) fn Decisions(decisions: Vec<AuditRow>, now: Timestamp, zone: String) -> impl IntoView {
    let entries = decisions
        .into_iter()
        .map(|row| {
            let reason = reason(&row).map(str::to_owned);
            view! {
                <li class="decision-log__entry">
                    <p class="decision-log__time">
                        <Moment at=row.at now zone=zone.clone() />
                    </p>
                    <div>
                        <p>{sentence(&row)}</p>
                        {reason
                            .map(|reason| view! { <p class="decision-log__reason">{reason}</p> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="decision-log">{entries}</ol> }
}

fn sentence(row: &AuditRow) -> String {
    let who = row.actor_name.as_deref().unwrap_or("The platform");
    let version = |name: &str| numbered(row.entry["detail"][name].as_u64());
    match row.action.as_str() {
        "specification.created" if row.entry["detail"]["copied_from"].is_string() => {
            format!("{who} made it as a copy of another specification.")
        }
        "specification.created" => format!("{who} began it."),
        "specification.version_saved" => format!("{who} saved {}.", version("version")),
        "specification.options_changed" => format!(
            "{} came into force at once, since only the name or report options changed. Saved by {who}.",
            capitalised(&version("to_version"))
        ),
        "specification.submitted" => {
            format!("{who} submitted {} for activation.", version("version"))
        }
        "specification.activated" => format!("{who} activated {}.", version("version")),
        "specification.returned" => format!("{who} returned the submitted version."),
        "specification.paused" => format!("{who} paused it."),
        "specification.resumed" => format!("{who} resumed it."),
        "specification.cancelled" => format!("{who} cancelled it."),
        "schedule.set" => format!("{who} set its schedule."),
        "schedule.paused" => format!("{who} paused its schedule."),
        "schedule.resumed" => format!("{who} resumed its schedule."),
        "run.blocked" if row.actor_name.is_none() => format!(
            "Its schedule could not start a run. {}",
            row.entry["detail"]["reason"].as_str().unwrap_or_default()
        ),
        // The platform's reason, not the words of the person.
        "run.blocked" => match row.entry["detail"]["reason"].as_str() {
            Some(reason) => format!("{who} wanted to run it, which was not possible. {reason}"),
            None => format!("{who} wanted to run it, which was not possible."),
        },
        other => format!("{who}: {other}."),
    }
}

/// `version 3`, or words for an entry that does not say which.
fn numbered(version: Option<u64>) -> String {
    version.map_or_else(|| "a version".to_owned(), |number| format!("version {number}"))
}

/// What a person gave as their reason.
fn reason(row: &AuditRow) -> Option<&str> {
    let given = row.entry["detail"]["reason"].as_str()?;
    (row.action != "run.blocked" && !given.is_empty()).then_some(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(action: &str, actor: Option<&str>, detail: &Value) -> AuditRow {
        AuditRow {
            at: Timestamp::UNIX_EPOCH,
            action: action.to_owned(),
            actor_name: actor.map(str::to_owned),
            entry: json!({ "action": action, "detail": detail }),
        }
    }

    fn check(action: &str, detail: &Value, expected: &str) {
        assert_eq!(sentence(&row(action, Some("Anna Keller"), detail)), expected);
    }

    #[test]
    fn an_audit_entry_reads_as_a_sentence() {
        check("schedule.set", &json!({}), "Anna Keller set its schedule.");
        check("schedule.paused", &json!({}), "Anna Keller paused its schedule.");
        check("schedule.resumed", &json!({}), "Anna Keller resumed its schedule.");
        let blocked = row("run.blocked", None, &json!({ "reason": "It is paused." }));
        assert_eq!(sentence(&blocked), "Its schedule could not start a run. It is paused.");
        check("specification.created", &json!({ "name": "X" }), "Anna Keller began it.");
        check(
            "specification.created",
            &json!({ "name": "X (copy)", "copied_from": "0192" }),
            "Anna Keller made it as a copy of another specification.",
        );
        check(
            "specification.activated",
            &json!({ "version": 3 }),
            "Anna Keller activated version 3.",
        );
        check(
            "specification.options_changed",
            &json!({ "from_version": 3, "to_version": 4 }),
            "Version 4 came into force at once, since only the name or report options changed. \
             Saved by Anna Keller.",
        );
        let resumed = row("specification.resumed", None, &json!({ "reason": null }));
        assert_eq!(sentence(&resumed), "The platform resumed it.");
    }

    #[test]
    fn every_transition_has_a_sentence_of_its_own() {
        for action in ["submitted", "activated", "returned", "paused", "resumed", "cancelled"] {
            let row = row(&format!("specification.{action}"), None, &json!({}));
            assert!(!sentence(&row).contains("specification."), "{action}");
        }
    }

    #[test]
    fn only_a_reason_that_a_person_gave_is_quoted() {
        let paused = |detail: &Value| {
            let row = row("specification.paused", None, detail);
            reason(&row).map(str::to_owned)
        };
        assert_eq!(paused(&json!({ "reason": "Too wide." })).as_deref(), Some("Too wide."));
        assert_eq!(paused(&json!({ "reason": "" })), None);
        assert_eq!(paused(&json!({ "reason": null })), None);
        assert_eq!(paused(&json!({})), None);
        let blocked =
            row("run.blocked", Some("Anna Keller"), &json!({ "reason": "It is paused." }));
        assert_eq!(reason(&blocked), None);
        assert!(sentence(&blocked).ends_with("not possible. It is paused."));
    }
}
