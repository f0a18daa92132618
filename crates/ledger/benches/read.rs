//! A ledger of 100,000 transactions, parsed, booked and split by portfolio. With
//! `LEDGER_BENCH_FILE` the same text is written there, so that `bean-check` can be timed on it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger::{LedgerFiles, books, read};
use std::{fmt::Write, fs, hint::black_box};

const TRANSACTIONS: u64 = 100_000;
const SECURITIES: u64 = 50;

/// Purchases, sales by FIFO and dividends in turn, over fifty securities and thirty years.
fn text() -> String {
    let mut text = String::new();
    let id = "07d2399e-5d6a-427d-ad14-f4d2dbf22670";
    let mut open = |account: &str| {
        let _ =
            writeln!(text, "1995-01-01 open {account}\n  portfolio-id: \"{id}\"\n  base: \"USD\"");
    };
    open("Assets:Portfolio:Main:Cash:USD USD");
    for at in 0..SECURITIES {
        open(&format!("Assets:Portfolio:Main:S{at:02} S{at:02} \"FIFO\""));
    }
    for at in 0..SECURITIES {
        let _ = writeln!(
            text,
            "1995-01-01 commodity S{at:02}\n  exchange: \"XNAS\"\n  currency: \"USD\""
        );
        let _ = writeln!(
            text,
            "1995-01-01 open Income:Dividends:S{at:02}\n1995-01-01 open Income:Gains:S{at:02}"
        );
    }
    text.push_str("1995-01-01 open Equity:Contributions\n1995-01-01 * \"Deposit\"\n  Assets:Portfolio:Main:Cash:USD  100000000.00 USD\n  Equity:Contributions\n");
    for at in 0..TRANSACTIONS - 1 {
        let (year, month, day) = (1995 + at / 3_400, 1 + at / 284 % 12, 1 + at / 11 % 28);
        let (security, price) = (at % SECURITIES, 20 + at * 37 % 300);
        let _ = writeln!(text, "{year}-{month:02}-{day:02} * \"Event {at}\"");
        // Two purchases for each sale of as much as one of them.
        match at / SECURITIES % 4 {
            0 | 1 => {
                let _ = writeln!(
                    text,
                    "  trade-fx: 1\n  Assets:Portfolio:Main:S{security:02}  10 S{security:02} {{{price}.00 USD}}\n  Assets:Portfolio:Main:Cash:USD"
                );
            }
            2 => {
                let cash = price * 10;
                let _ = writeln!(
                    text,
                    "  trade-fx: 1\n  Assets:Portfolio:Main:S{security:02}  -10 S{security:02} {{}} @ {price}.00 USD\n  Assets:Portfolio:Main:Cash:USD  {cash}.00 USD\n  Income:Gains:S{security:02}"
                );
            }
            _ => {
                let _ = writeln!(
                    text,
                    "  pay-fx: 1\n  Assets:Portfolio:Main:Cash:USD  12.50 USD\n  Income:Dividends:S{security:02}"
                );
            }
        }
    }
    text
}

fn reading(criterion: &mut Criterion) {
    let text = text();
    if let Some(path) = std::env::var_os("LEDGER_BENCH_FILE") {
        fs::write(path, &text).expect("the file can be written");
    }
    let files = [("main.beancount".to_owned(), text)].into();
    let files = LedgerFiles { main: "main.beancount".to_owned(), files };
    let mut group = criterion.benchmark_group("ledger");
    group.throughput(Throughput::Elements(TRANSACTIONS)).sample_size(10);
    group.bench_function("100,000 transactions parsed and booked", |bencher| {
        bencher.iter(|| {
            let ledger = read(black_box(&files)).expect("every transaction is good");
            books(&ledger, &files).expect("nothing is missing")
        });
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
