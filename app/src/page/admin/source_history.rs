//! The audit entries about a source, as sentences with what was before and after.

use crate::component::moment::Moment;
use jiff::Timestamp;
use leptos::prelude::*;
use serde_json::Value;
use storage::audit::AuditRow;

/// Characters of a value that are shown: an address, not a page of selectors.
const VALUE_CHARACTERS_MAX: usize = 160;

/// Who changed what and when, the newest first.
#[component]
pub fn History(changes: Vec<AuditRow>, now: Timestamp, zone: String) -> impl IntoView {
    let entries = changes
        .into_iter()
        .map(|row| {
            let fields = fields(&row).into_iter().map(|words| view! { <li>{words}</li> });
            let fields = fields.collect_view();
            view! {
                <li class="decision-log__entry">
                    <p class="decision-log__time">
                        <Moment at=row.at now zone=zone.clone() />
                    </p>
                    <div>
                        <p>{sentence(&row)}</p>
                        <ul>{fields}</ul>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="decision-log">{entries}</ol> }
}

fn sentence(row: &AuditRow) -> String {
    let who = row.actor_name.as_deref().unwrap_or("The platform");
    let did = match row.action.as_str() {
        "source.created" => "added it",
        "source.changed" => "changed it",
        "source.enabled" => "switched it on",
        "source.disabled" => "switched it off",
        "source.tested" => "tested it",
        "source.imported" => "entered items",
        other => return format!("{who}: {other}."),
    };
    format!("{who} {did}.")
}

/// What a change says of each answer: before and after.
fn fields(row: &AuditRow) -> Vec<String> {
    let Some(changes) = row.entry["detail"]["changes"].as_object() else { return Vec::new() };
    changes
        .iter()
        .map(|(name, change)| {
            let (before, after) = (words(&change["before"]), words(&change["after"]));
            format!("{}: {before} → {after}", name.replace('_', " "))
        })
        .collect()
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text.chars().take(VALUE_CHARACTERS_MAX).collect(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(answers) => {
            let answer = |(name, value): (&String, &Value)| {
                format!("{} {}", name.replace('_', " "), words(value))
            };
            answers.iter().map(answer).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_names_what_was_before_and_after() {
        let row = AuditRow {
            at: Timestamp::UNIX_EPOCH,
            action: "source.changed".to_owned(),
            actor_name: Some("Ada Admin".to_owned()),
            entry: json!({ "detail": { "changes": {
                "tier": { "before": 2, "after": 3 },
                "language": { "before": null, "after": "de" },
                "terms": { "before": null, "after": { "attribution": "", "full_text": false } },
            } } }),
        };
        assert_eq!(sentence(&row), "Ada Admin changed it.");
        let terms = "terms: none → attribution none, full text no";
        assert_eq!(fields(&row), ["language: none → de", terms, "tier: 2 → 3"]);
    }
}
