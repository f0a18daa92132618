//! `POST /execute` of the example pattern, end to end: token, gate, three steps,
//! trace, and the row that keeps it. Prints what it measured and judges nothing.
//!
//! `cargo xtask bench execute`.

mod load;
#[path = "../tests/support/mod.rs"]
mod support;

use load::measure;
use support::World;

/// Clients at once; one shows the latency alone, sixty-four the queue.
const CLIENTS: [usize; 3] = [1, 16, 64];

fn main() {
    // Cargo also asks bench targets for a list of tests.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let (world, _ledger) = World::with_prices();
    let server = world.serve(&["--without-worker"]);
    let bearer = format!("Bearer {}", world.token("viewer@test.example", "position_read"));
    let url = format!("{}/execute", server.address);
    for (name, body) in [
        ("the same inputs", r#"{"pattern_id": "example_prices"}"#),
        ("one security", r#"{"pattern_id": "example_prices", "inputs": {"symbols": ["ACME"]}}"#),
    ] {
        for clients in CLIENTS {
            let measured = measure(clients, |agent| {
                agent
                    .post(&url)
                    .header("authorization", &bearer)
                    .header("content-type", "application/json")
                    .send(body)
            });
            println!("{name}: {measured}");
        }
    }
}
