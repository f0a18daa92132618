//! Sources: collected once for everybody, each item at its first sighting, and what fails
//! fails alone.

use crate::world::{World, count, draft, message_of, project, source_form};
use domain::{evidence::DropReason, id::SourceId};
use harvest::fetch::{FetchBounds, Fetcher};
use orchestrator::{
    Refusal, UseCaseError,
    evidence::CollectOutcome,
    run::{BlockReason, Readiness},
};
use sqlx::PgPool;
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

/// A server that answers with a feed of today's date, at `/tagged` with a validator, which
/// it knows again, as it does at `/sitemap`, of 25 pages, the third of which is busy when it
/// is first asked for; robots.txt and all else with 404.
fn serve(today: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let item = |number: u8, title: &str, date: &str| {
        format!(
            "<item><title>{title}</title><link>https://news.example.com/{number}?utm_source=x</link>\
             {date}<description>Rheinmark adds polyurethane MDI in Germany.</description></item>"
        )
    };
    let date = format!("<pubDate>{today}</pubDate>");
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>t</title>{}{}{}</channel></rss>",
        item(1, "Rheinmark expands MDI in Germany by 40 ktpa", &date),
        item(1, "Rheinmark expands MDI in Germany by 40 ktpa", &date),
        item(2, "Rheinmark expands MDI some day", ""),
    );
    let pages = (1..=25).map(|page| format!("<url><loc>http://{address}/page/{page}</loc></url>"));
    let sitemap = format!("<urlset>{}</urlset>", pages.collect::<Vec<_>>().concat());
    let page = format!(
        "<title>Rheinmark expands MDI in Germany by 40 ktpa</title>\
         <script type=\"application/ld+json\">{{\"datePublished\":\"{today}\"}}</script>"
    );
    thread::spawn(move || {
        let mut is_busy = true;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
            let is_sitemap = head.starts_with("get /sitemap ");
            let is_tagged = is_sitemap || head.starts_with("get /tagged ");
            let (status, body) = if is_tagged && head.contains("if-none-match: \"1\"") {
                ("304 Not Modified", "")
            } else if is_sitemap {
                ("200 OK", sitemap.as_str())
            } else if head.starts_with("get /page/3 ") && std::mem::take(&mut is_busy) {
                ("503 Service Unavailable", "")
            } else if head.starts_with("get /page/") {
                ("200 OK", page.as_str())
            } else if is_tagged || head.starts_with("get /feed ") {
                ("200 OK", feed.as_str())
            } else {
                ("404 Not Found", "")
            };
            let tag = if is_tagged { "ETag: \"1\"\r\n" } else { "" };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\n{tag}Content-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

async fn world_with_server(pool: PgPool) -> (World, SocketAddr) {
    let mut world = World::new(pool).await;
    let today = world.orchestrator.now().await.unwrap().strftime("%Y-%m-%d").to_string();
    let address = serve(&today);
    let bounds = FetchBounds { host_pause: Duration::ZERO, ..FetchBounds::default() };
    let fetcher = Fetcher::new(bounds, BTreeSet::from([address.to_string()])).unwrap();
    world.orchestrator = world.orchestrator.with_fetcher(fetcher);
    (world, address)
}

async fn collect(world: &World, id: SourceId) -> CollectOutcome {
    world.orchestrator.collect_source(id).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_source_is_collected_once_for_everybody_and_each_item_at_its_first_sighting(
    pool: PgPool,
) {
    let (world, address) = world_with_server(pool).await;
    let url = format!("http://{address}/feed");
    let id = world.source("Feed", "rss", &url).await;
    let first = collect(&world, id).await;
    assert_eq!(first, CollectOutcome::Read { entries: 3, new_items: 2 });
    assert_eq!(collect(&world, id).await, CollectOutcome::Read { entries: 3, new_items: 0 });
    let mirror = world.source("Mirror", "rss", &url).await;
    assert_eq!(collect(&world, mirror).await, CollectOutcome::Read { entries: 3, new_items: 0 });

    let page = world.orchestrator.view_source(&world.admin, id).await.unwrap();
    let mut exits = page.exits;
    exits.sort();
    assert_eq!(exits, [(None, 1), (Some(DropReason::UndatedHeld), 1)]);
    assert!(page.row.health.last_error.is_none() && page.row.health.succeeded_at.is_some());

    let reading = world.orchestrator.read_evidence(&project("samples/feeds")).await.unwrap();
    let held = "select count(*) from evidence_items where url like 'https://news.example.com/%'";
    assert_eq!(count(&world.superuser, held).await, 1, "{reading:?}");
    let events =
        "select count(*) from pack_events e join event_citations c using (pack_id, event_id)
                  where c.item ->> 'source' = 'Feed' and e.signal = 'capacity'";
    assert_eq!(count(&world.superuser, events).await, 1);
    assert!(!world.orchestrator.has_newly_collected().await.unwrap());
}

#[sqlx::test(migrations = false)]
async fn a_source_that_fails_is_written_down_and_stops_nobody_else(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let bad = world.source("Bad", "rss", &format!("http://{address}/none")).await;
    let inside = world.source("Inside", "rss", "http://169.254.169.254/latest").await;
    let good = world.source("Good", "rss", &format!("http://{address}/feed")).await;
    for (id, words) in [(bad, "the server answered 404"), (inside, "may not be fetched")] {
        let CollectOutcome::Failed { error } = collect(&world, id).await else { panic!("{words}") };
        assert!(error.contains(words), "{error}");
    }
    assert!(matches!(collect(&world, good).await, CollectOutcome::Read { new_items: 2, .. }));
    let page = world.orchestrator.view_source(&world.admin, bad).await.unwrap();
    assert_eq!((page.row.health.failures, page.row.health.last_status), (1, Some(404)));
    assert_eq!(page.fetches[0].outcome, "failed");
}

// Domain reference, section 5: four fifths of the sources that are relevant to the scope.
#[sqlx::test(migrations = false)]
async fn a_report_waits_until_enough_of_what_reports_on_its_scope_was_read(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let samples = project("samples/feeds");
    let tenant = world.tenant_by_day("North").await;
    let specification = world.active(&tenant, draft("Monthly")).await;
    let readiness = async || {
        let view = world.orchestrator.view_specification(&tenant.owner, specification);
        match view.await.unwrap().readiness {
            Readiness::Blocked(BlockReason::GateClosed { reason }) => Some(reason),
            Readiness::Ready { .. } => None,
            other => panic!("{other:?}"),
        }
    };
    let bad = |number: u8| format!("http://{address}/none/{number}");
    let first = world.source("First", "rss", &bad(1)).await;
    collect(&world, first).await;
    // Six sample feeds and one of seven that fails.
    let reading = world.orchestrator.read_evidence(&samples).await.unwrap();
    assert_eq!((reading.failed_sources, readiness().await), (1, None));
    let second = world.source("Second", "rss", &bad(2)).await;
    collect(&world, second).await;
    let closed = readiness().await.unwrap();
    assert!(closed.contains("of 8 sources") && closed.contains("6 could be read"), "{closed}");
    // A pack is sealed all the same: to another scope it may be enough.
    assert_eq!(world.orchestrator.read_evidence(&samples).await.unwrap().failed_sources, 2);
    assert!(readiness().await.is_some());

    // What reports on other regions alone does not count.
    let mut elsewhere = source_form("Second", "rss", &bad(2));
    elsewhere.covers_regions = vec!["south_america".to_owned()];
    world.orchestrator.edit_source(&world.admin, second, &elsewhere).await.unwrap();
    assert_eq!(readiness().await, None);
    // Nor does what nobody reads.
    let mut here = elsewhere;
    here.covers_regions.clear();
    world.orchestrator.edit_source(&world.admin, second, &here).await.unwrap();
    assert!(readiness().await.is_some());
    world.orchestrator.set_source_enabled(&world.admin, second, false).await.unwrap();
    assert_eq!(readiness().await, None);
}

#[sqlx::test(migrations = false)]
async fn an_edited_source_is_checked_audited_and_read_anew(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let app = &world.orchestrator;
    let url = format!("http://{address}/feed");
    let id = world.source("Feed", "rss", &url).await;
    collect(&world, id).await;
    let same = source_form("Feed", "rss", &url);
    let unchanged = app.edit_source(&world.admin, id, &same).await;
    assert!(matches!(unchanged, Err(UseCaseError::Refused(Refusal::SourceUnchanged))));
    let mut form = same.clone();
    (form.name, form.tier, form.interval_minutes) =
        ("Foam Wire".to_owned(), "3".to_owned(), "30".to_owned());
    app.edit_source(&world.admin, id, &form).await.unwrap();
    let page = app.view_source(&world.admin, id).await.unwrap();
    let changes = &page.changes[0].entry["detail"]["changes"];
    assert_eq!(changes["name"], serde_json::json!({ "before": "Feed", "after": "Foam Wire" }));
    assert_eq!(changes["tier"], serde_json::json!({ "before": 2, "after": 3 }));
    assert_eq!(changes.as_object().unwrap().len(), 3);
    // Health stays: it is read where it was. Elsewhere it starts anew.
    assert!(page.row.health.last_entries.is_some() && page.row.health.last_error.is_none());
    // What it held stands in the next pack under its new name and tier.
    world.orchestrator.read_evidence(&project("samples/feeds")).await.unwrap();
    let under = "select count(*) from event_citations
                 where item ->> 'source' = 'Foam Wire' and item ->> 'tier' = '3'";
    assert_eq!(count(&world.superuser, under).await, 1);

    form.url = format!("http://{address}/none");
    collect(&world, id).await;
    app.edit_source(&world.admin, id, &form).await.unwrap();
    let due = "select count(*) from sources where due_at <= now() and etag is null";
    assert_eq!(count(&world.superuser, due).await, 1);
    let other = world.source("Other", "rss", &url).await;
    let taken = app.edit_source(&world.admin, other, &form).await;
    assert!(matches!(taken, Err(UseCaseError::Refused(Refusal::SourceName))), "{taken:?}");
    form.terms_checked_by.clear();
    let without_terms = app.edit_source(&world.admin, id, &form).await;
    assert!(matches!(without_terms, Err(UseCaseError::Refused(Refusal::SourceTerms))));
}

#[sqlx::test(migrations = false)]
async fn what_is_typed_is_tested_before_it_is_written_down(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let app = &world.orchestrator;
    let id = world.source("Feed", "rss", &format!("http://{address}/none")).await;
    let mut form = source_form("Feed", "rss", &format!("http://{address}/feed"));
    let preview = app.test_source_form(&world.admin, Some(id), &form).await.unwrap();
    assert_eq!((preview.read, preview.entries.len()), (3, 2));
    form.entries = "1".to_owned();
    let preview = app.test_source_form(&world.admin, None, &form).await.unwrap();
    assert_eq!(preview.read, 1);
    let saved = app.view_source(&world.admin, id).await.unwrap().row.source;
    assert!(saved.url.unwrap().ends_with("/none"));
    assert_eq!(count(&world.superuser, "select count(*) from source_items").await, 0);
    form.url = "gopher://x".to_owned();
    let refused = app.test_source_form(&world.admin, None, &form).await;
    assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::SourceAddress))));
}

#[sqlx::test(migrations = false)]
async fn a_test_shows_what_would_become_of_the_entries_and_stores_nothing(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let form = source_form("Feed", "rss", &format!("http://{address}/feed"));
    let id = world.orchestrator.create_source(&world.admin, &form).await.unwrap();
    let preview = world.orchestrator.test_source(&world.admin, id).await.unwrap();
    assert_eq!((preview.read, preview.entries.len()), (3, 2));
    assert!(preview.entries[0].outcome.is_ok());
    assert!(matches!(preview.entries[1].outcome, Err((DropReason::UndatedHeld, Some(_)))));
    for table in ["source_items", "source_fetches"] {
        let rows = format!("select count(*) from {table}");
        assert_eq!(count(&world.superuser, &rows).await, 0, "{table}");
    }
    let tested = "select count(*) from audit_log where action = 'source.tested'";
    assert_eq!(count(&world.superuser, tested).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_test_asks_for_the_whole_answer_also_where_nothing_is_new(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let id = world.source("Tagged", "rss", &format!("http://{address}/tagged")).await;
    assert_eq!(collect(&world, id).await, CollectOutcome::Read { entries: 3, new_items: 2 });
    assert_eq!(collect(&world, id).await, CollectOutcome::NotModified);
    let preview = world.orchestrator.test_source(&world.admin, id).await.unwrap();
    assert_eq!((preview.read, preview.entries.len()), (3, 2));
    // What is known of the server stays: the next collection asks by it.
    assert_eq!(collect(&world, id).await, CollectOutcome::NotModified);
}

// An item is never written anew, so that none may be before its page was opened.
#[sqlx::test(migrations = false)]
async fn a_long_list_is_collected_to_its_end_and_each_page_is_opened_before_it_is_written_down(
    pool: PgPool,
) {
    let (world, address) = world_with_server(pool).await;
    let id = world.source("Sitemap", "sitemap", &format!("http://{address}/sitemap")).await;
    let untagged = "select count(*) from sources where name = 'Sitemap' and etag is null";
    // Twenty pages are opened, one of which is busy.
    assert_eq!(collect(&world, id).await, CollectOutcome::Read { entries: 19, new_items: 19 });
    assert_eq!(count(&world.superuser, untagged).await, 1);
    assert_eq!(collect(&world, id).await, CollectOutcome::Read { entries: 25, new_items: 6 });
    assert_eq!(count(&world.superuser, untagged).await, 0);
    assert_eq!(collect(&world, id).await, CollectOutcome::NotModified);
    let unopened = "select count(*) from source_items where title = ''";
    assert_eq!(count(&world.superuser, unopened).await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_pack_names_the_sources_that_are_on_each_with_the_error_it_has_now(pool: PgPool) {
    let (world, address) = world_with_server(pool).await;
    let (good, bad) = (format!("http://{address}/feed"), format!("http://{address}/none"));
    let id = world.source("Feed", "rss", &bad).await;
    let named = async || -> Vec<(bool, usize)> {
        let (_, pack) = world.read_pack().await;
        let own = pack.sources.into_iter().filter(|source| source.name == "Feed");
        own.map(|source| (source.error.is_some(), source.entries)).collect()
    };
    assert!(matches!(collect(&world, id).await, CollectOutcome::Failed { .. }));
    assert_eq!(named().await, [(true, 0)]);
    let form = source_form("Feed", "rss", &good);
    world.orchestrator.edit_source(&world.admin, id, &form).await.unwrap();
    assert!(matches!(collect(&world, id).await, CollectOutcome::Read { .. }));
    assert_eq!(named().await, [(false, 1)]);
    world.orchestrator.set_source_enabled(&world.admin, id, false).await.unwrap();
    assert_eq!(named().await, []);
}

// Domain reference, section 5: four fifths, and a file is a source as well.
#[sqlx::test(migrations = false)]
async fn a_file_that_could_not_be_read_was_not_read(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let specification = world.active(&tenant, draft("Monthly")).await;
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(project("samples/feeds/foam-courier.rss.xml")).unwrap();
    let manifest = |broken: bool| {
        let entry = |name: &str| {
            format!(
                r#"{{ "name": "sample-{name}", "publisher": "Sample {name}", "tier": 2,
                     "kind": "rss", "path": "{name}.xml", "sample": true }}"#
            )
        };
        std::fs::write(folder.path().join("one.xml"), &good).unwrap();
        let other: &[u8] = if broken { b"<rss" } else { &good };
        std::fs::write(folder.path().join("other.xml"), other).unwrap();
        let text = format!("[{}, {}]", entry("one"), entry("other"));
        std::fs::write(folder.path().join("sources.json"), text).unwrap();
    };
    let app = &world.orchestrator;
    let readiness = async || {
        let view = app.view_specification(&tenant.owner, specification).await.unwrap();
        view.readiness
    };
    manifest(true);
    app.read_evidence(folder.path()).await.unwrap();
    let Readiness::Blocked(BlockReason::GateClosed { reason }) = readiness().await else {
        panic!("the gate is open")
    };
    assert!(reason.contains("of 2 sources") && reason.contains("1 could be read"), "{reason}");
    manifest(false);
    app.read_evidence(folder.path()).await.unwrap();
    assert!(matches!(readiness().await, Readiness::Ready { .. }));
}

// Domain reference, section 6.2: an excerpt only as the terms allow, held items included.
#[sqlx::test(migrations = false)]
async fn no_excerpt_is_stored_that_the_terms_do_not_allow(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let today = app.now().await.unwrap().strftime("%Y-%m-%d").to_string();
    for (name, allowed) in [("With", true), ("Without", false)] {
        let mut form = source_form(name, "manual", "");
        form.terms_excerpt = allowed;
        let id = app.create_source(&world.admin, &form).await.unwrap();
        app.set_source_enabled(&world.admin, id, true).await.unwrap();
        let rows = format!(
            "title,url,published,text\n\
             Polyurethane one,https://{name}.example.com/1,{today},Words of theirs.\n\
             Polyurethane two,https://{name}.example.com/2,,Words of theirs.\n"
        );
        assert_eq!(app.import_items(&world.admin, id, rows.as_bytes()).await.unwrap(), 2);
        let stored = format!(
            "select count(*) from source_items i join sources s on s.id = i.source_id
             left join held_items h on h.item_id = i.id
             where s.name = '{name}' and coalesce(i.item ->> 'excerpt', h.excerpt) <> ''"
        );
        assert_eq!(count(&world.superuser, &stored).await, if allowed { 2 } else { 0 }, "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn items_are_entered_by_hand_only_where_they_are_and_nothing_is_read_that_is_off(
    pool: PgPool,
) {
    let (world, address) = world_with_server(pool).await;
    let app = &world.orchestrator;
    let read = world.source("Feed", "rss", &format!("http://{address}/feed")).await;
    let by_hand = world.source("By hand", "manual", "").await;
    app.set_source_enabled(&world.admin, by_hand, false).await.unwrap();
    for id in [read, by_hand] {
        let refused = app.import_items(&world.admin, id, b"title,url\n").await;
        let expected = matches!(refused, Err(UseCaseError::Refused(Refusal::SourceNotManual)));
        assert!(expected, "{refused:?}");
    }
    app.set_source_enabled(&world.admin, read, false).await.unwrap();
    assert_eq!(collect(&world, read).await, CollectOutcome::NotEnabled);
    assert_eq!(count(&world.superuser, "select count(*) from source_fetches").await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_reading_of_no_source_at_all_confirms_no_pack(pool: PgPool) {
    let world = World::new(pool).await;
    let folder = tempfile::tempdir().unwrap();
    let manifest = r#"[{ "name": "sample-broken", "publisher": "Sample Broken", "tier": 2,
        "kind": "rss", "path": "broken.xml", "sample": true }]"#;
    std::fs::write(folder.path().join("sources.json"), manifest).unwrap();
    std::fs::write(folder.path().join("broken.xml"), "<rss").unwrap();
    let refused = world.orchestrator.read_evidence(folder.path()).await.unwrap_err();
    assert!(refused.to_string().contains("none of 1 sources could be read"), "{refused}");
    assert!(world.orchestrator.current_pack().await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn nobody_switches_on_a_source_whose_terms_nobody_read(pool: PgPool) {
    let world = World::new(pool).await;
    let mut form = source_form("Feed", "rss", "https://news.example.com/feed");
    form.terms_checked_by = String::new();
    let id = world.orchestrator.create_source(&world.admin, &form).await.unwrap();
    let refused = world.orchestrator.set_source_enabled(&world.admin, id, true).await;
    assert!(matches!(refused, Err(UseCaseError::Refused(Refusal::SourceTerms))), "{refused:?}");
    let unread = world.orchestrator.set_source_terms(&world.admin, id, &form).await;
    assert!(matches!(unread, Err(UseCaseError::Refused(Refusal::SourceTerms))), "{unread:?}");
    let nowhere = SourceId::from_uuid(uuid::Uuid::nil());
    let unknown = world.orchestrator.set_source_enabled(&world.admin, nowhere, true).await;
    assert!(matches!(unknown, Err(UseCaseError::NotFound)), "{unknown:?}");
    let terms = source_form("Feed", "rss", "");
    world.orchestrator.set_source_terms(&world.admin, id, &terms).await.unwrap();
    world.orchestrator.set_source_enabled(&world.admin, id, true).await.unwrap();
    let again = world.orchestrator.create_source(&world.admin, &form).await;
    assert!(matches!(again, Err(UseCaseError::Refused(Refusal::SourceName))), "{again:?}");
    let by_sql = "update sources set enabled = true, terms = null";
    let by_sql = sqlx::query(by_sql).execute(&world.superuser).await;
    assert!(message_of(by_sql).contains("sources_enabled_has_terms"));
}

#[sqlx::test(migrations = false)]
async fn the_database_keeps_what_is_undated_or_seen_before_out(pool: PgPool) {
    let world = World::new(pool).await;
    let id = world.entered_source().await;
    let insert = |key: &str, published: &str, reason: &str| {
        format!(
            "insert into source_items (key, source_id, fetch_id, title, published, item, reading, drop_reason, held)
             select '{key}', source_id, id, 't', {published},
                    case when {reason} is null then jsonb_build_object('published', {published}) end,
                    case when {reason} is null then '{{}}'::jsonb end, {reason}, null
             from source_fetches limit 1"
        )
    };
    for (sql, constraint) in [
        (insert("a", "null::date", "null::text"), "source_items_kept_is_dated"),
        (insert("b", "null::date", "'undated_held'"), "source_items_held_has_cause"),
        (
            insert("https://news.example.com/1", "current_date", "null::text"),
            "source_items_first_sighting",
        ),
    ] {
        let refused =
            sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).execute(&world.superuser).await;
        assert!(message_of(refused).contains(constraint), "{constraint}: {sql}");
    }
    let page = world.orchestrator.view_source(&world.admin, id).await.unwrap();
    assert_eq!(page.fetches[0].outcome, "entered");
}

#[sqlx::test(migrations = false)]
async fn only_administrators_reach_sources(pool: PgPool) {
    let world = World::new(pool).await;
    let id = world.entered_source().await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    let form = source_form("Another", "rss", "https://news.example.com/feed");
    let not_admin = |error: UseCaseError| assert!(matches!(error, UseCaseError::NotAdmin));
    not_admin(app.sources(&tenant.owner).await.unwrap_err());
    not_admin(app.view_source(&tenant.owner, id).await.unwrap_err());
    not_admin(app.create_source(&tenant.owner, &form).await.unwrap_err());
    not_admin(app.set_source_terms(&tenant.owner, id, &form).await.unwrap_err());
    not_admin(app.set_source_enabled(&tenant.owner, id, false).await.unwrap_err());
    not_admin(app.test_source(&tenant.owner, id).await.unwrap_err());
    not_admin(app.edit_source(&tenant.owner, id, &form).await.unwrap_err());
    not_admin(app.test_source_form(&tenant.owner, Some(id), &form).await.unwrap_err());
    not_admin(app.import_items(&tenant.owner, id, b"title,url\n").await.unwrap_err());
}

// Markup, entities, control and direction characters, combining marks without end.
#[sqlx::test(migrations = false)]
async fn hostile_text_is_stored_as_plain_text_within_its_bounds(pool: PgPool) {
    let world = World::new(pool).await;
    let id = world.source("By hand", "manual", "").await;
    let today = world.orchestrator.now().await.unwrap().strftime("%Y-%m-%d").to_string();
    let titles = [
        "Polyurethane <script>alert(1)</script><img src=x onerror=alert(2)> MDI".to_owned(),
        "Polyurethane &lt;b&gt;MDI&lt;/b&gt; &amp;#8238;TDI".to_owned(),
        "Polyurethane \u{202e}IDM\u{202c} \u{200b}\u{feff}TDI".to_owned(),
        format!("Polyurethane MDI{}", "\u{301}".repeat(50_000)),
        "Polyurethane ".repeat(100_000),
    ];
    let rows: Vec<_> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| {
            let url = format!("https://news.example.com/{at}?q=<script>");
            serde_json::json!({ "title": title, "url": url, "published": today, "text": title })
        })
        .collect();
    let file = serde_json::to_vec(&rows).unwrap();
    let new = world.orchestrator.import_items(&world.admin, id, &file).await.unwrap();
    assert_eq!(new, titles.len());
    let stored: Vec<(String, String)> = sqlx::query_as(
        "select title, coalesce(item ->> 'excerpt', '') from source_items order by id",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    for (title, excerpt) in stored {
        for text in [title, excerpt] {
            assert!(text.chars().count() <= 300);
            for hidden in ["<script", "<img", "<b>", "\u{202e}", "\u{200b}", "\u{feff}"] {
                assert!(!text.contains(hidden), "{hidden:?} in {text}");
            }
        }
    }
    let oversized = vec![b' '; 10_000_000];
    let refused = world.orchestrator.import_items(&world.admin, id, &oversized).await;
    assert!(matches!(refused, Err(UseCaseError::SourceUnreadable(_))), "{refused:?}");
}
