//! Runs across real processes: many triggers, killed workers, a clean stop.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use std::{sync::Barrier, thread, time::Instant};
use support::{Person, World, load::Came};

/// As many browsers as press the button at the same moment, each on a connection that it
/// keeps.
const BROWSERS: usize = 50;
/// Triggers of a plain test run; `cargo xtask soak triggers` sends ten thousand.
const TRIGGERS: usize = 1000;

#[test]
fn thousands_of_triggers_of_one_slot_over_two_servers_give_one_run_and_one_artifact() {
    let triggers = std::env::var("TRIGGERS").map_or(TRIGGERS, |count| count.parse().unwrap());
    let world = World::with_people();
    let servers = [world.serve(&[]), world.serve(&[])];
    let specification = world.active_specification(&servers[0]);
    let people: Vec<Person> =
        (0..BROWSERS).map(|at| Person::signed_in(&servers[at % 2], "owner@test.example")).collect();
    let start = Barrier::new(BROWSERS);
    let begun = Instant::now();
    let answers: Vec<Came> = thread::scope(|scope| {
        let browsers: Vec<_> = people
            .iter()
            .map(|person| {
                let (start, specification) = (&start, specification.as_str());
                scope.spawn(move || {
                    start.wait();
                    (0..triggers / BROWSERS)
                        .map(|_| person.send("trigger-run", &[("specification", specification)]))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        browsers.into_iter().flat_map(|browser| browser.join().unwrap()).collect()
    });
    println!("{} triggers in {} ms", answers.len(), begun.elapsed().as_millis());
    assert_eq!(answers.len(), triggers);
    let run = world.value("select id from runs");
    let page = format!("/specifications/{specification}");
    for answer in &answers {
        match answer {
            Came::Onward(onward) if onward.starts_with(&format!("/runs/{run}")) => {}
            Came::Onward(onward) if *onward == format!("{page}?blocked=1") => {}
            Came::Later(_) => {}
            other => panic!("{other:?} is neither the run {run} nor blocked nor later"),
        }
    }
    world.wait_for("select count(*) from runs where status = 'succeeded'", "1");
    assert_eq!(world.value("select count(*) from runs"), "1");
    assert_eq!(world.value("select count(*) from artifacts"), "1");
    assert_eq!(world.value("select count(*) from audit_log where action = 'run.succeeded'"), "1");
    // The period's report is there: one more trigger is blocked with the period.
    let blocked = people[0].act("trigger-run", &[("specification", &specification)]);
    assert_eq!(blocked, format!("{page}?blocked=1"));
    let period = world.value("select period_key from runs");
    let text = people[0].text(&blocked);
    assert!(text.contains(&format!("The weekly report for {period} was completed on")), "{text}");
    assert!(text.contains("Next eligible: Monday"), "{text}");
    world.succeeds(&["verify"], "");
}

/// A program that triggers, as it is answered: status, `Retry-After`, code.
fn triggered_by_a_program(person: &Person, specification: &str) -> (u16, String, String) {
    let fields = [("specification", specification)];
    let mut answer = person.post("/action/trigger-run", &fields, "application/json");
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap());
    let retry_after = retry_after.unwrap_or_default().to_owned();
    let body: serde_json::Value =
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    (status, retry_after, body["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_full_queue_tells_programs_when_to_come_back_and_pages_why() {
    let world = World::with_people();
    let bounds = [("WORKSPACE_QUEUED_MAX", "1"), ("QUEUED_MAX", "50")];
    let server = world.serve_with(&bounds);
    let owner = Person::signed_in(&server, "owner@test.example");
    let admin = Person::signed_in(&server, "admin@test.example");
    let first = owner.active_specification(&admin, "First");
    let second = owner.active_specification(&admin, "Second");
    assert!(owner.act("trigger-run", &[("specification", &first)]).starts_with("/runs/"));

    let blocked = owner.act("trigger-run", &[("specification", &second)]);
    assert_eq!(blocked, format!("/specifications/{second}?blocked=1"));
    let text = owner.text(&blocked);
    assert!(text.contains("at most 1 of its runs wait at once"), "{text}");
    let told = triggered_by_a_program(&owner, &second);
    assert_eq!(told, (429, "10".to_owned(), "workspace_queue_full".to_owned()));

    let full = world.serve_with(&[("QUEUED_MAX", "1")]);
    let owner = owner.moved_to(&full);
    let told = triggered_by_a_program(&owner, &second);
    assert_eq!(told, (503, "30".to_owned(), "queue_full".to_owned()));
    assert!(owner.text(&blocked).contains("More runs wait than the service takes at present."));
    assert_eq!(world.value("select count(*) from runs"), "1");
    assert_eq!(world.value("select count(*) from audit_log where action = 'run.blocked'"), "3");
}

/// Holds a table so that the worker stops right before it writes there, kills
/// the worker, and lets another go on.
fn check_killed_before(table: &str, journaled: &str) {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let onward = owner.act("trigger-run", &[("specification", &specification)]);
    assert!(onward.starts_with("/runs/"), "{onward}");
    // Holding the table takes a connection of its own; a trigger that sleeps is
    // the same wait without one, and goes away with the worker.
    world.sql(&format!(
        "create function hold() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
         create trigger hold before insert on {table} for each row execute function hold()"
    ));
    let worker = world.work();
    world.wait_for(
        &format!("select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query like '%insert into {table}%' and datname = current_database()"),
        "1",
    );
    assert_eq!(world.value("select status from runs"), "running");
    assert_eq!(world.value("select string_agg(stage || '/' || step, ' ' order by finished_at, stage) from run_steps"), journaled);
    let before =
        world.value("select string_agg(xmin::text, ' ' order by stage, step) from run_steps");
    worker.kill();
    world.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
    );
    world.sql(&format!("drop trigger hold on {table}; drop function hold()"));
    let second = world.work();
    world.wait_for("select status from runs", "succeeded");
    assert_eq!(world.value("select count(*) from artifacts"), "1");
    assert_eq!(world.value("select count(*) from run_events where kind = 'resumed'"), "1");
    let after =
        world.value("select string_agg(xmin::text, ' ' order by stage, step) from run_steps");
    for row in before.split(' ') {
        assert!(after.split(' ').any(|kept| kept == row), "a finished step was written again");
    }
    assert!(second.terminate().success());
    world.succeeds(&["verify"], "");
}

#[test]
fn a_run_killed_before_its_package_is_finished_by_the_next_worker() {
    check_killed_before("run_packages", "retrieve_specification/ enforce_cadence/");
}

#[test]
fn a_run_killed_before_its_seal_is_finished_without_repeating_a_step() {
    check_killed_before(
        "artifacts",
        "retrieve_specification/ enforce_cadence/ assemble_package/ execute/selection execute/document validate/findings",
    );
}

#[test]
fn a_server_that_is_killed_with_its_worker_goes_on_after_a_restart() {
    let world = World::with_people();
    let server = world.serve(&[]);
    let specification = world.active_specification(&server);
    world.sql(
        "create function hold() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
         create trigger hold before insert on artifacts for each row execute function hold()",
    );
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for(
        "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
        "1",
    );
    server.kill();
    world.sql("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()");
    world.sql("drop trigger hold on artifacts; drop function hold()");
    let again = world.serve(&[]);
    world.wait_for("select status from runs", "succeeded");
    // The session outlived the process, too.
    let owner = owner.moved_to(&again);
    assert!(owner.text(&run).contains("Read the report"));
    assert_eq!(world.value("select count(*) from artifacts"), "1");
}

#[test]
fn a_process_that_is_asked_to_stop_ends_cleanly() {
    let world = World::with_people();
    assert!(world.serve(&[]).terminate().success());
    assert!(world.work().terminate().success());
}
