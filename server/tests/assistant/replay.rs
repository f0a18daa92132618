//! Reports made again from the record of their runs, and engines held side by side on
//! such records, through the real binary.

use crate::{
    KEY,
    support::{Person, World},
};
use fake_openai::{Reply, Seen, Server, faithful, package_of};
use std::{fs, path::Path, process::Output};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn as_told(seen: &Seen) -> String {
    faithful(&package_of(seen)).to_string()
}

/// A run that succeeded, by whoever `environment` says.
fn run_that_succeeded(world: &World, environment: &[(&str, &str)]) -> String {
    let server = world.serve_and_work_with(environment);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    run.strip_prefix("/runs/").unwrap().to_owned()
}

/// Replays as a stored run, keeps the record, and replays the record alone.
fn replays_to_the_same_bytes(world: &World, run: &str, record: &Path) -> String {
    let record = record.to_str().unwrap();
    let output = world.output(&["replay", run, "--keep", record], "");
    let stored = said(&output);
    assert!(output.status.success(), "{stored}");
    assert!(stored.contains("Every byte of the report is the same."), "{stored}");
    let html = world.value("select encode(html_hash, 'hex') from artifacts");
    assert!(stored.contains(&format!("page: the same, {html}")), "{stored}");
    assert!(!stored.contains("Note"), "{stored}");
    let mut command = world.command(&["replay", "--record", record]);
    let alone = command.env_remove("DATABASE_URL").output().unwrap();
    assert_eq!(alone.stdout, output.stdout);
    stored
}

#[test]
fn a_report_of_the_built_in_analyst_is_made_again_and_a_change_of_its_record_is_named() {
    let world = World::with_people();
    let run = run_that_succeeded(&world, &[]);
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("builtin.json");
    let printed = replays_to_the_same_bytes(&world, &run, &record);
    assert!(printed.contains("written by rules alone, version "), "{printed}");
    // Another sentence in the evidence is another package, document and page.
    let kept = fs::read_to_string(&record).unwrap();
    let title = world.value("select jsonb_path_query_first(document::jsonb, '$.references[0].title') #>> '{}' from artifacts");
    assert!(kept.contains(&title), "{title}");
    fs::write(&record, kept.replace(&title, "Another headline altogether")).unwrap();
    let output = world.output(&["replay", "--record", record.to_str().unwrap()], "");
    let printed = said(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for part in ["package", "document", "page"] {
        assert!(printed.contains(&format!("WRONG: {part}: sealed ")), "{part}: {printed}");
    }
}

#[test]
fn a_report_of_a_model_is_made_again_from_its_recorded_answers_and_nobody_is_called() {
    let world = World::with_people();
    // The first answer is sent back, so that the report rests on two.
    let model = Server::start(KEY, |seen, before| {
        let draft = as_told(seen);
        let wrong = draft.replace(" reports (", " reports a rise by 7777 kt/a (");
        Reply::says(if before == 0 { &wrong } else { &draft })
    });
    let base = model.base_url();
    let environment =
        [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &base), ("OPENAI_MODEL", "test-model")];
    let run = run_that_succeeded(&world, &environment);
    assert_eq!(model.seen().len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("model.json");
    let printed = replays_to_the_same_bytes(&world, &run, &record);
    assert!(
        printed.contains("test-model (openai-responses), from 2 recorded answers"),
        "{printed}"
    );
    assert_eq!(model.seen().len(), 2, "a replay called the model");
    // Without the second answer this build has nothing to go on with.
    let mut kept: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&record).unwrap()).unwrap();
    kept["model"]["answers"].as_array_mut().unwrap().pop();
    fs::write(&record, kept.to_string()).unwrap();
    let output = world.output(&["replay", "--record", record.to_str().unwrap()], "");
    let printed = said(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("stops at the step document")
            && printed.contains("once more than is on record"),
        "{printed}"
    );
    // A call of before answers were kept.
    world.sql("set session_replication_role = replica; delete from assistant_answers");
    let output = world.output(&["replay", &run], "");
    assert!(!output.status.success());
    assert!(said(&output).contains("answers were not kept"), "{}", said(&output));
}

#[test]
fn a_run_without_a_report_is_not_replayed() {
    let world = World::new();
    let output = world.output(&["replay", "0193e7a4-0000-7000-8000-000000000001"], "");
    assert!(!output.status.success());
    assert!(said(&output).contains("no run 0193e7a4-0000-7000-8000-000000000001 has a sealed"));
}

/// The line of a measure, its cells apart by two blanks or more.
fn cells<'p>(printed: &'p str, measure: &str) -> Vec<&'p str> {
    let line = printed.lines().find(|line| line.starts_with(measure));
    let line = line.unwrap_or_else(|| panic!("no {measure}: {printed}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).skip(1).collect()
}

#[test]
fn engines_are_held_side_by_side_on_the_golden_set() {
    let world = World::new();
    // One model adds nothing; the other states a figure that nobody wrote, twice.
    let model = Server::start(KEY, |seen, _| {
        let draft = as_told(seen);
        match seen.body["model"].as_str() {
            Some("inventive") => {
                Reply::says(&draft.replace(" reports (", " reports a rise by 7777 kt/a ("))
            }
            _ => Reply::says(&draft),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let prices = folder.path().join("prices.yaml");
    fs::write(
        &prices,
        "currency: USD\nmodels:\n  faithful:\n    input: \"1.25\"\n    cached_input: \"0.125\"\n    output: \"10\"\n",
    )
    .unwrap();
    let terse = folder.path().join("terse.md");
    fs::write(&terse, "Write briefly.").unwrap();
    let arguments = ["evaluate", "--model", "inventive", "--instruction", terse.to_str().unwrap()];
    let mut command = world.command(&arguments);
    command.env_remove("DATABASE_URL");
    command.env("OPENAI_API_KEY", KEY).env("OPENAI_BASE_URL", model.base_url());
    command.env("OPENAI_MODEL", "faithful").env("ASSISTANT_PRICES_PATH", &prices);
    let output = command.output().unwrap();
    let printed = said(&output);
    assert_eq!(model.refused(), [] as [&str; 0]);
    assert_eq!(output.status.code(), Some(1), "a report is not valid: {printed}");
    let packages = fs::read_dir(World::samples().join("runs")).unwrap();
    let packages = packages
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|it| it == "json"))
        .count();
    // Of some nothing is in scope, and no model is asked.
    let quiet = 1;
    let valid = format!("{packages} of {packages}");
    let only_quiet = format!("{quiet} of {packages}");
    let valid_reports = cells(&printed, "Valid reports");
    assert_eq!(
        valid_reports,
        [valid.as_str(), &valid, &valid, &only_quiet, &only_quiet],
        "{printed}"
    );
    let calls = cells(&printed, "Calls");
    let once = (packages - quiet).to_string();
    let twice = (2 * (packages - quiet)).to_string();
    assert_eq!(calls, ["0", &once, &once, &twice, &twice], "{printed}");
    // As the fake server counts: 1200 and 300 tokens a call, 0.003375 USD.
    let cost = format!("{} USD", 0.003_375 * f64::from(u32::try_from(packages - quiet).unwrap()));
    let costs = cells(&printed, "Cost");
    assert_eq!(costs[..3], ["0", &cost, &cost], "{printed}");
    assert_eq!(costs[3], "not available: no price of this model is configured", "{printed}");
    assert!(printed.contains("inventive, terse ("), "{printed}");
    assert!(printed.contains("does not occur in the evidence cited"), "{printed}");
    // Each instruction was sent to each model.
    let sent =
        |text: &str| model.seen().iter().filter(|seen| seen.body["instructions"] == text).count();
    assert_eq!(sent("Write briefly."), 3 * (packages - quiet));
}

#[test]
fn an_evaluation_keeps_to_its_budgets_and_needs_no_model() {
    let world = World::new();
    let output = world.output(&["evaluate"], "");
    let printed = said(&output);
    assert!(output.status.success(), "{printed}");
    assert_eq!(cells(&printed, "Calls"), ["0"]);
    let model = Server::start(KEY, |seen, _| Reply::says(&as_told(seen)));
    let mut command = world.command(&["evaluate"]);
    command.env("OPENAI_API_KEY", KEY).env("OPENAI_BASE_URL", model.base_url());
    command.env("OPENAI_MODEL", "test-model").env("ASSISTANT_MONTH_TOKENS_MAX", "1000");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("budget for this month"), "{}", said(&output));
    assert_eq!(model.seen().len(), 0);
}
