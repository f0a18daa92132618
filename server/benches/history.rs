//! The history page of a workspace with 10,000 runs under load, next to a bare
//! axum handler that runs the same SQL; memory of the idle server; sizes of what
//! the browser loads. Prints what it measured and judges nothing.
//!
//! `cargo bench -p server --bench history`, with `DATABASE_URL` naming a cluster
//! in which databases may be made; `cargo xtask bench` sees to that.

mod load;
#[path = "../tests/support/mod.rs"]
mod support;

use axum::{Router, extract::State, routing::get};
use domain::id::WorkspaceId;
use load::measure;
use std::{fmt::Write, path::Path};
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
        let measured = measure(CLIENTS, |agent| {
            agent.get(&url).header("cookie", &cookie).header("accept", "text/html").call()
        });
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
