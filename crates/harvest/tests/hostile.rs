//! A server of feeds that behave, and of others that do not: each reading ends right, and
//! no request leaves for an address that was not allowed.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use domain::evidence::{Selectors, SourceKind, SourceLimits};
use harvest::{
    CollectError, Collected, Entries, Known, Place, Read, ReadingBounds,
    address::{AddressError, PrivateHosts},
    collect,
    fetch::{FetchBounds, FetchError, Fetched, Fetcher, Validators},
};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use url::Url;

const BOUNDS: FetchBounds = FetchBounds {
    total: Duration::from_secs(2),
    bytes_max: 100_000,
    redirects_max: 5,
    host_pause: Duration::ZERO,
    reading: ReadingBounds::DEFAULT,
};

/// A server on this machine that counts what reaches it.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    at_once_max: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, at_once_max) = (Arc::default(), Arc::default());
        let server = Self {
            address,
            requests: Arc::clone(&requests),
            at_once_max: Arc::clone(&at_once_max),
        };
        let at_once = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                requests.fetch_add(1, Ordering::SeqCst);
                let (at_once, at_once_max) = (Arc::clone(&at_once), Arc::clone(&at_once_max));
                tokio::spawn(async move {
                    let now = at_once.fetch_add(1, Ordering::SeqCst) + 1;
                    at_once_max.fetch_max(now, Ordering::SeqCst);
                    let _ = serve(stream, address).await;
                    at_once.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    fn fetcher(&self, bounds: FetchBounds) -> Fetcher {
        let private = PrivateHosts::from([self.address.to_string()]);
        Fetcher::new(bounds, private).unwrap()
    }
}

const RSS: &str = "<rss version=\"2.0\"><channel><title>t</title><item><title>MDI &amp; TDI</title>\
    <link>https://news.example.com/1</link><pubDate>2025-01-15</pubDate></item></channel></rss>";
const ATOM: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><entry><title>MDI</title>\
    <link href=\"https://news.example.com/2\"/><published>2025-01-15T08:00:00Z</published></entry></feed>";
const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1",
    "url":"https://news.example.com/3","title":"MDI","date_published":"2025-01-15"}]}"#;
const LIST: &str = "<ul><li class=n><a href=/page>MDI plant</a> \
    <time datetime=2025-01-15>15 January</time></li></ul>";
const PAGE: &str = "<html><head><title>Page</title><link rel=canonical href=/canonical>\
    <script type=\"application/ld+json\">{\"datePublished\":\"2025-01-15\"}</script></head>\
    <body><main><p>Polyurethane.</p></main></body></html>";

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Answers one request as its path says.
async fn serve(mut stream: TcpStream, address: SocketAddr) -> std::io::Result<()> {
    let mut head = vec![0; 8192];
    let read = stream.read(&mut head).await?;
    let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let moved = |to: &str| answer("302 Found", &format!("Location: {to}\r\n"), "");
    let reply = match path {
        "/robots.txt" => answer("200 OK", "", "User-agent: *\nDisallow: /private/\n"),
        "/rss" if head.contains("if-none-match: \"v1\"") => answer("304 Not Modified", "", ""),
        "/rss" => answer(
            "200 OK",
            "ETag: \"v1\"\r\nLast-Modified: Wed, 15 Jan 2025 08:00:00 GMT\r\n",
            RSS,
        ),
        "/atom" => answer("200 OK", "", ATOM),
        "/json" => answer("200 OK", "", JSON),
        "/list" => answer("200 OK", "", LIST),
        "/page" => answer("200 OK", "", PAGE),
        "/index.xml" => answer(
            "200 OK",
            "",
            &format!(
                "<sitemapindex><sitemap><loc>http://{address}/sitemap.xml</loc></sitemap></sitemapindex>"
            ),
        ),
        "/sitemap.xml" => answer(
            "200 OK",
            "",
            &format!("<urlset><url><loc>http://{address}/page</loc></url></urlset>"),
        ),
        "/moved" => moved("/rss"),
        "/around" => moved("/around"),
        "/slowly-around" => {
            sleep(Duration::from_millis(600)).await;
            moved("/slowly-around")
        }
        "/nowhere" => answer("302 Found", "", ""),
        "/to-file" => moved("file:///etc/passwd"),
        "/to-metadata" => moved("http://169.254.169.254/latest/meta-data/"),
        "/to-mapped" => moved("http://[::ffff:10.0.0.1]/"),
        "/to-password" => moved("http://user:secret@1.1.1.1/"),
        "/403" => answer("403 Forbidden", "", "no"),
        "/429" => answer("429 Too Many Requests", "Retry-After: 120\r\n", ""),
        "/503" => answer(
            "503 Service Unavailable",
            "Date: Wed, 15 Jan 2025 08:00:00 GMT\r\nRetry-After: Wed, 15 Jan 2025 08:03:00 GMT\r\n",
            "",
        ),
        "/500" => answer("500 Internal Server Error", "", RSS),
        "/empty" => answer("200 OK", "", ""),
        "/login" => answer("200 OK", "", "<html><body>Please sign in</body></html>"),
        "/silent" => {
            sleep(Duration::from_secs(20)).await;
            Vec::new()
        }
        "/drip" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n").await?;
            loop {
                stream.write_all(b" ").await?;
                sleep(Duration::from_millis(50)).await;
            }
        }
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
        "/torn" => b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n<rss".to_vec(),
        "/nonsense" => b"\x00\xff this is no HTTP\r\n\r\n".to_vec(),
        path => match path.strip_prefix("/to/") {
            Some(port) => moved(&format!("http://127.0.0.1:{port}/stolen")),
            None => answer("404 Not Found", "", ""),
        },
    };
    stream.write_all(&reply).await
}

async fn read(
    server: &Server,
    fetcher: &Fetcher,
    kind: SourceKind,
    path: &str,
) -> Result<Entries, CollectError> {
    read_within(server, fetcher, kind, path, SourceLimits::default()).await
}

async fn read_within(
    server: &Server,
    fetcher: &Fetcher,
    kind: SourceKind,
    path: &str,
    limits: SourceLimits,
) -> Result<Entries, CollectError> {
    let selectors = (kind == SourceKind::HtmlList).then(|| Selectors {
        item: "li.n".to_owned(),
        link: "a".to_owned(),
        date: "time".to_owned(),
        date_attribute: "datetime".to_owned(),
        ..Selectors::default()
    });
    let place = Place { kind, url: server.url(path), selectors, limits, total: None };
    match collect(fetcher, &place, &Known::default(), &BTreeSet::new()).await? {
        Collected::Read(Read { entries, .. }) => Ok(entries),
        Collected::NotModified => panic!("{path} was never read before"),
    }
}

#[tokio::test]
async fn sources_of_all_kinds_are_read() {
    let server = Server::start().await;
    let fetcher = server.fetcher(BOUNDS);
    for (kind, path, title) in [
        (SourceKind::Rss, "/rss", "MDI & TDI"),
        (SourceKind::Rss, "/moved", "MDI & TDI"),
        (SourceKind::Atom, "/atom", "MDI"),
        (SourceKind::JsonFeed, "/json", "MDI"),
        (SourceKind::Sitemap, "/sitemap.xml", "Page"),
        (SourceKind::Sitemap, "/index.xml", "Page"),
        (SourceKind::HtmlList, "/list", "MDI plant"),
    ] {
        let entries = read(&server, &fetcher, kind, path).await.unwrap().entries;
        assert_eq!(entries.len(), 1, "{path}");
        assert_eq!(entries[0].title, title, "{path}");
        let dates = &entries[0].dates;
        assert!(dates.feed.is_some() || dates.structured.is_some(), "{path}: {dates:?}");
    }
    // List and page agree, so that the date is sure; the page names its own address.
    let list = read(&server, &fetcher, SourceKind::HtmlList, "/list").await.unwrap();
    let dates = &list.entries[0].dates;
    assert_eq!(
        (dates.feed.as_deref(), dates.structured.as_deref()),
        (Some("2025-01-15"), Some("2025-01-15"))
    );
    assert_eq!(list.entries[0].page_canonical, Some(server.url("/canonical").to_string()));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = Server::start().await;
    let fetcher = server.fetcher(BOUNDS);
    let first = fetcher.fetch(&server.url("/rss"), &Validators::default()).await.unwrap();
    let Fetched::Content(content) = first else { panic!("{first:?}") };
    assert_eq!(content.validators.etag.as_deref(), Some("\"v1\""));
    let again = fetcher.fetch(&server.url("/rss"), &content.validators).await.unwrap();
    assert_eq!(again, Fetched::NotModified);
}

/// Whether a refusal is the one that was to come.
type Expected = fn(&FetchError) -> bool;

#[tokio::test]
async fn a_source_that_misbehaves_ends_in_an_error_of_its_own() {
    let server = Server::start().await;
    let fetcher = server.fetcher(BOUNDS);
    let refused = |error: &CollectError, expected: Expected| match error {
        CollectError::Fetch(error) => expected(error),
        _ => false,
    };
    let cases: [(&str, Expected); 16] = [
        ("/403", |e| matches!(e, FetchError::Status { status: 403, .. })),
        ("/429", |e| e.retry_after() == Some(Duration::from_mins(2))),
        ("/503", |e| e.retry_after() == Some(Duration::from_mins(3))),
        ("/500", |e| matches!(e, FetchError::Status { status: 500, .. })),
        ("/404", |e| matches!(e, FetchError::Status { status: 404, .. })),
        ("/around", |e| matches!(e, FetchError::Redirects(5))),
        ("/nowhere", |e| matches!(e, FetchError::RedirectNowhere)),
        ("/to-file", |e| matches!(e, FetchError::Redirect(AddressError::NotWeb))),
        ("/to-password", |e| matches!(e, FetchError::Redirect(AddressError::Credentials))),
        ("/silent", |e| matches!(e, FetchError::TimedOut(_))),
        // Redirects take of the same time.
        ("/slowly-around", |e| matches!(e, FetchError::TimedOut(_))),
        ("/drip", |e| matches!(e, FetchError::TimedOut(_))),
        ("/endless", |e| matches!(e, FetchError::TooLarge(_))),
        ("/torn", |e| matches!(e, FetchError::Broken(_))),
        ("/nonsense", |e| matches!(e, FetchError::Broken(_))),
        ("/private/rss", |e| matches!(e, FetchError::Robots)),
    ];
    for (path, expected) in cases {
        let error = read(&server, &fetcher, SourceKind::Rss, path).await.unwrap_err();
        assert!(refused(&error, expected), "{path}: {error:?}");
    }
    for path in ["/empty", "/login", "/json"] {
        let error = read(&server, &fetcher, SourceKind::Rss, path).await.unwrap_err();
        assert!(matches!(error, CollectError::Feed(_)), "{path}: {error:?}");
    }
    let error = read(&server, &fetcher, SourceKind::HtmlList, "/login").await.unwrap_err();
    assert!(matches!(error, CollectError::NothingFound), "{error:?}");
    // And the same fetcher goes on as if nothing had been.
    assert_eq!(read(&server, &fetcher, SourceKind::Rss, "/rss").await.unwrap().entries.len(), 1);
}

// Of one source, closer than the platform's bounds and never wider.
#[tokio::test]
async fn a_source_is_held_to_limits_of_its_own() {
    let server = Server::start().await;
    let wide = FetchBounds { total: Duration::from_secs(5), bytes_max: 5_000_000, ..BOUNDS };
    let fetcher = server.fetcher(wide);
    let small = SourceLimits { kilobytes: Some(20), ..SourceLimits::default() };
    let error = read_within(&server, &fetcher, SourceKind::Rss, "/endless", small).await;
    assert!(matches!(error, Err(CollectError::Fetch(FetchError::TooLarge(20_000)))), "{error:?}");
    let short = SourceLimits { seconds: Some(1), ..SourceLimits::default() };
    let error = read_within(&server, &fetcher, SourceKind::Rss, "/silent", short).await;
    let Err(CollectError::Fetch(FetchError::TimedOut(after))) = error else { panic!("{error:?}") };
    assert_eq!(after, Duration::from_secs(1));
    let loose = SourceLimits { seconds: Some(15), kilobytes: Some(5_000), ..small };
    let tight = server.fetcher(BOUNDS);
    let error = read_within(&server, &tight, SourceKind::Rss, "/endless", loose).await;
    assert!(matches!(error, Err(CollectError::Fetch(FetchError::TooLarge(100_000)))), "{error:?}");
    let none = SourceLimits { entries: Some(0), ..SourceLimits::default() };
    let read = read_within(&server, &fetcher, SourceKind::Rss, "/rss", none).await.unwrap();
    assert_eq!((read.entries.len(), read.beyond_limit), (0, 1));
    let pause = SourceLimits { pause_seconds: Some(1), ..SourceLimits::default() };
    let begun = Instant::now();
    read_within(&server, &fetcher, SourceKind::Rss, "/rss", pause).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn no_request_leaves_for_an_address_that_is_not_public() {
    let (server, inside) = (Server::start().await, Server::start().await);
    let fetcher = server.fetcher(BOUNDS);
    for path in [
        format!("/to/{}", inside.address.port()),
        "/to-metadata".to_owned(),
        "/to-mapped".to_owned(),
    ] {
        let error = fetcher.fetch(&server.url(&path), &Validators::default()).await.unwrap_err();
        let expected = matches!(
            &error,
            FetchError::Redirect(AddressError::NotPublic(_) | AddressError::Port(_))
        );
        assert!(expected, "{path}: {error:?}");
    }
    let direct = fetcher.fetch(&inside.url("/rss"), &Validators::default()).await.unwrap_err();
    assert!(matches!(direct, FetchError::Address(_)), "{direct:?}");
    // A name that leads here is refused like the number.
    let named = Url::parse(&format!("http://localhost:{}/rss", inside.address.port())).unwrap();
    assert!(fetcher.fetch(&named, &Validators::default()).await.is_err());
    assert_eq!(inside.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_is_asked_one_thing_at_a_time_with_a_pause_between() {
    let server = Server::start().await;
    let pause = Duration::from_millis(100);
    let fetcher = Arc::new(server.fetcher(FetchBounds { host_pause: pause, ..BOUNDS }));
    // The rules are not known yet; they are asked for once, in a turn of their own.
    let begun = Instant::now();
    let readings = (0..5).map(|_| {
        let (fetcher, url) = (Arc::clone(&fetcher), server.url("/atom"));
        tokio::spawn(async move { fetcher.fetch(&url, &Validators::default()).await.is_ok() })
    });
    let readings: Vec<_> = readings.collect();
    for reading in readings {
        assert!(reading.await.unwrap());
    }
    assert!(begun.elapsed() >= pause * 5, "{:?}", begun.elapsed());
    assert_eq!(server.at_once_max.load(Ordering::SeqCst), 1);
    assert_eq!(server.requests.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_silent_host_keeps_nobody_else_waiting() {
    let (silent, other) = (Server::start().await, Server::start().await);
    let private = PrivateHosts::from([
        silent.address.to_string(),
        format!("localhost:{}", other.address.port()),
    ]);
    let fetcher = Arc::new(Fetcher::new(BOUNDS, private).unwrap());
    let waiting = {
        let (fetcher, url) = (Arc::clone(&fetcher), silent.url("/silent"));
        tokio::spawn(async move { fetcher.fetch(&url, &Validators::default()).await })
    };
    sleep(Duration::from_millis(100)).await;
    let url = Url::parse(&format!("http://localhost:{}/rss", other.address.port())).unwrap();
    assert!(fetcher.fetch(&url, &Validators::default()).await.is_ok());
    assert!(!waiting.is_finished());
    assert!(matches!(waiting.await.unwrap(), Err(FetchError::TimedOut(_))));
}
