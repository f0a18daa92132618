use super::*;
use crate::{
    capability::{Call, Capability, Fault, FaultKind},
    lineage::Ttl,
    runtime::tests::context,
};
use domain::hash::ContentHash;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

#[derive(Deserialize, JsonSchema)]
struct Anything {}

fn capability() -> Capability {
    Capability::new("t.keep", "1.2.0", "Keeps.", async |_: Anything, _: Call| {
        Ok(Output::computed(1, ""))
    })
    .pure()
    .ttl(Ttl::Hour)
}

fn kept(value: Value) -> Kept {
    Kept::new(Output::computed(value, ""), &capability(), Lineage::default())
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        (-1_000_000_i64..1_000_000).prop_map(|number| json!(number)),
        proptest::num::f64::NORMAL.prop_map(|number| json!(number)),
        "[a-z\"\\\\\u{e9}\u{1}\u{1f}\u{7f}\n\u{2028} ]{0,6}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map("[a-c\u{e9}\u{ff5e}\u{1f600}]{0,3}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_key_is_the_hash_of_the_canonical_json_that_the_domain_file_names(args in json_value()) {
        let context = context();
        let text = ContextText::new(&context).unwrap();
        let arguments = Arguments::new(&args).unwrap();
        let whole = json!({
            "capability": "t.keep", "version": "1.2.0", "ctx": context.cache_scope(), "args": args,
        });
        prop_assert_eq!(arguments.key(&capability(), &text), ContentHash::of_json(&whole).unwrap());
        prop_assert_eq!(arguments.hash, ContentHash::of_json(&args).unwrap());
    }
}

fn key(number: u8) -> ContentHash {
    ContentHash::of_bytes(&[number])
}

#[tokio::test]
async fn an_entry_without_a_pack_lives_as_long_as_its_class_says() {
    let cache = SharedCache::new();
    let brief = Some(Duration::from_millis(30));
    let look = |number, life| cache.look(key(number), life, async || Ok(kept(json!(1))));
    assert!(!look(1, brief).await.unwrap().hit);
    assert!(!look(2, None).await.unwrap().hit);
    assert!(look(1, brief).await.unwrap().hit);
    // The cache reads its own clock, so the test waits.
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!look(1, brief).await.unwrap().hit);
    assert!(look(2, None).await.unwrap().hit);
}

#[tokio::test]
async fn the_cache_holds_no_more_than_its_weight() {
    let cache = SharedCache::with_bytes(10_000);
    for number in 0..100 {
        let text = "x".repeat(1000);
        cache.look(key(number), None, async || Ok(kept(json!(text.clone())))).await.unwrap();
    }
    assert!((1..=9).contains(&cache.entries().await));
}

#[tokio::test(start_paused = true)]
async fn another_caller_s_end_of_patience_is_not_this_one_s_answer() {
    for kind in [FaultKind::Timeout, FaultKind::Overloaded] {
        let cache = SharedCache::new();
        let first = cache.look(key(1), None, async || {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Err(Fault::new(kind, "Too slow."))
        });
        let second = cache.look(key(1), None, async || Ok(kept(json!(2))));
        let (first, second) = tokio::join!(first, second);
        assert!(first.is_err_and(|fault| fault.kind == kind));
        let second = second.unwrap().kept.for_call(&capability(), Lineage::default());
        assert_eq!(*second.value, json!(2));
    }
}
