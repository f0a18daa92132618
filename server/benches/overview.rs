//! The overview of 200 portfolios, end to end, asked for by several clients at once: by a
//! server that has just started, each portfolio once, and by one that knows them all.
//! Prints what it measured and judges nothing.
//!
//! `cargo xtask bench overview`.

mod load;
#[path = "../tests/support/mod.rs"]
mod support;

use load::{drive, measure};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use support::{Person, World};
use ureq::{Agent, Body, Error, http::Response};

const PORTFOLIOS: usize = 200;
const CLIENTS: [usize; 3] = [1, 16, 64];

/// The sample's portfolio in dollars, four years of it, under that many names.
const SAMPLE: &str = "07d2399e-5d6a-427d-ad14-f4d2dbf22670";

fn id(number: usize) -> String {
    format!("0193e7a4-0000-7000-8000-{number:012}")
}

fn add_portfolios(ledger: &Path) {
    let read = |name: &str| fs::read_to_string(ledger.join(name)).expect("a file of the sample");
    let (accounts, transactions, main) =
        (read("accounts.beancount"), read("sample.beancount"), read("main.beancount"));
    // Account by account: a line that opens it, and those of its metadata.
    let own: String = accounts
        .split_inclusive("base: \"USD\"\n")
        .filter(|account| account.contains("open Assets:Portfolio:Sample:"))
        .map(|account| &account[account.find("20").expect("a date")..])
        .collect();
    let mut includes = Vec::new();
    for number in 0..PORTFOLIOS {
        let name = format!("Assets:Portfolio:Many{number}:");
        let text = format!("{own}\n{transactions}")
            .replace("Assets:Portfolio:Sample:", &name)
            .replace(SAMPLE, &id(number));
        let file = format!("many{number}.beancount");
        fs::write(ledger.join(&file), text).expect("the ledger can be written");
        includes.push(format!("include \"{file}\"\n"));
    }
    fs::write(ledger.join("main.beancount"), main + &includes.concat())
        .expect("the ledger can be written");
}

fn main() {
    // Cargo also asks bench targets for a list of tests.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let (world, _ledger) = World::with_prices_and(add_portfolios);
    let bearer =
        format!("Bearer {}", world.token("viewer@test.example", "portfolio_read,position_read"));
    {
        let server = world.serve(&["--without-worker"]);
        let owner = Person::signed_in(&server, "owner@test.example");
        for number in 0..PORTFOLIOS {
            let name = format!("Portfolio {number}");
            owner.act("add-portfolio", &[("portfolio", &id(number)), ("name", &name)]);
        }
    }
    let ids: Vec<String> = (0..PORTFOLIOS).map(id).collect();
    for clients in CLIENTS {
        let server = world.serve(&["--without-worker"]);
        let url = format!("{}/execute", server.address);
        let ask = |agent: &Agent, portfolio: &String| -> Result<Response<Body>, Error> {
            let body =
                format!(r#"{{"pattern_id": "portfolio_overview", "portfolio_id": "{portfolio}"}}"#);
            agent
                .post(&url)
                .header("authorization", &bearer)
                .header("content-type", "application/json")
                .send(&body)
        };
        let at = AtomicUsize::new(0);
        let next = || ids.get(at.fetch_add(1, Ordering::Relaxed));
        println!("each portfolio for the first time: {}", drive(clients, next, ask));
        let next = AtomicUsize::new(0);
        let again = measure(clients, |agent| {
            ask(agent, &ids[next.fetch_add(1, Ordering::Relaxed) % PORTFOLIOS])
        });
        println!("all of them again and again: {again}");
    }
}
