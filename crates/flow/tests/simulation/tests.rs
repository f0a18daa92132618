use crate::{
    guards::{Guard, Guards},
    history::{Summary, Violation, play},
    random::Random,
};
use flow::Outcome;
use std::{
    collections::HashMap,
    fs,
    hash::{BuildHasher, RandomState},
    io::Write,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// In a plain test run; `cargo xtask soak` plays a million.
const HISTORIES: u64 = 40_000;
/// A guard that is taken away must be missed within so many.
const HISTORIES_WITHOUT: u64 = 200_000;

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name} is {text}: {error}")))
}

/// The seed of the `at`th history that begins at `base`.
fn seed(base: u64, at: u64) -> u64 {
    Random::new(base.wrapping_add(at)).next()
}

fn kept_seeds() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/regressions.txt")
}

/// Plays it again and says what happened.
fn tell(seed: u64, guards: Guards, violation: &Violation) -> String {
    let lines = match play(seed, guards, true) {
        Err(Violation { lines, .. }) => lines.join("\n"),
        Ok(_) => "played again it breaks nothing".to_owned(),
    };
    format!("{lines}\nSIMULATION_SEED={seed} without {guards}: {}", violation.what)
}

/// Keeps the seed, so that it is played first from now on.
fn keep(seed: u64, what: &str) {
    let file = fs::OpenOptions::new().append(true).create(true).open(kept_seeds());
    let written = file.and_then(|mut file| writeln!(file, "{seed} # {what}"));
    if let Err(error) = written {
        eprintln!("the seed could not be kept: {error}");
    }
}

/// Plays on all processors until the first violation, whose seed it gives.
fn play_many(base: u64, histories: u64, guards: Guards) -> Result<Summary, (u64, Violation)> {
    let next = AtomicU64::new(0);
    let found: Mutex<Option<(u64, Violation)>> = Mutex::new(None);
    let whole = Mutex::new(Summary::default());
    let threads = thread::available_parallelism().map_or(1, Into::into);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut part = Summary::default();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= histories {
                        break;
                    }
                    let seed = seed(base, at);
                    match play(seed, guards, false) {
                        Ok(summary) => part.add(&summary),
                        Err(violation) => {
                            next.store(histories, Ordering::Relaxed);
                            found.lock().unwrap().get_or_insert((seed, violation));
                        }
                    }
                }
                whole.lock().unwrap().add(&part);
            });
        }
    });
    match found.into_inner().unwrap() {
        Some(found) => Err(found),
        None => Ok(whole.into_inner().unwrap()),
    }
}

impl Summary {
    fn add(&mut self, other: &Self) {
        self.transitions += other.transitions;
        self.runs += other.runs;
        self.succeeded += other.succeeded;
        self.repeated_calls += other.repeated_calls;
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(*outcome).or_default() += count;
        }
    }
}

#[test]
fn seeds_that_once_broke_something_no_longer_do() {
    let kept = fs::read_to_string(kept_seeds()).unwrap_or_default();
    for line in kept.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let Some(seed) = line.split_whitespace().next() else { continue };
        let seed = seed.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
        if let Err(violation) = play(seed, Guards::default(), false) {
            panic!("{}", tell(seed, Guards::default(), &violation));
        }
    }
}

#[test]
fn no_history_breaks_an_invariant() {
    let guards = Guards::default();
    if let Some(seed) = setting("SIMULATION_SEED") {
        match play(seed, guards, true) {
            Ok(_) => println!("{seed} breaks nothing"),
            Err(violation) => panic!("{}", tell(seed, guards, &violation)),
        }
        return;
    }
    // Another part of all histories in each run; what breaks one is printed and kept.
    let base = RandomState::new().hash_one("base");
    let histories = setting("SIMULATED_HISTORIES").unwrap_or(HISTORIES);
    match play_many(base, histories, guards) {
        Ok(summary) => {
            println!(
                "{histories} histories, {} runs, {} succeeded, {} calls repeated, {} transitions: {:?}",
                summary.runs,
                summary.succeeded,
                summary.repeated_calls,
                summary.transitions,
                summary.outcomes
            );
            reach_everything(&summary.outcomes);
        }
        Err((seed, violation)) => {
            keep(seed, &violation.what);
            panic!("{}", tell(seed, guards, &violation));
        }
    }
}

/// Histories in which nothing happens would break nothing, either.
fn reach_everything(outcomes: &HashMap<Outcome, u64>) {
    for outcome in [
        Outcome::Final,
        Outcome::HeldElsewhere,
        Outcome::Waiting,
        Outcome::HandedBack,
        Outcome::Unanswered,
        Outcome::InOrder,
        Outcome::QueuedAgain,
        Outcome::Overdue,
        Outcome::Cancelled,
    ] {
        assert!(outcomes.contains_key(&outcome), "no flow ended as {outcome:?}");
    }
}

/// Without the guard an invariant breaks within a bounded number of histories, the same
/// at each playing of its seed; with it, that history breaks nothing.
fn check_missed(guard: Guard) {
    let without = Guards { without: Some(guard) };
    let Err((seed, violation)) = play_many(1, HISTORIES_WITHOUT, without) else {
        panic!("nobody misses {}", guard.id());
    };
    println!("without {}: seed {seed}: {}", guard.id(), violation.what);
    let again = play(seed, without, true).err().expect("the same seed breaks the same");
    assert_eq!(again.what, violation.what);
    assert!(again.lines.iter().any(|line| line.contains("VIOLATION")), "{:?}", again.lines);
    if let Err(violation) = play(seed, Guards::default(), false) {
        panic!("{}", tell(seed, Guards::default(), &violation));
    }
}

macro_rules! missed {
    ($($name:ident: $guard:ident;)+) => {
        $(#[test]
        fn $name() {
            check_missed(Guard::$guard);
        })+

        #[test]
        fn every_guard_is_taken_away_by_a_test() {
            let taken = [$(Guard::$guard,)+];
            assert!(Guard::ALL.iter().all(|guard| taken.contains(guard)));
        }
    };
}

missed! {
    a_write_under_an_older_token_would_be_found: Fencing;
    a_missing_index_of_slots_would_be_found: SlotIndex;
    a_missing_index_of_live_runs_would_be_found: LiveIndex;
    a_failure_that_uses_its_slot_up_would_be_found: FailedFreesSlot;
    a_lease_that_is_taken_before_its_end_would_be_found: LeaseCondition;
    a_look_that_overtakes_a_commit_would_be_found: LookWaits;
    a_journal_that_is_not_read_would_be_found: JournalRead;
    a_write_that_is_not_read_back_would_be_found: ReadBack;
    a_seal_in_two_commits_would_be_found: OneCommit;
    a_package_behind_a_closed_gate_would_be_found: GateAtPackage;
    a_period_that_moves_would_be_found: PeriodKept;
    a_missing_sweeper_would_be_found: Sweeper;
}
