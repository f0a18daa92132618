//! Readings of sources: each within its bounds, no page opened twice, and what is left or
//! turned away told where administrators look.

use crate::world::{Page, World, count, source_form};
use domain::{
    evidence::{CutShort, DropReason},
    id::SourceId,
};
use harvest::ReadingBounds;
use orchestrator::evidence::CollectOutcome;
use sqlx::PgPool;
use storage::source::FetchRow;

async fn collect(world: &World, id: SourceId) -> (usize, usize) {
    match world.orchestrator.collect_source(id).await.unwrap() {
        CollectOutcome::Read { entries, new_items } => (entries, new_items),
        other => panic!("{other:?}"),
    }
}

async fn newest(world: &World, id: SourceId) -> FetchRow {
    let page = world.orchestrator.view_source(&world.admin, id).await.unwrap();
    page.fetches.into_iter().next().unwrap()
}

/// A page that is dated, and says what its address is.
async fn page(world: &World, canonical: &str) -> Page {
    let today = world.orchestrator.now().await.unwrap().strftime("%Y-%m-%d");
    Page::of(format!(
        "<title>Rheinmark expands polyurethane MDI in Germany</title>\
         <link rel=canonical href={canonical}>\
         <script type=\"application/ld+json\">{{\"datePublished\":\"{today}\"}}</script>"
    ))
}

#[sqlx::test(migrations = false)]
async fn a_page_is_opened_once_whoever_lists_it_and_whatever_it_calls_its_address(pool: PgPool) {
    let (world, site) = World::new(pool).await.with_site(ReadingBounds::DEFAULT).await;
    for (path, canonical) in [("/a?from=list", "/a"), ("/b", "/b"), ("/d", "/b")] {
        site.put(path, page(&world, canonical).await);
    }
    // Of this one nobody says when it was published.
    site.put("/c", Page::of("<title>Polyurethane</title>"));
    site.put_sitemap("/one", &["/a?from=list", "/b", "/c", "/b"]);
    site.put("/two", Page::of("<li><a href=/a>A</a><li><a href=/b>B</a><li><a href=/d>Rheinmark and its polyurethane MDI</a>"));
    let one = world.source("One", "sitemap", &site.url("/one")).await;
    let mut form = source_form("Two", "html_list", &site.url("/two"));
    (form.selectors.item, form.selectors.link) = ("li".to_owned(), "a".to_owned());
    let two = world.orchestrator.create_source(&world.admin, &form).await.unwrap();
    world.orchestrator.set_source_enabled(&world.admin, two, true).await.unwrap();

    assert_eq!(collect(&world, one).await, (4, 3));
    // The second source has one page that the first has not, and it is the first's.
    assert_eq!(collect(&world, two).await, (3, 0));
    assert_eq!(site.take_asked(), ["/one", "/a?from=list", "/b", "/c", "/two", "/d"]);
    for _ in 0..3 {
        assert_eq!(collect(&world, one).await, (4, 0));
        assert_eq!(collect(&world, two).await, (3, 0));
        assert_eq!(site.take_asked(), ["/one", "/two"]);
    }
    let filed = "select count(*) from source_items";
    assert_eq!(count(&world.superuser, filed).await, 3);
    let held = "select count(*) from source_items where drop_reason = 'undated_held'";
    assert_eq!(count(&world.superuser, held).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_reading_that_is_cut_short_says_why_and_what_it_left(pool: PgPool) {
    let bounds = ReadingBounds { requests_max: 4, ..ReadingBounds::DEFAULT };
    let (world, site) = World::new(pool).await.with_site(bounds).await;
    let pages = ["/1", "/2", "/3", "/4", "/5"];
    for path in pages {
        site.put(path, page(&world, path).await);
    }
    site.put_sitemap("/sitemap", &pages);
    let id = world.source("Sitemap", "sitemap", &site.url("/sitemap")).await;
    // robots.txt, the list and two pages.
    assert_eq!(collect(&world, id).await, (2, 2));
    let reading = newest(&world, id).await;
    assert_eq!((reading.cut_short, reading.entries_left), (Some(CutShort::Requests), 3));
    assert_eq!(collect(&world, id).await, (5, 3));
    let reading = newest(&world, id).await;
    assert_eq!((reading.cut_short, reading.entries_left), (None, 0));
    let health = world.orchestrator.view_source(&world.admin, id).await.unwrap().row.health;
    assert!(health.failures == 0 && health.last_error.is_none(), "{health:?}");
}

#[sqlx::test(migrations = false)]
async fn a_reading_whose_bounds_leave_room_for_nothing_fails_by_name_and_stops_nobody(
    pool: PgPool,
) {
    let bounds = ReadingBounds { bytes_max: 300, ..ReadingBounds::DEFAULT };
    let (world, site) = World::new(pool).await.with_site(bounds).await;
    site.put("/large", Page::of(" ".repeat(301)));
    site.put("/small", Page::of("<rss version=\"2.0\"><channel><title>t</title></channel></rss>"));
    let large = world.source("Large", "rss", &site.url("/large")).await;
    let small = world.source("Small", "rss", &site.url("/small")).await;
    let outcome = world.orchestrator.collect_source(large).await.unwrap();
    let CollectOutcome::Failed { error } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error, CutShort::Bytes.label());
    let reading = newest(&world, large).await;
    assert_eq!((reading.outcome.as_str(), reading.cut_short), ("failed", Some(CutShort::Bytes)));
    assert_eq!(collect(&world, small).await, (0, 0));
}

#[sqlx::test(migrations = false)]
async fn a_server_that_asks_to_be_left_alone_is_due_when_it_says(pool: PgPool) {
    let (world, site) = World::new(pool).await.with_site(ReadingBounds::DEFAULT).await;
    let due_in_hours = async |name: &str| {
        let due = "select floor(extract(epoch from due_at - now()) / 3600)::bigint from sources where name = $1";
        let due = sqlx::query_scalar::<_, i64>(due).bind(name.to_owned());
        due.fetch_one(&world.superuser).await.unwrap()
    };
    let busy = |after: &str, sent: &str| Page {
        status: Some(429),
        headers: vec![("retry-after", after.to_owned()), ("date", sent.to_owned())],
        body: Vec::new(),
    };
    let sent = "Sun, 06 Nov 1994 08:00:00 GMT";
    site.put("/1", page(&world, "/1").await);
    site.put("/2", busy("Sun, 06 Nov 1994 13:30:00 GMT", sent));
    site.put("/3", page(&world, "/3").await);
    site.put_sitemap("/sitemap", &["/1", "/2", "/3"]);
    let pages = world.source("Pages", "sitemap", &site.url("/sitemap")).await;
    assert_eq!(collect(&world, pages).await, (1, 1));
    let reading = newest(&world, pages).await;
    assert_eq!((reading.cut_short, reading.entries_left), (Some(CutShort::Busy), 2));
    assert_eq!(due_in_hours("Pages").await, 5);
    // Of the list itself; a day at most.
    for (name, after, hours) in [
        ("Hours", "Sun, 06 Nov 1994 15:30:00 GMT", 7),
        ("Years", "Sat, 06 Nov 2094 08:00:00 GMT", 23),
    ] {
        site.put(&format!("/{name}"), busy(after, sent));
        let id = world.source(name, "rss", &site.url(&format!("/{name}"))).await;
        world.orchestrator.collect_source(id).await.unwrap();
        assert_eq!(due_in_hours(name).await, hours, "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_change_in_a_file_of_a_sitemap_is_found_behind_an_index_that_has_not_changed(
    pool: PgPool,
) {
    let (world, site) = World::new(pool).await.with_site(ReadingBounds::DEFAULT).await;
    let part = |paths: &[&str]| {
        let url = |path: &&str| format!("<url><loc>{}</loc></url>", site.url(path));
        Page::of(format!("<urlset>{}</urlset>", paths.iter().map(url).collect::<String>()))
    };
    let loc = |path: &str| format!("<sitemap><loc>{}</loc></sitemap>", site.url(path));
    let index = format!("<sitemapindex>{}{}</sitemapindex>", loc("/part-1"), loc("/part-2"));
    site.put("/index", Page::of(index).tagged(1));
    site.put("/part-1", part(&["/1"]).tagged(1));
    site.put("/part-2", part(&["/2"]).tagged(1));
    for path in ["/1", "/2", "/3"] {
        site.put(path, page(&world, path).await);
    }
    let id = world.source("Index", "sitemap", &site.url("/index")).await;
    assert_eq!(collect(&world, id).await, (2, 2));
    let unchanged = world.orchestrator.collect_source(id).await.unwrap();
    assert_eq!(unchanged, CollectOutcome::NotModified);
    site.put("/part-2", part(&["/2", "/3"]).tagged(2));
    site.take_asked();
    assert_eq!(collect(&world, id).await, (2, 1));
    assert_eq!(site.take_asked(), ["/index", "/part-1", "/part-2", "/3"]);
    let unchanged = world.orchestrator.collect_source(id).await.unwrap();
    assert_eq!(unchanged, CollectOutcome::NotModified);
    // Read from elsewhere, it has other files.
    let parts = "select count(*) from source_parts";
    assert_eq!(count(&world.superuser, parts).await, 2);
    let form = source_form("Index", "sitemap", &site.url("/part-1"));
    world.orchestrator.edit_source(&world.admin, id, &form).await.unwrap();
    assert_eq!(count(&world.superuser, parts).await, 0);
}

// What a database cannot hold, or nobody can read, costs itself and not the reading.
#[sqlx::test(migrations = false)]
async fn feeds_in_odd_encodings_and_with_hostile_text_are_stored_safely(pool: PgPool) {
    let (world, site) = World::new(pool).await.with_site(ReadingBounds::DEFAULT).await;
    let today = world.orchestrator.now().await.unwrap().strftime("%Y-%m-%d").to_string();
    let long = "a".repeat(5_000);
    let words = "polyurethane MDI";
    let entries = [
        format!("Turned \u{202e}{words}"),
        format!("Nothing \u{0} {words}"),
        format!("Marked <script>alert(1)</script>&amp;lt;img src=x&amp;gt; {words}"),
        format!("{words} {}", "Polyol ".repeat(300_000)),
    ];
    let item = |(at, title): (usize, &String)| {
        let url = format!("https://news.example.com/{at}\u{0}\u{202e}");
        serde_json::json!({
            "id": at.to_string(), "url": url, "title": title, "content_text": title,
            "date_published": today,
        })
    };
    let mut items: Vec<_> = entries.iter().enumerate().map(item).collect();
    items.push(serde_json::json!({
        "id": "long", "url": format!("https://news.example.com/{long}"), "title": words,
        "content_text": words, "date_published": today,
    }));
    let json = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items,
    });
    site.put("/json", Page::of(json.to_string()));
    let rss = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>t</title><item>\
         <title>Polyurethane Dämmstoff</title><link>https://news.example.com/d</link>\
         <pubDate>{today}</pubDate></item></channel></rss>"
    );
    let narrow: Vec<u8> =
        rss.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    site.put("/rss", Page::of(narrow));
    site.put("/ten-megabytes", Page::of(rss.replace("Dämmstoff", &"Polyol ".repeat(1_500_000))));
    let json = world.source("JSON", "json_feed", &site.url("/json")).await;
    let rss = world.source("RSS", "rss", &site.url("/rss")).await;
    let ten = world.source("Ten", "rss", &site.url("/ten-megabytes")).await;
    assert_eq!(collect(&world, json).await, (5, 5));
    assert_eq!(collect(&world, rss).await, (1, 1));
    let outcome = world.orchestrator.collect_source(ten).await.unwrap();
    let CollectOutcome::Failed { error } = outcome else { panic!("{outcome:?}") };
    assert_eq!(error, "the answer is larger than 5000 kB");

    let stored: Vec<(String, Option<String>)> =
        sqlx::query_as("select title, url from source_items order by id")
            .fetch_all(&world.superuser)
            .await
            .unwrap();
    let titles: Vec<&str> = stored.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(titles[0], "Turned polyurethane MDI");
    assert_eq!(titles[1], "Nothing polyurethane MDI");
    // Escaped once more than it is read, it is text that says so.
    assert_eq!(titles[2], "Marked &lt;img src=x&gt; polyurethane MDI");
    assert!(titles[3].chars().count() <= 300 && titles[3].ends_with('…'));
    assert_eq!(titles[5], "Polyurethane Dämmstoff");
    assert_eq!(stored[0].1.as_deref(), Some("https://news.example.com/0%00%E2%80%AE"));
    // An address that nobody could file is none.
    assert_eq!(stored[4].1, None);
    let exits = world.orchestrator.view_source(&world.admin, json).await.unwrap().exits;
    assert!(exits.contains(&(Some(DropReason::BadUrl), 1)), "{exits:?}");
}
