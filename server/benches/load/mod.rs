//! Load from several clients at once, each on a connection of its own.

use std::time::{Duration, Instant};
use ureq::{Agent, Body, Error, http::Response};

const DURATION: Duration = Duration::from_secs(10);

/// What a run of requests took.
pub struct Measured {
    clients: usize,
    per_second: f64,
    /// Sorted, in microseconds.
    latencies_us: Vec<u128>,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |hundredths: usize| {
            let index = (self.latencies_us.len() - 1) * hundredths / 100;
            let us = self.latencies_us[index];
            format!("{}.{:01} ms", us / 1000, us % 1000 / 100)
        };
        write!(
            f,
            "{:.0} requests/s with {} clients, p50 {}, p95 {}, p99 {}",
            self.per_second,
            self.clients,
            at(50),
            at(95),
            at(99)
        )
    }
}

/// Each client asks again as soon as it has its answer, which must be a 200, for as long as
/// the measurement lasts.
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
    let begun = Instant::now();
    let client = || {
        let agent = Agent::config_builder().max_redirects(0).build().new_agent();
        let mut latencies_us = Vec::new();
        while let Some(asked) = next() {
            let started = Instant::now();
            let mut answer = request(&agent, asked).expect("the server answers");
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
    Measured { clients, per_second, latencies_us }
}
