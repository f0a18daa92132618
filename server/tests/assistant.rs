//! Runs whose report a language model writes, through the real binary.

mod support;

use fake_openai::{Reply, Seen, Server, faithful, package_of};
use support::{Person, Process, World};

const KEY: &str = "sk-process-test-5f2c9a71e0d84b36";

/// Everything that is to be said is, so that a key could show.
const LOUD: (&str, &str) = ("LOG", "trace");

fn serve(world: &World, model: &Server, extra: &[(&str, &str)]) -> Process {
    let base = model.base_url();
    let mut environment = vec![
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", base.as_str()),
        ("OPENAI_MODEL", "test-model"),
    ];
    environment.extend(extra);
    world.serve_and_work_with(&environment)
}

fn as_told(seen: &Seen, _: usize) -> Reply {
    Reply::says(&faithful(&package_of(seen)).to_string())
}

/// Every row of every table as text, searched for the key.
fn rows_with_the_key(world: &World) -> String {
    let tables = world.value(
        "select string_agg(format('%I.%I', table_schema, table_name), ' ')
         from information_schema.tables
         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    );
    let counts = tables
        .split(' ')
        .map(|table| format!("(select count(*) from {table} as t where t::text like '%{KEY}%')"));
    world.value(&counts.collect::<Vec<_>>().join(" + "))
}

#[test]
fn a_run_is_written_by_the_model_and_its_report_says_so() {
    let world = World::with_people();
    let model = Server::start(KEY, as_told);
    let server = serve(&world, &model, &[LOUD]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    assert_eq!(model.refused(), [] as [&str; 0]);
    assert_eq!(model.seen().len(), 1, "one report, one call");
    let page = owner.text(&run);
    assert!(page.contains("written by test-model-2026-11-01"), "{page}");
    assert!(page.contains("Reports written with a language model"));
    let artifact = world.value("select html from artifacts");
    assert!(artifact.contains("Language model test-model (Responses API)"), "{artifact}");
    assert_eq!(
        world.value("select document::jsonb -> 'scope' -> 'engine' ->> 'id' from artifacts"),
        "openai-responses"
    );
    world.succeeds(&["verify"], "");
    server.wait_for_line(|line| line.contains("reports are composed with a language model"));
    // Its key is nowhere but in the header.
    let bearer = model.seen()[0].headers["authorization"].clone();
    assert_eq!(bearer, format!("Bearer {KEY}").as_str());
    assert!(server.log().iter().all(|line| !line.contains(KEY)), "the key is in the log");
    assert!(!page.contains(KEY) && !artifact.contains(KEY));
    assert_eq!(rows_with_the_key(&world), "0");
}

#[test]
fn a_key_that_is_refused_fails_the_run_keeps_the_slot_and_is_not_told() {
    let world = World::with_people();
    // As OpenAI does, the answer repeats what it was sent.
    let model = Server::start(KEY, |seen, _| {
        let said = seen.headers["authorization"].to_str().unwrap().to_owned();
        Reply::error(401, &format!("Incorrect API key provided: {said}"))
    });
    let server = serve(&world, &model, &[LOUD]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "failed");
    assert_eq!(model.seen().len(), 1, "a key that is refused once is refused again");
    assert_eq!(world.value("select failure_kind from runs"), "assistant");
    let page = owner.text(&run);
    assert!(page.contains("did not accept this installation"), "{page}");
    assert!(!page.contains(KEY));
    assert!(server.log().iter().all(|line| !line.contains(KEY)), "the key is in the log");
    assert_eq!(rows_with_the_key(&world), "0");
    // The period is still there to be used.
    let again = owner.act("trigger-run", &[("specification", &specification)]);
    assert!(again.starts_with("/runs/"), "{again}");
}

#[test]
fn a_model_whose_report_breaks_a_rule_is_asked_once_more_and_then_publishes_nothing() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        let text = faithful(&package_of(seen)).to_string();
        Reply::says(&text.replace(" reports (", " reports a rise by 7777 kt/a ("))
    });
    let server = serve(&world, &model, &[]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "failed");
    assert_eq!(model.seen().len(), 2);
    assert_eq!(world.value("select failure_kind from runs"), "validation");
    assert_eq!(world.value("select count(*) from artifacts"), "0");
    let page = owner.text(&run);
    assert!(page.contains("does not occur in the evidence cited"), "{page}");
}

#[test]
fn an_id_of_the_assistants_api_is_answered_with_where_to_go() {
    let world = World::new();
    let server = world.serve_with(&[("OPENAI_ASSISTANT_ID", "asst_abc123")]);
    server.wait_for_line(|line| line.contains("the Assistants API ended on 2026-08-26"));
    server.wait_for_line(|line| line.contains("reports are composed by rules"));
}
