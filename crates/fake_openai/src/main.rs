//! The server by itself, for stories in a browser: a model that adds nothing to what it is
//! told, and says it event by event, with a pause before each.

#![allow(clippy::unwrap_used, reason = "a fault of it ends the story")]

use fake_openai::{Piece, Reply, Server, events_in, faithful, package_of, sse};
use std::{env, thread, time::Duration};

fn main() {
    let mut arguments = env::args().skip(1);
    let usage = "fake_openai KEY PAUSE_MS";
    let key = arguments.next().expect(usage);
    let pause_ms: u64 = arguments.next().and_then(|text| text.parse().ok()).expect(usage);
    let pause = Piece::Pause(Duration::from_millis(pause_ms));
    let server = Server::start(&key, move |seen, _| {
        let package = package_of(seen);
        let events = package["events"].as_array().unwrap().len();
        let mut pieces = Vec::new();
        for event in events_in(&faithful(&package).to_string(), events) {
            if event["type"] == "response.output_text.delta" {
                pieces.push(pause.clone());
            }
            pieces.push(Piece::Bytes(sse(&event)));
        }
        Reply::stream(pieces)
    });
    println!("{}", server.base_url());
    // Until it is ended from outside.
    loop {
        thread::park();
    }
}
