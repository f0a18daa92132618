//! The requests to all vendors.

use super::{
    QuoteError,
    vendor::{Ask, Figure, Observed, Quote, Vendor, as_of, days_up_to, vendor},
};
use crate::http::{self, Unread, Unusable};
use domain::pricing_pack::ProviderId;
use executor::{
    observe::{self, ProviderAnswer},
    runtime::breaker::{BreakerPolicy, Guard},
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until, timeout},
};
use url::{Host, Url};

/// Limits of one figure.
#[derive(Clone, Copy, Debug)]
pub struct QuoteBounds {
    /// For the whole of one answer.
    pub total: Duration,
    pub bytes_max: usize,
    /// Requests for one figure, the first included.
    pub attempts_max: u32,
    /// Between a failure and the next request; twice as long each time.
    pub backoff: Duration,
    /// The longest that one request waits, whatever the vendor asks for.
    pub wait_max: Duration,
}

impl Default for QuoteBounds {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(10),
            bytes_max: 1_000_000,
            attempts_max: 3,
            backoff: Duration::from_secs(1),
            wait_max: Duration::from_secs(65),
        }
    }
}

/// How one vendor is reached.
#[derive(Clone, Debug)]
pub struct VendorAccess {
    pub provider: ProviderId,
    pub key: SecretString,
    /// In place of the vendor's own address.
    pub base: Option<String>,
}

/// Why a vendor cannot be asked; no key is in the words.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("nothing is known of a vendor {0}")]
    UnknownVendor(ProviderId),
    #[error(
        "the address of {0} is not of the form https://host/path, without user, query or fragment"
    )]
    NotAnAddress(&'static str),
    #[error("the key of {0} would cross the network in the clear; use https")]
    KeyInTheClear(&'static str),
    #[error("the key of {0} is empty, or holds characters that no header can carry")]
    Key(&'static str),
    #[error("no HTTP client could be made")]
    Client(#[source] Unusable),
}

/// Every vendor that a key is set of.
#[derive(Debug)]
pub struct Vendors {
    http: reqwest::Client,
    bounds: QuoteBounds,
    lanes: Vec<Lane>,
}

/// One vendor as this process asks it: one request at a time.
#[derive(Debug)]
struct Lane {
    vendor: &'static dyn Vendor,
    base: Url,
    key: SecretString,
    guard: Guard,
    /// When the next request may leave.
    next: Mutex<Instant>,
    /// Between two requests.
    pause: Duration,
}

impl Vendors {
    /// `clock` dates the trips of breakers, for readers alone.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn new(
        bounds: QuoteBounds,
        access: Vec<VendorAccess>,
        clock: fn() -> Timestamp,
    ) -> Result<Self, AccessError> {
        let http = http::client(http::tls().map_err(AccessError::Client)?)
            .build()
            .map_err(|error| AccessError::Client(error.into()))?;
        let lanes = access.into_iter().map(|access| Lane::new(access, clock));
        Ok(Self { http, bounds, lanes: lanes.collect::<Result<_, _>>()? })
    }

    /// The figure of `day`, or the newest before it, by one vendor.
    ///
    /// # Errors
    /// [`QuoteError`]; never a value in place of one.
    pub async fn quote(
        &self,
        provider: &ProviderId,
        figure: &Figure,
        day: jiff::civil::Date,
    ) -> Result<Quote, QuoteError> {
        let lane = self.lanes.iter().find(|lane| lane.vendor.id() == provider.as_str());
        let lane = lane.ok_or(QuoteError::NoKey)?;
        let ask = lane.vendor.ask(&lane.base, &lane.key, figure, &days_up_to(day));
        let ask = ask.ok_or(QuoteError::NotQuoted)?;
        // A figure that fails however often it is asked for counts once: one bad name does
        // not open the breaker for all others.
        let permit = lane.guard.admit().map_err(|refused| QuoteError::Resting(refused.retry_in))?;
        let observed = self.in_turn(lane, figure, &ask).await;
        permit.settle(&observed.as_ref().map(|_| ()).map_err(QuoteError::fault));
        as_of(&observed?, day)
    }

    /// The values of an answer, asked for again where that may help.
    async fn in_turn(
        &self,
        lane: &Lane,
        figure: &Figure,
        ask: &Ask,
    ) -> Result<Vec<Observed>, QuoteError> {
        let mut attempt = 1;
        loop {
            match self.once(lane, figure, ask, attempt).await {
                Err(error) if error.may_pass() && attempt < self.bounds.attempts_max => {
                    attempt += 1;
                }
                answered => return answered,
            }
        }
    }

    /// One request, when it is its turn.
    async fn once(
        &self,
        lane: &Lane,
        figure: &Figure,
        ask: &Ask,
        attempt: u32,
    ) -> Result<Vec<Observed>, QuoteError> {
        let mut next = lane.next.lock().await;
        let wait = next.saturating_duration_since(Instant::now());
        if wait > self.bounds.wait_max {
            return Err(QuoteError::LeftAlone(wait));
        }
        sleep_until(*next).await;
        let (sent, mut bytes) = (Instant::now(), 0);
        let answered = timeout(self.bounds.total, self.send(lane, figure, ask, &mut bytes)).await;
        let answered = answered.unwrap_or(Err(QuoteError::TimedOut(self.bounds.total)));
        *next = Instant::now() + self.rest(lane.pause, answered.as_ref().err(), attempt);
        let kind = answered.as_ref().map_or_else(kind_of, |_| ProviderAnswer::Success);
        observe::provider_answered(lane.vendor.id(), kind, sent.elapsed(), bytes);
        answered
    }

    async fn send(
        &self,
        lane: &Lane,
        figure: &Figure,
        ask: &Ask,
        bytes: &mut usize,
    ) -> Result<Vec<Observed>, QuoteError> {
        // An error of the client shows its address, and an address may hold the key.
        let broken = |error: reqwest::Error| QuoteError::Broken(error.without_url());
        let mut request = self.http.get(ask.url.clone());
        if let Some((name, value)) = &ask.header {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(broken)?;
        let status = response.status().as_u16();
        let asked_to_wait = http::retry_after(response.headers());
        let body = http::read_within(response, self.bounds.bytes_max).await;
        let body = body.map_err(|unread| match unread {
            Unread::TooLarge => QuoteError::TooLarge(self.bounds.bytes_max),
            Unread::Broken(error) => broken(error),
        })?;
        *bytes = body.len();
        let answered = match status {
            200 => lane.vendor.read(figure, &body),
            _ => Err(lane.vendor.refusal(figure, status, &body)),
        };
        answered.map_err(|error| match error {
            QuoteError::TooOften { .. } => QuoteError::TooOften { retry_after: asked_to_wait },
            error => error,
        })
    }

    /// How long the vendor is left alone after an answer.
    fn rest(&self, pause: Duration, error: Option<&QuoteError>, attempt: u32) -> Duration {
        let Some(error) = error else { return pause };
        let backoff = self.bounds.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        match error {
            QuoteError::TooOften { retry_after } => retry_after.unwrap_or(backoff).max(pause),
            error if error.may_pass() => backoff.max(pause),
            _ => pause,
        }
    }
}

impl Lane {
    fn new(access: VendorAccess, clock: fn() -> Timestamp) -> Result<Self, AccessError> {
        let VendorAccess { provider, key, base } = access;
        let vendor = vendor(&provider).ok_or(AccessError::UnknownVendor(provider))?;
        let base = checked(base.as_deref().unwrap_or(vendor.base()), vendor.id())?;
        let plain = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain(key.expose_secret()) {
            return Err(AccessError::Key(vendor.id()));
        }
        Ok(Self {
            vendor,
            base,
            key,
            guard: Guard::new(vendor.id(), BreakerPolicy::PROVIDER, clock),
            next: Mutex::new(Instant::now()),
            pause: Duration::from_mins(1) / vendor.per_minute(),
        })
    }
}

/// Plain http is for this machine alone.
fn checked(base: &str, vendor: &'static str) -> Result<Url, AccessError> {
    let url = Url::parse(base).map_err(|_| AccessError::NotAnAddress(vendor))?;
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    if !is_anonymous || url.query().is_some() || url.fragment().is_some() {
        return Err(AccessError::NotAnAddress(vendor));
    }
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err(AccessError::KeyInTheClear(vendor)),
        _ => Err(AccessError::NotAnAddress(vendor)),
    }
}

fn kind_of(error: &QuoteError) -> ProviderAnswer {
    match error {
        QuoteError::TooOften { .. } => ProviderAnswer::RateLimited,
        QuoteError::TimedOut(_) => ProviderAnswer::Timeout,
        QuoteError::KeyRefused | QuoteError::NotInPlan | QuoteError::Unknown(_) => {
            ProviderAnswer::Refused
        }
        _ => ProviderAnswer::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leaves_for_no_address_in_the_clear_but_on_this_machine() {
        assert!(checked("http://127.0.0.1:4000/vendor", "FMP").is_ok());
        assert!(checked("https://vendor.example/api", "FMP").is_ok());
        let clear = checked("http://vendor.example", "FMP");
        assert!(matches!(clear, Err(AccessError::KeyInTheClear("FMP"))), "{clear:?}");
        for bad in [
            "vendor.example",
            "ftp://vendor.example",
            "https://me@vendor.example",
            "https://vendor.example/?key=1",
            "https://vendor.example/#a",
        ] {
            let refused = checked(bad, "FMP");
            assert!(matches!(refused, Err(AccessError::NotAnAddress("FMP"))), "{bad}: {refused:?}");
        }
    }
}
