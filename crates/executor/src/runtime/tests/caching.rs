use super::world::{World, context, outline};
use crate::context::RightsProfile;
use serde_json::{Value, json};

fn once(capability: &str, value: &Value) -> Value {
    json!([{ "key": "a", "capability": capability, "args": { "value": value } }])
}

#[tokio::test]
async fn a_pure_value_is_computed_once_for_the_same_context_and_arguments() {
    let world = World::new();
    let plan = world.plan(once("t.kept", &json!(1)));
    assert_eq!(outline(&world.run(&plan).await), ["a ok"]);
    let second = world.run(&plan).await;
    assert_eq!(outline(&second), ["a cached"]);
    assert_eq!((second.trace.cache.hits, second.trace.cache.misses), (1, 0));
    assert_eq!(second.trace.agents_used, ["first"]);
    let other = world.plan(once("t.kept", &json!(2)));
    assert_eq!(outline(&world.run(&other).await), ["a ok"]);
}

#[tokio::test]
async fn null_is_kept_and_an_error_is_not() {
    let world = World::new();
    let null = world.plan(once("t.kept", &Value::Null));
    world.run(&null).await;
    assert_eq!(outline(&world.run(&null).await), ["a cached"]);
    let bad = json!([{ "key": "a", "capability": "t.fail_pure", "args": { "kind": "not_found" } }]);
    let bad = world.plan(bad);
    let before = world.log.count("begin 0");
    world.run(&bad).await;
    assert_eq!(outline(&world.run(&bad).await), ["a error"]);
    assert_eq!(world.log.count("begin 0"), before + 2);
}

#[tokio::test]
async fn everything_of_the_context_that_a_value_may_depend_on_parts_the_cache() {
    let world = World::new();
    let plan = world.plan(once("t.kept", &json!(1)));
    let mut others = vec![context(); 8];
    others[1].workspace = domain::id::WorkspaceId::from_uuid(uuid::Uuid::from_u128(3));
    others[2].portfolio = Some(domain::id::PortfolioId::from_uuid(uuid::Uuid::from_u128(4)));
    others[3].pricing_pack = None;
    others[4].ledger_commit = None;
    others[5].asof = jiff::civil::date(2025, 10, 20);
    others[6].base_currency = Some("CAD".to_owned());
    others[7].rights_profile = RightsProfile::Demo;
    for other in &others {
        assert_eq!(outline(&world.run_in(&plan, other.clone()).await), ["a ok"]);
    }
    let mut same = context();
    same.trace_id = "0".repeat(32);
    same.request_id = uuid::Uuid::from_u128(9);
    same.timestamp = "2025-10-22T00:00:00Z".parse().unwrap();
    assert_eq!(outline(&world.run_in(&plan, same).await), ["a cached"]);
}

#[tokio::test(start_paused = true)]
async fn of_concurrent_executions_one_computes_and_if_it_is_cancelled_another_does() {
    let world = World::new();
    let args = json!({ "value": 5, "wait_ms": 100 });
    let plan = world.plan(json!([{ "key": "a", "capability": "t.kept", "args": args }]));
    let first = async {
        let soon = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, world.run(&plan)).await.is_err());
    };
    let others = futures_util::future::join_all((0..20).map(|_| world.run(&plan)));
    let ((), ended) = tokio::join!(first, others);
    assert!(ended.iter().all(|finished| finished.result.is_ok()));
    assert_eq!(world.log.count("begin 5"), 2, "the cancelled one, and one more");
    assert_eq!(world.log.count("end 5"), 1);
    assert_eq!(ended.iter().filter(|finished| finished.trace.cache.misses == 1).count(), 1);
}

#[tokio::test]
async fn a_value_of_this_execution_only_is_kept_within_it_and_no_longer() {
    let world = World::new();
    let args = json!({ "value": 6 });
    let plan = world.plan(json!([
        { "key": "a", "capability": "t.once", "args": args },
        { "key": "b", "capability": "t.once", "args": args },
        { "key": "c", "capability": "t.light", "args": args },
        { "key": "d", "capability": "t.light", "args": args },
    ]));
    let first = world.run(&plan).await;
    let cached = outline(&first).iter().filter(|step| step.ends_with("cached")).count();
    assert_eq!(cached, 1);
    assert_eq!(world.log.count("begin 6"), 3, "what is not pure is called each time");
    world.run(&plan).await;
    assert_eq!(world.log.count("begin 6"), 6);
}

#[tokio::test]
async fn a_kept_value_keeps_its_own_lineage_and_takes_that_of_this_call_s_arguments() {
    let world = World::new();
    let kept =
        json!({ "key": "k", "capability": "t.kept", "args": { "value": "{{state.a.value}}" } });
    let of = |capability: &str| {
        world.plan(json!([
            { "key": "a", "capability": capability, "args": { "value": 1 } }, kept,
        ]))
    };
    let sources = |finished: &crate::runtime::Finished| {
        finished.trace.steps[1].sources.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let first = world.run(&of("t.sourced")).await;
    let own = ["computed:t.kept@1.0.0", "computed:t.sourced@1.0.0", "provider:FRED"];
    assert_eq!(sources(&first), own);
    let again = world.run(&of("t.sourced")).await;
    assert_eq!(
        (outline(&again)[1].as_str(), sources(&again)),
        ("k cached", own.map(str::to_owned).to_vec())
    );
    let other = world.run(&of("t.light")).await;
    assert_eq!(outline(&other)[1], "k cached");
    assert_eq!(sources(&other), ["computed:t.kept@1.0.0", "computed:t.light@1.0.0"]);
}
