//! One polite, bounded request after the other.

pub use crate::fetch_error::FetchError;
use crate::{
    address::{self, AddressError, CheckedAddress, PrivateHosts},
    http,
    pages::Pages,
    reading::{Reading, ReadingBounds, in_time},
    robots::Robots,
    turn::{HostTurns, Turns},
};
use domain::evidence::{CutShort, SourceLimits};
use reqwest::{
    Response, StatusCode,
    header::{
        CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
        LOCATION,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use url::Url;

/// What sources see in their logs, and name in their robots.txt.
pub const USER_AGENT: &str = "ObservatoryBot";

/// Limits of one answer, and of all that one reading asks for: domain reference, section 6.2.
#[derive(Clone, Copy, Debug)]
pub struct FetchBounds {
    /// For the whole of one answer, redirects included.
    pub total: Duration,
    pub bytes_max: usize,
    pub redirects_max: usize,
    /// Between the end of one request to a host and the next.
    pub host_pause: Duration,
    pub reading: ReadingBounds,
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
            ..self
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
            reading: ReadingBounds::DEFAULT,
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

/// Fetches from public hosts: one request at a time to each, with a pause between two.
#[derive(Debug)]
pub struct Fetcher {
    bounds: FetchBounds,
    private: PrivateHosts,
    tls: rustls::ClientConfig,
    turns: Turns,
    robots: Robots,
    pub(crate) pages: Pages,
}

impl Fetcher {
    /// # Errors
    /// [`FetchError::Client`] where the machine has no usable TLS.
    pub fn new(bounds: FetchBounds, private: PrivateHosts) -> Result<Self, FetchError> {
        let tls = http::tls().map_err(FetchError::Client)?;
        let turns = Turns::default();
        let (robots, pages) = (Robots::default(), Pages::default());
        Ok(Self { bounds, private, tls, turns, robots, pages })
    }

    /// The same, taking turns with other processes at each host.
    #[must_use]
    pub fn sharing(self, turns: Arc<dyn HostTurns>) -> Self {
        Self { turns: Turns::shared(turns), ..self }
    }

    /// Begins a reading within a source's own limits; in so much time, where somebody waits.
    pub fn begin(&self, limits: SourceLimits, total: Option<Duration>) -> Reading {
        Reading::begin(self.bounds, limits, total)
    }

    /// Reads one address by itself.
    ///
    /// # Errors
    /// [`FetchError`]; never an empty answer in place of one.
    pub async fn fetch(&self, url: &Url, known: &Validators) -> Result<Fetched, FetchError> {
        self.fetch_in(&mut self.begin(SourceLimits::default(), None), url, known).await
    }

    /// Reads one address of a reading as its robots.txt allows, following redirects, each of
    /// which is checked like the first address.
    ///
    /// # Errors
    /// [`FetchError`]; never an empty answer in place of one.
    pub async fn fetch_in(
        &self,
        reading: &mut Reading,
        url: &Url,
        known: &Validators,
    ) -> Result<Fetched, FetchError> {
        let (mut url, redirects_max) = (url.clone(), reading.bounds.redirects_max);
        let mut left = reading.bounds.total;
        for hop in 0..=redirects_max {
            let checked = self.check(reading, url).await?.map_err(|error| {
                if hop == 0 { FetchError::Address(error) } else { FetchError::Redirect(error) }
            })?;
            self.robots.ask(self, reading, &checked).await?;
            match self.ask(reading, &mut left, &checked, known).await? {
                Answer::Fetched(fetched) => return Ok(fetched),
                Answer::Elsewhere(next) => url = next,
            }
        }
        Err(FetchError::Redirects(redirects_max))
    }

    /// The content of `/robots.txt` at the origin of an address; none where the server
    /// has none. Redirects are followed as for any other address, but for their robots.
    pub(crate) async fn robots_text(
        &self,
        reading: &mut Reading,
        origin: &CheckedAddress,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let mut url = origin.url.join("/robots.txt").map_err(|_| AddressError::NotWeb)?;
        let (unknown, redirects_max) = (Validators::default(), reading.bounds.redirects_max);
        let mut left = reading.bounds.total;
        for _ in 0..=redirects_max {
            let checked = self.check(reading, url).await??;
            match self.ask(reading, &mut left, &checked, &unknown).await {
                Ok(Answer::Fetched(Fetched::Content(content))) => return Ok(Some(content.bytes)),
                Ok(Answer::Elsewhere(next)) => url = next,
                Ok(Answer::Fetched(Fetched::NotModified))
                | Err(FetchError::Status { status: 400..=499, .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Err(FetchError::Redirects(redirects_max))
    }

    async fn check(
        &self,
        reading: &Reading,
        url: Url,
    ) -> Result<Result<CheckedAddress, AddressError>, FetchError> {
        in_time(reading.until(), address::check(url, &self.private)).await
    }

    /// One answer in the host's turn: whatever is asked of a host goes through here.
    async fn ask(
        &self,
        reading: &mut Reading,
        left: &mut Duration,
        checked: &CheckedAddress,
        known: &Validators,
    ) -> Result<Answer, FetchError> {
        reading.take_request()?;
        let FetchBounds { host_pause, total, .. } = reading.bounds;
        let turn = self.turns.take(&checked.host, host_pause, total);
        let turn = in_time(reading.until(), turn).await??;
        // Waiting for a host's turn is not the server's time.
        let answered = self.answer_within(reading, left, checked, known).await;
        turn.end().await;
        answered
    }

    /// One answer, in what is left of the time that it shares with the redirects before it,
    /// and of the reading's.
    async fn answer_within(
        &self,
        reading: &mut Reading,
        left: &mut Duration,
        checked: &CheckedAddress,
        known: &Validators,
    ) -> Result<Answer, FetchError> {
        let (asked, total) = (Instant::now(), reading.bounds.total);
        let of_reading = reading.until().saturating_duration_since(asked);
        let answered = timeout((*left).min(of_reading), self.answer(reading, checked, known)).await;
        let is_reading_over = of_reading < *left;
        *left = left.saturating_sub(asked.elapsed());
        answered.map_err(|_| {
            if is_reading_over {
                FetchError::ReadingOver(CutShort::Time)
            } else {
                FetchError::TimedOut(total)
            }
        })?
    }

    async fn answer(
        &self,
        reading: &mut Reading,
        checked: &CheckedAddress,
        known: &Validators,
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
            let retry_after = http::retry_after(response.headers());
            return Err(FetchError::Status { status: status.as_u16(), retry_after });
        }
        let content = content(reading, response, checked.url.clone()).await?;
        Ok(Answer::Fetched(Fetched::Content(content)))
    }

    /// A client that knows one host, by the addresses that were checked.
    fn client(&self, checked: &CheckedAddress) -> Result<reqwest::Client, FetchError> {
        http::client(self.tls.clone())
            .resolve_to_addrs(&checked.host, &checked.addresses)
            .build()
            .map_err(|error| FetchError::Client(error.into()))
    }
}

/// The body as far as the limits of answer and reading go, and not a byte further.
async fn content(
    reading: &mut Reading,
    mut response: Response,
    url: Url,
) -> Result<Content, FetchError> {
    let headers = response.headers();
    let validators =
        Validators { etag: text(headers, &ETAG), last_modified: text(headers, &LAST_MODIFIED) };
    let content_type = text(headers, &CONTENT_TYPE);
    let (mut bytes, bytes_max) = (Vec::new(), reading.bounds.bytes_max);
    while let Some(piece) = response.chunk().await.map_err(FetchError::Broken)? {
        reading.take_bytes(piece.len())?;
        if bytes.len() + piece.len() > bytes_max {
            return Err(FetchError::TooLarge(bytes_max));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Content { bytes, url, content_type, validators })
}

enum Answer {
    Fetched(Fetched),
    Elsewhere(Url),
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
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
        let mut reading = fetcher.begin(SourceLimits::default(), None);
        let answer = fetcher.answer(&mut reading, &checked, &Validators::default()).await.unwrap();
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
