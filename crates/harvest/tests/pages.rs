//! Pages behind a list: each is opened by some reading, and none is handed on unopened
//! because this one had no room for it or its server was down for a while.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::Response,
};
use domain::evidence::{Selectors, SourceKind, SourceLimits};
use harvest::{
    CollectError, Collected, Entries, Place,
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
};

const ETAG: &str = "\"v1\"";

/// Which pages do not answer with 200, by their numbers.
type Refusals = Arc<Mutex<BTreeMap<usize, u16>>>;

/// A site of so many pages, listed at `/sitemap` and `/list`.
#[derive(Clone)]
struct Site {
    address: SocketAddr,
    pages: usize,
    refusals: Refusals,
    opened: Arc<Mutex<Vec<usize>>>,
}

impl Site {
    async fn start(pages: usize) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let site = Self { address, pages, refusals: Arc::default(), opened: Arc::default() };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    fn refuse(&self, pages: impl IntoIterator<Item = usize>, status: u16) {
        self.refusals.lock().unwrap().extend(pages.into_iter().map(|page| (page, status)));
    }

    fn answer_all(&self) {
        self.refusals.lock().unwrap().clear();
    }

    /// The pages asked for since this was last asked.
    fn take_opened(&self) -> Vec<usize> {
        std::mem::take(&mut self.opened.lock().unwrap())
    }

    fn reader(&self, kind: SourceKind) -> Reader {
        let path = if kind == SourceKind::Sitemap { "sitemap" } else { "list" };
        let selectors = (kind == SourceKind::HtmlList).then(|| Selectors {
            item: "li".to_owned(),
            link: "a".to_owned(),
            ..Selectors::default()
        });
        let url = Url::parse(&format!("http://{}/{path}", self.address)).unwrap();
        let private = PrivateHosts::from([self.address.to_string()]);
        Reader {
            fetcher: Fetcher::new(BOUNDS, private).unwrap(),
            place: Place { kind, url, selectors, limits: SourceLimits::default() },
            known: Validators::default(),
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
            match site.refusals.lock().unwrap().get(&page) {
                Some(status) => with(*status, String::new()),
                None => with(
                    200,
                    "<title>Plant</title><script type=\"application/ld+json\">\
                     {\"datePublished\":\"2025-01-15\"}</script>"
                        .to_owned(),
                ),
            }
        }
    }
}

/// Reads a source again and again, as whoever stores what it gives.
struct Reader {
    fetcher: Fetcher,
    place: Place,
    known: Validators,
    seen: BTreeSet<String>,
}

impl Reader {
    /// The entries of one reading that were not seen before; none where nothing changed.
    async fn read(&mut self) -> Result<Option<Entries>, CollectError> {
        let read = collect(&self.fetcher, &self.place, &self.known, &self.seen).await?;
        let Collected::Read { mut entries, validators, .. } = read else { return Ok(None) };
        self.known = validators;
        let seen = &mut self.seen;
        entries.entries.retain(|entry| seen.insert(entry.link.clone().unwrap()));
        Ok(Some(entries))
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
        assert_eq!(reader.known, Validators::default(), "{kind:?}");
        assert_eq!(site.take_opened(), (1..=20).collect::<Vec<_>>(), "{kind:?}");
        assert_eq!(reader.dated().await, (5, 0), "{kind:?}");
        assert_eq!(reader.known.etag.as_deref(), Some(ETAG), "{kind:?}");
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
        assert_eq!(reader.known, Validators::default(), "{status}");
        site.answer_all();
        assert_eq!(reader.dated().await, (1, 0), "{status}");
        assert_eq!(reader.known.etag.as_deref(), Some(ETAG), "{status}");
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
        assert_eq!(reader.known.etag.as_deref(), Some(ETAG), "{status}");
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
    assert_eq!(reader.known.etag.as_deref(), Some(ETAG));
}
