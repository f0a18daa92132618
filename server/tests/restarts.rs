//! Postgres is restarted while runs are carried: the service comes back by itself, and
//! each run ends once.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use private_postgres::{Cluster, Data, Ending};
use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};
use support::{PATIENCE, Person, Process, SLOW_STEPS, World};

/// Runs under way at each restart.
const RUNS: usize = 4;
/// Short, so that runs whose worker lost the database are soon taken up.
const LEASE: (&str, &str) = ("RUN_LEASE_S", "2");

/// Whatever listens, so that a listener that did not come back shows.
const LISTENERS: &str = "select string_agg(query || ' ' || times, ', ' order by query) from (
    select query, count(*) as times from pg_stat_activity
    where datname = current_database() and query ilike 'listen%' group by query) listeners";

struct Service<'a> {
    world: &'a World,
    servers: Vec<Process>,
    _workers: Vec<Process>,
    listeners: String,
}

impl<'a> Service<'a> {
    fn start(world: &'a World) -> Self {
        let servers: Vec<_> = (0..2).map(|_| world.serve(&["--without-worker"])).collect();
        let workers = (0..2).map(|_| world.work_with(&[LEASE])).collect();
        // Two servers hear of events, two workers of jobs and cancellations.
        world.wait_for("select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'", "6");
        let listeners = world.value(LISTENERS);
        Self { world, servers, _workers: workers, listeners }
    }

    fn is_ready(&self) -> bool {
        self.servers
            .iter()
            .all(|server| Person::visitor(server).get("/ready").status().as_u16() == 200)
    }

    /// Restarts Postgres, with a pause in which everybody notices. How long the service
    /// took to be whole again.
    fn survive(&self, cluster: &Cluster, ending: Ending) -> Duration {
        cluster.end(ending).unwrap();
        let noticed = Instant::now();
        while self.is_ready() {
            assert!(noticed.elapsed() < PATIENCE, "ready without a database");
        }
        cluster.start_again().unwrap();
        let back = Instant::now();
        while !self.is_ready() || self.world.value(LISTENERS) != self.listeners {
            let listening = || self.world.value(LISTENERS);
            assert!(back.elapsed() < PATIENCE, "{ending:?}: only {} listen", listening());
            thread::sleep(Duration::from_millis(50));
        }
        back.elapsed()
    }
}

#[test]
fn a_postgres_that_is_restarted_or_killed_is_survived_by_the_service_and_its_runs() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cluster = Cluster::start(checkout, "restarts", Data::SafeScratch).unwrap();
    let world = World::with_people_at(cluster.superuser_url("postgres"));
    let service = Service::start(&world);
    let owner = Person::signed_in(&service.servers[0], "owner@test.example");
    let admin = Person::signed_in(&service.servers[0], "admin@test.example");
    world.sql(SLOW_STEPS);
    for (at, ending) in [Ending::Fast, Ending::Immediate, Ending::Killed].into_iter().enumerate() {
        for run in 0..RUNS {
            let name = format!("{ending:?} {run}");
            let specification = owner.active_specification(&admin, &name);
            owner.act("trigger-run", &[("specification", &specification)]);
        }
        world.wait_for(
            "select count(*) > 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
            "true",
        );
        let took = service.survive(&cluster, ending);
        println!("{ending:?}: back after {} ms", took.as_millis());
        // The session outlived it, and so does every run.
        assert_eq!(owner.get("/").status().as_u16(), 200, "{ending:?}");
        let expected = ((at + 1) * RUNS).to_string();
        world.wait_for("select count(*) from runs where status = 'succeeded'", &expected);
        for query in [
            "select count(*) from runs",
            "select count(*) from artifacts",
            "select count(*) from audit_log where action = 'run.succeeded'",
            "select count(*) from run_events where kind = 'succeeded'",
        ] {
            assert_eq!(world.value(query), expected, "{ending:?}: {query}");
        }
    }
    world.wait_for("select count(*) from graphile_worker.jobs where attempts < max_attempts", "0");
    world.succeeds(&["verify"], "");
}
