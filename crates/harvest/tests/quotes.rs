//! A server that answers as vendors of market data document it, and as they should not: each
//! figure comes with its day and every digit, or with a reason, in bounded time, and the key
//! is told to nobody else.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, Uri},
};
use domain::pricing_pack::ProviderId;
use harvest::quote::{
    Allowances, Booking, Figure, OwnPace, Quote, QuoteBounds, QuoteError, Settling, VendorAccess,
    Vendors, vendor,
};
use jiff::{Timestamp, civil::Date};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

const BOUNDS: QuoteBounds = QuoteBounds {
    total: Duration::from_millis(400),
    bytes_max: 20_000,
    attempts_max: 3,
    backoff: Duration::from_millis(1),
    wait_max: Duration::from_secs(2),
};

/// One answer of the server.
#[derive(Clone, Debug)]
enum Reply {
    Body(u16, &'static str),
    /// Too many requests, with what `Retry-After` says.
    TooMany(&'static str),
    Moved(&'static str),
    Slow,
    Cut,
    Huge,
}

use Reply::{Body as Says, Cut, Huge, Moved, Slow, TooMany};

#[derive(Clone, Debug, Default)]
struct Story {
    /// What is answered next; the last one again and again.
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<(Uri, HeaderMap)>>>,
}

struct Server {
    address: SocketAddr,
    story: Story,
}

impl Server {
    async fn start<const N: usize>(replies: [Reply; N]) -> Self {
        let story = Story { replies: Arc::new(Mutex::new(replies.into())), ..Story::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(story.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, story }
    }

    /// How the vendor is reached here.
    fn access(&self, provider: &str) -> VendorAccess {
        let base = Some(format!("http://{}", self.address));
        VendorAccess { provider: provider.parse().unwrap(), key: KEY.to_owned().into(), base }
    }

    fn vendors(&self, provider: &str) -> Vendors {
        reached(BOUNDS, self.access(provider))
    }

    fn asked(&self) -> Vec<(Uri, HeaderMap)> {
        self.story.asked.lock().unwrap().clone()
    }
}

/// With half a second between two requests.
fn reached(bounds: QuoteBounds, access: VendorAccess) -> Vendors {
    let pace = Arc::new(OwnPace::new(Duration::from_millis(500)));
    Vendors::new(bounds, vec![access], pace, || Timestamp::UNIX_EPOCH).unwrap()
}

async fn answer(State(story): State<Story>, request: Request) -> Response<Body> {
    let seen = (request.uri().clone(), request.headers().clone());
    story.asked.lock().unwrap().push(seen);
    let reply = {
        let mut replies = story.replies.lock().unwrap();
        let next = replies.front().unwrap().clone();
        if replies.len() > 1 {
            replies.pop_front();
        }
        next
    };
    let with = |status: u16, body: Body| Response::builder().status(status).body(body).unwrap();
    match reply {
        Says(status, body) => with(status, body.into()),
        TooMany(wait) => {
            let response = Response::builder().status(429).header("retry-after", wait);
            response.body(Body::empty()).unwrap()
        }
        Moved(to) => {
            Response::builder().status(302).header("location", to).body(Body::empty()).unwrap()
        }
        Slow => std::future::pending().await,
        Cut => {
            let pieces = [Ok(Bytes::from_static(b"[{")), Err(std::io::Error::other("cut"))];
            with(200, Body::from_stream(futures_util::stream::iter(pieces)))
        }
        Huge => with(200, vec![b' '; BOUNDS.bytes_max + 1].into()),
    }
}

const FMP: &str = include_str!("quotes/fmp_days.json");
const FMP_KEY: &str = include_str!("quotes/fmp_key.json");
const FMP_PREMIUM: &str = include_str!("quotes/fmp_premium.txt");
const POLYGON: &str = include_str!("quotes/polygon_days.json");
const POLYGON_NONE: &str = include_str!("quotes/polygon_none.json");
const POLYGON_NOT_ENTITLED: &str = include_str!("quotes/polygon_not_entitled.json");
const FRED: &str = include_str!("quotes/fred_days.json");
const FRED_KEY: &str = include_str!("quotes/fred_key.json");
const FRED_SERIES: &str = include_str!("quotes/fred_series.json");

fn figure(provider: &str) -> Figure {
    match provider {
        "FRED" => Figure::Rate("EUR".parse().unwrap(), "USD".parse().unwrap()),
        _ => Figure::Close("ACME".to_owned()),
    }
}

fn provider(id: &str) -> ProviderId {
    id.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

async fn ask(vendors: &Vendors, from: &str, day: &str) -> Result<Quote, QuoteError> {
    vendors.quote(&provider(from), &figure(from), date(day)).await
}

/// One question to a server of one answer.
async fn asked_once(from: &str, reply: Reply, day: &str) -> (Result<Quote, QuoteError>, Server) {
    let server = Server::start([reply]).await;
    (ask(&server.vendors(from), from, day).await, server)
}

fn told(quote: Result<Quote, QuoteError>) -> (String, String) {
    let quote = quote.unwrap();
    (quote.day.to_string(), quote.value.as_str().to_owned())
}

fn pair(day: &str, value: &str) -> (String, String) {
    (day.to_owned(), value.to_owned())
}

#[tokio::test]
async fn fmp_gives_the_close_of_the_day_as_it_was_traded_with_every_digit() {
    let (quote, server) = asked_once("FMP", Says(200, FMP), "2025-10-21").await;
    assert_eq!(told(quote), pair("2025-10-21", "262.770"));
    let (uri, headers) = &server.asked()[0];
    assert_eq!(
        uri.to_string(),
        "/stable/historical-price-eod/non-split-adjusted?symbol=ACME&from=2025-10-07&to=2025-10-21"
    );
    assert_eq!(headers["apikey"], KEY);
}

#[tokio::test]
async fn polygon_gives_the_close_of_the_day_on_which_its_bar_begins_in_new_york() {
    // 1577941200000 is 2020-01-02T05:00:00Z, midnight in New York.
    let (quote, server) = asked_once("Polygon", Says(200, POLYGON), "2020-01-02").await;
    assert_eq!(told(quote), pair("2020-01-02", "75.0875"));
    let (uri, headers) = &server.asked()[0];
    assert_eq!(
        uri.to_string(),
        "/v2/aggs/ticker/ACME/range/1/day/2019-12-19/2020-01-02?adjusted=false&sort=desc"
    );
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
}

#[tokio::test]
async fn fred_gives_the_rate_of_the_day_before_a_holiday_fixed_at_noon_in_new_york() {
    let (quote, server) = asked_once("FRED", Says(200, FRED), "2025-10-13").await;
    assert_eq!(told(quote), pair("2025-10-10", "1.1590"));
    let (uri, headers) = &server.asked()[0];
    assert_eq!(
        uri.to_string(),
        format!(
            "/fred/series/observations?series_id=DEXUSEU&observation_start=2025-09-29\
             &observation_end=2025-10-13&file_type=json&api_key={KEY}"
        )
    );
    assert!(!headers.contains_key("authorization"));
    let fixed = vendor(&provider("FRED")).unwrap().rate_fixed_at(date("2025-10-10")).unwrap();
    assert_eq!(fixed.to_string(), "2025-10-10T16:00:00Z");
}

#[tokio::test]
async fn a_day_without_a_close_takes_the_newest_before_it_and_never_a_later_one() {
    let (before, _) = asked_once("FMP", Says(200, FMP), "2025-10-26").await;
    assert_eq!(told(before), pair("2025-10-22", "258.45"));
    let (on, _) = asked_once("FMP", Says(200, FMP), "2025-10-20").await;
    assert_eq!(told(on), pair("2025-10-20", "262.24"));
    let (later, _) = asked_once("FMP", Says(200, FMP), "2025-10-19").await;
    assert!(
        matches!(later, Err(QuoteError::OnlyLater(first)) if first == date("2025-10-20")),
        "{later:?}"
    );
    let (older, _) = asked_once("FMP", Says(200, FMP), "2025-11-10").await;
    assert!(matches!(older, Err(QuoteError::NoValue(_))), "{older:?}");
}

#[tokio::test]
async fn refusals_are_told_apart_and_no_refusal_is_repeated() {
    let cases = [
        ("FMP", Says(401, FMP_KEY), "it refuses the key"),
        ("FMP", Says(200, FMP_KEY), "it refuses the key"),
        ("FMP", Says(402, FMP_PREMIUM), "its plan does not include this"),
        ("FMP", Says(403, ""), "its plan does not include this"),
        ("Polygon", Says(401, "{}"), "it refuses the key"),
        ("Polygon", Says(403, POLYGON_NOT_ENTITLED), "its plan does not include this"),
        ("Polygon", Says(200, POLYGON_NOT_ENTITLED), "its plan does not include this"),
        ("FRED", Says(400, FRED_KEY), "it refuses the key"),
        ("FRED", Says(403, ""), "its plan does not include this"),
    ];
    for (from, reply, expected) in cases {
        let (refused, server) = asked_once(from, reply.clone(), "2025-10-21").await;
        assert_eq!(refused.unwrap_err().to_string(), expected, "{from}: {reply:?}");
        assert_eq!(server.asked().len(), 1, "{from}: {reply:?}");
    }
}

#[tokio::test]
async fn a_name_that_the_vendor_does_not_know_has_no_value() {
    let cases = [
        ("FMP", Says(200, "[]")),
        ("FMP", Says(404, "")),
        ("Polygon", Says(200, POLYGON_NONE)),
        ("FRED", Says(400, FRED_SERIES)),
    ];
    for (from, reply) in cases {
        let (unknown, _) = asked_once(from, reply.clone(), "2025-10-21").await;
        assert!(matches!(unknown, Err(QuoteError::Unknown(_))), "{from}: {reply:?}: {unknown:?}");
    }
}

#[tokio::test]
async fn what_is_not_of_the_documented_form_is_no_value() {
    let other = r#"[{"symbol": "OTHER", "date": "2025-10-21", "adjClose": 1.5}]"#;
    let adjusted = r#"{"ticker": "ACME", "adjusted": true, "status": "OK",
        "results": [{"c": 1.5, "t": 1577941200000}]}"#;
    let foreign = r#"{"ticker": "OTHER", "adjusted": false, "status": "OK",
        "results": [{"c": 1.5, "t": 1577941200000}]}"#;
    let cases = [
        ("FMP", Says(200, "<html>Maintenance</html>")),
        ("FMP", Says(200, r#"[{"symbol": "ACME", "date": "2025-10-21", "adjClose"#)),
        ("FMP", Says(200, other)),
        ("Polygon", Says(200, adjusted)),
        ("Polygon", Says(200, foreign)),
        ("Polygon", Says(200, "null")),
        ("FRED", Says(200, "{}")),
    ];
    for (from, reply) in cases {
        let (unread, server) = asked_once(from, reply.clone(), "2025-10-21").await;
        assert!(matches!(unread, Err(QuoteError::Unreadable(_))), "{from}: {reply:?}: {unread:?}");
        assert_eq!(server.asked().len(), 1);
    }
    for close in ["0", "-3.5", "1e3", "0.12345678901", "\"12.5\""] {
        let text = format!(r#"[{{"symbol": "ACME", "date": "2025-10-21", "adjClose": {close}}}]"#);
        let (no_price, _) = asked_once("FMP", Says(200, text.leak()), "2025-10-21").await;
        assert!(matches!(no_price, Err(QuoteError::NotAPrice(_))), "{close}: {no_price:?}");
    }
    let null = r#"[{"symbol": "ACME", "date": "2025-10-21", "adjClose": null}]"#;
    let (nothing, _) = asked_once("FMP", Says(200, null), "2025-10-21").await;
    assert!(matches!(nothing, Err(QuoteError::NoValue(_))), "{nothing:?}");
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_the_vendor_asks() {
    let server = Server::start([TooMany("1"), Says(200, FMP)]).await;
    let began = Instant::now();
    let quote = ask(&server.vendors("FMP"), "FMP", "2025-10-21").await;
    assert_eq!(told(quote), pair("2025-10-21", "262.770"));
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_vendor_that_asks_for_longer_than_the_cap_is_left_alone() {
    let server = Server::start([TooMany("3600"), Says(200, FMP)]).await;
    let vendors = server.vendors("FMP");
    let began = Instant::now();
    for _ in 0..2 {
        let refused = ask(&vendors, "FMP", "2025-10-21").await;
        assert!(matches!(refused, Err(QuoteError::LeftAlone(_))), "{refused:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(server.asked().len(), 1, "it was asked again within the hour");
}

#[tokio::test]
async fn errors_of_the_server_are_asked_again_and_given_up() {
    let server = Server::start([Says(503, ""), Says(500, ""), Says(200, FMP)]).await;
    let quote = ask(&server.vendors("FMP"), "FMP", "2025-10-21").await;
    assert_eq!(told(quote), pair("2025-10-21", "262.770"));
    let (failed, server) = asked_once("FMP", Says(500, ""), "2025-10-21").await;
    assert!(matches!(failed, Err(QuoteError::Status(500))), "{failed:?}");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn slow_cut_and_oversized_answers_end_in_bounded_time() {
    let began = Instant::now();
    let (slow, server) = asked_once("FMP", Slow, "2025-10-21").await;
    assert!(matches!(slow, Err(QuoteError::TimedOut(_))), "{slow:?}");
    assert_eq!(server.asked().len(), 3);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let (cut, server) = asked_once("FMP", Cut, "2025-10-21").await;
    assert!(matches!(cut, Err(QuoteError::Broken(_))), "{cut:?}");
    assert_eq!(server.asked().len(), 3);
    let (huge, server) = asked_once("FMP", Huge, "2025-10-21").await;
    assert!(matches!(huge, Err(QuoteError::TooLarge(20_000))), "{huge:?}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn three_figures_in_a_row_that_fail_open_the_breaker_and_nothing_more_is_sent() {
    let server = Server::start([Says(500, "")]).await;
    let once = QuoteBounds { attempts_max: 1, ..BOUNDS };
    let vendors = reached(once, server.access("FMP"));
    for _ in 0..3 {
        let failed = ask(&vendors, "FMP", "2025-10-21").await;
        assert!(matches!(failed, Err(QuoteError::Status(500))), "{failed:?}");
    }
    let resting = ask(&vendors, "FMP", "2025-10-21").await;
    assert!(matches!(resting, Err(QuoteError::Resting(_))), "{resting:?}");
    assert_eq!(server.asked().len(), 3);
    // A fault of the name or of the key says nothing about the vendor.
    let server = Server::start([Says(200, "[]")]).await;
    let vendors = reached(once, server.access("FMP"));
    for _ in 0..4 {
        let unknown = ask(&vendors, "FMP", "2025-10-21").await;
        assert!(matches!(unknown, Err(QuoteError::Unknown(_))), "{unknown:?}");
    }
}

#[tokio::test]
async fn requests_keep_the_pace_that_they_are_booked_at() {
    let server = Server::start([Says(200, FMP)]).await;
    let vendors = server.vendors("FMP");
    let began = Instant::now();
    for _ in 0..3 {
        ask(&vendors, "FMP", "2025-10-21").await.unwrap();
    }
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

/// What is booked, what is settled, and a licence that is used up after two requests.
#[derive(Debug, Default)]
struct TwoRequests {
    booked: Mutex<usize>,
    settled: Mutex<Vec<(usize, Duration)>>,
}

impl Allowances for TwoRequests {
    fn book<'a>(&'a self, _: &'a ProviderId, _: Duration) -> Booking<'a> {
        Box::pin(async {
            let mut booked = self.booked.lock().unwrap();
            if *booked == 2 {
                return Err(QuoteError::UsedUpToday(2));
            }
            *booked += 1;
            Ok(Duration::ZERO)
        })
    }

    fn settle<'a>(&'a self, _: &'a ProviderId, bytes: usize, rest: Duration) -> Settling<'a> {
        Box::pin(async move { self.settled.lock().unwrap().push((bytes, rest)) })
    }
}

#[tokio::test]
async fn what_is_not_booked_is_not_sent_and_what_was_sent_is_settled() {
    let server = Server::start([TooMany("7"), Says(200, FMP)]).await;
    let allowances = Arc::new(TwoRequests::default());
    let access = vec![server.access("FMP")];
    let vendors =
        Vendors::new(BOUNDS, access, allowances.clone(), || Timestamp::UNIX_EPOCH).unwrap();
    // The first is refused and asked again: both are booked and settled.
    ask(&vendors, "FMP", "2025-10-21").await.unwrap();
    let settled = allowances.settled.lock().unwrap().clone();
    assert_eq!(settled, [(0, Duration::from_secs(7)), (FMP.len(), Duration::ZERO)]);
    // However often it is not booked, the vendor is not taken to be ill.
    for _ in 0..4 {
        let used_up = ask(&vendors, "FMP", "2025-10-21").await;
        assert!(matches!(used_up, Err(QuoteError::UsedUpToday(2))), "{used_up:?}");
    }
    assert_eq!(server.asked().len(), 2);
}

const FMP_DIVIDENDS: &str = include_str!("quotes/fmp_dividends.json");
const FMP_SPLITS: &str = include_str!("quotes/fmp_splits.json");
const POLYGON_DIVIDENDS: &str = include_str!("quotes/polygon_dividends.json");
const POLYGON_SPLITS: &str = include_str!("quotes/polygon_splits.json");

#[tokio::test]
async fn announced_dividends_are_those_of_later_days_with_every_digit() {
    let day = date("2025-10-21");
    let server = Server::start([Says(200, FMP_DIVIDENDS)]).await;
    let told = server.vendors("FMP").dividends(&provider("FMP"), "ACME", day).await.unwrap();
    let rows: Vec<_> =
        told.iter().map(|row| (row.ex_date, row.pay_date, row.amount.as_str())).collect();
    assert_eq!(
        rows,
        [
            (date("2026-02-06"), None, "0.27"),
            (date("2025-11-07"), Some(date("2025-11-14")), "0.260"),
        ]
    );
    assert!(told.iter().all(|row| row.currency.is_none()), "{told:?}");
    let (uri, headers) = &server.asked()[0];
    assert_eq!(uri.to_string(), "/stable/dividends?symbol=ACME");
    assert_eq!(headers["apikey"], KEY);

    let server = Server::start([Says(200, POLYGON_DIVIDENDS)]).await;
    let told = server.vendors("Polygon").dividends(&provider("Polygon"), "ACME", day).await;
    let told = told.unwrap();
    assert_eq!((told.len(), told[0].amount.as_str()), (1, "0.26"));
    assert_eq!(told[0].currency.as_ref().unwrap().as_str(), "USD");
    let (uri, headers) = &server.asked()[0];
    assert_eq!(
        uri.to_string(),
        "/v3/reference/dividends?ticker=ACME&ex_dividend_date.gt=2025-10-21&limit=100"
    );
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
}

#[tokio::test]
async fn an_announced_split_says_how_many_shares_become_how_many() {
    let day = date("2025-10-21");
    for (from, answer, asked) in [
        ("FMP", FMP_SPLITS, "/stable/splits?symbol=ACME"),
        (
            "Polygon",
            POLYGON_SPLITS,
            "/v3/reference/splits?ticker=ACME&execution_date.gt=2025-10-21&limit=100",
        ),
    ] {
        let server = Server::start([Says(200, answer)]).await;
        let told = server.vendors(from).splits(&provider(from), "ACME", day).await.unwrap();
        let [split] = told.as_slice() else { panic!("{from}: {told:?}") };
        let ratio = (split.date, split.from.as_str(), split.to.as_str());
        assert_eq!(ratio, (date("2025-11-03"), "1", "4"), "{from}");
        assert_eq!(server.asked()[0].0.to_string(), asked);
    }
}

#[tokio::test]
async fn what_a_vendor_does_not_tell_is_a_reason_and_no_empty_list() {
    let day = date("2025-10-21");
    let cases = [
        ("FMP", Says(402, FMP_PREMIUM), "its plan does not include this"),
        ("FMP", Says(200, FMP_KEY), "it refuses the key"),
        ("FMP", Says(200, "{}"), "its answer is not of the form that it documents"),
        (
            "FMP",
            Says(200, r#"[{"symbol": "OTHER", "date": "2025-11-07", "dividend": 1}]"#),
            "its answer is not of the form that it documents: a row of another symbol",
        ),
        ("Polygon", Says(403, POLYGON_NOT_ENTITLED), "its plan does not include this"),
        ("Polygon", Says(200, POLYGON_NOT_ENTITLED), "its plan does not include this"),
    ];
    for (from, reply, expected) in cases {
        let server = Server::start([reply.clone()]).await;
        let refused = server.vendors(from).dividends(&provider(from), "ACME", day).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with(expected), "{from}: {reply:?}: {refused}");
    }
    // The Federal Reserve announces no dividends, and is not asked.
    let server = Server::start([Says(200, FRED)]).await;
    let asked = server.vendors("FRED").dividends(&provider("FRED"), "ACME", day).await;
    assert!(matches!(asked, Err(QuoteError::NotQuoted)), "{asked:?}");
    assert!(server.asked().is_empty());
    // Nothing announced is an answer.
    let server = Server::start([Says(200, r#"{"status": "OK", "results": []}"#)]).await;
    let told = server.vendors("Polygon").splits(&provider("Polygon"), "ACME", day).await;
    assert_eq!(told.unwrap(), []);
}

#[tokio::test]
async fn the_key_is_in_no_error_no_debug_output_and_follows_no_redirect() {
    let stranger = Server::start([Says(200, FRED)]).await;
    let elsewhere = format!("http://{}/fred", stranger.address).leak();
    let server = Server::start([Moved(elsewhere)]).await;
    let vendors = server.vendors("FRED");
    let moved = ask(&vendors, "FRED", "2025-10-13").await.unwrap_err();
    assert!(matches!(moved, QuoteError::Status(302)), "{moved:?}");
    assert!(stranger.asked().is_empty(), "the key went where it was sent on to");
    let mut said = vec![format!("{vendors:?}"), format!("{moved:?}")];
    for reply in [Cut, Slow, Huge, Says(400, FRED_KEY), Says(200, "{}")] {
        let (failed, _) = asked_once("FRED", reply, "2025-10-13").await;
        said.push(format!("{failed:?}"));
    }
    // Nobody listens there any more.
    let gone =
        VendorAccess { base: Some("http://127.0.0.1:1".to_owned()), ..server.access("FRED") };
    let vendors = reached(BOUNDS, gone);
    let failed = ask(&vendors, "FRED", "2025-10-13").await;
    assert!(matches!(failed, Err(QuoteError::Broken(_))), "{failed:?}");
    said.push(format!("{failed:?}"));
    for text in said {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[tokio::test]
async fn who_has_no_key_or_is_not_quoted_is_not_asked() {
    let server = Server::start([Says(200, FMP)]).await;
    let vendors = server.vendors("FMP");
    let day = date("2025-10-21");
    let keyless = vendors.quote(&provider("Polygon"), &figure("Polygon"), day).await;
    assert!(matches!(keyless, Err(QuoteError::NoKey)), "{keyless:?}");
    let rate = vendors.quote(&provider("FMP"), &figure("FRED"), day).await;
    assert!(matches!(rate, Err(QuoteError::NotQuoted)), "{rate:?}");
    assert!(server.asked().is_empty());
}
