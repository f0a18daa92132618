//! The stream that tells how the prices of a day come to be complete.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use support::{Person, World};
use ureq::{Body, http::Response};

const STREAM: &str = "/pack/events";
const WARMING: &str = "set session_replication_role = replica;
    update pricing_packs set status = 'warming', stage = 'reconcile_ledger', stages_done = 1,
        fresh_at = null, build_started_at = now()";
const FRESH: &str = "update pricing_packs set status = 'fresh', stages_done = stages_total,
    fresh_at = now() where status = 'warming'";

/// The notices of a stream, as they come. It has to be ended by the server.
fn notices(stream: Response<Body>) -> impl Iterator<Item = Value> {
    assert_eq!(stream.status().as_u16(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let lines = BufReader::new(stream.into_body().into_reader()).lines().map(Result::unwrap);
    lines.filter_map(|line| {
        line.strip_prefix("data:").map(|data| serde_json::from_str(data.trim()).unwrap())
    })
}

#[test]
fn the_stream_tells_how_far_a_build_is_and_ends_with_complete_prices() {
    let (world, _ledger) = World::with_prices();
    world.sql(WARMING);
    let server = world.serve_with(&[]);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let mut told = notices(viewer.program(STREAM));
    let first = told.next().unwrap();
    assert_eq!(first["standing"], "Preparing", "{first}");
    assert_eq!((&first["step"]["done"], &first["step"]["total"]), (&1.into(), &5.into()));
    // Time for a look that finds nothing new, and says nothing.
    std::thread::sleep(std::time::Duration::from_secs(4));
    world.sql(FRESH);
    let last = told.next().unwrap();
    assert_eq!(last["standing"], "Complete", "{last}");
    assert_eq!(told.next(), None);
    // Who comes back later is told the same.
    let again: Vec<Value> = notices(viewer.program(STREAM)).collect();
    assert_eq!(again, [last]);
}

#[test]
fn the_stream_is_of_the_day_that_was_asked_for() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let mut told = notices(viewer.program(&format!("{STREAM}?asof=1999-12-31")));
    assert_eq!(told.next().unwrap()["standing"], "Missing");
    for (person, query) in [
        (&viewer, "?asof=yesterday"),
        (&viewer, "?asof=2025-02-30"),
        (&Person::visitor(&server), ""),
    ] {
        let refused = person.program(&format!("{STREAM}{query}"));
        assert_eq!(refused.status().as_u16(), 404, "{query}");
    }
}

#[test]
fn open_streams_do_not_hold_up_the_end_of_a_server() {
    let (world, _ledger) = World::with_prices();
    world.sql(WARMING);
    let server = world.serve_with(&[]);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let mut told = notices(viewer.program(STREAM));
    assert_eq!(told.next().unwrap()["standing"], "Preparing");
    assert!(server.terminate().success());
    assert_eq!(told.next(), None);
}

#[test]
fn a_process_holds_a_bounded_number_of_streams() {
    let (world, _ledger) = World::with_prices();
    world.sql(WARMING);
    let server = world.serve_with(&[]);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let mut held: Vec<_> = (0..200).map(|_| viewer.program(STREAM)).collect();
    assert!(held.iter().all(|stream| stream.status().as_u16() == 200));
    let refused = viewer.program(STREAM);
    assert_eq!(refused.status().as_u16(), 503);
    assert_eq!(refused.headers()["retry-after"], "5");
    // A reader who leaves makes room, as soon as the server notices.
    held.clear();
    let room = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        viewer.program(STREAM).status().as_u16() == 200
    });
    assert!(room);
}
