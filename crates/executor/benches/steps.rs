//! What the executor adds to a step: chains and fans of steps that do nothing,
//! beside the same calls made directly.
//!
//! A direct call is what a caller without the engine would write for the same
//! capability: arguments as JSON read into their type, the call under a
//! time-out, its value as JSON, kept by name for the one that needs it next. It
//! has no trace, no lineage, no breaker, no bound on parallel calls, no hash of
//! its arguments and no metrics. A recorded call owes its reader what a step
//! does, and is written by hand for this chain alone: a name of its own, the hash
//! of its arguments, when it began and what it took, and where its value came
//! from. No collector listens in, so that a span or a counter costs what it costs
//! where nobody asks for it.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use domain::hash::ContentHash;
use executor::{
    capability::{Agent, Call, Capability, CapabilityName, Output},
    context::{Context, RightsProfile},
    lineage::{Lineages, PublishingCalendar, Source, SourceName},
    pattern::Plan,
    runtime::{Limits, Registry, Runtime, StepStatus, StepTrace},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{hint::black_box, sync::Arc, time::Duration};
use tokio::time::Instant;

#[derive(Deserialize, JsonSchema)]
struct Args {
    before: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Nothing {
    value: i64,
}

fn runtime() -> Runtime {
    let noop = Capability::new("bench.noop", "1.0.0", "Does nothing.", |args: Args, _: Call| {
        std::future::ready(Ok(Output::computed(Nothing { value: args.before.unwrap_or(0) }, "")))
    });
    let agent = Agent { name: "bench", description: "Does nothing.", capabilities: vec![noop] };
    Runtime::new(Registry::new(vec![agent]).expect("one agent owns one capability"))
}

/// `chain`: each step needs the one before it; otherwise none needs another.
fn plan(registry: &Registry, steps: usize, chain: bool) -> Arc<Plan> {
    let step = |at: usize| {
        let before = if chain && at > 0 {
            json!(format!("{{{{state.s{}.value}}}}", at - 1))
        } else {
            json!(1)
        };
        json!({ "key": format!("s{at}"), "capability": "bench.noop", "args": { "before": before } })
    };
    let file = json!({
        "id": "bench_steps", "name": "Bench", "version": "1.0.0", "category": "analysis",
        "needs_portfolio": false,
        "steps": (0..steps).map(step).collect::<Vec<_>>(),
        "outputs": { "last": { "from": format!("{{{{state.s{}.value}}}}", steps - 1) } },
        "rights": { "requires": [], "exports": {} },
    });
    let plan = Plan::parse("bench_steps.json", &file.to_string(), registry);
    Arc::new(plan.expect("the bench writes a good pattern"))
}

fn context() -> Arc<Context> {
    Arc::new(Context {
        pricing_pack: None,
        ledger_commit: None,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        request_id: uuid::Uuid::nil(),
        user: None,
        workspace: domain::id::WorkspaceId::from_uuid(uuid::Uuid::nil()),
        portfolio: None,
        base_currency: None,
        benchmark: None,
        asof: jiff::civil::date(2025, 10, 21),
        timestamp: jiff::Timestamp::UNIX_EPOCH,
        rights_profile: RightsProfile::Production,
        require_fresh: true,
        stale: false,
        governed: None,
    })
}

/// The steps of a chain by hand.
async fn direct(noop: &Capability, context: &Arc<Context>, steps: usize) -> Map<String, Value> {
    let lineage = Arc::new(Lineages::default());
    let mut state = Map::new();
    let mut before = json!(1);
    for at in 0..steps {
        let call = Call {
            context: Arc::clone(context),
            lineage: Arc::clone(&lineage),
            call_id: uuid::Uuid::nil(),
        };
        let args = json!({ "before": before });
        let done = tokio::time::timeout(Duration::from_secs(10), noop.call(args, call)).await;
        let output = done.expect("in time").expect("it never fails");
        before = output.value["value"].clone();
        state.insert(format!("s{at}"), output.value);
    }
    state
}

/// The same, and what a trace says of each step.
async fn recorded(
    noop: &Capability,
    context: &Arc<Context>,
    steps: usize,
) -> (Map<String, Value>, Vec<StepTrace>) {
    let start = Instant::now();
    let source = Source {
        name: SourceName::computed("bench.noop", "1.0.0"),
        asof: None,
        ttl: None,
        calendar: PublishingCalendar::EveryDay,
    };
    let mut lineage = Arc::new(Lineages::default());
    let (mut state, mut trace) = (Map::new(), Vec::with_capacity(steps));
    let mut before = json!(1);
    for at in 0..steps {
        let key = format!("s{at}");
        let began = start.elapsed();
        let args = json!({ "before": before });
        let args_hash = ContentHash::of_bytes(args.to_string().as_bytes());
        let name = format!("{}{key}{}", context.request_id, noop.name);
        let mut call_id = [0; 16];
        call_id.copy_from_slice(&ContentHash::of_bytes(name.as_bytes()).as_bytes()[..16]);
        let call = Call {
            context: Arc::clone(context),
            lineage: Arc::clone(&lineage),
            call_id: uuid::Builder::from_custom_bytes(call_id).into_uuid(),
        };
        let done = tokio::time::timeout(Duration::from_secs(10), noop.call(args, call)).await;
        let output = done.expect("in time").expect("it never fails");
        let mut whole = output.lineage.whole.and(&lineage.whole);
        whole.sources.insert(source.clone());
        before = output.value["value"].clone();
        state.insert(key.clone(), output.value);
        trace.push(StepTrace {
            key,
            capability: noop.name.clone(),
            agent: "bench".to_owned(),
            status: StepStatus::Ok,
            started_ms: Some(began.as_secs_f64() * 1e3),
            duration_ms: Some(start.elapsed().saturating_sub(began).as_secs_f64() * 1e3),
            args_hash: Some(args_hash),
            sources: whole.sources.iter().map(|source| source.name.clone()).collect(),
            asof: None,
            ttl_s: None,
            reason: None,
            error: None,
        });
        lineage = Arc::new(Lineages::whole(whole));
    }
    (state, trace)
}

fn steps(c: &mut Criterion) {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime of one thread");
    let runtime = runtime();
    let name: CapabilityName = "bench.noop".parse().expect("a capability name");
    let noop = runtime.registry().get(&name).expect("the agent owns it");
    let context = context();
    for count in [10, 100, 1000_usize] {
        let mut group = c.benchmark_group("steps");
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("direct", count), |b| {
            b.to_async(&tokio).iter(|| async { black_box(direct(noop, &context, count).await) });
        });
        group.bench_function(BenchmarkId::new("recorded", count), |b| {
            b.to_async(&tokio).iter(|| async { black_box(recorded(noop, &context, count).await) });
        });
        for (shape, chain) in [("chain", true), ("fan", false)] {
            let plan = plan(runtime.registry(), count, chain);
            group.bench_function(BenchmarkId::new(shape, count), |b| {
                b.to_async(&tokio).iter(|| async {
                    let context = Arc::clone(&context);
                    let run = runtime.run(&plan, Map::new(), context, Limits::default(), None);
                    let finished = run.await;
                    assert_eq!(
                        finished.result.map(|answer| answer.data["last"] != Value::Null),
                        Ok(true)
                    );
                    finished.trace
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
