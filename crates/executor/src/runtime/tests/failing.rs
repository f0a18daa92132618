use super::world::{World, context, outline};
use crate::{
    capability::{Fault, FaultKind, Output},
    context::{Context, Governed},
    lineage::{Lineage, Lineages, PublishingCalendar, Source, SourceName},
    pattern::{Plan, Step},
    runtime::{
        BreakerState, CALLS_PER_AGENT_MAX, CALLS_WAITING_OF_A_WORKSPACE_MAX, Finished, Journal,
        JournalFuture, Limits, StepStatus, TraceRecorder, WholeLimit,
    },
};
use domain::hash::ContentHash;
use serde_json::{Map, Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

fn failing(kind: &str, more: &Value) -> Value {
    let mut step = json!({ "key": "a", "capability": "t.fail", "args": { "kind": kind } });
    for (name, value) in more.as_object().unwrap() {
        step[name] = value.clone();
    }
    json!([step])
}

#[tokio::test(start_paused = true)]
async fn after_an_error_dependants_do_not_run_and_steps_under_way_are_cancelled() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "slow", "capability": "t.give", "args": { "value": 1, "wait_ms": 60000 } },
        { "key": "bad", "capability": "t.fail", "args": { "kind": "missing_data" } },
        { "key": "next", "capability": "t.light", "args": { "value": 3, "with": ["{{state.bad.value}}"] } },
    ]));
    let finished = world.run(&plan).await;
    let expected = ["slow error after_error", "bad error", "next not_run after_error"];
    assert_eq!(outline(&finished), expected);
    let error = |at: usize| finished.trace.steps[at].error.as_ref().unwrap();
    assert_eq!((error(0).kind, error(0).step.as_deref()), (FaultKind::Cancelled, Some("bad")));
    assert_eq!((error(2).kind, error(2).step.as_deref()), (FaultKind::MissingData, Some("bad")));
    assert_eq!(finished.trace.steps[2].started_ms, None);
    let failed = finished.result.unwrap_err();
    assert_eq!((failed.step.as_deref(), failed.agent), (Some("bad"), Some("first")));
    tokio::task::yield_now().await;
    assert_eq!(world.log.count("end 1"), 0);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_execution_cancels_its_steps_and_the_record_tells_how_far_it_came() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.light", "args": { "value": 1 } },
        { "key": "b", "capability": "t.give", "args": { "value": 2, "wait_ms": 60000 } },
        { "key": "c", "capability": "t.light", "args": { "value": 3, "with": ["{{state.b.value}}"] } },
    ]));
    let context = Arc::new(context());
    let recorder = TraceRecorder::new(Arc::clone(&plan), Arc::clone(&context));
    let running =
        world.runtime.run_recorded(&plan, Map::new(), context, Limits::default(), None, &recorder);
    assert!(tokio::time::timeout(Duration::from_secs(1), running).await.is_err());
    tokio::task::yield_now().await;
    assert_eq!(world.log.all(), ["begin 1", "end 1", "begin 2", "dropped 2"]);
    let trace = recorder.into_trace();
    let statuses: Vec<StepStatus> = trace.steps.iter().map(|step| step.status).collect();
    assert_eq!(statuses, [StepStatus::Ok, StepStatus::Error, StepStatus::NotRun]);
    assert_eq!(trace.steps[1].error.as_ref().unwrap().kind, FaultKind::Cancelled);
    assert!((trace.duration_ms - 1000.0).abs() < 5.0, "{}", trace.duration_ms);
}

#[tokio::test]
async fn a_panic_is_a_fault_of_the_step_in_the_task_and_in_one_of_its_own() {
    for capability in ["t.panic", "t.panic_task"] {
        let world = World::new();
        let plan = world.plan(json!([{ "key": "a", "capability": capability }]));
        let error = world.run(&plan).await.result.unwrap_err();
        assert_eq!(error.fault.kind, FaultKind::Panic);
        assert!(!error.fault.message.contains("on purpose"), "{}", error.fault.message);
    }
}

#[tokio::test]
async fn a_step_that_may_fail_gives_null_with_the_fault_as_reason() {
    let world = World::new();
    let panel = json!([{ "id": "a", "title": "A", "type": "text", "data": "{{state.a}}" }]);
    let steps = failing("unavailable", &json!({ "on_error": "null" }));
    let plan = world.plan_with(steps, json!({ "panels": panel }));
    let finished = world.run(&plan).await;
    assert_eq!(outline(&finished), ["a error on_error_null"]);
    let answer = finished.result.unwrap();
    assert_eq!(answer.data["a"], Value::Null);
    assert_eq!(answer.panels[0].reason.as_deref(), Some("As told."));
    assert_eq!(finished.trace.panels[0].verdict.id(), "unknown");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_called_when_the_agent_is_not_well_and_only_then() {
    let world = World::new();
    let fallback = json!({ "fallback": { "capability": "u.give", "args": { "value": 7 } } });
    let run = async |kind: &str| world.run(&world.plan(failing(kind, &fallback))).await;
    let finished = run("unavailable").await;
    assert_eq!(outline(&finished), ["a ok fallback"]);
    let step = &finished.trace.steps[0];
    assert_eq!((step.capability.as_str(), step.agent.as_str()), ("u.give", "second"));
    assert_eq!(step.error.as_ref().unwrap().message, "As told.");
    assert_eq!(finished.result.unwrap().data["a"], json!({ "value": 7 }));
    assert_eq!(outline(&run("not_found").await), ["a error"]);
    for _ in 0..4 {
        run("unavailable").await;
    }
    let calls = world.log.count("begin 0");
    let finished = run("unavailable").await;
    assert_eq!(finished.trace.steps[0].error.as_ref().unwrap().kind, FaultKind::BreakerOpen);
    assert_eq!(outline(&finished), ["a ok fallback"]);
    assert_eq!(world.log.count("begin 0"), calls, "an open breaker calls nothing");
}

#[tokio::test(start_paused = true)]
async fn the_breaker_of_an_agent_opens_at_five_and_recovers_by_one_probe() {
    let world = World::new();
    let bad = world.plan(failing("unavailable", &json!({})));
    let user = world.plan(failing("not_found", &json!({})));
    let good = world.plan(
        json!([{ "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 10 } }]),
    );
    for _ in 0..4 {
        world.run(&bad).await;
        world.run(&user).await;
    }
    assert_eq!(world.runtime.breakers()[0].failures, 4);
    world.run(&bad).await;
    let fault = world.run(&good).await.result.unwrap_err().fault;
    assert_eq!((fault.kind, fault.retry_after_s), (FaultKind::BreakerOpen, Some(60)));
    let view = &world.runtime.breakers()[0];
    assert_eq!(
        (view.state, view.reason.as_deref()),
        (BreakerState::Open, Some("Unavailable: As told."))
    );
    assert_eq!(world.runtime.breakers()[1].state, BreakerState::Closed, "of the other agent");
    tokio::time::advance(Duration::from_mins(1)).await;
    let waiters = (0..10_000).map(|_| world.run(&good));
    let ended = futures_util::future::join_all(waiters).await;
    assert_eq!(world.log.count("begin 1"), 1);
    assert_eq!(ended.iter().filter(|finished| finished.result.is_ok()).count(), 1);
    assert_eq!(world.runtime.breakers()[0].state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_takes_too_long_counts_against_its_agent() {
    let world = World::new();
    let args = json!({ "value": 1, "wait_ms": 60000 });
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": args, "deadline_ms": 50 }
    ]));
    for _ in 0..5 {
        let fault = world.run(&plan).await.result.unwrap_err().fault;
        assert_eq!(fault.message, "t.give took longer than 50 ms.");
    }
    assert_eq!(world.runtime.breakers()[0].state, BreakerState::Open);
    assert_eq!(world.runtime.breakers()[0].trips, 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_does_not_count_against_the_agent() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 60000 } }
    ]));
    for _ in 0..10 {
        let running = world.run(&plan);
        assert!(tokio::time::timeout(Duration::from_millis(5), running).await.is_err());
    }
    assert_eq!(world.runtime.breakers()[0].failures, 0);
    assert_eq!(world.runtime.breakers()[0].state, BreakerState::Closed);
}

/// The context of a governed run.
fn governed() -> Context {
    let record = include_str!("../../../../../samples/runs/quiet_builtin.json");
    let record: Value = serde_json::from_str(record).unwrap();
    let governed = Governed {
        package_hash: ContentHash::of_json(&record["package"]).unwrap(),
        package: serde_json::from_value(record["package"].clone()).unwrap(),
        hold: 1,
    };
    Context { governed: Some(governed), ..context() }
}

/// As many executions of one step at once, of one workspace.
async fn at_once(world: &World, plan: &Arc<Plan>, count: usize) -> Vec<Finished> {
    futures_util::future::join_all((0..count).map(|_| world.run(plan))).await
}

fn refused(ended: &[Finished]) -> Vec<&Fault> {
    let errors = ended.iter().filter_map(|finished| finished.result.as_ref().err());
    errors.map(|error| &error.fault).collect()
}

// domain/portfolio.md section 4: 32 calls of one agent at the same time.
#[tokio::test(start_paused = true)]
async fn a_call_that_finds_no_place_waits_for_one() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 100 } }
    ]));
    let began = tokio::time::Instant::now();
    let ended = at_once(&world, &plan, 33).await;
    assert_eq!(refused(&ended), Vec::<&Fault>::new());
    // Two turns: the 33rd began after the first of the others had ended.
    assert_eq!(began.elapsed().as_millis() / 100, 2);
    let log = world.log.all();
    let before_an_end = log.iter().take_while(|entry| entry.starts_with("begin")).count();
    assert_eq!(before_an_end, CALLS_PER_AGENT_MAX);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_queue_a_call_is_refused_at_once_and_told_when_to_come_back() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 100 } }
    ]));
    let most = CALLS_PER_AGENT_MAX + CALLS_WAITING_OF_A_WORKSPACE_MAX;
    let ended = at_once(&world, &plan, most + 2).await;
    let refused = refused(&ended);
    assert_eq!(refused.len(), 2);
    for fault in refused {
        assert_eq!((fault.kind, fault.retry_after_s), (FaultKind::Overloaded, Some(1)));
        assert_eq!(fault.message, "first has as many calls as may wait for it.");
    }
    assert_eq!(world.log.count("begin"), most);
    assert!(world.run(&plan).await.result.is_ok(), "the places are free again");
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_no_longer_than_its_deadline_and_that_says_nothing_of_the_agent() {
    let world = World::new();
    let holding = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 5000 } }
    ]));
    let brief = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 2 }, "deadline_ms": 50 }
    ]));
    let late = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        at_once(&world, &brief, 8).await
    };
    let (held, late) = tokio::join!(at_once(&world, &holding, CALLS_PER_AGENT_MAX), late);
    assert!(refused(&held).is_empty());
    for finished in &late {
        let fault = &finished.result.as_ref().unwrap_err().fault;
        assert_eq!((fault.kind, fault.retry_after_s), (FaultKind::Overloaded, Some(1)));
        assert_eq!(fault.message, "first had no place for the call in time.");
        assert!((finished.trace.duration_ms - 50.0).abs() < 5.0, "{}", finished.trace.duration_ms);
    }
    assert_eq!(world.log.count("begin 2"), 0);
    assert_eq!(world.runtime.breakers()[0].failures, 0);
    assert_eq!(world.runtime.breakers()[0].waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_places_of_an_agent_that_rests() {
    let world = World::new();
    let hanging = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 9000 } }
    ]));
    let bad = world.plan(failing("unavailable", &json!({})));
    // Governed runs need no place, so they can find an agent unwell that is full.
    let asks = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        for _ in 0..5 {
            world.run_in(&bad, governed()).await;
        }
        world.run(&hanging).await
    };
    let (_, asked) = tokio::join!(at_once(&world, &hanging, CALLS_PER_AGENT_MAX), asks);
    assert_eq!(asked.result.unwrap_err().fault.kind, FaultKind::BreakerOpen);
    assert!(asked.trace.duration_ms < 100.0, "{}", asked.trace.duration_ms);
}

/// A worker carries as many runs as it was told to, and a run has nobody to come back for it.
#[tokio::test(start_paused = true)]
async fn governed_runs_find_a_place_however_many_there_are() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.give", "args": { "value": 1, "wait_ms": 100 } }
    ]));
    let all = (0..250).map(|_| world.run_in(&plan, governed()));
    let ended = futures_util::future::join_all(all).await;
    assert!(ended.iter().all(|finished| finished.result.is_ok()));
}

#[tokio::test]
async fn what_is_unavailable_or_for_governed_runs_is_not_called() {
    let world = World::new();
    for (capability, kind) in [("t.away", FaultKind::Unavailable), ("t.sealed", FaultKind::Denied)]
    {
        let plan =
            world.plan(json!([{ "key": "a", "capability": capability, "args": { "value": 1 } }]));
        assert_eq!(world.run(&plan).await.result.unwrap_err().fault.kind, kind);
    }
    assert_eq!(world.log.count("begin"), 0);
    assert_eq!(world.runtime.breakers()[0].failures, 0);
}

#[derive(Default)]
struct Diary {
    known: Map<String, Value>,
    kept: Mutex<Vec<(String, Value)>>,
    full: bool,
    /// It never comes to an end of writing.
    stuck: bool,
}

impl Journal for Diary {
    fn recall(&self, key: &str) -> Option<Output<Value>> {
        let value = self.known.get(key).cloned()?;
        let source = SourceName::provider("ECB");
        let source =
            Source { name: source, asof: None, ttl: None, calendar: PublishingCalendar::EveryDay };
        let lineage = Lineages::whole(Lineage::of(source));
        Some(Output { value, lineage, summary: "As it was kept.".to_owned() })
    }

    fn settled<'j>(
        &'j self,
        step: &'j Step,
        _: Duration,
        output: &'j Output<Value>,
    ) -> JournalFuture<'j> {
        Box::pin(async move {
            if self.stuck {
                std::future::pending::<()>().await;
            }
            if self.full {
                return Err("the page is full".into());
            }
            self.kept.lock().unwrap().push((step.key.clone(), output.value.clone()));
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_run_that_is_taken_up_again_does_no_finished_step_twice() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.light", "args": { "value": 1 } },
        { "key": "b", "capability": "t.light", "args": { "value": 2, "with": ["{{state.a.value}}"] } },
    ]));
    let limits = Limits { whole: WholeLimit::Unbounded, step: None };
    let run = async |diary: &Diary| {
        let context = Arc::new(context());
        world.runtime.run(&plan, Map::new(), context, limits, Some(diary)).await
    };
    let known = json!({ "a": { "value": 40 } }).as_object().cloned().unwrap();
    let diary = Diary { known, ..Diary::default() };
    let finished = run(&diary).await;
    assert_eq!(outline(&finished), ["a ok recalled", "b ok"]);
    assert_eq!(*diary.kept.lock().unwrap(), [("b".to_owned(), json!({ "value": 42 }))]);
    assert_eq!(world.log.count("begin 1"), 0);
    // What came of it still says where it came from.
    assert!(finished.trace.sources.iter().any(|source| source.as_str() == "provider:ECB"));

    let finished = run(&Diary { full: true, ..Diary::default() }).await;
    assert_eq!(outline(&finished), ["a error", "b not_run after_error"]);
    assert_eq!(finished.result.unwrap_err().fault.kind, FaultKind::Internal);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_whole_also_ends_what_is_no_call_of_an_agent() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.light", "args": { "value": 1 } },
    ]));
    let limits = Limits { whole: WholeLimit::After(Duration::from_millis(500)), step: None };
    let stuck = Diary { stuck: true, ..Diary::default() };
    let run = world.runtime.run(&plan, Map::new(), Arc::new(context()), limits, Some(&stuck));
    let finished = tokio::time::timeout(Duration::from_mins(1), run).await.unwrap();
    assert_eq!(finished.result.unwrap_err().fault.kind, FaultKind::Timeout);
    assert!((finished.trace.duration_ms - 500.0).abs() < 5.0, "{}", finished.trace.duration_ms);
}
