//! Pages behind a list: each is opened by some reading, and none is handed on unopened
//! because this one had no room for it or its server was down for a while.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::Response,
};
use domain::evidence::{CutShort, Selectors, SourceKind, SourceLimits};
use harvest::{
    CollectError, Collected, Entries, Known, Place, Read, ReadingBounds, Unreached,
    address::PrivateHosts,
    collect,
    fetch::{FetchBounds, FetchError, Fetcher, Validators},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use url::Url;

const BOUNDS: FetchBounds = FetchBounds {
    total: Duration::from_secs(5),
    bytes_max: 100_000,
    redirects_max: 5,
    host_pause: Duration::ZERO,
    reading: ReadingBounds::DEFAULT,
};

const ETAG: &str = "\"v1\"";

/// Which pages do not answer with 200, by their numbers: with what, and with which
/// `Retry-After`.
type Refusals = Arc<Mutex<BTreeMap<usize, (u16, &'static str)>>>;

/// In place of a status: no answer at all.
const SILENT: u16 = 0;

/// A site of so many pages, listed at `/sitemap` and `/list`.
#[derive(Clone)]
struct Site {
    address: SocketAddr,
    pages: usize,
    refusals: Refusals,
    opened: Arc<Mutex<Vec<usize>>>,
    /// What each page takes, and how long it is.
    delay: Duration,
    page_bytes: usize,
}

impl Site {
    async fn start(pages: usize) -> Self {
        Self::of_pages(pages, Duration::ZERO, 0).await
    }

    async fn of_pages(pages: usize, delay: Duration, page_bytes: usize) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (refusals, opened) = (Arc::default(), Arc::default());
        let site = Self { address, pages, refusals, opened, delay, page_bytes };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    fn refuse(&self, pages: impl IntoIterator<Item = usize>, status: u16) {
        let refusals = pages.into_iter().map(|page| (page, (status, "")));
        self.refusals.lock().unwrap().extend(refusals);
    }

    fn answer_all(&self) {
        self.refusals.lock().unwrap().clear();
    }

    /// The pages asked for since this was last asked.
    fn take_opened(&self) -> Vec<usize> {
        std::mem::take(&mut self.opened.lock().unwrap())
    }

    fn reader(&self, kind: SourceKind) -> Reader {
        self.reader_within(kind, ReadingBounds::DEFAULT)
    }

    fn reader_within(&self, kind: SourceKind, reading: ReadingBounds) -> Reader {
        let path = if kind == SourceKind::Sitemap { "sitemap" } else { "list" };
        let selectors = (kind == SourceKind::HtmlList).then(|| Selectors {
            item: "li".to_owned(),
            link: "a".to_owned(),
            ..Selectors::default()
        });
        let url = Url::parse(&format!("http://{}/{path}", self.address)).unwrap();
        let private = PrivateHosts::from([self.address.to_string()]);
        Reader {
            fetcher: Fetcher::new(FetchBounds { reading, ..BOUNDS }, private).unwrap(),
            place: Place { kind, url, selectors, limits: SourceLimits::default(), total: None },
            known: Known::default(),
            seen: BTreeSet::new(),
        }
    }
}

async fn answer(State(site): State<Site>, request: Request) -> Response<Body> {
    let with = |status: u16, body: String| {
        Response::builder().status(status).header("etag", ETAG).body(body.into()).unwrap()
    };
    let is_known = request.headers().get("if-none-match").is_some_and(|tag| tag == ETAG);
    let each = |of: &dyn Fn(usize) -> String| (1..=site.pages).map(of).collect::<String>();
    match request.uri().path() {
        "/sitemap" | "/list" if is_known => with(304, String::new()),
        "/sitemap" => {
            // A scheme in capitals is read as any other.
            let url = |page| format!("<url><loc>HTTP://{}/page/{page}</loc></url>", site.address);
            with(200, format!("<urlset>{}</urlset>", each(&url)))
        }
        "/list" => {
            let item = |page| format!("<li><a href=/page/{page}>MDI</a></li>");
            with(200, format!("<ul>{}</ul>", each(&item)))
        }
        path => {
            let page = path.strip_prefix("/page/").and_then(|page| page.parse().ok());
            let Some(page) = page else { return with(404, String::new()) };
            site.opened.lock().unwrap().push(page);
            let refusal = site.refusals.lock().unwrap().get(&page).copied();
            tokio::time::sleep(site.delay).await;
            match refusal {
                Some((SILENT, _)) => std::future::pending().await,
                Some((status, "")) => with(status, String::new()),
                Some((status, after)) => {
                    let mut refused = with(status, String::new());
                    refused.headers_mut().insert("retry-after", after.parse().unwrap());
                    refused
                }
                None => {
                    let more = " ".repeat(site.page_bytes);
                    let page = "<title>Plant</title><script type=\"application/ld+json\">\
                                {\"datePublished\":\"2025-01-15\"}</script>";
                    with(200, format!("{page}{more}"))
                }
            }
        }
    }
}

/// Reads a source again and again, as whoever stores what it gives.
struct Reader {
    fetcher: Fetcher,
    place: Place,
    known: Known,
    seen: BTreeSet<String>,
}

impl Reader {
    /// What one reading gave; none where nothing changed.
    async fn read_whole(&mut self) -> Result<Option<Read>, CollectError> {
        let read = collect(&self.fetcher, &self.place, &self.known, &self.seen).await?;
        let Collected::Read(read) = read else { return Ok(None) };
        self.known = read.known.clone();
        for entry in &read.entries.entries {
            let address = Url::parse(entry.link.as_deref().unwrap()).unwrap();
            assert!(self.seen.insert(address.to_string()), "{address} was seen before");
        }
        Ok(Some(read))
    }

    /// The entries of one reading that were not seen before; none where nothing changed.
    async fn read(&mut self) -> Result<Option<Entries>, CollectError> {
        Ok(self.read_whole().await?.map(|read| read.entries))
    }

    /// How many entries one reading gave, how many it left, and why.
    async fn reached(&mut self) -> (usize, usize, Option<CutShort>) {
        let Read { entries, unreached, .. } = self.read_whole().await.unwrap().unwrap();
        (entries.entries.len(), unreached.entries, unreached.cause)
    }

    /// How many of the new entries have the date of their page, and how many have not.
    async fn dated(&mut self) -> (usize, usize) {
        let entries = self.read().await.unwrap().unwrap().entries;
        let dated = entries.iter().filter(|entry| entry.dates.structured.is_some()).count();
        (dated, entries.len() - dated)
    }
}

#[tokio::test]
async fn what_one_reading_has_no_room_for_is_opened_by_the_next() {
    for kind in [SourceKind::Sitemap, SourceKind::HtmlList] {
        let site = Site::start(25).await;
        let mut reader = site.reader(kind);
        assert_eq!(reader.dated().await, (20, 0), "{kind:?}");
        assert_eq!(reader.known.validators, Validators::default(), "{kind:?}");
        assert_eq!(site.take_opened(), (1..=20).collect::<Vec<_>>(), "{kind:?}");
        assert_eq!(reader.dated().await, (5, 0), "{kind:?}");
        assert_eq!(reader.known.validators.etag.as_deref(), Some(ETAG), "{kind:?}");
        assert_eq!(site.take_opened(), (21..=25).collect::<Vec<_>>(), "{kind:?}");
        assert_eq!(reader.read().await.unwrap(), None, "{kind:?}");
    }
}

#[tokio::test]
async fn a_page_that_fails_for_now_is_tried_by_the_next_reading() {
    for status in [429, 500, 503] {
        let site = Site::start(3).await;
        let mut reader = site.reader(SourceKind::HtmlList);
        site.refuse([2], status);
        assert_eq!(reader.dated().await, (2, 0), "{status}");
        assert_eq!(reader.known.validators, Validators::default(), "{status}");
        site.answer_all();
        assert_eq!(reader.dated().await, (1, 0), "{status}");
        assert_eq!(reader.known.validators.etag.as_deref(), Some(ETAG), "{status}");
        assert_eq!(site.take_opened(), [1, 2, 3, 2], "{status}");
    }
}

#[tokio::test]
async fn a_page_that_is_refused_for_good_goes_by_what_the_list_says() {
    for status in [403, 404, 410] {
        let site = Site::start(3).await;
        let mut reader = site.reader(SourceKind::HtmlList);
        site.refuse([2], status);
        assert_eq!(reader.dated().await, (2, 1), "{status}");
        assert_eq!(reader.known.validators.etag.as_deref(), Some(ETAG), "{status}");
    }
}

#[tokio::test]
async fn pages_that_fail_again_and_again_keep_no_other_out() {
    let site = Site::start(25).await;
    let mut reader = site.reader(SourceKind::Sitemap);
    site.refuse(1..=20, 503);
    // Nothing could be read, which is no empty list.
    let error = reader.read().await.unwrap_err();
    let expected = matches!(error, CollectError::Fetch(FetchError::Status { status: 503, .. }));
    assert!(expected, "{error:?}");
    assert_eq!(reader.dated().await, (5, 0));
    site.answer_all();
    assert_eq!(reader.dated().await, (20, 0));
    assert_eq!(reader.known.validators.etag.as_deref(), Some(ETAG));
}

#[tokio::test]
async fn a_source_that_is_slow_in_each_of_its_pages_ends_in_time_and_is_read_to_its_end_later() {
    let site = Site::of_pages(12, Duration::from_millis(100), 0).await;
    let total = Duration::from_millis(700);
    let bounds = ReadingBounds { total, ..ReadingBounds::DEFAULT };
    let mut reader = site.reader_within(SourceKind::Sitemap, bounds);
    // Twelve pages take longer than the reading may.
    let mut readings = 0;
    while reader.seen.len() < 12 {
        readings += 1;
        assert!(readings <= 50, "{:?}", reader.seen);
        match reader.read_whole().await {
            // A machine that is busy may not come to any page in time.
            Err(CollectError::Fetch(FetchError::ReadingOver(CutShort::Time))) => {}
            Ok(Some(read)) => {
                let (seen, Unreached { entries, cause, .. }) = (reader.seen.len(), read.unreached);
                let expected = (seen < 12).then_some(CutShort::Time);
                assert_eq!((entries, cause), (12 - seen, expected));
                assert_eq!(reader.known.validators.etag.is_some(), cause.is_none());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(readings > 1, "all in one reading");
}

#[tokio::test]
async fn a_page_that_never_answers_takes_the_reading_s_time_and_keeps_no_other_out() {
    let site = Site::start(3).await;
    let bounds = ReadingBounds { total: Duration::from_secs(1), ..ReadingBounds::DEFAULT };
    let mut reader = site.reader_within(SourceKind::HtmlList, bounds);
    site.refuse([2], SILENT);
    assert_eq!(reader.reached().await, (1, 2, Some(CutShort::Time)));
    // The one that was not come to goes before the one that was tried.
    assert_eq!(reader.reached().await, (1, 1, Some(CutShort::Time)));
    site.answer_all();
    assert_eq!(reader.reached().await, (1, 0, None));
    assert_eq!(site.take_opened(), [1, 2, 3, 2, 2]);
}

#[tokio::test]
async fn a_whole_reading_takes_so_many_bytes_and_no_more() {
    let site = Site::of_pages(5, Duration::ZERO, 10_000).await;
    let bounds = ReadingBounds { bytes_max: 35_000, ..ReadingBounds::DEFAULT };
    let mut reader = site.reader_within(SourceKind::Sitemap, bounds);
    assert_eq!(reader.reached().await, (3, 2, Some(CutShort::Bytes)));
    assert_eq!(reader.reached().await, (2, 0, None));
    let mut tight =
        site.reader_within(SourceKind::Sitemap, ReadingBounds { bytes_max: 50, ..bounds });
    let error = tight.read().await.unwrap_err();
    let expected = matches!(error, CollectError::Fetch(FetchError::ReadingOver(CutShort::Bytes)));
    assert!(expected, "{error:?}");
}

// robots.txt and the list are requests as well.
#[tokio::test]
async fn a_whole_reading_takes_so_many_requests_and_no_more() {
    let site = Site::start(9).await;
    let bounds = ReadingBounds { requests_max: 6, ..ReadingBounds::DEFAULT };
    let mut reader = site.reader_within(SourceKind::HtmlList, bounds);
    assert_eq!(reader.reached().await, (4, 5, Some(CutShort::Requests)));
    // The rules are known now.
    assert_eq!(reader.reached().await, (5, 0, None));
    assert_eq!(site.take_opened(), (1..=9).collect::<Vec<_>>());
    let tight = ReadingBounds { requests_max: 2, ..bounds };
    let error = site.reader_within(SourceKind::HtmlList, tight).read().await.unwrap_err();
    let expected =
        matches!(error, CollectError::Fetch(FetchError::ReadingOver(CutShort::Requests)));
    assert!(expected, "{error:?}");
}

#[tokio::test]
async fn who_waits_for_a_reading_bounds_it_closer_and_never_wider() {
    let site = Site::start(2).await;
    site.refuse([2], SILENT);
    let bounds = ReadingBounds { total: Duration::from_mins(5), ..ReadingBounds::DEFAULT };
    for (waits, platform) in [(1, 300), (300, 1)] {
        let bounds = ReadingBounds { total: Duration::from_secs(platform), ..bounds };
        let mut reader = site.reader_within(SourceKind::HtmlList, bounds);
        reader.place.total = Some(Duration::from_secs(waits));
        assert_eq!(reader.reached().await, (1, 1, Some(CutShort::Time)));
    }
}

#[tokio::test]
async fn a_server_that_asks_to_be_left_alone_is_asked_for_no_further_page() {
    let site = Site::start(4).await;
    site.refusals.lock().unwrap().insert(2, (429, "120"));
    let mut reader = site.reader(SourceKind::HtmlList);
    let read = reader.read_whole().await.unwrap().unwrap();
    let left = Unreached {
        entries: 3,
        cause: Some(CutShort::Busy),
        retry_after: Some(Duration::from_mins(2)),
    };
    assert_eq!((read.entries.entries.len(), read.unreached), (1, left));
    assert_eq!(site.take_opened(), [1, 2]);
    site.answer_all();
    assert_eq!(reader.reached().await, (3, 0, None));
}
