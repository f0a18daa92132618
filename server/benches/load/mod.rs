//! Load from several clients at once, each on a connection of its own.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use ureq::{Agent, Body, Error, http::Response};

const DURATION: Duration = Duration::from_secs(10);

/// What a run of requests took.
pub struct Measured {
    clients: usize,
    per_second: f64,
    /// Answered with 503, since the server had too much to do; in no latency.
    refused: usize,
    /// Sorted, in microseconds.
    latencies_us: Vec<u128>,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |hundredths: usize| {
            let index = self.latencies_us.len().saturating_sub(1) * hundredths / 100;
            let us = self.latencies_us.get(index).copied().unwrap_or_default();
            format!("{}.{:01} ms", us / 1000, us % 1000 / 100)
        };
        write!(
            f,
            "{:.0} requests/s with {} clients, p50 {}, p95 {}, p99 {}; {} refused",
            self.per_second,
            self.clients,
            at(50),
            at(95),
            at(99),
            self.refused
        )
    }
}

/// Each client asks again as soon as it has its answer, a 200 or a 503, for as long as the
/// measurement lasts.
pub fn measure(
    clients: usize,
    request: impl Fn(&Agent) -> Result<Response<Body>, Error> + Sync,
) -> Measured {
    let begun = Instant::now();
    let next = || (begun.elapsed() < DURATION).then_some(());
    drive(clients, next, |agent, ()| request(agent))
}

/// The same until there is nothing next to ask for.
pub fn drive<T>(
    clients: usize,
    next: impl Fn() -> Option<T> + Sync,
    request: impl Fn(&Agent, T) -> Result<Response<Body>, Error> + Sync,
) -> Measured {
    let (begun, refused) = (Instant::now(), AtomicUsize::new(0));
    let client = || {
        let agent = Agent::config_builder().max_redirects(0).build().new_agent();
        let mut latencies_us = Vec::new();
        while let Some(asked) = next() {
            let started = Instant::now();
            let answer = request(&agent, asked);
            if matches!(answer, Err(Error::StatusCode(503))) {
                refused.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let mut answer = answer.expect("the server answers");
            assert_eq!(answer.status().as_u16(), 200);
            answer.body_mut().read_to_string().expect("the answer is whole");
            latencies_us.push(started.elapsed().as_micros());
        }
        latencies_us
    };
    let mut latencies_us: Vec<u128> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client ends")).collect()
    });
    let requests = u32::try_from(latencies_us.len()).expect("ten seconds hold fewer requests");
    let per_second = f64::from(requests) / begun.elapsed().as_secs_f64();
    latencies_us.sort_unstable();
    Measured { clients, per_second, refused: refused.into_inner(), latencies_us }
}
