//! What a report of 100 KB takes after the last byte of a model's answer until its artifact
//! is stored: the last event is read, the draft put together, every rule is held against it
//! twice, the page is printed, both are hashed and sealed, and each step is written down.
//! Runs go from trigger to seal, on a pack that the desk made, against the fake server.
//!
//! `cargo xtask bench artifact`, which sets `DATABASE_URL`.

#[path = "../tests/invariants/world/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    reason = "the tests use the rest, and a failed step ends the bench"
)]
mod world;

use agents::{
    assistant::{
        Answering, Ask, Assistant, Bounds, Engine, Identity, Listener, Looking, Model,
        openai::{Access, Responses},
    },
    builtin,
    market::NoPacks,
};
use criterion::{Criterion, criterion_group, criterion_main};
use fake_openai::Server;
use orchestrator::{Orchestrator, assistant::ModelAccount};
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::runtime::Runtime;
use world::{EVENTS, Tenant, World, large_order, tell_everything, write_large_feeds};

/// What the requirement names.
const DOCUMENT_BYTES: i64 = 100_000;
const KEY: &str = "sk-bench-artifact";

/// A model that notes what the process holds when its answer is there.
#[derive(Debug)]
struct Marked {
    model: Responses,
    resident_kb: Arc<AtomicU64>,
}

impl Model for Marked {
    fn identity(&self) -> Identity {
        self.model.identity()
    }

    fn server(&self) -> &str {
        self.model.server()
    }

    fn listing(&self) -> Looking<'_> {
        self.model.listing()
    }

    fn ask<'a>(&'a self, ask: Ask, listener: Listener<'a>) -> Answering<'a> {
        Box::pin(async move {
            let reply = self.model.ask(ask, listener).await;
            // From here on the most that is resident at once is counted anew.
            let _ = fs::write("/proc/self/clear_refs", "5");
            self.resident_kb.store(status_kb("VmRSS:"), Ordering::Relaxed);
            reply
        })
    }
}

/// A line of what the kernel says of this process, in KB.
fn status_kb(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

struct Bench {
    world: World,
    tenant: Tenant,
    worker: Orchestrator,
    server: Server,
    resident_kb: Arc<AtomicU64>,
}

impl Bench {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let folder = tempfile::tempdir().expect("a folder");
        write_large_feeds(folder.path());
        world.orchestrator.read_evidence(folder.path()).await.expect("a pack");
        let tenant = world.tenant_by_day("Bench").await;
        let server = Server::start(KEY, |seen, _| tell_everything(seen));
        let bounds = Bounds::default();
        let access = Access::new(Some(&server.base_url()), Some(KEY.to_owned().into()), bounds);
        let model = Responses::new(access.expect("an address"), "test-model");
        let resident_kb = Arc::<AtomicU64>::default();
        let marked = Arc::new(Marked { model, resident_kb: Arc::clone(&resident_kb) });
        let book = Arc::new(world.book(ModelAccount::default()));
        let engine = Engine::Model(Assistant::new(marked, bounds)).keeping(book);
        let worker = world.process(builtin::agents(Arc::new(NoPacks), &engine)).await;
        Self { world, tenant, worker, server, resident_kb }
    }

    /// One run from trigger to seal: what it took after the last byte of the answer.
    async fn run(&self, number: usize) -> Duration {
        let id = self.world.active(&self.tenant, large_order(number)).await;
        let run = self.world.trigger(&self.tenant, id).await;
        self.worker.execute_run(self.tenant.workspace, run).await.expect("it ends");
        #[expect(clippy::disallowed_methods, reason = "held against the clock of the fake server")]
        let sealed = SystemTime::now();
        let failure = "select failure_detail::text from runs where id = $1";
        let failure: Option<String> = sqlx::query_scalar(failure)
            .bind(run.as_uuid())
            .fetch_one(&self.world.superuser)
            .await
            .expect("a run");
        assert_eq!(self.world.status(run).await, "succeeded", "{failure:?}");
        let ended = self.server.ended();
        let (_, last_byte) = ended.last().expect("an answer");
        sealed.duration_since(*last_byte).expect("one clock")
    }

    /// Bytes of the newest document and page, and developments in it.
    async fn size(&self) -> (i64, i64, i64) {
        sqlx::query_as(
            "select octet_length(document)::bigint, octet_length(html)::bigint,
                 jsonb_array_length(jsonb_path_query_array(
                     document::jsonb, '$.sections[*].developments[*]'))::bigint
             from artifacts order by sealed_at desc limit 1",
        )
        .fetch_one(&self.world.superuser)
        .await
        .expect("an artifact")
    }
}

/// A database of its own in the cluster.
async fn database() -> PgPool {
    let url = env::var("DATABASE_URL").expect("DATABASE_URL: run `cargo xtask bench artifact`");
    let cluster = PgPool::connect(&url).await.expect("a cluster");
    let name = format!("bench_artifact_{}", std::process::id());
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&cluster)
        .await
        .expect("a database");
    let options = (*cluster.connect_options()).clone().database(&name);
    PgPool::connect_with(options).await.expect("the database")
}

fn artifact(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let bench = runtime.block_on(async { Bench::new(database().await).await });
    runtime.block_on(bench.run(0));
    let (document, html, developments) = runtime.block_on(bench.size());
    assert!(
        document >= DOCUMENT_BYTES && developments == i64::try_from(EVENTS).expect("few"),
        "the document has {document} bytes and {developments} developments"
    );
    let added = status_kb("VmHWM:").saturating_sub(bench.resident_kb.load(Ordering::Relaxed));
    println!(
        "document of {document} bytes with {developments} developments, page of {html} bytes: \
         at most {added} KB added in memory after the answer"
    );
    let mut number = 0;
    let mut group = criterion.benchmark_group("artifact");
    group.sample_size(20);
    group.bench_function("last byte to seal, document of 100 KB", |bencher| {
        bencher.iter_custom(|times| {
            (0..times)
                .map(|_| {
                    number += 1;
                    runtime.block_on(bench.run(number))
                })
                .sum()
        });
    });
    group.finish();
}

criterion_group!(benches, artifact);
criterion_main!(benches);
