//! One polite, bounded request after the other.

use crate::{
    address::{self, AddressError, CheckedAddress, PrivateHosts},
    http::{self, Unread},
    pages::Pages,
    robots::Robots,
};
use domain::evidence::SourceLimits;
use reqwest::{
    Response, StatusCode,
    header::{
        ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
    },
};
use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until, timeout},
};
use url::Url;

/// What sources see in their logs, and name in their robots.txt.
pub const USER_AGENT: &str = "ObservatoryBot";

/// Hosts whose last request is remembered; more are forgotten, the oldest first.
const HOSTS_MAX: usize = 10_000;

/// Limits of one reading: domain reference, section 6.2.
#[derive(Clone, Copy, Debug)]
pub struct FetchBounds {
    /// For the whole of one answer, redirects included.
    pub total: Duration,
    pub bytes_max: usize,
    pub redirects_max: usize,
    /// Between the end of one request to a host and the next.
    pub host_pause: Duration,
}

impl FetchBounds {
    /// The same, where a source asks for it closer; never wider.
    #[must_use]
    pub fn within(self, limits: SourceLimits) -> Self {
        let total = limits.seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let bytes = limits.kilobytes.map(|kilobytes| usize::from(kilobytes) * 1_000);
        let pause = limits.pause_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        Self {
            total: total.map_or(self.total, |total| total.min(self.total)),
            bytes_max: bytes.map_or(self.bytes_max, |bytes| bytes.min(self.bytes_max)),
            host_pause: pause.map_or(self.host_pause, |pause| pause.max(self.host_pause)),
            redirects_max: self.redirects_max,
        }
    }
}

impl Default for FetchBounds {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(15),
            bytes_max: 5_000_000,
            redirects_max: 5,
            host_pause: Duration::from_secs(1),
        }
    }
}

/// What is known from the last answer, so that an unchanged one is not sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// An answer that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// 304: what was read last is still all there is.
    NotModified,
    Content(Content),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub bytes: Vec<u8>,
    /// Where it was found after redirects.
    pub url: Url,
    pub content_type: Option<String>,
    pub validators: Validators,
}

/// Why there is no answer, in words that an administrator reads.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address may not be fetched")]
    Address(#[from] AddressError),
    #[error("it redirects to an address that may not be fetched")]
    Redirect(#[source] AddressError),
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    #[error("it redirects without saying where to")]
    RedirectNowhere,
    #[error("its robots.txt asks not to read it")]
    Robots,
    #[error("its robots.txt could not be read, and what is not known to be allowed is not read")]
    RobotsUnknown,
    #[error("the server answered {status}")]
    Status { status: u16, retry_after: Option<Duration> },
    #[error("the answer is larger than {} kB", .0 / 1_000)]
    TooLarge(usize),
    #[error("no whole answer came within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the server could not be reached, or broke off")]
    Broken(#[source] reqwest::Error),
    #[error("no HTTP client could be made")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

impl FetchError {
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may well succeed later: the server was out of reach, slow,
    /// busy or broken. That it says no, or what it gives is no page, stays.
    pub const fn is_passing(&self) -> bool {
        match self {
            // A name that is not known now may be a resolver that does not answer, and rules
            // that cannot be read are a server that is down.
            Self::Address(AddressError::UnknownHost(_))
            | Self::Redirect(AddressError::UnknownHost(_))
            | Self::RobotsUnknown
            | Self::TimedOut(_)
            | Self::Broken(_)
            | Self::Client(_) => true,
            Self::Status { status, .. } => matches!(*status, 408 | 425 | 429 | 500..=599),
            Self::Address(_)
            | Self::Redirect(_)
            | Self::Redirects(_)
            | Self::RedirectNowhere
            | Self::Robots
            | Self::TooLarge(_) => false,
        }
    }

    /// How long the server asks to be left alone.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// When a host was last asked; its lock is held while it is being asked.
type HostTurn = Arc<Mutex<Option<Instant>>>;

/// Fetches from public hosts: one request at a time to each, with a pause between two.
#[derive(Debug)]
pub struct Fetcher {
    bounds: FetchBounds,
    private: PrivateHosts,
    tls: rustls::ClientConfig,
    turns: std::sync::Mutex<HashMap<String, HostTurn>>,
    robots: Robots,
    pub(crate) pages: Pages,
}

/// An answer on its way.
struct Hop {
    response: Response,
    url: Url,
}

impl Fetcher {
    /// # Errors
    /// [`FetchError::Client`] where the machine has no usable TLS.
    pub fn new(bounds: FetchBounds, private: PrivateHosts) -> Result<Self, FetchError> {
        let tls = http::tls().map_err(FetchError::Client)?;
        let turns = std::sync::Mutex::default();
        let (robots, pages) = (Robots::default(), Pages::default());
        Ok(Self { bounds, private, tls, turns, robots, pages })
    }

    /// Reads one address as its robots.txt allows, following redirects, each of which is
    /// checked like the first address.
    ///
    /// # Errors
    /// [`FetchError`]; never an empty answer in place of one.
    pub async fn fetch(&self, url: &Url, known: &Validators) -> Result<Fetched, FetchError> {
        self.fetch_within(url, known, SourceLimits::default()).await
    }

    /// The same within a source's own limits.
    ///
    /// # Errors
    /// [`FetchError`]; never an empty answer in place of one.
    pub async fn fetch_within(
        &self,
        url: &Url,
        known: &Validators,
        limits: SourceLimits,
    ) -> Result<Fetched, FetchError> {
        self.follow(url.clone(), known, self.bounds.within(limits)).await
    }

    async fn follow(
        &self,
        mut url: Url,
        known: &Validators,
        bounds: FetchBounds,
    ) -> Result<Fetched, FetchError> {
        let mut left = bounds.total;
        for hop in 0..=bounds.redirects_max {
            let checked = address::check(url.clone(), &self.private).await.map_err(|error| {
                if hop == 0 { FetchError::Address(error) } else { FetchError::Redirect(error) }
            })?;
            self.robots.ask(self, &checked).await?;
            let turn = self.turn(&checked);
            let mut last = turn.lock().await;
            if let Some(last) = *last {
                sleep_until(last + bounds.host_pause).await;
            }
            // Waiting for a host's turn is not the server's time.
            let answered = self.answer_within(&mut left, &checked, known, bounds).await;
            *last = Some(Instant::now());
            drop(last);
            match answered? {
                Answer::Fetched(fetched) => return Ok(fetched),
                Answer::Elsewhere(next) => url = next,
            }
        }
        Err(FetchError::Redirects(bounds.redirects_max))
    }

    /// The content of `/robots.txt` at the origin of an address; none where the server
    /// has none. Redirects are followed as for any other address, but for their robots.
    pub(crate) async fn robots_text(
        &self,
        origin: &CheckedAddress,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let mut url = origin.url.join("/robots.txt").map_err(|_| AddressError::NotWeb)?;
        let mut left = self.bounds.total;
        for _ in 0..=self.bounds.redirects_max {
            let checked = address::check(url, &self.private).await?;
            let unknown = Validators::default();
            match self.answer_within(&mut left, &checked, &unknown, self.bounds).await {
                Ok(Answer::Fetched(Fetched::Content(content))) => return Ok(Some(content.bytes)),
                Ok(Answer::Elsewhere(next)) => url = next,
                Ok(Answer::Fetched(Fetched::NotModified))
                | Err(FetchError::Status { status: 400..=499, .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Err(FetchError::Redirects(self.bounds.redirects_max))
    }

    /// One answer, in what is left of the time that it shares with the redirects before it.
    async fn answer_within(
        &self,
        left: &mut Duration,
        checked: &CheckedAddress,
        known: &Validators,
        bounds: FetchBounds,
    ) -> Result<Answer, FetchError> {
        let asked = Instant::now();
        let answered = timeout(*left, self.answer(checked, known, bounds.bytes_max)).await;
        *left = left.saturating_sub(asked.elapsed());
        answered.map_err(|_| FetchError::TimedOut(bounds.total))?
    }

    async fn answer(
        &self,
        checked: &CheckedAddress,
        known: &Validators,
        bytes_max: usize,
    ) -> Result<Answer, FetchError> {
        let client = self.client(checked)?;
        let mut request = client.get(checked.url.clone());
        if let Some(etag) = &known.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(last_modified) = &known.last_modified {
            request = request.header(IF_MODIFIED_SINCE, last_modified);
        }
        let response = request.send().await.map_err(FetchError::Broken)?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Answer::Fetched(Fetched::NotModified));
        }
        if status.is_redirection() {
            let next = text(response.headers(), &LOCATION).ok_or(FetchError::RedirectNowhere)?;
            let next = checked.url.join(&next).map_err(|_| FetchError::RedirectNowhere)?;
            return Ok(Answer::Elsewhere(next));
        }
        if status != StatusCode::OK {
            let retry_after = text(response.headers(), &RETRY_AFTER);
            let retry_after = retry_after.and_then(|text| text.trim().parse().ok());
            return Err(FetchError::Status {
                status: status.as_u16(),
                retry_after: retry_after.map(Duration::from_secs),
            });
        }
        let content = body(Hop { response, url: checked.url.clone() }, bytes_max).await?;
        Ok(Answer::Fetched(Fetched::Content(content)))
    }

    /// A client that knows one host, by the addresses that were checked.
    fn client(&self, checked: &CheckedAddress) -> Result<reqwest::Client, FetchError> {
        http::client(self.tls.clone())
            .resolve_to_addrs(&checked.host, &checked.addresses)
            .build()
            .map_err(|error| FetchError::Client(error.into()))
    }

    fn turn(&self, checked: &CheckedAddress) -> HostTurn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= HOSTS_MAX {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(checked.host.clone()).or_default())
    }
}

async fn body(hop: Hop, bytes_max: usize) -> Result<Content, FetchError> {
    let Hop { response, url } = hop;
    let headers = response.headers();
    let validators =
        Validators { etag: text(headers, &ETAG), last_modified: text(headers, &LAST_MODIFIED) };
    let content_type = text(headers, &reqwest::header::CONTENT_TYPE);
    let bytes = http::read_within(response, bytes_max).await.map_err(|unread| match unread {
        Unread::TooLarge => FetchError::TooLarge(bytes_max),
        Unread::Broken(error) => FetchError::Broken(error),
    })?;
    Ok(Content { bytes, url, content_type, validators })
}

enum Answer {
    Fetched(Fetched),
    Elsewhere(Url),
}

fn text(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A server on this machine that answers everything alike.
    async fn serve(status: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await;
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n");
                let reply = format!("{head}Connection: close\r\n\r\nok");
                let _ = stream.write_all(reply.as_bytes()).await;
            }
        });
        address
    }

    // Against DNS that answers otherwise the second time.
    #[tokio::test]
    async fn the_connection_goes_to_the_address_that_was_checked_whatever_the_name_says_now() {
        let address = serve("200 OK").await;
        let fetcher = Fetcher::new(FetchBounds::default(), PrivateHosts::new()).unwrap();
        let checked = CheckedAddress {
            url: Url::parse(&format!("http://rebound.invalid:{}/feed", address.port())).unwrap(),
            host: "rebound.invalid".to_owned(),
            addresses: vec![address],
        };
        let answer = fetcher.answer(&checked, &Validators::default(), 100).await.unwrap();
        let Answer::Fetched(Fetched::Content(content)) = answer else { panic!("no content") };
        assert_eq!(content.bytes, b"ok");
    }

    // RFC 9309, 2.3.1.4: what cannot be asked is taken to forbid.
    #[tokio::test]
    async fn a_site_whose_rules_cannot_be_read_is_not_read() {
        for (status, is_read) in
            [("500 Internal Server Error", false), ("503 Busy", false), ("404 Not Found", true)]
        {
            let address = serve(status).await;
            let private = PrivateHosts::from([address.to_string()]);
            let bounds = FetchBounds { host_pause: Duration::ZERO, ..FetchBounds::default() };
            let fetcher = Fetcher::new(bounds, private).unwrap();
            let url = Url::parse(&format!("http://{address}/feed")).unwrap();
            let error = fetcher.fetch(&url, &Validators::default()).await.unwrap_err();
            // Where the rules forbid nothing, it is the page that is missing.
            assert_eq!(matches!(error, FetchError::RobotsUnknown), !is_read, "{status}: {error:?}");
        }
    }
}
