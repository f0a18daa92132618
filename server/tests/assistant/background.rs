//! Answers that go on at the server while their worker is dead.

use crate::{
    KEY, serve,
    support::{Person, World},
};
use fake_openai::{
    Piece, Reply, Seen, Server, cancelled, events_of, faithful, is_cancel, package_of, rest_of,
    resumes, sse,
};
use std::sync::{Arc, Mutex};

const BACKGROUND: (&str, &str) = ("ASSISTANT_BACKGROUND", "true");

/// Tells half of its answer and falls silent; the rest is for whoever resumes.
fn halfway() -> Server {
    let told: Arc<Mutex<Vec<serde_json::Value>>> = Arc::default();
    Server::start(KEY, move |seen: &Seen, _| {
        if is_cancel(seen) {
            return cancelled();
        }
        let mut told = told.lock().unwrap();
        if resumes(seen).is_some() {
            return Reply::events(&rest_of(seen, &told));
        }
        *told = events_of(&faithful(&package_of(seen)).to_string());
        let half = told[..told.len() / 2].iter().map(|event| Piece::Bytes(sse(event)));
        Reply::stream(half.chain([Piece::Silence]).collect())
    })
}

#[test]
fn the_answer_of_a_worker_that_was_killed_is_resumed_and_not_asked_for_again() {
    let world = World::with_people();
    let model = halfway();
    let environment = [BACKGROUND, ("RUN_LEASE_S", "4")];
    let server = serve(&world, &model, &environment);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select count(*) from assistant_calls where response_id = 'resp_1'", "1");
    server.kill();
    let second = serve(&world, &model, &environment);
    world.wait_for("select status from runs", "succeeded");
    let asked = model.seen().iter().filter(|seen| seen.path == "/v1/responses").count();
    let resumed: Vec<_> = model.seen().iter().filter_map(resumes).collect();
    assert_eq!((asked, resumed), (1, vec![-1]), "from its beginning, since nobody has the rest");
    // One call, paid once.
    let calls =
        "select string_agg(concat_ws(' ', ordinal, attempt, outcome), ', ') from assistant_calls";
    assert_eq!(world.value(calls), "1 1 answered");
    assert_eq!(model.refused(), [] as [&str; 0]);
    second.kill();
}

#[test]
fn a_run_that_is_cancelled_has_its_answer_cancelled_at_the_server() {
    let world = World::with_people();
    let model = halfway();
    let server = serve(&world, &model, &[BACKGROUND, ("ASSISTANT_IDLE_S", "109")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select count(*) from assistant_calls where response_id = 'resp_1'", "1");
    owner.act("cancel-run", &[("run", run.strip_prefix("/runs/").unwrap())]);
    world.wait_for("select status from runs", "cancelled");
    server.wait_for_line(|line| line.contains("an answer that nobody waits for was cancelled"));
    assert!(is_cancel(model.seen().last().unwrap()));
}

#[test]
fn a_server_that_has_no_background_is_asked_without_it_and_the_run_says_so() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        if seen.body["background"] == true {
            Reply::unknown_parameter("background")
        } else {
            Reply::says(&faithful(&package_of(seen)).to_string())
        }
    });
    let server = serve(&world, &model, &[BACKGROUND]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let page = owner.text(&run);
    assert!(page.contains("found to have no background mode"), "{page}");
    assert_eq!(model.seen().len(), 2);
    let calls = "select string_agg(concat_ws(' ', ordinal, outcome, response_id), ', ')
        from assistant_calls";
    assert_eq!(world.value(calls), "1 answered");
}

#[test]
fn background_mode_is_refused_where_the_api_does_not_have_it() {
    let world = World::new();
    let mut command = world.command(&["serve", "--plain-http", "loopback", "--without-worker"]);
    command.env("OPENAI_API_KEY", KEY).env("OPENAI_MODEL", "test-model");
    command.env("ASSISTANT_ENGINE", "openai-chat").env("ASSISTANT_BACKGROUND", "true");
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ASSISTANT_BACKGROUND is of the Responses API alone"), "{said}");
}
