//! Sitemaps of several files: each is asked for by what is known of it, whatever the index
//! that names it answers.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::Response,
};
use domain::evidence::{CutShort, SourceKind, SourceLimits};
use harvest::{
    CollectError, Collected, Known, Place, Read, ReadingBounds,
    address::PrivateHosts,
    collect,
    fetch::{FetchBounds, FetchError, Fetcher},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use url::Url;

/// A file of the sitemap: its version, and the pages that it lists.
#[derive(Clone, Default)]
struct File {
    version: usize,
    pages: Vec<usize>,
    is_busy: bool,
}

/// A site whose `/index` names `/part/1` and so on; every answer has a validator.
#[derive(Clone)]
struct Site {
    address: SocketAddr,
    files: Arc<Mutex<BTreeMap<usize, File>>>,
    /// What was asked for, with the status of the answer.
    asked: Arc<Mutex<Vec<(String, u16)>>>,
}

impl Site {
    async fn start(files: &[&[usize]]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let file = |pages: &&[usize]| File { pages: pages.to_vec(), ..File::default() };
        let files = (1..).zip(files.iter().map(file)).collect();
        let site = Self { address, files: Arc::new(Mutex::new(files)), asked: Arc::default() };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    fn change(&self, file: usize, change: impl FnOnce(&mut File)) {
        let mut files = self.files.lock().unwrap();
        let file = files.get_mut(&file).unwrap();
        file.version += 1;
        change(file);
    }

    /// What was asked for since this was last asked, but for robots.txt.
    fn take_asked(&self) -> Vec<(String, u16)> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.retain(|(path, _)| path != "/robots.txt");
        asked
    }

    fn reader(&self, reading: ReadingBounds) -> Reader {
        let bounds = FetchBounds {
            host_pause: std::time::Duration::ZERO,
            reading,
            ..FetchBounds::default()
        };
        let private = PrivateHosts::from([self.address.to_string()]);
        Reader {
            fetcher: Fetcher::new(bounds, private).unwrap(),
            place: Place {
                kind: SourceKind::Sitemap,
                url: Url::parse(&format!("http://{}/index", self.address)).unwrap(),
                selectors: None,
                limits: SourceLimits::default(),
                total: None,
            },
            known: Known::default(),
            seen: BTreeSet::new(),
        }
    }
}

async fn answer(State(site): State<Site>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let known = request.headers().get("if-none-match").map(|tag| tag.to_str().unwrap().to_owned());
    let files = site.files.lock().unwrap().clone();
    let file = path.strip_prefix("/part/").and_then(|part| files.get(&part.parse().ok()?));
    let (status, tag, body) = match (path.as_str(), file) {
        ("/index", _) => {
            let part =
                |part| format!("<sitemap><loc>http://{}/part/{part}</loc></sitemap>", site.address);
            let parts: String = files.keys().map(part).collect();
            // The index's own address leads nowhere.
            let own = format!("<sitemap><loc>http://{}/index</loc></sitemap>", site.address);
            (200, 0, format!("<sitemapindex>{own}{parts}</sitemapindex>"))
        }
        (_, Some(file)) if file.is_busy => (503, 0, String::new()),
        (_, Some(file)) => {
            let url = |page| format!("<url><loc>http://{}/page/{page}</loc></url>", site.address);
            let urls: String = file.pages.iter().map(url).collect();
            (200, file.version, format!("<urlset>{urls}</urlset>"))
        }
        (page, None) if page.starts_with("/page/") => (200, 0, "<title>Plant</title>".to_owned()),
        _ => (404, 0, String::new()),
    };
    let tag = format!("\"{tag}\"");
    let status = if status == 200 && known.as_ref() == Some(&tag) { 304 } else { status };
    site.asked.lock().unwrap().push((path, status));
    let body = if status == 304 { String::new() } else { body };
    Response::builder().status(status).header("etag", tag).body(body.into()).unwrap()
}

/// Reads a source again and again, as whoever stores what it gives.
struct Reader {
    fetcher: Fetcher,
    place: Place,
    known: Known,
    seen: BTreeSet<String>,
}

impl Reader {
    /// The pages of one reading, and what was cut short; none where nothing changed.
    async fn read(&mut self) -> Result<Option<(Vec<String>, Option<CutShort>)>, CollectError> {
        let read = collect(&self.fetcher, &self.place, &self.known, &self.seen).await?;
        let Collected::Read(Read { entries, known, unreached, .. }) = read else { return Ok(None) };
        self.known = known;
        let links = entries.entries.into_iter().map(|entry| entry.link.unwrap());
        let links: Vec<String> = links.collect();
        self.seen.extend(links.iter().cloned());
        let pages = links.iter().map(|link| link.rsplit('/').next().unwrap().to_owned());
        Ok(Some((pages.collect(), unreached.cause)))
    }

    async fn pages(&mut self) -> Vec<String> {
        let (pages, cause) = self.read().await.unwrap().unwrap();
        assert_eq!(cause, None);
        pages
    }
}

fn asked(paths: &[(&str, u16)]) -> Vec<(String, u16)> {
    paths.iter().map(|(path, status)| ((*path).to_owned(), *status)).collect()
}

#[tokio::test]
async fn a_change_in_one_file_is_found_although_the_index_has_not_changed() {
    let site = Site::start(&[&[1], &[2]]).await;
    let mut reader = site.reader(ReadingBounds::DEFAULT);
    assert_eq!(reader.pages().await, ["1", "2"]);
    site.take_asked();
    assert_eq!(reader.read().await.unwrap(), None);
    let unchanged = asked(&[("/index", 304), ("/part/1", 304), ("/part/2", 304)]);
    assert_eq!(site.take_asked(), unchanged);
    site.change(2, |file| file.pages.push(3));
    assert_eq!(reader.pages().await, ["3"]);
    let changed = asked(&[("/index", 304), ("/part/1", 304), ("/part/2", 200), ("/page/3", 200)]);
    assert_eq!(site.take_asked(), changed);
    assert_eq!(reader.read().await.unwrap(), None);
    assert_eq!(site.take_asked(), unchanged);
}

#[tokio::test]
async fn a_file_of_which_a_page_is_left_is_asked_for_whole_and_the_others_are_not() {
    let pages: Vec<usize> = (2..=22).collect();
    let site = Site::start(&[&[1], &pages]).await;
    let mut reader = site.reader(ReadingBounds::DEFAULT);
    let (read, cause) = reader.read().await.unwrap().unwrap();
    assert_eq!((read.len(), cause), (20, Some(CutShort::Pages)));
    site.take_asked();
    assert_eq!(reader.pages().await, ["21", "22"]);
    let first = asked(&[("/index", 304), ("/part/1", 304), ("/part/2", 200)]);
    assert_eq!(site.take_asked()[..3], first);
    assert_eq!(reader.read().await.unwrap(), None);
}

#[tokio::test]
async fn a_file_that_is_busy_keeps_no_other_out_and_is_asked_again() {
    let site = Site::start(&[&[1], &[2]]).await;
    site.change(1, |file| file.is_busy = true);
    let mut reader = site.reader(ReadingBounds::DEFAULT);
    let (read, cause) = reader.read().await.unwrap().unwrap();
    assert_eq!((read, cause), (vec!["2".to_owned()], Some(CutShort::Failing)));
    // It is the error where there is nothing else.
    let error = reader.read().await.unwrap_err();
    let expected = matches!(error, CollectError::Fetch(FetchError::Status { status: 503, .. }));
    assert!(expected, "{error:?}");
    site.change(1, |file| file.is_busy = false);
    assert_eq!(reader.pages().await, ["1"]);
}

#[tokio::test]
async fn files_that_the_bounds_leave_no_room_for_are_left_to_the_next_reading() {
    let site = Site::start(&[&[1], &[2], &[3]]).await;
    // robots.txt, the index, two of its files.
    let mut reader = site.reader(ReadingBounds { requests_max: 4, ..ReadingBounds::DEFAULT });
    let error = reader.read().await.unwrap_err();
    let expected =
        matches!(error, CollectError::Fetch(FetchError::ReadingOver(CutShort::Requests)));
    assert!(expected, "{error:?}");
    let mut wider = site.reader(ReadingBounds { requests_max: 5, ..ReadingBounds::DEFAULT });
    // Nothing of it is opened, and so nothing is given in its place.
    assert!(wider.read().await.is_err());
    // With the rules known there is room for a page.
    let (read, cause) = wider.read().await.unwrap().unwrap();
    assert_eq!((read, cause), (vec!["1".to_owned()], Some(CutShort::Requests)));
}

// A process of an earlier version wrote down no files.
#[tokio::test]
async fn an_index_that_has_not_changed_says_nothing_where_its_files_are_not_known() {
    let site = Site::start(&[&[1]]).await;
    let mut reader = site.reader(ReadingBounds::DEFAULT);
    reader.pages().await;
    reader.known.parts.clear();
    site.change(1, |file| file.pages.push(2));
    assert_eq!(reader.pages().await, ["2"]);
}
