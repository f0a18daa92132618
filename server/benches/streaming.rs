//! Five hundred runs at once whose reports a language model writes, each streamed by the
//! fake server for as long as a real one takes. Workers, server, Postgres, the fake server and
//! this share the machine. Prints what it measured and judges nothing.
//!
//! `cargo xtask bench streaming`. The cluster is its own, with durable settings.

#[path = "../tests/support/mod.rs"]
mod support;

use fake_openai::{Piece, Reply, Server, events_in, faithful, package_of, sse};
use private_postgres::{Cluster, Data};
use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use support::{Person, Process, World, load::Came};

const RUNS: usize = 500;
const CLIENTS: usize = 8;
const KEY: &str = "sk-bench-streaming";
/// Pieces of an answer, with a pause before each: half a minute in all.
const PIECES: usize = 60;
const PAUSE: Duration = Duration::from_millis(500);
/// Two processes carry all of them at once.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("WORKER_CONCURRENCY", "250"),
    ("WORKSPACE_RUNS_MAX", "1000"),
    ("RUNS_MAX", "1000"),
    ("WORKSPACE_QUEUED_MAX", "10000"),
    ("DATABASE_CONNECTIONS", "24"),
    ("LOG", "warn,server=info,observatory=info"),
    ("OPENAI_API_KEY", KEY),
    ("OPENAI_MODEL", "test-model"),
];

fn main() {
    // Cargo also asks bench targets for a list of tests.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let cluster =
        Cluster::start(checkout, "bench-streaming", Data::SafeScratch).expect("a cluster starts");
    let world = World::with_people_at(cluster.superuser_url("postgres"));
    let model = Server::start(KEY, |seen, _| {
        let mut pieces = Vec::new();
        for event in events_in(&faithful(&package_of(seen)).to_string(), PIECES) {
            if event["type"] == "response.output_text.delta" {
                pieces.push(Piece::Pause(PAUSE));
            }
            pieces.push(Piece::Bytes(sse(&event)));
        }
        Reply::stream(pieces)
    });
    let base = model.base_url();
    let environment: Vec<_> =
        ENVIRONMENT.iter().copied().chain([("OPENAI_BASE_URL", base.as_str())]).collect();
    let server = world.serve_with(&environment);
    let specification = world.active_specification(&server);
    let specifications = world.copies(&specification, RUNS);
    let people: Vec<Person> =
        (0..CLIENTS).map(|_| Person::signed_in(&server, "owner@test.example")).collect();
    trigger(&people, &specifications);

    let begun = Instant::now();
    let workers = [world.work_with(&environment), world.work_with(&environment)];
    let idle: Vec<_> = workers.iter().map(resident_kb).collect();
    let mut open_most = 0;
    loop {
        let counts = world.value(
            "select concat_ws(' ', count(*) filter (where status = 'succeeded'),
                 (select count(*) from assistant_calls where outcome is null)) from runs",
        );
        let mut counts = counts.split(' ').map(|count| count.parse::<usize>().expect("a count"));
        let (succeeded, open) = (counts.next().unwrap_or(0), counts.next().unwrap_or(0));
        open_most = open.max(open_most);
        if succeeded == RUNS {
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    let took = begun.elapsed();
    println!(
        "{RUNS} runs succeeded in {:.1} s; calls open at once: {open_most}",
        took.as_secs_f64()
    );
    for (worker, idle) in workers.iter().zip(idle) {
        let most = resident_most_kb(worker);
        println!("a worker of 250: {idle} KB resident when idle, {most} KB at most");
    }
    println!(
        "repeated calls: {}",
        world.value("select count(*) from assistant_calls where attempt > 1")
    );
    after_the_last_byte(&world, &model);
}

/// From the last byte that the fake server handed to a connection to the sealed artifact.
fn after_the_last_byte(world: &World, model: &Server) {
    let ended: HashMap<_, _> = model.ended().into_iter().collect();
    let sealed = world.value(
        "select string_agg(concat_ws(' ', c.request_id, extract(epoch from a.sealed_at)), ',')
         from artifacts a join assistant_calls c using (run_id)",
    );
    let mut took_ms: Vec<f64> = sealed
        .split(',')
        .map(|line| {
            let (request, at) = line.split_once(' ').expect("a request and a time");
            let at: f64 = at.parse().expect("seconds");
            (at - since_epoch(ended[request])) * 1000.0
        })
        .collect();
    took_ms.sort_unstable_by(f64::total_cmp);
    let at = |hundredths: usize| took_ms[(took_ms.len() - 1) * hundredths / 100];
    println!(
        "last byte to sealed artifact: p50 {:.0} ms, p95 {:.0} ms, most {:.0} ms",
        at(50),
        at(95),
        at(100)
    );
    println!("documents: {}", world.value("select concat_ws(' to ', min(length(document)), max(length(document))) || ' bytes' from artifacts"));
}

fn since_epoch(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).expect("a time of today").as_secs_f64()
}

fn trigger(people: &[Person], specifications: &[String]) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for person in people {
            scope.spawn(|| {
                while let Some(id) = specifications.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let came = person.send("trigger-run", &[("specification", id)]);
                    assert!(
                        matches!(&came, Came::Onward(to) if to.starts_with("/runs/")),
                        "{came:?}"
                    );
                }
            });
        }
    });
}

fn resident_kb(process: &Process) -> u64 {
    status_kb(process, "VmRSS:")
}

fn resident_most_kb(process: &Process) -> u64 {
    status_kb(process, "VmHWM:")
}

fn status_kb(process: &Process, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
