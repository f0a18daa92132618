//! A site on this machine that sources are read from.

use super::World;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::Response,
};
use harvest::{
    ReadingBounds,
    fetch::{FetchBounds, Fetcher},
};
use orchestrator::Orchestrator;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What stands at an address, and what else its answer says.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// 200 where it is none.
    pub status: Option<u16>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Page {
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// The same, not sent again to who knows this version of it.
    pub fn tagged(self, version: u8) -> Self {
        let mut headers = self.headers;
        headers.push(("etag", format!("\"{version}\"")));
        Self { headers, ..self }
    }
}

/// Pages by path and query; what is not among them answers 404, robots.txt too.
#[derive(Clone, Default)]
pub struct Site {
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
    at_once: Arc<AtomicUsize>,
    at_once_max: Arc<AtomicUsize>,
    /// How long each answer takes.
    hold: Duration,
    pub address: Option<SocketAddr>,
}

impl Site {
    pub async fn start(hold: Duration) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().ok();
        let site = Self { hold, address, ..Self::default() };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address.unwrap())
    }

    pub fn put(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// A sitemap of these paths.
    pub fn put_sitemap(&self, path: &str, pages: &[&str]) {
        let url = |page: &&str| format!("<url><loc>{}</loc></url>", self.url(page));
        let urls: String = pages.iter().map(url).collect();
        self.put(path, Page::of(format!("<urlset>{urls}</urlset>")));
    }

    /// What was asked for since this was last asked, but for robots.txt.
    pub fn take_asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.retain(|path| path != "/robots.txt");
        asked
    }

    /// The most requests that were answered at one time.
    pub fn at_once_max(&self) -> usize {
        self.at_once_max.load(Ordering::SeqCst)
    }

    /// A process that reads this site within these bounds.
    pub fn read_by(&self, app: Orchestrator, reading: ReadingBounds) -> Orchestrator {
        let bounds = FetchBounds { host_pause: Duration::ZERO, reading, ..FetchBounds::default() };
        let private = BTreeSet::from([self.address.unwrap().to_string()]);
        app.with_fetcher(Fetcher::new(bounds, private).unwrap())
    }
}

impl World {
    /// This world with a site that it reads.
    pub async fn with_site(mut self, reading: ReadingBounds) -> (Self, Site) {
        let site = Site::start(Duration::ZERO).await;
        self.orchestrator = site.read_by(self.orchestrator, reading);
        (self, site)
    }
}

async fn answer(State(site): State<Site>, request: Request) -> Response<Body> {
    let path = request.uri().path_and_query().unwrap().to_string();
    site.asked.lock().unwrap().push(path.clone());
    let at_once = site.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    site.at_once_max.fetch_max(at_once, Ordering::SeqCst);
    tokio::time::sleep(site.hold).await;
    site.at_once.fetch_sub(1, Ordering::SeqCst);
    let page = site.pages.lock().unwrap().get(&path).cloned();
    let page = page.unwrap_or(Page { status: Some(404), ..Page::default() });
    let tag = page.headers.iter().find(|(name, _)| *name == "etag");
    let known = request.headers().get("if-none-match");
    let is_known = tag.is_some_and(|(_, tag)| known.is_some_and(|known| known == tag));
    let status = if is_known { 304 } else { page.status.unwrap_or(200) };
    let mut response = Response::builder().status(status);
    for (name, value) in page.headers {
        response = response.header(name, value);
    }
    response.body(if is_known { Body::empty() } else { page.body.into() }).unwrap()
}
