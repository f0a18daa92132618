use super::world::{World, context};
use crate::runtime::Trace;
use serde_json::{Value, json};

fn with_panel(world: &World, panel: &Value) -> std::sync::Arc<crate::pattern::Plan> {
    world.plan_with(
        json!([
            { "key": "rows", "capability": "t.rows" },
            { "key": "a", "capability": "t.sourced", "args": { "value": 1 } },
            { "key": "b", "capability": "t.light", "args": { "value": 2, "with": ["{{state.a.value}}"] } },
            { "key": "c", "capability": "t.light", "args": { "value": 3 }, "if": "state.b.value > 9" },
        ]),
        json!({ "panels": [panel] }),
    )
}

/// Times are the only part that differs from one execution to the next.
fn without_times(trace: &Trace) -> Value {
    let mut trace = trace.clone();
    trace.duration_ms = 0.0;
    for step in &mut trace.steps {
        step.started_ms = step.started_ms.map(|_| 0.0);
        step.duration_ms = step.duration_ms.map(|_| 0.0);
    }
    serde_json::to_value(trace).unwrap()
}

#[tokio::test]
async fn a_trace_tells_every_step_its_sources_and_the_age_of_each_panel() {
    let world = World::new();
    let panel = json!({
        "id": "table", "title": "Rows", "type": "table", "data": "{{state.rows.rows}}",
        "columns": [{ "key": "value" }],
    });
    let finished = world.run(&with_panel(&world, &panel)).await;
    finished.result.unwrap();
    let text = serde_json::to_string_pretty(&without_times(&finished.trace)).unwrap();
    insta::assert_snapshot!(text);
    let read: Trace = serde_json::from_str(&text).unwrap();
    assert_eq!(without_times(&read), without_times(&finished.trace));
}

#[tokio::test]
async fn a_panel_is_as_old_as_its_oldest_part_and_names_the_cells_that_are() {
    // FRED of 12:30 today and, in row 1, of yesterday; one hour to live; now 13:00.
    let world = World::new();
    let panel = json!({
        "id": "table", "title": "Rows", "type": "table", "data": "{{state.rows.rows}}",
        "columns": [{ "key": "value" }],
    });
    let finished = world.run(&with_panel(&world, &panel)).await;
    let panel = &finished.trace.panels[0];
    assert_eq!(panel.verdict.id(), "expired");
    assert_eq!(panel.asof.unwrap().to_string(), "2025-10-20T12:30:00Z");
    assert_eq!((panel.ttl_s, panel.age_s), (Some(3600), Some(24 * 3600 + 1800)));
    let cell = panel.cells.iter().find(|cell| cell.pointer == "/1/value").unwrap();
    assert_eq!(cell.verdict.id(), "expired");
    assert!(panel.cells.iter().all(|cell| cell.pointer == "/1/value"), "{:?}", panel.cells);
}

#[tokio::test]
async fn a_panel_s_sources_follow_the_references_that_feed_it() {
    let world = World::new();
    let panel =
        json!({ "id": "b", "title": "B", "type": "metrics_grid", "data": "{{state.b.value}}" });
    let finished = world.run(&with_panel(&world, &panel)).await;
    let panel = &finished.trace.panels[0];
    let sources: Vec<_> = panel.sources.iter().map(ToString::to_string).collect();
    assert_eq!(sources, ["computed:t.light@1.0.0", "computed:t.sourced@1.0.0", "provider:FRED"]);
    assert_eq!((panel.verdict.id(), panel.age_s), ("fresh", Some(3600)));
}

#[tokio::test]
async fn a_value_with_a_source_of_its_own_also_names_those_of_its_arguments() {
    let world = World::new();
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.light", "args": { "value": 1 } },
        { "key": "b", "capability": "t.sourced", "args": { "value": 2, "with": ["{{state.a.value}}"] } },
    ]));
    let trace = world.run(&plan).await.trace;
    let sources: Vec<_> = trace.steps[1].sources.iter().map(ToString::to_string).collect();
    assert_eq!(sources, ["computed:t.light@1.0.0", "computed:t.sourced@1.0.0", "provider:FRED"]);
}

#[tokio::test]
async fn a_bypassed_gate_is_written_into_the_trace() {
    let world = World::new();
    let panel =
        json!({ "id": "b", "title": "B", "type": "metrics_grid", "data": "{{state.b.value}}" });
    let plan = with_panel(&world, &panel);
    let mut stale = context();
    stale.stale = true;
    let trace = world.run_in(&plan, stale).await.trace;
    assert!(trace.freshness.bypassed);
    assert_eq!(trace.freshness.pack_status, None, "the caller has not said");
    assert!(!world.run(&plan).await.trace.freshness.bypassed);
}
