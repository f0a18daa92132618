//! Pattern files against the rules: one broken file for each rule, the example
//! of the domain reference, the published schema.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use executor::{
    capability::{Agent, Call, Capability, Fault, Output},
    lineage::Ttl,
    pattern::{PanelKind, Patterns, Plan, file_schema},
    runtime::Registry,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;

#[derive(Deserialize, JsonSchema)]
struct Portfolio {
    #[expect(dead_code, reason = "only its schema is used")]
    #[schemars(extend("format" = "uuid"))]
    portfolio_id: String,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Days {
    days: u32,
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true))]
    label: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PolicyKind {
    MinCash,
    MaxPosition,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Policy {
    #[serde(rename = "type")]
    kind: PolicyKind,
    value: f64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Position {
    security: String,
    weight: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
struct Book {
    positions: Vec<Position>,
    cash_weight: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
struct Point {
    date: String,
    nav: f64,
}

#[derive(Serialize, JsonSchema)]
struct Nav {
    points: Vec<Point>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Proposal {
    positions: Vec<Position>,
    policies: Vec<Policy>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Trades {
    orders: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Impact {
    #[expect(dead_code, reason = "only its schema is used")]
    trades: Trades,
}

/// A capability of which only the declaration is used.
fn declared<A, T>(name: &str) -> Capability
where
    A: serde::de::DeserializeOwned + JsonSchema + 'static,
    T: Serialize + JsonSchema + 'static,
{
    Capability::new(name, "1.0.0", "Says what it takes and gives.", |_: A, _: Call| async {
        Err::<Output<T>, Fault>(Fault::internal("It is never called."))
    })
    .ttl(Ttl::Day)
}

fn registry() -> Registry {
    let capabilities = vec![
        declared::<Portfolio, Book>("portfolio.get_valued_positions"),
        declared::<Days, Nav>("portfolio.historical_nav"),
        declared::<Days, Nav>("portfolio.stored_nav"),
        declared::<Proposal, Trades>("optimizer.propose_trades"),
        declared::<Impact, Trades>("optimizer.analyze_impact"),
    ];
    let agent = Agent { name: "desk", description: "Declares.", capabilities };
    Registry::new(vec![agent]).unwrap()
}

/// The example of the domain reference, section 2.
const CASH_CHECK: &str = include_str!("cash_check.json");

fn cash_check(change: impl FnOnce(&mut Value)) -> Plan {
    let mut file: Value = serde_json::from_str(CASH_CHECK).unwrap();
    change(&mut file);
    let text = file.to_string();
    Plan::parse("cash_check.json", &text, &registry()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_broken_pattern_is_refused_with_file_line_and_place() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_patterns");
    let files = std::fs::read_dir(&dir).unwrap().count();
    let error = Patterns::load_dir(&dir, &registry()).unwrap_err();
    assert_eq!(error.0.len(), files, "some broken pattern is taken");
    insta::assert_snapshot!(error.to_string());
}

#[test]
fn the_example_of_the_domain_reference_is_a_plan() {
    let plan = cash_check(|_| {});
    let after: Vec<&[usize]> = plan.steps.iter().map(|step| step.after.as_slice()).collect();
    assert_eq!(after, [&[][..], &[], &[0]]);
    assert_eq!(plan.budget.deadline.as_secs(), 10);
    assert_eq!(plan.budget.max_parallel, 8);
    assert!(plan.exports.pdf && plan.needs_portfolio && !plan.governed);
    assert_eq!(plan.panels[1].kind, PanelKind::LineChart);
    let names: Vec<_> = plan.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(names, ["cash_weight", "trades"]);
}

#[test]
fn the_hash_is_of_what_the_file_says_and_not_of_how_it_is_laid_out() {
    let compact = cash_check(|_| {}).hash;
    let laid_out = Plan::parse("cash_check.json", CASH_CHECK, &registry()).unwrap().hash;
    assert_eq!(compact, laid_out);
    assert_ne!(compact, cash_check(|file| file["version"] = json!("1.0.1")).hash);
}

#[test]
fn a_condition_that_excludes_null_lets_the_value_into_an_argument() {
    let plan = cash_check(|file| {
        file["steps"].as_array_mut().unwrap().push(json!({
            "key": "impact", "capability": "optimizer.analyze_impact",
            "if": "state.trades is not null", "args": { "trades": "{{state.trades}}" }
        }));
    });
    assert_eq!(plan.steps[3].after, [2]);
}

#[test]
fn an_input_that_flows_into_a_marked_argument_is_sensitive() {
    let plan = cash_check(|file| {
        file["inputs"]["name"] = json!({ "type": "string", "required": true });
        file["steps"][1]["args"]["label"] = json!("for {{inputs.name}}");
    });
    let sensitive: Vec<_> =
        plan.inputs.iter().filter(|input| input.sensitive).map(|i| i.name.as_str()).collect();
    assert_eq!(sensitive, ["name"]);
}

#[test]
fn inputs_are_filled_with_defaults_or_every_fault_is_named() {
    let plan = cash_check(|file| {
        file["inputs"]["day"] = json!({ "type": "date" });
        file["inputs"]["account"] = json!({ "type": "uuid", "required": true });
        file["inputs"]["range"] = json!({ "type": "string", "enum": ["MTD", "YTD"] });
    });
    let check = |given: Value| plan.check_inputs(given.as_object().unwrap().clone());
    let account = "0192d5a5-6f64-7a4e-9c1e-0d4f6a1f3b2c";
    assert_eq!(
        Value::Object(check(json!({ "account": account, "day": "2025-10-21" })).unwrap()),
        json!({ "account": account, "day": "2025-10-21", "min_weight": 0.02, "range": null })
    );
    let faults = check(json!({
        "day": "21.10.2025", "min_weight": 1.5, "range": "YDT", "acount": account
    }))
    .unwrap_err();
    let faults: Vec<String> =
        faults.iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect();
    assert_eq!(
        faults,
        [
            "/inputs/account: is required",
            "/inputs/day: “21.10.2025” is not a date, such as 2025-10-21",
            "/inputs/min_weight: at most 1, not 1.5",
            "/inputs/range: “YDT” is none of MTD, YTD, did you mean YTD?",
            "/inputs/acount: this pattern has no input “acount”, did you mean account?",
        ]
    );
}

#[test]
fn a_thousand_steps_make_a_plan_and_more_than_the_bound_do_not() {
    let steps = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|at| {
                json!({
                    "key": format!("k{at}"), "capability": "portfolio.historical_nav",
                    "args": { "days": 1 }
                })
            })
            .collect()
    };
    let plan = cash_check(|file| {
        file["steps"] = steps(1000).into();
        file["outputs"] = json!({ "last": { "from": "{{state.k999}}" } });
    });
    assert_eq!(plan.steps.len(), 1000);
    let mut file: Value = serde_json::from_str(CASH_CHECK).unwrap();
    file["steps"] = steps(1025).into();
    file["outputs"] = json!({ "last": { "from": "{{state.k0}}" } });
    let error = Plan::parse("cash_check.json", &file.to_string(), &registry()).unwrap_err();
    assert!(error.to_string().contains("/steps: at most 1024 elements"), "{error}");
}

#[test]
fn a_file_its_outputs_and_a_folder_are_bounded() {
    let refused = |file: &Value, because: &str| {
        let error = Plan::parse("cash_check.json", &file.to_string(), &registry()).unwrap_err();
        assert!(error.to_string().contains(because), "{error}");
    };
    let mut file: Value = serde_json::from_str(CASH_CHECK).unwrap();
    file["description"] = "x".repeat(1 << 20).into();
    refused(&file, "the file has more than 1048576 bytes");

    let mut file: Value = serde_json::from_str(CASH_CHECK).unwrap();
    let from = file["outputs"]["cash_weight"].clone();
    for at in 0..64 {
        file["outputs"][format!("copy_{at}")] = from.clone();
    }
    refused(&file, "/outputs: at most 64 outputs");

    let folder = std::env::temp_dir().join(format!("patterns-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for at in 0..513 {
        std::fs::write(folder.join(format!("p{at}.json")), "{}").unwrap();
    }
    let error = Patterns::load_dir(&folder, &registry()).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(error.contains("more than 512 pattern files"), "{error}");
}

#[test]
fn the_published_schema_is_the_one_that_files_are_read_by() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pattern.schema.json");
    let schema = serde_json::to_string_pretty(file_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(published, schema, "UPDATE_SCHEMA=1 cargo test -p executor writes it anew");
}
