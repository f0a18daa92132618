//! Runs whose report a language model writes, through the real binary.

use crate::{
    KEY,
    keys::rows_with_the_key,
    serve,
    support::{PATIENCE, Person, World},
};
use fake_openai::{
    Piece, Reply, Seen, Server, events_of, faithful, is_probe, package_of, says_in_chat, sse,
};
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Everything that is to be said is, so that a key could show.
const LOUD: (&str, &str) = ("LOG", "trace");

fn as_told(seen: &Seen, _: usize) -> Reply {
    Reply::says(&faithful(&package_of(seen)).to_string())
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

/// A table of prices in which a million tokens cost 1.25, 0.125 from the cache, and 10
/// of output.
fn prices() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let table = "currency: USD
models:
  test-model:
    input: \"1.25\"
    cached_input: \"0.125\"
    output: \"10\"
";
    file.write_all(table.as_bytes()).unwrap();
    file
}

/// What the fake server counts is 1200 tokens of input, 1000 of them from the cache, and
/// 300 of output: 200 × 1.25 + 1000 × 0.125 + 300 × 10 = 3375 for a million.
#[test]
fn a_run_says_what_its_calls_used_and_cost_and_so_does_the_month_of_its_workspace() {
    let world = World::with_people();
    let model = Server::start(KEY, as_told);
    let prices = prices();
    let path = prices.path().to_str().unwrap();
    let account = [
        ("ASSISTANT_PRICES_PATH", path),
        ("ASSISTANT_MONTH_COST_MAX", "25.00"),
        ("ASSISTANT_RUN_TOKENS_MAX", "500000"),
    ];
    let server = serve(&world, &model, &account);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let page = owner.text(&run).replace(['\u{202f}', '\u{a0}'], " ");
    assert!(page.contains("1 call, 1 200 input and 300 output tokens, 0.003375 USD."), "{page}");
    assert!(page.contains("1 000 from the cache") && page.contains("40 thought"), "{page}");
    let request = "select request_id from assistant_calls";
    assert_eq!(world.value(request), model.seen()[0].headers["x-client-request-id"]);
    let workspace = world.value("select id from workspaces where name = 'Sample Foams'");
    let admin = Person::signed_in(&server, "admin@test.example");
    let month = format!("/admin/workspaces/{workspace}/language-model");
    let page = admin.text(&month).replace(['\u{202f}', '\u{a0}'], " ");
    for words in
        ["1 call, 1 500 tokens.", "0.003375 USD", "25.00 USD", "500 000 tokens", "Answered"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = admin.text(&format!("{month}?month=2020-02"));
    assert!(page.contains("No call in this month"), "{page}");
}

#[test]
fn a_server_of_openais_kind_is_probed_and_then_writes_by_chat_completions() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        let package = (!is_probe(seen)).then(|| faithful(&package_of(seen)).to_string());
        says_in_chat(seen, &package.unwrap_or_default())
    });
    let server = serve(&world, &model, &[("ASSISTANT_ENGINE", "openai-chat")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    assert_eq!(model.refused(), [] as [&str; 0]);
    let page = owner.text(&run);
    assert!(page.contains("hold answers to a schema and to count tokens"), "{page}");
    assert!(page.contains("Probe the server") && page.contains("Write the report"), "{page}");
    let artifact = world.value("select html from artifacts");
    assert!(artifact.contains("Language model test-model (Chat Completions API)"), "{artifact}");
    world.succeeds(&["verify"], "");
}

/// Nobody's evidence is given to a server that says what it likes.
#[test]
fn a_server_that_lacks_the_schema_is_refused_with_the_reason_and_is_told_nothing() {
    let world = World::with_people();
    let model = Server::start(KEY, |_, _| {
        let said = fake_openai::chat_events_of("Hello, and welcome!");
        let wire = said.iter().map(|chunk| Piece::Bytes(format!("data: {chunk}\n\n").into_bytes()));
        Reply::stream(wire.collect())
    });
    let server = serve(&world, &model, &[("ASSISTANT_ENGINE", "openai-chat")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "failed");
    assert_eq!(world.value("select failure_kind from runs"), "assistant");
    let page = owner.text(&run);
    assert!(page.contains("does not hold answers to the structure of a report"), "{page}");
    assert_eq!(model.seen().len(), 1);
    assert!(is_probe(&model.seen()[0]));
}

/// The answer stops before its end, so that there is time to look.
#[test]
fn what_a_model_is_writing_is_on_the_page_and_in_the_stream_while_it_writes() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        let events = events_of(&faithful(&package_of(seen)).to_string());
        let done = events.iter().position(|event| event["type"] == "response.output_text.done");
        stopped_at(seen, done.unwrap() + 1)
    });
    let server = serve(&world, &model, &[("ASSISTANT_IDLE_S", "109")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    let events = package_of_first(&model)["events"].clone();
    let events = events.as_array().unwrap();
    let arrived = "select count(*) from run_events where kind = 'section'";
    world.wait_for(arrived, &events.len().to_string());
    // A look without scripts.
    let page = owner.text(&run);
    assert!(page.contains("Being written, on these events"), "{page}");
    let title =
        world.value("select message from run_events where kind = 'section' order by id limit 1");
    let (section, title) = title.split_once(": ").unwrap();
    assert_eq!(events[0]["section"], section);
    assert_eq!(events[0]["items"][0]["title"], title);
    // The stream of a reader with scripts.
    let stream = owner.first_event(&format!("{run}/events"));
    assert!(stream.contains(&serde_json::to_string(title).unwrap().replace('"', "")), "{stream}");
}

/// The package of the first request, once there is one.
fn package_of_first(model: &Server) -> serde_json::Value {
    package_of(&first_asked(model, |_| true))
}

/// The first request that is wanted, once there is one.
fn first_asked(model: &Server, wanted: impl Fn(&Seen) -> bool) -> Seen {
    let begun = Instant::now();
    loop {
        if let Some(seen) = model.seen().into_iter().find(&wanted) {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing of the kind was asked");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_budget_that_does_not_cover_a_call_fails_the_run_before_it_and_keeps_the_slot() {
    let world = World::with_people();
    let model = Server::start(KEY, as_told);
    let server = serve(&world, &model, &[("ASSISTANT_MONTH_TOKENS_MAX", "1000")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "failed");
    assert_eq!(model.seen().len(), 0, "nothing is sent");
    assert_eq!(world.value("select count(*) from assistant_calls"), "0");
    assert_eq!(world.value("select failure_kind from runs"), "budget");
    let page = owner.text(&run);
    assert!(page.contains("budget for this month does not cover another call"), "{page}");
    let again = owner.act("trigger-run", &[("specification", &specification)]);
    assert!(again.starts_with("/runs/"), "{again}");
}

#[test]
fn a_budget_in_money_without_prices_does_not_start() {
    let world = World::new();
    let mut command = world.command(&["serve", "--plain-http", "loopback", "--without-worker"]);
    command.env("ASSISTANT_MONTH_COST_MAX", "25.00");
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ASSISTANT_MONTH_COST_MAX is a budget in money"), "{said}");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"currency: USD\nmodels:\n  m:\n    input: free\n    output: \"1\"\n").unwrap();
    command.env("ASSISTANT_PRICES_PATH", file.path());
    let said = String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned();
    assert!(said.contains("is no table of prices") && said.contains("free"), "{said}");
}

/// Sends what comes before event `point` of an answer, and then nothing; at 0 not even
/// a head.
fn stopped_at(seen: &Seen, point: usize) -> Reply {
    if point == 0 {
        return Reply::silence();
    }
    let events = events_of(&faithful(&package_of(seen)).to_string());
    let mut pieces: Vec<_> =
        events[..point - 1].iter().map(|event| Piece::Bytes(sse(event))).collect();
    pieces.push(Piece::Silence);
    Reply::stream(pieces)
}

fn request_id(seen: &Seen) -> String {
    seen.headers["x-client-request-id"].to_str().unwrap().to_owned()
}

/// As many runs as there are points in an answer, each stopped at its own: the head, and
/// before every event. One worker carries them all, and is killed.
#[test]
fn a_worker_killed_at_any_point_of_an_answer_has_the_same_request_sent_once_more() {
    let points = events_of("long enough for every piece").len() + 1;
    let world = World::with_people();
    let arrived: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let arriving = Arc::clone(&arrived);
    let model = Server::start(KEY, move |seen, _| {
        let mut arrived = arriving.lock().unwrap();
        let point = arrived.len();
        let id = request_id(seen);
        if arrived.contains_key(&id) {
            return as_told(seen, 0);
        }
        arrived.insert(id, point);
        stopped_at(seen, point)
    });
    let many = points.to_string();
    let environment = [
        ("WORKER_CONCURRENCY", many.as_str()),
        ("WORKSPACE_RUNS_MAX", many.as_str()),
        ("RUN_LEASE_S", "4"),
        // No answer is given up before the kill, however busy the machine.
        ("ASSISTANT_FIRST_BYTE_S", "600"),
        ("ASSISTANT_IDLE_S", "600"),
        ("ASSISTANT_TOTAL_S", "1000"),
        ("RUN_STEP_S", "1200"),
    ];
    let server = serve(&world, &model, &environment);
    let owner = Person::signed_in(&server, "owner@test.example");
    let admin = Person::signed_in(&server, "admin@test.example");
    let named = (0..points).map(|point| format!("Killed at {point}"));
    let all: Vec<_> = named.map(|name| owner.active_specification(&admin, &name)).collect();
    for id in &all {
        owner.act("trigger-run", &[("specification", id)]);
    }
    let begun = Instant::now();
    while arrived.lock().unwrap().len() < points {
        assert!(begun.elapsed() < PATIENCE, "{:?} of {points}", arrived.lock().unwrap());
        std::thread::sleep(Duration::from_millis(50));
    }
    world.wait_for(
        "select count(*) from assistant_calls where outcome is null",
        &points.to_string(),
    );
    server.kill();
    let second = serve(&world, &model, &environment);
    world.wait_for("select count(*) from runs where status = 'succeeded'", &many);
    let mut requests: BTreeMap<String, usize> = BTreeMap::new();
    for seen in model.seen() {
        *requests.entry(request_id(&seen)).or_default() += 1;
    }
    assert_eq!(requests.len(), points, "a run has one request: {requests:?}");
    for (id, sent) in requests {
        assert_eq!(sent, 2, "{id} stopped at {}", arrived.lock().unwrap()[&id]);
    }
    // The book has both: the one whose end nobody saw, and the one that was answered.
    let told =
        "select string_agg(distinct concat_ws(' ', attempt, outcome), ', ') from assistant_calls";
    assert_eq!(world.value(told), "1, 2 answered");
    assert_eq!(model.refused(), [] as [&str; 0]);
    second.kill();
}

/// What the model says before it is sent back: a figure that no evidence has.
fn faulty(seen: &Seen) -> String {
    let text = faithful(&package_of(seen)).to_string();
    text.replace(" reports (", " reports a rise by 7777 kt/a (")
}

fn is_repair(seen: &Seen) -> bool {
    request_id(seen).ends_with("-repair")
}

/// Carries one run whose answers are given by `script`, kills its worker where `stuck` says
/// that the server was asked for what it never answers, and starts another. Gives how often
/// each request was sent.
fn killed_once(
    engine: &str,
    script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    stuck: impl Fn(&Seen) -> bool,
) -> (World, BTreeMap<String, usize>) {
    let world = World::with_people();
    let model = Server::start(KEY, script);
    let environment = [
        ("ASSISTANT_ENGINE", engine),
        ("RUN_LEASE_S", "4"),
        // No answer is given up before the kill, however busy the machine.
        ("ASSISTANT_FIRST_BYTE_S", "600"),
        ("ASSISTANT_IDLE_S", "600"),
        ("ASSISTANT_TOTAL_S", "1000"),
        ("RUN_STEP_S", "1200"),
    ];
    let server = serve(&world, &model, &environment);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("trigger-run", &[("specification", &specification)]);
    first_asked(&model, stuck);
    server.kill();
    let second = serve(&world, &model, &environment);
    world.wait_for("select status from runs", "succeeded");
    assert_eq!(model.refused(), [] as [&str; 0]);
    let mut sent = BTreeMap::new();
    for seen in model.seen() {
        let id = request_id(&seen);
        let question = id.rsplit('-').next().unwrap_or_default().to_owned();
        *sent.entry(question).or_default() += 1;
    }
    second.kill();
    (world, sent)
}

fn times<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.map(|(question, sent)| (question.to_owned(), sent)).into()
}

#[test]
fn a_worker_killed_while_an_answer_is_repaired_has_the_repair_alone_sent_once_more() {
    let script = |seen: &Seen, before: usize| match (is_repair(seen), before) {
        (false, _) => Reply::says(&faulty(seen)),
        (true, 1) => stopped_at(seen, 5),
        (true, _) => as_told(seen, before),
    };
    let (world, sent) = killed_once("openai-responses", script, is_repair);
    assert_eq!(sent, times([("compose", 1), ("repair", 2)]));
    // What was sent back is on record with both calls that did so.
    let kept = "select string_agg(concat_ws(' ', question, attempt, findings_count > 0), ', '
                    order by ordinal) from assistant_calls";
    assert_eq!(world.value(kept), "compose 1, repair 1 t, repair 2 t");
    world.succeeds(&["verify"], "");
}

#[test]
fn a_worker_killed_while_a_chat_answers_has_that_question_alone_sent_once_more() {
    let script = |seen: &Seen, before: usize| match (is_probe(seen), before) {
        (true, _) => says_in_chat(seen, ""),
        (false, 1) => Reply::silence(),
        (false, _) => says_in_chat(seen, &faithful(&package_of(seen)).to_string()),
    };
    let (world, sent) = killed_once("openai-chat", script, |seen| !is_probe(seen));
    assert_eq!(sent, times([("compose", 2), ("probe", 1)]));
    world.succeeds(&["verify"], "");
}

#[test]
fn a_model_whose_report_breaks_a_rule_is_asked_once_more_and_then_publishes_nothing() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| Reply::says(&faulty(seen)));
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
fn what_a_report_was_sent_back_for_is_on_the_page_of_its_run() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, before| {
        Reply::says(&if before == 0 {
            faulty(seen)
        } else {
            faithful(&package_of(seen)).to_string()
        })
    });
    let server = serve(&world, &model, &[]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let page = owner.text(&run);
    assert!(page.contains("Sent back for ") && page.contains("7777"), "{page}");
    assert!(page.contains("does not occur in the evidence cited"), "{page}");
}

#[test]
fn an_id_of_the_assistants_api_is_answered_with_where_to_go() {
    let world = World::new();
    let server = world.serve_with(&[("OPENAI_ASSISTANT_ID", "asst_abc123")]);
    server.wait_for_line(|line| line.contains("the Assistants API ended on 2026-08-26"));
    server.wait_for_line(|line| line.contains("reports are composed by rules"));
}

/// Its client logs what it cannot read, words and all.
#[test]
fn what_a_model_says_is_in_no_log_even_where_it_cannot_be_read() {
    const SAID: &str = "words that nobody has checked";
    let world = World::with_people();
    let broken = format!("data: {{\"type\": \"{SAID}\n\n");
    let model =
        Server::start(KEY, move |_, _| Reply::stream(vec![Piece::Bytes(broken.clone().into())]));
    let server = serve(&world, &model, &[("LOG", "trace,async_openai=trace")]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "failed");
    server
        .wait_for_line(|line| line.contains("a model's call failed") && line.contains("malformed"));
    assert!(server.log().iter().all(|line| !line.contains(SAID)), "the answer is in the log");
}
