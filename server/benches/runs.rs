//! Runs from trigger to success, beside what the same Postgres commits when it does
//! nothing else. The engine is the built-in analyst, which waits for nobody: what is
//! measured is selection, composition, validation and rendering of a whole report, and
//! the journal around them. Prints what it measured and judges nothing.
//!
//! `cargo xtask bench runs`. The cluster is its own, with durable settings.

#[path = "../tests/support/mod.rs"]
mod support;

use private_postgres::{Cluster, Data, program};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};
use support::{Person, World, load::Came};

const RUNS: usize = 1000;
/// Clients that trigger, and connections that commit, at once.
const CLIENTS: usize = 8;
/// Runs of one at a time, for the latency of an idle service.
const SINGLE_RUNS: usize = 50;
const BARE_SECONDS: &str = "10";
const ENVIRONMENT: &[(&str, &str)] = &[
    ("WORKER_CONCURRENCY", "8"),
    ("WORKSPACE_RUNS_MAX", "1000"),
    ("WORKSPACE_QUEUED_MAX", "10000"),
    ("DATABASE_CONNECTIONS", "24"),
    ("LOG", "warn,server=info,observatory=info"),
];

fn main() {
    // Cargo also asks bench targets for a list of tests.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let cluster =
        Cluster::start(checkout, "bench-runs", Data::SafeScratch).expect("a cluster starts");
    for connections in [1, CLIENTS] {
        println!("bare commits, {connections} connections: {:.0}/s", bare(&cluster, connections));
    }
    let world = World::with_people_at(cluster.superuser_url("postgres"));
    let server = world.serve_with(ENVIRONMENT);
    let specification = world.active_specification(&server);
    let specifications = world.copies(&specification, 2 * RUNS + SINGLE_RUNS);
    let (first, rest) = specifications.split_at(RUNS);
    let (second, single) = rest.split_at(RUNS);
    let people: Vec<Person> =
        (0..CLIENTS).map(|_| Person::signed_in(&server, "owner@test.example")).collect();

    let triggered = measure(&world, || trigger(&people, first));
    println!("triggers alone: {triggered}");
    let worker = world.work_with(ENVIRONMENT);
    let carried = measure(&world, || wait_for_successes(&world, RUNS));
    println!("queued to succeeded, one worker: {carried}");
    drop(worker);
    let _workers = [world.work_with(ENVIRONMENT), world.work_with(ENVIRONMENT)];
    let whole = measure(&world, || {
        trigger(&people, second);
        wait_for_successes(&world, 2 * RUNS);
    });
    println!("triggered to succeeded, two workers: {whole}");
    println!("{}", statements(&world));
    latencies(&world, &people[0], single);
}

/// One row and its commit, as fast as so many connections can.
fn bare(cluster: &Cluster, connections: usize) -> f64 {
    cluster
        .sql("postgres", "drop table if exists bare; create table bare (at timestamptz)")
        .expect("a table");
    let script = std::env::temp_dir().join(format!("bare-commit-{}", std::process::id()));
    std::fs::write(&script, "insert into bare values (now());\n").expect("a script");
    let mut pgbench = Command::new(cluster.program("pgbench"));
    pgbench.args(["-n", "-T", BARE_SECONDS, "-j", "2", "-c", &connections.to_string(), "-f"]);
    pgbench.arg(&script).arg(cluster.superuser_url("postgres"));
    let said = program::output(&mut pgbench).expect("pgbench ends well");
    let _ = std::fs::remove_file(&script);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).expect("a rate");
    rate.split(' ').next().and_then(|rate| rate.parse().ok()).expect("a number")
}

/// What RUNS runs took.
struct Measured {
    took: Duration,
    commits: u64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (runs, seconds) =
            (f64::from(u32::try_from(RUNS).unwrap_or(0)), self.took.as_secs_f64());
        let commits = f64::from(u32::try_from(self.commits).unwrap_or(u32::MAX));
        write!(
            f,
            "{RUNS} in {seconds:.1} s, {:.1} runs/s, {:.1} commits a run, {:.0} commits/s",
            runs / seconds,
            commits / runs,
            commits / seconds
        )
    }
}

fn measure(world: &World, work: impl FnOnce()) -> Measured {
    let (before, begun) = (commits(world), Instant::now());
    work();
    let took = begun.elapsed();
    Measured { took, commits: commits(world) - before }
}

/// Sessions tell their counts within a second or when they are idle.
fn commits(world: &World) -> u64 {
    thread::sleep(Duration::from_secs(2));
    let committed = "select xact_commit from pg_stat_database where datname = current_database()";
    world.value(committed).parse().expect("a count")
}

fn trigger(people: &[Person], specifications: &[String]) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for person in people {
            scope.spawn(|| {
                while let Some(specification) =
                    specifications.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    let came = person.send("trigger-run", &[("specification", specification)]);
                    assert!(
                        matches!(&came, Came::Onward(to) if to.starts_with("/runs/")),
                        "{came:?}"
                    );
                }
            });
        }
    });
}

fn wait_for_successes(world: &World, count: usize) {
    let succeeded = "select count(*) from runs where status = 'succeeded'";
    let count = count.to_string();
    while world.value(succeeded) != count {
        thread::sleep(Duration::from_millis(250));
    }
}

/// Rows written for each run, by table.
fn statements(world: &World) -> String {
    world.value(
        "select string_agg(format('%s %s+%s', relname, n_tup_ins, n_tup_upd), ', ' order by n_tup_ins + n_tup_upd desc)
         from pg_stat_user_tables where n_tup_ins + n_tup_upd > 1000",
    )
}

/// One run at a time on an idle service.
fn latencies(world: &World, person: &Person, specifications: &[String]) {
    let mut first_event_ms = Vec::new();
    for specification in specifications {
        let begun = Instant::now();
        let run = person.act("trigger-run", &[("specification", specification)]);
        let mut stream = person.get(&format!("{run}/events"));
        let mut lines = BufReader::new(stream.body_mut().as_reader()).lines();
        let data = lines.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("data:")));
        assert!(data.is_some(), "the stream of {run} says nothing");
        first_event_ms.push(begun.elapsed().as_millis());
        let over = format!("select status = 'succeeded' from runs where id = '{}'", &run[6..42]);
        world.wait_for(&over, "true");
    }
    first_event_ms.sort_unstable();
    let at = |hundredths: usize| first_event_ms[(first_event_ms.len() - 1) * hundredths / 100];
    println!("trigger to first event at the reader: p50 {} ms, p95 {} ms", at(50), at(95));
    for (what, kind) in [("taken by a worker", "started"), ("succeeded", "succeeded")] {
        let query = format!(
            "select format('p50 %s ms, p95 %s ms',
                 round(1000 * percentile_cont(0.5) within group (order by took)),
                 round(1000 * percentile_cont(0.95) within group (order by took)))
             from (select extract(epoch from e.at - q.at) as took
                   from run_events q join run_events e on e.run_id = q.run_id and e.kind = '{kind}'
                   where q.kind = 'queued' order by q.id desc limit {SINGLE_RUNS}) runs"
        );
        println!("queued to {what}: {}", world.value(&query));
    }
}
