//! What the executor adds to a step: chains and fans of steps that do nothing,
//! beside the same calls made directly.
//!
//! A direct call is what a caller without the engine would write for the same
//! capability: arguments as JSON read into their type, the call under a
//! time-out, its value as JSON, kept by name for the one that needs it next. It
//! has no trace, no lineage, no breaker, no bound on parallel calls, no hash of
//! its arguments and no metrics. No collector listens in either, so that a span
//! or a counter costs what it costs where nobody asks for it.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use executor::{
    capability::{Agent, Call, Capability, CapabilityName, Output},
    context::{Context, RightsProfile},
    lineage::Lineages,
    pattern::Plan,
    runtime::{Limits, Registry, Runtime},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{hint::black_box, sync::Arc, time::Duration};

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
