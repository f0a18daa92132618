//! What is sent.

use super::world::{CALL, PATIENT, compose, two_events};
use crate::assistant::Draft;
use fake_openai::{Reply, faithful, package_of};
use serde_json::Value;

#[tokio::test]
async fn a_model_that_adds_nothing_gives_a_valid_report_that_names_engine_and_model() {
    let package = two_events();
    let (composed, server) =
        compose(PATIENT, &package, |seen, _| Reply::says(&faithful(&package_of(seen)).to_string()))
            .await;
    let (document, summary) = composed.unwrap();
    assert_eq!(reports::validate(&document, &package), []);
    let engine = &document.scope.engine;
    assert_eq!(engine.id, "openai-responses");
    assert_eq!(engine.label, "Language model test-model (Responses API)");
    assert_eq!(engine.version, "test-model-2026-11-01");
    assert_eq!(engine.instruction, package.instruction.reference());
    assert!(engine.instruction.is_some());
    assert_eq!(
        summary,
        "2 developments in 1 sections, 2 references, written by test-model-2026-11-01."
    );
    assert_eq!(server.seen().len(), 1);
}

/// A report of a package of before the hash stood in it comes out as it did then.
#[tokio::test]
async fn a_package_without_the_hash_of_its_instruction_gives_a_report_that_names_none() {
    let mut package = two_events();
    let mut before = serde_json::to_value(&package.instruction).unwrap();
    assert!(before.as_object_mut().unwrap().remove("sha256").is_some());
    package.instruction = serde_json::from_value(before).unwrap();
    let (composed, _) =
        compose(PATIENT, &package, |seen, _| Reply::says(&faithful(&package_of(seen)).to_string()))
            .await;
    let engine = composed.unwrap().0.scope.engine;
    assert_eq!(engine.instruction, None);
    assert!(!serde_json::to_string(&engine).unwrap().contains("instruction"));
}

#[tokio::test]
async fn other_peoples_words_stand_between_marks_in_the_role_of_a_user_and_nowhere_else() {
    let package = two_events();
    let (_, server) =
        compose(PATIENT, &package, |seen, _| Reply::says(&faithful(&package_of(seen)).to_string()))
            .await;
    let seen = &server.seen()[0];
    let body = &seen.body;
    assert_eq!(body["instructions"], package.instruction.text());
    let words = ["Acme Foam", "Weekly", "Urethane Gazette", "400 ktpa"];
    let user = body["input"][0]["content"].as_str().unwrap();
    let mut rest = body.clone();
    rest["input"][0]["content"] = Value::Null;
    for word in words {
        assert!(user.contains(word), "{word} is not in the package as it was sent");
        assert!(!rest.to_string().contains(word), "{word} stands outside the data");
    }
    assert!(!user.contains("example.com"), "an address was sent");
    assert!(body.get("tools").is_none());
    assert_eq!(body["max_output_tokens"], PATIENT.output_tokens_max);
    let whose = body["safety_identifier"].as_str().unwrap();
    let is_hash = whose.len() == 64 && whose.chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(is_hash, "{whose} says who asks");
    let id = format!("{CALL}-compose");
    for header in ["x-client-request-id", "idempotency-key"] {
        assert_eq!(seen.headers[header], id.as_str(), "{header}");
    }
}

#[tokio::test]
async fn what_comes_before_the_package_is_the_same_for_every_run() {
    let bodies = async |package: domain::package::RunPackage| {
        let (_, server) = compose(PATIENT, &package, |seen, _| {
            Reply::says(&faithful(&package_of(seen)).to_string())
        })
        .await;
        let mut body = server.seen()[0].body.clone();
        body["input"] = Value::Null;
        body["safety_identifier"] = Value::Null;
        body
    };
    let mut other = two_events();
    other.pack.items.truncate(1);
    other.specification.name = "Another order".to_owned();
    assert_eq!(bodies(two_events()).await, bodies(other).await);
}

#[tokio::test]
async fn a_quiet_period_needs_no_model() {
    let mut package = two_events();
    for item in &mut package.pack.items {
        item.published = "2026-01-01".parse().unwrap();
    }
    let (composed, server) = compose(PATIENT, &package, |_, _| Reply::silence()).await;
    let (document, summary) = composed.unwrap();
    assert_eq!(reports::validate(&document, &package), []);
    assert_eq!(document.scope.engine.id, "builtin");
    assert_eq!(document.scope.engine.instruction, None, "nobody was told it");
    assert_eq!(summary, "No material change in the scope.");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn the_schema_is_that_of_the_draft_in_the_strict_subset() {
    let schema = Draft::schema();
    let names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "decision_summary",
            "developments",
            "executive_summary",
            "monitoring",
            "strategic_implications"
        ]
    );
    // The words of the report document's own types, and no others.
    assert_eq!(
        schema["$defs"]["ClaimKind"]["enum"],
        serde_json::json!(["fact", "interpretation", "implication"])
    );
    assert_eq!(schema["$defs"]["Claim"]["additionalProperties"], false);
}
