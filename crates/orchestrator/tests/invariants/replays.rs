//! Runs whose records are kept in the repository come out again to the byte: whatever
//! would change a report that was sealed before is found here.

use crate::world::{builtin_agents, project};
use agents::market::NoPacks;
use domain::language_model::Question;
use executor::{pattern::Patterns, runtime::Registry};
use orchestrator::{
    REPORT_PATTERN,
    run::{RunRecord, Sealed},
};
use std::{fs, path::PathBuf, sync::Arc};

fn records() -> Vec<(PathBuf, RunRecord)> {
    let mut records: Vec<_> = fs::read_dir(project("samples/runs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let record = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path, record)
        })
        .collect();
    records.sort_by(|(one, _), (other, _)| one.cmp(other));
    records
}

fn plan() -> Arc<executor::pattern::Plan> {
    let registry = Registry::new(builtin_agents()).unwrap();
    let patterns = Patterns::load_dir(&project("patterns"), &registry).unwrap();
    Arc::clone(patterns.get(REPORT_PATTERN).unwrap())
}

#[tokio::test]
async fn every_run_on_record_is_replayed_to_the_same_bytes_by_this_build() {
    let records = records();
    let by_model = records.iter().filter(|(_, record)| record.model.is_some()).count();
    assert!(by_model > 0 && by_model < records.len(), "a run of each kind is on record");
    for (path, record) in records {
        let replayed = record.replay(&plan(), Arc::new(NoPacks)).await.unwrap();
        assert!(replayed.is_same(), "{}: {replayed:?}", path.display());
        assert_eq!(replayed.asked_otherwise, [], "{}", path.display());
    }
}

/// A report of the built-in analyst's first version, which chose events by other rules. That it
/// would come out differently today is told, and by whom.
#[tokio::test]
async fn a_report_of_an_engine_that_has_changed_since_is_found_to_differ() {
    let record = fs::read_to_string(project(
        "crates/orchestrator/tests/invariants/records/builtin_version_1.json",
    ));
    let record: RunRecord = serde_json::from_str(&record.unwrap()).unwrap();
    assert_eq!(record.engine.as_ref().unwrap().version, "1");
    let replayed = record.replay(&plan(), Arc::new(NoPacks)).await.unwrap();
    let [package, document, html] = replayed.compared;
    assert!(package.is_same() && !document.is_same() && !html.is_same(), "{replayed:?}");
    assert_eq!(replayed.engine_now.unwrap().version, "2");
}

/// Without it the test above could not fail.
#[tokio::test]
async fn a_replay_tells_the_hash_that_differs() {
    let (_, mut record) = records().remove(0);
    record.html_hash = record.document_hash;
    let replayed = record.replay(&plan(), Arc::new(NoPacks)).await.unwrap();
    let differ: Vec<_> =
        replayed.compared.iter().filter(|one| !one.is_same()).map(|one| one.part).collect();
    assert_eq!(differ, [Sealed::Html]);
    assert!(!replayed.is_same());
}

/// What this build does otherwise is told beside the hashes: the words of a question, and
/// the version of the pattern.
#[tokio::test]
async fn a_replay_tells_what_this_build_asks_and_does_otherwise() {
    let mut by_model = records().into_iter().map(|(_, record)| record);
    let mut record = by_model.rfind(|record| record.model.is_some()).unwrap();
    record.model.as_mut().unwrap().answers[0].prompt_hash = record.html_hash;
    record.package["pattern"]["version"] = serde_json::json!("0.9.0");
    let replayed = record.replay(&plan(), Arc::new(NoPacks)).await.unwrap();
    assert_eq!(replayed.asked_otherwise, [Question::Compose]);
    assert_eq!(replayed.pattern_then.as_deref(), Some("0.9.0"));
}
