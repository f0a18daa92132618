//! The requests to all vendors.

use super::{
    Allowances, QuoteError,
    vendor::{Announced, Ask, Figure, Quote, Vendor, as_of, days_up_to, refusal, vendor},
};
use crate::http::{self, Unread, Unusable};
use domain::pricing_pack::{AnnouncedDividend, AnnouncedSplit, ProviderId};
use executor::{
    observe::{self, ProviderAnswer},
    runtime::breaker::{BreakerPolicy, Guard},
};
use jiff::{Timestamp, civil::Date};
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
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
    allowances: Arc<dyn Allowances>,
    lanes: Vec<Lane>,
}

/// One vendor as this process asks it: one request at a time.
#[derive(Debug)]
struct Lane {
    provider: ProviderId,
    vendor: &'static dyn Vendor,
    base: Url,
    key: SecretString,
    guard: Guard,
    /// Held while a request is under way, so that the next one hears of a wish to be left alone.
    turn: Mutex<()>,
}

/// What an answer of a status says.
type Reading<'a, T> = &'a (dyn Fn(u16, &[u8]) -> Result<T, QuoteError> + Sync);

/// What is asked, and how the answer is read.
struct Question<'a, T> {
    ask: Ask,
    read: Reading<'a, T>,
}

impl Vendors {
    /// Every request is booked with `allowances` first; `clock` dates the trips of breakers, for
    /// readers alone.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn new(
        bounds: QuoteBounds,
        access: Vec<VendorAccess>,
        allowances: Arc<dyn Allowances>,
        clock: fn() -> Timestamp,
    ) -> Result<Self, AccessError> {
        let http = http::client(http::tls().map_err(AccessError::Client)?)
            .build()
            .map_err(|error| AccessError::Client(error.into()))?;
        let lanes = access.into_iter().map(|access| Lane::new(access, clock));
        Ok(Self { http, bounds, allowances, lanes: lanes.collect::<Result<_, _>>()? })
    }

    /// The figure of `day`, or the newest before it, by one vendor.
    ///
    /// # Errors
    /// [`QuoteError`]; never a value in place of one.
    pub async fn quote(
        &self,
        provider: &ProviderId,
        figure: &Figure,
        day: Date,
    ) -> Result<Quote, QuoteError> {
        let lane = self.lane(provider)?;
        let ask = lane.vendor.ask(&lane.base, &lane.key, figure, &days_up_to(day));
        let read = |status, body: &[u8]| match status {
            200 => lane.vendor.read(figure, body),
            _ => Err(lane.vendor.refusal(figure, status, body)),
        };
        let observed = self.answer(lane, ask, &read).await?;
        as_of(&observed, day)
    }

    /// The dividends of a security, by the vendor's name of it, that one vendor tells for
    /// the days after `day`.
    ///
    /// # Errors
    /// [`QuoteError`]; never an empty list in place of one.
    pub async fn dividends(
        &self,
        provider: &ProviderId,
        name: &str,
        day: Date,
    ) -> Result<Vec<AnnouncedDividend>, QuoteError> {
        let lane = self.lane(provider)?;
        let of = Announced::Dividends(name.to_owned());
        let ask = lane.vendor.ask_announced(&lane.base, &lane.key, &of, day);
        let read = |status, body: &[u8]| match status {
            200 => lane.vendor.read_dividends(name, day, body),
            _ => Err(refusal(&Figure::Close(name.to_owned()), status)),
        };
        self.answer(lane, ask, &read).await
    }

    /// The same of splits.
    ///
    /// # Errors
    /// [`QuoteError`]; never an empty list in place of one.
    pub async fn splits(
        &self,
        provider: &ProviderId,
        name: &str,
        day: Date,
    ) -> Result<Vec<AnnouncedSplit>, QuoteError> {
        let lane = self.lane(provider)?;
        let of = Announced::Splits(name.to_owned());
        let ask = lane.vendor.ask_announced(&lane.base, &lane.key, &of, day);
        let read = |status, body: &[u8]| match status {
            200 => lane.vendor.read_splits(name, day, body),
            _ => Err(refusal(&Figure::Close(name.to_owned()), status)),
        };
        self.answer(lane, ask, &read).await
    }

    fn lane(&self, provider: &ProviderId) -> Result<&Lane, QuoteError> {
        let lane = self.lanes.iter().find(|lane| lane.provider == *provider);
        lane.ok_or(QuoteError::NoKey)
    }

    /// Behind the breaker.
    async fn answer<T>(
        &self,
        lane: &Lane,
        ask: Option<Ask>,
        read: Reading<'_, T>,
    ) -> Result<T, QuoteError> {
        let question = Question { ask: ask.ok_or(QuoteError::NotQuoted)?, read };
        // What fails however often it is asked for counts once: one bad name does not open the
        // breaker for all others.
        let permit = lane.guard.admit().map_err(|refused| QuoteError::Resting(refused.retry_in))?;
        let answered = self.in_turn(lane, &question).await;
        permit.settle(&answered.as_ref().map(|_| ()).map_err(QuoteError::fault));
        answered
    }

    /// An answer, asked for again where that may help.
    async fn in_turn<T>(&self, lane: &Lane, question: &Question<'_, T>) -> Result<T, QuoteError> {
        let mut attempt = 1;
        loop {
            match self.once(lane, question, attempt).await {
                Err(error) if error.may_pass() && attempt < self.bounds.attempts_max => {
                    attempt += 1;
                }
                answered => return answered,
            }
        }
    }

    /// One request, when it is its turn.
    async fn once<T>(
        &self,
        lane: &Lane,
        question: &Question<'_, T>,
        attempt: u32,
    ) -> Result<T, QuoteError> {
        let _turn = lane.turn.lock().await;
        let wait = self.allowances.book(&lane.provider, self.bounds.wait_max).await?;
        sleep(wait).await;
        let (sent, mut bytes) = (Instant::now(), 0);
        let answered = timeout(self.bounds.total, self.send(question, &mut bytes)).await;
        let answered = answered.unwrap_or(Err(QuoteError::TimedOut(self.bounds.total)));
        let rest = self.rest(answered.as_ref().err(), attempt);
        self.allowances.settle(&lane.provider, bytes, rest).await;
        let kind = answered.as_ref().map_or_else(kind_of, |_| ProviderAnswer::Success);
        observe::provider_answered(lane.vendor.id(), kind, sent.elapsed(), bytes);
        answered
    }

    async fn send<T>(
        &self,
        question: &Question<'_, T>,
        bytes: &mut usize,
    ) -> Result<T, QuoteError> {
        // An error of the client shows its address, and an address may hold the key.
        let broken = |error: reqwest::Error| QuoteError::Broken(error.without_url());
        let mut request = self.http.get(question.ask.url.clone());
        if let Some((name, value)) = &question.ask.header {
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
        (question.read)(status, &body).map_err(|error| match error {
            QuoteError::TooOften { .. } => QuoteError::TooOften { retry_after: asked_to_wait },
            error => error,
        })
    }

    /// How long the vendor is left alone after an answer, beyond the pace of its licence.
    fn rest(&self, error: Option<&QuoteError>, attempt: u32) -> Duration {
        let Some(error) = error else { return Duration::ZERO };
        let backoff = self.bounds.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        match error {
            QuoteError::TooOften { retry_after } => retry_after.unwrap_or(backoff),
            error if error.may_pass() => backoff,
            _ => Duration::ZERO,
        }
    }
}

impl Lane {
    fn new(access: VendorAccess, clock: fn() -> Timestamp) -> Result<Self, AccessError> {
        let VendorAccess { provider, key, base } = access;
        let found = vendor(&provider);
        let vendor = found.ok_or_else(|| AccessError::UnknownVendor(provider.clone()))?;
        let base = checked(base.as_deref().unwrap_or(vendor.base()), vendor.id())?;
        let plain = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain(key.expose_secret()) {
            return Err(AccessError::Key(vendor.id()));
        }
        Ok(Self {
            provider,
            vendor,
            base,
            key,
            guard: Guard::new(vendor.id(), BreakerPolicy::PROVIDER, clock),
            turn: Mutex::new(()),
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
