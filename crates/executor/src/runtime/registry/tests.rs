use super::*;
use crate::{
    capability::{Call, Cost, Output},
    lineage::Ttl,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
struct Args {
    /// Shares | units.
    #[expect(dead_code, reason = "only its schema is looked at")]
    quantity: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
struct Total {
    total: u32,
}

fn capability(name: &str) -> Capability {
    Capability::new(name, "1.0.0", "Adds up.", async |_: Args, _: Call| {
        Ok(Output::computed(Total { total: 1 }, "Added up."))
    })
}

fn agent(name: &'static str, capabilities: &[&str]) -> Agent {
    let capabilities = capabilities.iter().map(|name| capability(name)).collect();
    Agent { name, description: "Counts.", capabilities }
}

fn name(text: &str) -> CapabilityName {
    text.parse().unwrap()
}

#[test]
fn a_second_owner_of_a_capability_is_refused_and_both_are_named() {
    let agents = vec![agent("first", &["a.sum", "a.mean"]), agent("second", &["a.mean"])];
    let error = Registry::new(agents).unwrap_err();
    assert_eq!(error.to_string(), "capability a.mean is owned by first and by second");
    let twice = vec![agent("one", &["a.sum", "a.sum"])];
    assert_eq!(
        Registry::new(twice).unwrap_err().to_string(),
        "capability a.sum is owned by one and by one"
    );
    let namesakes = vec![agent("one", &["a.sum"]), agent("one", &["b.sum"])];
    assert_eq!(Registry::new(namesakes).unwrap_err(), RegistryError::TwoAgents("one"));
}

#[test]
fn capabilities_are_found_by_name_category_and_agent() {
    let agents = vec![agent("first", &["b.sum", "a.mean"]), agent("second", &["a.sum"])];
    let registry = Registry::new(agents).unwrap();
    let found = |entries: Vec<(&Agent, &Capability)>| -> Vec<String> {
        entries.iter().map(|(agent, found)| format!("{} {}", agent.name, found.name)).collect()
    };
    assert_eq!(
        found(registry.entries().collect()),
        ["first a.mean", "second a.sum", "first b.sum"]
    );
    assert_eq!(found(registry.of_category("a").collect()), ["first a.mean", "second a.sum"]);
    assert_eq!(registry.of_agent("second").count(), 1);
    assert_eq!(registry.agent_of(&name("b.sum")).unwrap().name, "first");
    assert!(registry.get(&name("b.other")).is_none());
    assert_eq!(registry.categories(), BTreeSet::from(["a", "b"]));
}

#[test]
fn a_deprecated_capability_is_served_but_must_name_a_successor_that_exists() {
    let old = |successor| Agent {
        name: "old",
        description: "Counts.",
        capabilities: vec![capability("a.sum").deprecated_by(successor), capability("a.total")],
    };
    let registry = Registry::new(vec![old("a.total")]).unwrap();
    assert!(registry.get(&name("a.sum")).is_some());
    assert_eq!(
        Registry::new(vec![old("a.other")]).unwrap_err().to_string(),
        "a.sum of old is deprecated by a.other, which nobody owns"
    );
}

#[test]
fn the_page_tells_of_each_capability_what_a_pattern_must_know() {
    let capabilities = vec![
        capability("a.sum").pure().ttl(Ttl::Hour).cost(Cost::Remote).sources(&["pack"]),
        capability("b.sum").governed().unavailable("No key is set.").deprecated_by("a.sum"),
    ];
    let agent = Agent { name: "example", description: "Counts.", capabilities };
    insta::assert_snapshot!(Registry::new(vec![agent]).unwrap().to_markdown());
}
