//! Servers and workers that are killed at random under load: nothing is lost, nothing
//! doubled, nothing stuck.
//!
//! `SOAK_KILLS` says how many kills, `cargo xtask soak random-kills` a thousand;
//! `SOAK_SEED` repeats what is decided here, though not what the machine does with it.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use support::{
    PATIENCE, Person, Process, World,
    load::{Came, free_address},
};

/// Kills in a plain test run.
const KILLS: usize = 20;
const CLIENTS: u64 = 3;
/// Leases short enough that runs come back, attempts enough that chance gives none up.
const ENVIRONMENT: &[(&str, &str)] = &[("RUN_LEASE_S", "2"), ("RUN_ATTEMPTS_MAX", "1000")];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// What the clients were told, all together.
#[derive(Default)]
struct Heard {
    /// Runs that somebody was sent to: these were accepted. In the order of their triggers.
    runs: Vec<String>,
    triggers: usize,
    blocked: usize,
    later: usize,
    cancels: usize,
    pages: usize,
    /// No answer, since the server died.
    nothing: usize,
    /// Answers of a server that lost its database or itself; each is looked at.
    errors: Vec<String>,
}

/// One process that is killed and started again.
enum Victim {
    Server { address: String },
    Worker,
}

impl Victim {
    fn start(&self, world: &World) -> Process {
        match self {
            Self::Server { address } => world.serve_at(address, ENVIRONMENT),
            Self::Worker => world.work_with(ENVIRONMENT),
        }
    }
}

/// Kills these processes until `left` is used up, and leaves them running.
fn kill_at_random(
    world: &World,
    mut rng: StdRng,
    victims: &[Victim],
    left: &AtomicUsize,
) -> Vec<Process> {
    let mut running: Vec<_> = victims.iter().map(|victim| Some(victim.start(world))).collect();
    while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    {
        thread::sleep(Duration::from_millis(rng.random_range(0..1200)));
        let at = rng.random_range(0..victims.len());
        running[at].take().unwrap().kill();
        thread::sleep(Duration::from_millis(rng.random_range(0..600)));
        running[at] = Some(victims[at].start(world));
    }
    running.into_iter().flatten().collect()
}

/// Ends the clients, also where a killer panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Somebody who triggers, cancels and reads until the kills are over.
struct Client<'a> {
    person: Person,
    specifications: &'a [String],
    /// The next specification that nobody has asked for yet.
    next: &'a AtomicUsize,
    heard: &'a Mutex<Heard>,
}

impl Client<'_> {
    fn act_until(&self, mut rng: StdRng, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            match rng.random_range(0..10) {
                0..5 => self.trigger(&mut rng),
                5 => self.cancel(&mut rng),
                _ => self.read(&mut rng),
            }
            thread::sleep(Duration::from_millis(rng.random_range(0..150)));
        }
    }

    /// Mostly a new one, now and then one that may be on its way or done.
    fn trigger(&self, rng: &mut StdRng) {
        let seen = self.next.load(Ordering::SeqCst);
        let at = if seen == 0 || rng.random_bool(0.7) {
            self.next.fetch_add(1, Ordering::SeqCst) % self.specifications.len()
        } else {
            rng.random_range(0..seen) % self.specifications.len()
        };
        let came = self.person.send("trigger-run", &[("specification", &self.specifications[at])]);
        let mut heard = self.heard.lock().unwrap();
        heard.triggers += 1;
        match came {
            Came::Onward(onward) if onward.starts_with("/runs/") => {
                let run = onward[6..42].to_owned();
                if !heard.runs.contains(&run) {
                    heard.runs.push(run);
                }
            }
            Came::Onward(onward) if onward.ends_with("?blocked=1") => heard.blocked += 1,
            other => heard.note(other),
        }
    }

    fn cancel(&self, rng: &mut StdRng) {
        let Some(run) = self.any_run(rng) else { return };
        let came = self.person.send("cancel-run", &[("run", &run)]);
        let mut heard = self.heard.lock().unwrap();
        heard.cancels += 1;
        match came {
            Came::Onward(onward) if onward.starts_with("/runs/") => {}
            other => heard.note(other),
        }
    }

    fn read(&self, rng: &mut StdRng) {
        let path = match rng.random_range(0..3) {
            0 => "/history".to_owned(),
            1 => format!("/specifications/{}", self.specifications[0]),
            _ => self
                .any_run(rng)
                .map_or_else(|| "/history".to_owned(), |run| format!("/runs/{run}")),
        };
        let status = self.person.look(&path);
        let mut heard = self.heard.lock().unwrap();
        heard.pages += 1;
        match status {
            Some(200) => {}
            Some(status) => heard.note(Came::Status(status)),
            None => heard.note(Came::Nothing),
        }
    }

    /// One of the latest, which may not be over yet.
    fn any_run(&self, rng: &mut StdRng) -> Option<String> {
        let back = rng.random_range(0..10);
        self.heard.lock().unwrap().runs.iter().nth_back(back).cloned()
    }
}

impl Heard {
    fn note(&mut self, came: Came) {
        match came {
            Came::Nothing => self.nothing += 1,
            Came::Later(_) => self.later += 1,
            other => self.errors.push(format!("{other:?}")),
        }
    }
}

/// Waits for as long as runs keep ending.
fn wait_until_nothing_lives(world: &World) {
    const LIVE: &str = "select count(*) from runs where status in ('queued', 'running')";
    let (mut live, mut since) = (world.value(LIVE), Instant::now());
    while live != "0" {
        thread::sleep(Duration::from_millis(200));
        let now = world.value(LIVE);
        if now != live {
            (live, since) = (now, Instant::now());
        }
        assert!(since.elapsed() < PATIENCE, "{live} runs are stuck");
    }
    world.wait_for("select count(*) from graphile_worker.jobs where attempts < max_attempts", "0");
}

/// Each is a number of things that must not be there.
const FORBIDDEN: &[(&str, &str)] = &[
    ("runs that failed", "select count(*) from runs where status = 'failed'"),
    (
        "slots with two successes",
        "select count(*) from (select from runs where status = 'succeeded'
             group by specification_id, period_key, slot_ordinal having count(*) > 1) doubled",
    ),
    (
        "successes without exactly one artifact, package, audit entry and last event",
        "select count(*) from runs r where r.status = 'succeeded' and (
             (select count(*) from artifacts a where a.run_id = r.id) <> 1
             or (select count(*) from run_packages p where p.run_id = r.id) <> 1
             or (select count(*) from audit_log l where l.target = r.id::text and l.action = 'run.succeeded') <> 1
             or (select count(*) from run_events e where e.run_id = r.id and e.kind = 'succeeded') <> 1)",
    ),
    (
        "runs that were not triggered once and ended once, by the audit log",
        "select count(*) from runs r where
             (select count(*) from audit_log l where l.target = r.id::text and l.action = 'run.triggered') <> 1
             or (select count(*) from audit_log l where l.target = r.id::text
                 and l.action in ('run.succeeded', 'run.failed', 'run.cancelled')) <> 1",
    ),
    (
        "artifacts of runs that did not succeed",
        "select count(*) from artifacts a join runs r on r.id = a.run_id where r.status <> 'succeeded'",
    ),
    (
        // Each of these steps is told by an event in the commit that writes it; other events
        // of a stage say what the run waits for.
        "runs whose steps were not each written once",
        "select count(*) from runs r where
             (select count(*) from run_steps s where s.run_id = r.id
                 and s.stage in ('assemble_package', 'execute', 'validate'))
             <> (select count(*) from run_events e where e.run_id = r.id and e.kind = 'stage'
                 and exists (select from run_steps s where s.run_id = r.id and s.stage = e.stage
                     and s.output = e.message))",
    ),
    (
        "steps that were written under an older lease than the step before",
        "select count(*) from (select fencing_token < lag(fencing_token) over (
             partition by run_id order by finished_at) as is_older from run_steps) steps where is_older",
    ),
];

#[test]
fn servers_and_workers_that_are_killed_at_random_lose_double_and_block_nothing() {
    let kills = setting("SOAK_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let seed = setting("SOAK_SEED").unwrap_or_else(rand::random);
    println!("SOAK_SEED={seed} SOAK_KILLS={kills}");
    let world = World::with_people();
    let addresses = [free_address(), free_address()];
    let first = world.serve_at(&addresses[0], ENVIRONMENT);
    let original = world.active_specification(&first);
    let specifications = world.copies(&original, 100 + 8 * kills);
    let person = Person::signed_in(&first, "owner@test.example");
    let cookies: Vec<Person> =
        (0..CLIENTS).map(|_| Person::signed_in(&first, "owner@test.example")).collect();
    drop((first, person));

    let rng = |stream: u64| StdRng::seed_from_u64(seed.wrapping_add(stream));
    let server = |at: usize| Victim::Server { address: addresses[at].clone() };
    let groups = [vec![server(0), Victim::Worker, Victim::Worker], vec![server(1), Victim::Worker]];
    let (left, over) = (AtomicUsize::new(kills), AtomicBool::new(false));
    let (next, heard) = (AtomicUsize::new(0), Mutex::new(Heard::default()));
    let running: Vec<Process> = thread::scope(|scope| {
        let killers: Vec<_> = groups
            .iter()
            .zip(100..)
            .map(|(victims, stream)| {
                let (world, left) = (&world, &left);
                scope.spawn(move || kill_at_random(world, rng(stream), victims, left))
            })
            .collect();
        for (at, mut person) in cookies.into_iter().enumerate() {
            person.base = format!("http://{}", addresses[at % 2]);
            let client =
                Client { person, specifications: &specifications, next: &next, heard: &heard };
            let over = &over;
            scope.spawn(move || client.act_until(rng(at as u64), over));
        }
        let _over = Over(&over);
        killers.into_iter().flat_map(|killer| killer.join().unwrap()).collect()
    });
    wait_until_nothing_lives(&world);
    let heard = heard.into_inner().unwrap();
    report(&world, &heard, kills);
    for (what, query) in FORBIDDEN {
        assert_eq!(world.value(query), "0", "{what}, seed {seed}");
    }
    let accepted: Vec<String> = heard.runs.iter().map(|run| format!("'{run}'")).collect();
    let known = format!("select count(*) from runs where id in ({})", accepted.join(", "));
    assert_eq!(world.value(&known), accepted.len().to_string(), "runs were lost, seed {seed}");
    assert_eq!(heard.errors, Vec::<String>::new(), "seed {seed}");
    world.succeeds(&["verify"], "");
    drop(running);
}

fn report(world: &World, heard: &Heard, kills: usize) {
    let count = |what: &str| world.value(&format!("select count(*) from {what}"));
    println!(
        "{kills} kills; {} triggers, {} runs accepted, {} blocked, {} cancels, {} pages, {} later, {} unanswered",
        heard.triggers,
        heard.runs.len(),
        heard.blocked,
        heard.cancels,
        heard.pages,
        heard.later,
        heard.nothing
    );
    println!(
        "{} runs: {} succeeded, {} cancelled, {} failed; taken up again {} times",
        count("runs"),
        count("runs where status = 'succeeded'"),
        count("runs where status = 'cancelled'"),
        count("runs where status = 'failed'"),
        count("run_events where kind = 'resumed'"),
    );
}
