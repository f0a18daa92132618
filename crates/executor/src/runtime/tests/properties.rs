use super::world::{World, context};
use crate::pattern::Plan;
use domain::hash::canonical_json;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// For each step: its number, how long it takes, and which earlier ones it needs.
type Graph = Vec<(i64, u64, Vec<proptest::sample::Index>)>;

fn graph() -> impl Strategy<Value = Graph> {
    let needs = proptest::collection::vec(any::<proptest::sample::Index>(), 0..4);
    proptest::collection::vec((-100..100_i64, 0..5_u64, needs), 1..16)
}

fn plan(world: &World, graph: &Graph, max_parallel: usize) -> Arc<Plan> {
    let steps: Vec<Value> = graph
        .iter()
        .enumerate()
        .map(|(at, (value, wait_ms, needs))| {
            let earlier = needs.iter().filter(|_| at > 0).map(|need| need.index(at));
            let with: Vec<_> = earlier.map(|at| format!("{{{{state.s{at}.value}}}}")).collect();
            let capability = ["t.give", "t.light", "t.once", "t.kept"][at % 4];
            let args = json!({ "value": value, "wait_ms": wait_ms, "with": with });
            json!({ "key": format!("s{at}"), "capability": capability, "args": args })
        })
        .collect();
    world.plan_with(json!(steps), json!({ "budget": { "max_parallel": max_parallel } }))
}

/// What the graph means, computed without an executor.
fn by_hand(graph: &Graph) -> Value {
    let mut sums: Vec<i64> = Vec::new();
    for (at, (value, _, needs)) in graph.iter().enumerate() {
        let earlier = needs.iter().filter(|_| at > 0).map(|need| sums[need.index(at)]);
        let sum = value + earlier.sum::<i64>();
        sums.push(sum);
    }
    let data = sums.iter().enumerate().map(|(at, sum)| (format!("s{at}"), json!({ "value": sum })));
    Value::Object(data.collect())
}

fn data_of(graph: &Graph, max_parallel: usize) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::new();
        let plan = plan(&world, graph, max_parallel);
        let data = world.run_in(&plan, context()).await.result.unwrap().data;
        canonical_json(&data).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn steps_side_by_side_give_the_same_bytes_as_one_after_the_other(graph in graph()) {
        let expected = canonical_json(&by_hand(&graph)).unwrap();
        prop_assert_eq!(&data_of(&graph, 1), &expected);
        for max_parallel in [2, 8, 64] {
            prop_assert_eq!(&data_of(&graph, max_parallel), &expected);
        }
    }
}
