//! Ledgers against what Beancount itself makes of them; see `oracle/README.md`.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use domain::portfolio::TransactionKind;
use ledger::{Ledger, LedgerFiles, kind_of, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
struct Fixtures {
    sample: Sample,
    random: Vec<Opinion>,
}

#[derive(Deserialize)]
struct Sample {
    transactions: usize,
    holdings: Vec<Holding>,
}

#[derive(Deserialize)]
struct Opinion {
    text: String,
    good: bool,
    holdings: Vec<Holding>,
}

/// Account, units, commodity, and for a lot: cost, currency, date, label.
type Holding = (String, String, String, Option<(String, String, String, Option<String>)>);

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("oracle/fixtures.json")).unwrap()
}

fn holdings(ledger: &Ledger) -> Vec<Holding> {
    let mut rows = Vec::new();
    for (account, held) in &ledger.holdings {
        for one in held {
            let lot = one.cost.as_ref().map(|cost| {
                let number = cost.per_unit.normalize().to_string();
                (number, cost.currency.clone(), cost.acquired.to_string(), cost.label.clone())
            });
            rows.push((account.clone(), one.units.to_string(), one.commodity.clone(), lot));
        }
    }
    rows.sort();
    rows
}

/// A Python that has Beancount: the one that `ORACLE_PYTHON` names, or the one that
/// `cargo xtask test` installs.
fn python() -> PathBuf {
    let installed = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oracle/bin/python");
    let python = std::env::var_os("ORACLE_PYTHON").map_or_else(installed, PathBuf::from);
    assert!(python.exists(), "no Python with Beancount: `cargo xtask test tests` installs one");
    python
}

#[test]
fn beancount_itself_says_today_what_the_fixtures_say() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("fixtures.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/generate.py");
    let done = Command::new(python()).arg(script).arg(&fresh).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let fresh = std::fs::read_to_string(fresh).unwrap();
    assert!(read(&fresh) == read(include_str!("oracle/fixtures.json")), "run generate.py again");
}

fn sorted(mut rows: Vec<Holding>) -> Vec<Holding> {
    rows.sort();
    rows
}

fn sample() -> Ledger {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/ledger");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(name, std::fs::read_to_string(path).unwrap());
    }
    let read = read(&LedgerFiles { main: "main.beancount".to_owned(), files });
    read.unwrap_or_else(|faults| panic!("{}", faults[0]))
}

#[test]
fn the_sample_ledger_holds_what_beancount_says() {
    let (ledger, expected) = (sample(), fixtures().sample);
    assert_eq!(ledger.transactions.len(), expected.transactions);
    assert_eq!(holdings(&ledger), sorted(expected.holdings));
}

#[test]
fn the_sample_ledger_shows_every_kind_of_transaction_of_two_portfolios() {
    let ledger = sample();
    let mut kinds: Vec<TransactionKind> =
        ledger.transactions.iter().map(|one| kind_of(one).unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.id()).collect();
    let expected =
        ["dividend", "interest", "split", "buy", "sell", "deposit", "withdrawal", "fx", "fee"];
    assert_eq!(names, expected);
    let mut portfolios: Vec<&String> =
        ledger.accounts.values().filter_map(|one| one.metadata.get("portfolio-id")).collect();
    portfolios.sort_unstable();
    portfolios.dedup();
    assert_eq!(portfolios.len(), 2);
}

#[test]
fn random_ledgers_are_booked_or_refused_as_by_beancount() {
    let random = fixtures().random;
    assert!(random.iter().filter(|one| one.good).count() >= 6);
    assert!(random.iter().filter(|one| !one.good).count() >= 6);
    for opinion in random {
        let files = [("main.beancount".to_owned(), opinion.text.clone())].into();
        let found = read(&LedgerFiles { main: "main.beancount".to_owned(), files });
        assert_eq!(found.is_ok(), opinion.good, "{:?}\n{}", found.err(), opinion.text);
        if let Ok(ledger) = found {
            assert_eq!(holdings(&ledger), sorted(opinion.holdings), "{}", opinion.text);
        }
    }
}
