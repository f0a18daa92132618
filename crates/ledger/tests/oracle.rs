//! Ledgers against what Beancount itself makes of them; see `oracle/README.md`.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use ledger::{Ledger, LedgerFiles, TransactionKind, read};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

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
        ledger.transactions.iter().map(|one| TransactionKind::of(one).unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
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
