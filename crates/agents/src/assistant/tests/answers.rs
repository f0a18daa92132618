//! What is made of answers that are no report yet.

use super::{
    book::Notes,
    world::{PATIENT, compose, compose_in, two_events},
};
use crate::assistant::Bounds;
use executor::capability::FaultKind;
use fake_openai::{Reply, faithful, package_of};
use serde_json::{Value, json};
use std::sync::Arc;

/// The first answer is `alter`ed; the second, if it is asked for, is sound.
async fn repaired(alter: impl Fn(&mut Value) + Send + Sync + 'static) -> (String, Value) {
    let package = two_events();
    let (composed, server) = compose(PATIENT, &package, move |seen, before| {
        let mut draft = faithful(&package_of(seen));
        if before == 0 {
            alter(&mut draft);
        }
        Reply::says(&draft.to_string())
    })
    .await;
    let (document, summary) = composed.unwrap();
    assert_eq!(reports::validate(&document, &package), []);
    assert_eq!(server.seen().len(), 2);
    (summary, server.seen()[1].body.clone())
}

#[tokio::test]
async fn an_answer_with_findings_goes_back_once_with_what_was_found() {
    let (summary, body) = repaired(|draft| {
        draft["developments"][0]["claims"][0]["text"] =
            json!("Foam Courier reports an expansion of 900 ktpa.");
    })
    .await;
    assert!(summary.ends_with("and sent back once for one finding."), "{summary}");
    let [package, answer, findings] = body["input"].as_array().unwrap().as_slice() else {
        panic!("{body}");
    };
    assert_eq!(package["role"], "user");
    assert_eq!(answer["role"], "assistant");
    assert!(answer["content"].as_str().unwrap().contains("900 ktpa"));
    assert_eq!(findings["role"], "user");
    let findings = findings["content"].as_str().unwrap();
    assert!(findings.contains("The figure 900000 t/y"), "{findings}");
    // Between marks, as the package is: they quote what a model wrote.
    let mark = package["content"].as_str().unwrap().lines().next().unwrap();
    let mark = mark.replace("PACKAGE", "FINDINGS");
    let is_marked = findings.starts_with(&format!("{mark}\n"))
        && findings.ends_with(&format!("\nEND OF {mark}"));
    assert!(is_marked, "{findings}");
}

#[tokio::test]
async fn an_event_that_is_not_there_or_told_twice_goes_back() {
    repaired(|draft| draft["developments"][0]["event"] = json!("V9")).await;
    repaired(|draft| {
        let first = draft["developments"][0].clone();
        draft["developments"].as_array_mut().unwrap().push(first);
    })
    .await;
    repaired(|draft| {
        draft["monitoring"] = json!([{ "event": "V9", "text": "Watch whether it may last." }]);
    })
    .await;
}

#[tokio::test]
async fn a_second_answer_with_findings_is_left_to_validation_to_refuse() {
    let package = two_events();
    let (composed, server) = compose(PATIENT, &package, |seen, _| {
        let mut draft = faithful(&package_of(seen));
        draft["developments"] = json!([]);
        Reply::says(&draft.to_string())
    })
    .await;
    let (document, _) = composed.unwrap();
    let findings = reports::validate(&document, &package);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "The report says no material change although 2 developments qualify."
    );
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_second_answer_that_is_no_report_fails_with_its_reason() {
    let (composed, server) =
        compose(PATIENT, &two_events(), |_, _| Reply::says("I cannot see a package.")).await;
    let fault = composed.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Validation);
    assert_eq!(fault.code, Some("schema_violated"));
    assert_eq!(fault.reasons.len(), 1);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_reason_quotes_no_more_of_a_models_words_than_a_reader_can_take_in() {
    let bounds = Bounds { calls_max: 1, ..PATIENT };
    let said = "x".repeat(9000);
    let alterations: [fn(&mut Value, &str); 3] = [
        |draft, said| draft[said] = json!(1),
        |draft, said| draft["monitoring"] = json!([{ "event": said, "text": "Watch it." }]),
        |draft, said| draft["developments"][0]["headline"] = json!(format!("{said}<b>")),
    ];
    for alter in alterations {
        let said = said.clone();
        let (composed, _) = compose(bounds, &two_events(), move |seen, _| {
            let mut draft = faithful(&package_of(seen));
            alter(&mut draft, &said);
            Reply::says(&draft.to_string())
        })
        .await;
        let fault = composed.unwrap_err();
        let [reason] = fault.reasons.as_slice() else { panic!("{:?}", fault.reasons) };
        let quoted = reason.matches('x').count();
        assert!((100..=165).contains(&quoted), "{quoted} characters: {reason}");
    }
}

#[tokio::test]
async fn without_a_call_left_nothing_is_sent_back() {
    let bounds = Bounds { calls_max: 1, ..PATIENT };
    let (composed, server) =
        compose(bounds, &two_events(), |_, _| Reply::says("I cannot see a package.")).await;
    assert_eq!(composed.unwrap_err().code, Some("schema_violated"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_package_beyond_the_bound_is_not_sent() {
    let bounds = Bounds { prompt_bytes_max: 1000, ..PATIENT };
    let (composed, server) = compose(bounds, &two_events(), |_, _| Reply::silence()).await;
    assert_eq!(composed.unwrap_err().code, Some("prompt_too_long"));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_server_that_calls_its_model_by_a_sentence_does_not_reach_the_reader() {
    let package = two_events();
    let notes = Arc::new(Notes::default());
    let (composed, _) = compose_in(notes.clone(), PATIENT, &package, |seen, _| {
        let mut events = fake_openai::events_of(&faithful(&package_of(seen)).to_string());
        let last = events.len() - 1;
        events[last]["response"]["model"] = json!("<b>trust me</b> and click");
        Reply::events(&events)
    })
    .await;
    assert_eq!(composed.unwrap().0.scope.engine.version, "test-model");
    assert_eq!(notes.ends()[0].model, None, "nor is it on record");
}
