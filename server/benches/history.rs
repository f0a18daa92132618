//! The history page of a workspace with 10,000 runs under load, next to a bare
//! axum handler that runs the same SQL; memory of the idle server; sizes of what
//! the browser loads. Prints what it measured and judges nothing.
//!
//! `cargo bench -p server --bench history`, with `DATABASE_URL` naming a cluster
//! in which databases may be made; `cargo xtask bench` sees to that.

#[path = "../tests/support/mod.rs"]
mod support;

use axum::{Router, extract::State, routing::get};
use domain::id::WorkspaceId;
use std::{
    fmt::Write,
    path::Path,
    time::{Duration, Instant},
};
use storage::{
    PgPool,
    run::history::{HistoryFilter, load_page},
    setup::{self, ActAs},
    tenancy,
};
use support::{Person, Process, World};

const RUNS: u32 = 10_000;
/// Rows of a page, one more than are shown, as the page asks for them.
const ROWS: i64 = 26;
const CLIENTS: usize = 16;
const DURATION: Duration = Duration::from_secs(10);

fn main() {
    // Cargo also asks bench targets for a list of tests.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    println!("idle server: {} KiB resident", resident_kib(&server));
    fill(&world, &server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let cookie = owner.cookie();
    let workspace: WorkspaceId = world
        .value("select id from workspaces where name = 'Sample Foams'")
        .parse()
        .expect("the seeded workspace has an id");
    let (bare, _runtime) = serve_bare(&world, workspace);

    for (name, url) in [
        ("history page, newest", format!("{}/history", server.address)),
        (
            "history page, searched",
            format!("{}/history?text=isocyanate&status=succeeded", server.address),
        ),
        ("bare handler, same SQL", bare),
    ] {
        let measured = load(&url, &cookie);
        println!("{name}: {measured}");
    }
    println!("server after the load: {} KiB resident", resident_kib(&server));
    println!("{}", sizes());
}

/// One specification with a report in each of 10,000 periods. Written past the
/// triggers, whose rules the rows keep all the same.
fn fill(world: &World, server: &Process) {
    let specification = world.active_specification(server);
    world.sql(&format!(
        "set session_replication_role = replica;
         with wanted as (
             select n, gen_random_uuid() as id, now() - make_interval(hours => n) as at
             from generate_series(1, {RUNS}) n
         ), made as (
             insert into runs (
                 id, workspace_id, specification_id, specification_version_id, period, period_key,
                 period_starts_at, period_ends_at, window_from, window_to, status, triggered_by,
                 claimed_at, started_at, finished_at)
             select w.id, s.workspace_id, s.id, s.active_version_id,
                 jsonb_build_object('key', 'P' || w.n, 'cadence', 'weekly', 'zone', 'UTC',
                     'first_day', w.at::date, 'last_day', w.at::date + 6,
                     'starts_at', w.at, 'ends_at', w.at + interval '7 days'),
                 'P' || w.n, w.at, w.at + interval '7 days', w.at::date, w.at::date, 'succeeded',
                 s.draft_saved_by, w.at, w.at, w.at
             from wanted w cross join specifications s where s.id = '{specification}'
             returning id, workspace_id, specification_id, specification_version_id, period_key
         ), document as (
             select '{{\"sections\":[{{\"developments\":[{{\"headline\":\"An isocyanate plant begins\"}}]}}]}}' as text
         )
         insert into artifacts (
             id, run_id, workspace_id, specification_id, specification_version_id, period_key, title,
             document, document_hash, html, html_hash, package_hash, pack_hash)
         select gen_random_uuid(), m.id, m.workspace_id, m.specification_id, m.specification_version_id,
             m.period_key, 'Report ' || m.period_key, d.text, sha256(convert_to(d.text, 'UTF8')),
             'x', sha256('x'), sha256(''), sha256('')
         from made m cross join document d;
         analyze"
    ));
}

/// The same SQL in the same kind of transaction, and nothing around it.
fn serve_bare(world: &World, workspace: WorkspaceId) -> (String, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let url = world.database_url.clone();
    let address = runtime.block_on(async move {
        let pool =
            setup::connect(&url, ActAs::Application, 12).await.expect("the database answers");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new().route("/", get(bare_handler)).with_state((pool, workspace));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    });
    (format!("http://{address}/"), runtime)
}

async fn bare_handler(State((pool, workspace)): State<(PgPool, WorkspaceId)>) -> String {
    let mut tx = tenancy::begin_workspace(&pool, workspace).await.expect("a transaction begins");
    let rows = load_page(&mut tx, &HistoryFilter::default(), None, ROWS).await.expect("rows");
    let mut text = String::new();
    for row in rows {
        let _ =
            writeln!(text, "{} {} {}", row.period_key, row.status.label(), row.specification_name);
    }
    text
}

/// What a run of requests took.
struct Measured {
    per_second: f64,
    /// Sorted, in microseconds.
    latencies_us: Vec<u128>,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |hundredths: usize| {
            let index = (self.latencies_us.len() - 1) * hundredths / 100;
            let us = self.latencies_us[index];
            format!("{}.{:01} ms", us / 1000, us % 1000 / 100)
        };
        write!(
            f,
            "{:.0} requests/s with {CLIENTS} clients, p50 {}, p95 {}, p99 {}",
            self.per_second,
            at(50),
            at(95),
            at(99)
        )
    }
}

fn load(url: &str, cookie: &str) -> Measured {
    let begun = Instant::now();
    let mut latencies_us: Vec<u128> = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| request_until_over(url, cookie, begun))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client ends")).collect()
    });
    let requests = u32::try_from(latencies_us.len()).expect("ten seconds hold fewer requests");
    let per_second = f64::from(requests) / begun.elapsed().as_secs_f64();
    latencies_us.sort_unstable();
    Measured { per_second, latencies_us }
}

fn request_until_over(url: &str, cookie: &str, begun: Instant) -> Vec<u128> {
    let agent = ureq::Agent::config_builder().max_redirects(0).build().new_agent();
    let mut latencies_us = Vec::new();
    while begun.elapsed() < DURATION {
        let started = Instant::now();
        let mut answer = agent
            .get(url)
            .header("cookie", cookie)
            .header("accept", "text/html")
            .call()
            .expect("the server answers");
        assert_eq!(answer.status().as_u16(), 200, "{url}");
        answer.body_mut().read_to_string().expect("the answer is whole");
        latencies_us.push(started.elapsed().as_micros());
    }
    latencies_us
}

fn resident_kib(process: &Process) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()))
        .unwrap_or_else(|_| "VmRSS: unknown".to_owned());
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .map_or_else(|| "unknown".to_owned(), |rest| rest.trim().trim_end_matches(" kB").to_owned())
}

/// Sizes of the built site, as served compressed, where it has been built.
fn sizes() -> String {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site/pkg");
    ["observatory_bg.wasm", "observatory.js", "observatory.css"]
        .map(|name| {
            let bytes = |path: std::path::PathBuf| {
                std::fs::metadata(path)
                    .map_or("not built".to_owned(), |file| file.len().to_string())
            };
            let (plain, gzipped) = (bytes(site.join(name)), bytes(site.join(format!("{name}.gz"))));
            format!("{name}: {plain} bytes, {gzipped} gzipped")
        })
        .join("\n")
}
