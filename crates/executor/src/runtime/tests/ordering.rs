use super::world::{World, outline};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn steps_that_do_not_need_each_other_run_side_by_side() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 100 } },
        { "key": "b", "capability": "t.give", "args": { "value": 2, "wait_ms": 100 } },
        { "key": "c", "capability": "t.give",
          "args": { "value": 3, "with": ["{{state.a.value}}", "{{state.b.value}}"], "wait_ms": 100 } },
    ]));
    let began = Instant::now();
    let finished = world.run(&plan).await;
    assert_eq!(began.elapsed().as_millis(), 200);
    assert_eq!(world.log.all(), ["begin 1", "begin 2", "end 1", "end 2", "begin 3", "end 3"]);
    let data = finished.result.unwrap().data;
    let expected = json!({ "a": { "value": 1 }, "b": { "value": 2 }, "c": { "value": 6 } });
    assert_eq!(serde_json::Value::Object(data), expected);
}

#[tokio::test(start_paused = true)]
async fn no_more_steps_run_at_once_than_the_budget_allows() {
    let world = World::new();
    let steps: Vec<_> = (0..6)
        .map(|at| {
            let args = json!({ "value": at, "wait_ms": 100 });
            json!({ "key": format!("s{at}"), "capability": "t.give", "args": args })
        })
        .collect();
    let plan = world.plan_with(json!(steps), json!({ "budget": { "max_parallel": 2 } }));
    let began = Instant::now();
    assert!(world.run(&plan).await.result.is_ok());
    assert_eq!(began.elapsed().as_millis(), 300);
}

#[tokio::test]
async fn a_false_condition_skips_the_step_and_gives_null_with_its_reason() {
    let world = World::new();
    let panel = json!([{ "id": "b", "title": "B", "type": "text", "data": "{{state.b}}" }]);
    let plan = world.plan_with(
        json!([
            { "key": "a", "capability": "t.light", "args": { "value": 1 } },
            { "key": "b", "capability": "t.light", "args": { "value": 2 }, "if": "state.a.value > 1" },
        ]),
        json!({ "panels": panel }),
    );
    let finished = world.run(&plan).await;
    assert_eq!(outline(&finished), ["a ok", "b skipped condition_false"]);
    let answer = finished.result.unwrap();
    assert_eq!(answer.data["b"], json!(null));
    assert_eq!(answer.panels[0].reason.as_deref(), Some("condition_false"));
    assert_eq!(world.log.count("begin 2"), 0);
}

#[tokio::test]
async fn a_condition_that_cannot_be_evaluated_fails_the_step_and_does_not_skip_it() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.light", "args": { "value": null } },
        { "key": "b", "capability": "t.light", "args": { "value": 2 }, "if": "state.a.value > 1" },
    ]));
    let finished = world.run(&plan).await;
    assert_eq!(outline(&finished), ["a ok", "b error"]);
    let error = finished.result.unwrap_err();
    assert_eq!(error.step.as_deref(), Some("b"));
    assert_eq!(error.fault.code, Some("EVALUATION_FAILED"));
    assert_eq!(world.log.count("begin 2"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_execution_ends_at_its_deadline_with_the_steps_it_had() {
    let world = World::new();
    let plan = world.plan_with(
        json!([
            { "key": "a", "capability": "t.light", "args": { "value": 1 } },
            { "key": "b", "capability": "t.give", "args": { "value": 2, "wait_ms": 60000 } },
            { "key": "c", "capability": "t.light", "args": { "value": 3, "with": ["{{state.b.value}}"] } },
        ]),
        json!({ "budget": { "deadline_ms": 500 } }),
    );
    let began = Instant::now();
    let finished = world.run(&plan).await;
    assert_eq!(began.elapsed(), Duration::from_millis(500));
    assert_eq!(finished.result.as_ref().unwrap_err().fault.kind.id(), "timeout");
    assert_eq!(outline(&finished), ["a ok", "b error", "c not_run after_error"]);
    // The task notices that it is aborted when it is next polled.
    tokio::task::yield_now().await;
    assert_eq!(world.log.count("dropped 2"), 1);
}
