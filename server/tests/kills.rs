//! Workers that are killed, halted or cut off while they carry runs: each run ends
//! once, and nothing is written by whoever lost it.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};
use support::{
    PATIENCE, Person, SLOW_STEPS, World,
    proxy::{Cut, Proxy, Side},
};

/// Kills side by side; most of the time of each is waiting for a lease.
const LANES: usize = 6;
/// One of so many messages is tried in a plain test run.
const KILLS_EVERY: usize = 12;
/// How long a kill is waited for before the run is asked whether it is over.
const A_LOOK: Duration = Duration::from_millis(200);
/// Short, so that the next worker need not wait long for it to run out.
const ENVIRONMENT: (&str, &str) = ("RUN_LEASE_S", "2");

/// A world of its own, with everybody signed in.
struct Lane {
    owner: Person,
    admin: Person,
    workspace: String,
    _server: support::Process,
    world: World,
}

impl Lane {
    fn new() -> Self {
        let world = World::with_people();
        let server = world.serve(&["--without-worker"]);
        let owner = Person::signed_in(&server, "owner@test.example");
        let admin = Person::signed_in(&server, "admin@test.example");
        let workspace = world.value("select id from workspaces where name = 'Sample Foams'");
        Self { owner, admin, workspace, _server: server, world }
    }

    /// Triggers a run and lets a worker carry it that dies at `cut`. The proxy, and
    /// the run's id.
    fn run_through(&self, name: &str, cut: Option<Cut>) -> (Proxy, String) {
        let specification = self.owner.active_specification(&self.admin, name);
        let proxy = Proxy::start(&self.world.database_url, &self.workspace, cut);
        let worker = self.world.work_with(&[ENVIRONMENT, ("DATABASE_URL", &proxy.database_url)]);
        proxy.aim_at(worker.id());
        let run = self.owner.act("trigger-run", &[("specification", &specification)]);
        let run = run.strip_prefix("/runs/").expect("the run begins").to_owned();
        if cut.is_none() {
            self.wait_for_success(&run);
        }
        let over = format!("select status = 'succeeded' from runs where id = '{run}'");
        let begun = Instant::now();
        while cut.is_some() && !proxy.wait_for_cut(A_LOOK) && self.world.value(&over) == "false" {
            assert!(begun.elapsed() < PATIENCE, "{name}: neither cut nor over");
        }
        worker.kill();
        (proxy, run)
    }

    fn wait_for_success(&self, run: &str) {
        let status = format!("select status from runs where id = '{run}'");
        self.world.wait_for(&status, "succeeded");
    }

    /// What is written of the run's steps, so that a repetition would show.
    fn steps(&self, run: &str) -> Vec<String> {
        let steps = format!(
            "select string_agg(concat_ws(' ', stage, step, finished_at, fencing_token), ';' order by stage, step)
             from run_steps where run_id = '{run}'"
        );
        self.world.value(&steps).split(';').map(str::to_owned).collect()
    }

    /// False when the run was over before it came to the message.
    fn check(&self, cut: Cut) -> bool {
        let name = format!("Killed at {} {:?}", cut.at, cut.side);
        let (proxy, run) = self.run_through(&name, Some(cut));
        let before = self.steps(&run);
        let second = self.world.work_with(&[ENVIRONMENT]);
        self.wait_for_success(&run);
        let after = self.steps(&run);
        for step in &before {
            assert!(after.contains(step), "{cut:?}: {step} was written again");
        }
        for (what, query) in [
            ("artifact", format!("select count(*) from artifacts where run_id = '{run}'")),
            (
                "audit entry",
                format!(
                    "select count(*) from audit_log where action = 'run.succeeded' and target = '{run}'"
                ),
            ),
            (
                "last event",
                format!(
                    "select count(*) from run_events where kind = 'succeeded' and run_id = '{run}'"
                ),
            ),
        ] {
            assert_eq!(self.world.value(&query), "1", "{cut:?}: {what}");
        }
        second.kill();
        proxy.is_cut()
    }
}

/// At each message: before Postgres sees it, and before the worker sees the reply.
/// `KILLS_EVERY=1`, which `cargo xtask soak` sets, takes every message; a plain test
/// run takes one of several, another one each time.
#[test]
fn a_worker_killed_at_any_message_of_a_run_leaves_it_to_be_finished_once() {
    let every = std::env::var("KILLS_EVERY").map_or(KILLS_EVERY, |every| every.parse().unwrap());
    let first = 1 + std::process::id() as usize % every;
    let golden = Lane::new();
    let messages = golden.run_through("Golden", None).0.counted();
    // Six transactions, each with its begin, its writes and its commit.
    assert!(messages > 30, "{messages} messages are too few for a whole run");
    let cuts: Vec<Cut> = (first..=messages)
        .step_by(every)
        .flat_map(|at| [Side::BeforeMessage, Side::BeforeReply].map(|side| Cut { at, side }))
        .collect();
    let (next, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..LANES.min(cuts.len()) {
            scope.spawn(|| {
                let lane = Lane::new();
                while let Some(cut) = cuts.get(next.fetch_add(1, Ordering::SeqCst)) {
                    killed.fetch_add(usize::from(lane.check(*cut)), Ordering::SeqCst);
                }
                lane.world.succeeds(&["verify"], "");
            });
        }
    });
    // A quicker run than the golden one renews its lease less often, and has fewer.
    let (killed, wanted) = (killed.into_inner(), cuts.len());
    assert!(killed * 4 >= wanted * 3, "{killed} of {wanted} workers were killed");
}

fn signal(worker: &support::Process, signal: &str) {
    let told = std::process::Command::new("kill").args([signal, &worker.id().to_string()]).status();
    assert!(told.unwrap().success());
}

#[test]
fn a_worker_that_is_halted_past_its_lease_writes_nothing_when_it_goes_on() {
    let lane = Lane::new();
    let specification = lane.owner.active_specification(&lane.admin, "Halted");
    lane.world.sql(SLOW_STEPS);
    let halted = lane.world.work_with(&[ENVIRONMENT]);
    let run = lane.owner.act("trigger-run", &[("specification", &specification)]);
    let run = run.strip_prefix("/runs/").expect("the run begins").to_owned();
    lane.world.wait_for(
        "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
        "1",
    );
    signal(&halted, "-STOP");
    let second = lane.world.work_with(&[ENVIRONMENT]);
    lane.wait_for_success(&run);
    let written = |what: &str| lane.world.value(&format!("select count(*) from {what}"));
    let tables = ["run_steps", "run_packages", "run_events", "artifacts", "audit_log"];
    let before = (tables.map(written), lane.steps(&run));
    second.kill();
    signal(&halted, "-CONT");
    // The one that was halted carries the next run, so it has seen to its old one.
    let specification = lane.owner.active_specification(&lane.admin, "After the halt");
    lane.owner.act("trigger-run", &[("specification", &specification)]);
    lane.world.wait_for("select count(*) from runs where status = 'succeeded'", "2");
    assert_eq!(lane.steps(&run), before.1);
    let of_run = |table: &str| {
        lane.world.value(&format!("select count(*) from {table} where run_id = '{run}'"))
    };
    assert_eq!(of_run("artifacts"), "1");
    assert_eq!(of_run("run_packages"), "1");
    let ends = format!("audit_log where action like 'run.%ed' and target = '{run}'");
    assert_eq!(written(&ends), "2", "triggered and succeeded");
    lane.world.succeeds(&["verify"], "");
}

#[test]
fn connections_that_are_cut_during_runs_lose_nothing() {
    const RUNS: usize = 4;
    let lane = Lane::new();
    let specifications: Vec<String> = (0..RUNS)
        .map(|at| lane.owner.active_specification(&lane.admin, &format!("Cut off {at}")))
        .collect();
    lane.world.sql(SLOW_STEPS);
    let _worker = lane.world.work_with(&[ENVIRONMENT]);
    for specification in &specifications {
        lane.owner.act("trigger-run", &[("specification", specification)]);
    }
    for _ in 0..5 {
        lane.world.wait_for(
            "select count(*) > 0 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
            "true",
        );
        lane.world.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'observatory' and datname = current_database()",
        );
    }
    assert_eq!(lane.owner.get("/ready").status().as_u16(), 200, "the service is back at once");
    let succeeded = "select count(*) from runs where status = 'succeeded'";
    lane.world.wait_for(succeeded, &RUNS.to_string());
    for query in [
        "select count(*) from artifacts",
        "select count(*) from audit_log where action = 'run.succeeded'",
        "select count(*) from runs",
    ] {
        assert_eq!(lane.world.value(query), RUNS.to_string(), "{query}");
    }
    lane.world.succeeds(&["verify"], "");
}
