//! Servers that are killed while they send files: whatever reached somebody is on
//! record.

mod support;

use std::{
    collections::BTreeSet,
    io::Read,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use support::{PATIENCE, Person, World, load::free_address};

/// Files that come in a plain test run; `EXPORTS` in the environment asks for more.
const EXPORTS: usize = 120;
/// Files between one kill and the next.
const EXPORTS_PER_KILL: usize = 40;
const CLIENTS: usize = 4;
const FORMATS: [&str; 5] = ["html", "xlsx", "csv", "json", "pdf"];
/// Until a client whose server is gone tries again.
const A_BREATH: Duration = Duration::from_millis(20);

/// Whether any of the file came, and if so whether all of it did.
fn receive(url: &str, cookie: &str, name: &str) -> Option<bool> {
    let request = ureq::get(url).header("cookie", cookie).header("user-agent", name);
    let mut answer = request.call().ok()?;
    Some(answer.body_mut().as_reader().read_to_end(&mut Vec::new()).is_ok())
}

#[test]
fn what_was_sent_before_a_kill_is_on_record() {
    let wanted = std::env::var("EXPORTS").map_or(EXPORTS, |number| number.parse().unwrap());
    let world = World::with_people();
    let address = free_address();
    let mut server = world.serve_at(&address, &[]);
    let worker = world.work();
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    drop(worker);
    let (base, cookie) = (owner.base.clone(), owner.cookie());

    // Each attempt has a name of its own, which the record keeps as its agent.
    let (next, came) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let sent = Mutex::new(BTreeSet::new());
    let broken_off = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut heard = Instant::now();
                while came.load(Ordering::SeqCst) < wanted && heard.elapsed() < PATIENCE {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let format = FORMATS[number % FORMATS.len()];
                    let name = format!("export-{number}");
                    match receive(&format!("{base}{run}/download/{format}"), &cookie, &name) {
                        Some(whole) => {
                            broken_off.fetch_add(usize::from(!whole), Ordering::SeqCst);
                            sent.lock().unwrap().insert(name);
                            came.fetch_add(1, Ordering::SeqCst);
                            heard = Instant::now();
                        }
                        None => thread::sleep(A_BREATH),
                    }
                }
            });
        }
        let wait_for = |files: usize| {
            let begun = Instant::now();
            while came.load(Ordering::SeqCst) < files {
                assert!(begun.elapsed() < PATIENCE, "no files come");
                thread::sleep(A_BREATH);
            }
        };
        // A little before the last, so that each kill meets clients at work.
        for kill in 1..=wanted / EXPORTS_PER_KILL {
            wait_for(kill * EXPORTS_PER_KILL - CLIENTS);
            server.kill();
            server = world.serve_at(&address, &[]);
        }
        // This closure owns the last server.
        wait_for(wanted);
    });

    let recorded = "select coalesce(string_agg(entry::jsonb -> 'detail' ->> 'agent', ' '), '')
        from audit_log where action = 'report.exported'
        and entry::jsonb -> 'detail' ->> 'decision' = 'allow'";
    let recorded = world.value(recorded);
    let recorded: BTreeSet<String> = recorded.split(' ').map(str::to_owned).collect();
    let sent = sent.into_inner().unwrap();
    assert!(sent.len() >= wanted);
    let unrecorded: Vec<_> = sent.difference(&recorded).collect();
    assert!(unrecorded.is_empty(), "sent and not on record: {unrecorded:?}");
    world.succeeds(&["verify"], "");
    println!(
        "{} files came, {} of them broken off; {} attempts on record, {} tried",
        sent.len(),
        broken_off.into_inner(),
        recorded.len(),
        next.into_inner(),
    );
}
