//! The key of a language model leaves in one header and shows nowhere else, whichever API
//! the model is asked by and however its server fails: not in the log at its loudest, on a
//! page, in a report, or in any row of the database.

use crate::{
    KEY, serve,
    support::{Person, Process, World},
};
use fake_openai::{
    Piece, Reply, Seen, Server, faithful, is_probe, models_reply, package_of, says_in_chat,
};
use serde_json::json;

/// Everything that is to be said is, by the client's own modules too.
const LOUD: (&str, &str) = ("LOG", "trace,async_openai=trace,reqwest=trace,hyper=trace");
const CHAT: (&str, &str) = ("ASSISTANT_ENGINE", "openai-chat");

/// Every row of every table as text, searched for the key.
pub fn rows_with_the_key(world: &World) -> String {
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

/// A run of a model that is asked by Chat Completions, to its end.
fn run_of(world: &World, model: &Server, ends: &str) -> (Process, Person, String) {
    let server = serve(world, model, &[LOUD, CHAT]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", ends);
    (server, owner, run)
}

fn is_nowhere(world: &World, server: &Process, pages: &[String]) {
    for line in server.log() {
        assert!(!line.contains(KEY), "the key is in the log: {line}");
    }
    for page in pages {
        assert!(!page.contains(KEY), "the key is on a page: {page}");
    }
    assert_eq!(rows_with_the_key(world), "0", "the key is in the database");
}

/// What the server was sent, as a careless one repeats it.
fn bearer(seen: &Seen) -> String {
    seen.headers["authorization"].to_str().unwrap().to_owned()
}

#[test]
fn a_report_by_chat_completions_leaves_the_key_in_its_header_alone() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        let text = (!is_probe(seen)).then(|| faithful(&package_of(seen)).to_string());
        says_in_chat(seen, &text.unwrap_or_default())
    });
    let (server, owner, run) = run_of(&world, &model, "succeeded");
    for seen in model.seen() {
        assert_eq!(bearer(&seen), format!("Bearer {KEY}"));
        assert!(!seen.body.to_string().contains(KEY));
    }
    let admin = Person::signed_in(&server, "admin@test.example");
    let pages = [
        owner.text(&run),
        admin.text("/admin/language-model"),
        admin.text("/admin"),
        world.value("select html from artifacts"),
        world.value("select document::text from artifacts"),
    ];
    assert!(pages[3].contains("Chat Completions API"), "{}", pages[3]);
    is_nowhere(&world, &server, &pages);
    // The search can tell: it finds what is there.
    world.sql(&format!("create table told as select '{KEY}' as words"));
    assert_eq!(rows_with_the_key(&world), "1");
}

/// As OpenAI does, the server repeats what it was sent: in the refusal of a question, in its
/// list of models, and in a stream.
#[test]
fn a_server_of_chat_completions_that_repeats_the_key_is_not_repeated() {
    for status in [401, 400, 500] {
        let world = World::with_people();
        let model = Server::start(KEY, move |seen, _| {
            Reply::error(status, &format!("Incorrect API key provided: {}", bearer(seen)))
        });
        model.set_models(Reply::error(401, &format!("Incorrect API key provided: {KEY}")));
        let (server, owner, run) = run_of(&world, &model, "failed");
        world.wait_for("select count(*) from model_listings", "1");
        let admin = Person::signed_in(&server, "admin@test.example");
        let pages = [owner.text(&run), admin.text("/admin/language-model"), admin.text("/admin")];
        is_nowhere(&world, &server, &pages);
    }
}

#[test]
fn a_stream_and_a_list_of_chat_completions_that_hold_the_key_are_not_repeated() {
    let world = World::with_people();
    let model = Server::start(KEY, |seen, _| {
        if is_probe(seen) {
            return says_in_chat(seen, "");
        }
        let error = json!({ "error": { "code": bearer(seen), "message": bearer(seen) } });
        let broken = format!("data: {error}\n\ndata: {{\"x\": \"{}\n\n", bearer(seen));
        Reply::stream(vec![Piece::Bytes(broken.into_bytes())])
    });
    model.set_models(models_reply(&json!([{ "id": "test-model", "shutdown_date": KEY }])));
    let (server, owner, run) = run_of(&world, &model, "failed");
    world.wait_for("select reason from model_listings", "shutdown_unreadable");
    let admin = Person::signed_in(&server, "admin@test.example");
    is_nowhere(&world, &server, &[owner.text(&run), admin.text("/admin/language-model")]);
}
