//! The audit entries about a specification, as sentences.

use super::capitalised;
use crate::component::moment::Moment;
use jiff::Timestamp;
use leptos::prelude::*;
use serde_json::Value;
use storage::audit::AuditRow;

/// Who decided what, when and why, the newest first.
#[component]
pub(super) fn Decisions(decisions: Vec<AuditRow>, now: Timestamp, zone: String) -> impl IntoView {
    let entries = decisions
        .into_iter()
        .map(|row| {
            let reason = reason(&row.entry).map(str::to_owned);
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
        "run.blocked" => format!("{who} wanted to run it, which was not possible."),
        other => format!("{who}: {other}."),
    }
}

/// `version 3`, or words for an entry that does not say which.
fn numbered(version: Option<u64>) -> String {
    version.map_or_else(|| "a version".to_owned(), |number| format!("version {number}"))
}

fn reason(entry: &Value) -> Option<&str> {
    entry["detail"]["reason"].as_str().filter(|reason| !reason.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(action: &str, actor: Option<&str>, detail: &Value, expected: &str) {
        let row = AuditRow {
            at: Timestamp::UNIX_EPOCH,
            action: action.to_owned(),
            actor_name: actor.map(str::to_owned),
            entry: json!({ "action": action, "detail": detail }),
        };
        assert_eq!(sentence(&row), expected);
    }

    #[test]
    fn an_audit_entry_reads_as_a_sentence() {
        let anna = Some("Anna Keller");
        check("specification.created", anna, &json!({ "name": "X" }), "Anna Keller began it.");
        check(
            "specification.created",
            anna,
            &json!({ "name": "X (copy)", "copied_from": "0192" }),
            "Anna Keller made it as a copy of another specification.",
        );
        check(
            "specification.activated",
            Some("Miriam Okafor"),
            &json!({ "version": 3 }),
            "Miriam Okafor activated version 3.",
        );
        check(
            "specification.options_changed",
            anna,
            &json!({ "from_version": 3, "to_version": 4 }),
            "Version 4 came into force at once, since only the name or report options changed. \
             Saved by Anna Keller.",
        );
        check(
            "specification.resumed",
            None,
            &json!({ "reason": null }),
            "The platform resumed it.",
        );
    }

    #[test]
    fn every_transition_has_a_sentence_of_its_own() {
        for action in ["submitted", "activated", "returned", "paused", "resumed", "cancelled"] {
            let row = AuditRow {
                at: Timestamp::UNIX_EPOCH,
                action: format!("specification.{action}"),
                actor_name: None,
                entry: json!({}),
            };
            assert!(!sentence(&row).contains("specification."), "{action}");
        }
    }

    #[test]
    fn only_a_reason_that_was_given_is_shown() {
        assert_eq!(reason(&json!({ "detail": { "reason": "Too wide." } })), Some("Too wide."));
        assert_eq!(reason(&json!({ "detail": { "reason": "" } })), None);
        assert_eq!(reason(&json!({ "detail": { "reason": null } })), None);
        assert_eq!(reason(&json!({ "detail": {} })), None);
    }
}
