//! Large exports: printed by a worker, decided on anew whenever somebody fetches them, kept
//! for a time (invariants 17 and 28).

use crate::{
    exports::{Reported, licence_for_samples, without_samples},
    world::{World, count, message_of, origin, rights, wait_for_locks, wait_for_sleepers},
};
use domain::{
    hash::ContentHash,
    id::{ExportJobId, RunId},
};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    export::{Download, ExportLimits, ExportState, FetchedExport},
    rights::{Format, Registry},
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;
use storage::{
    export_job::{self, NewFile},
    tenancy,
};
use tokio::task::JoinHandle;

async fn details(world: &World, action: &str) -> Vec<Value> {
    let sql = format!(
        "select entry::jsonb -> 'detail' from audit_log where action = '{action}' order by sequence"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&world.superuser).await.unwrap()
}

async fn pieces(world: &World) -> i64 {
    count(&world.superuser, "select count(*) from export_pieces").await
}

async fn bytes_of(mut fetched: FetchedExport) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = fetched.next_piece().await.unwrap() {
        bytes.extend(piece);
    }
    bytes
}

impl Reported {
    async fn queued(&self, format: Format) -> ExportJobId {
        self.world.queued_export(&self.tenant, self.run, format).await
    }

    async fn made(&self, format: Format) -> ExportJobId {
        self.world.made_export(&self.tenant, self.run, format).await
    }

    async fn state(&self, job: ExportJobId) -> ExportState {
        let app = &self.world.orchestrator;
        app.view_export(&self.tenant.viewer, job).await.unwrap().state
    }

    async fn fetch(
        &self,
        app: &Orchestrator,
        job: ExportJobId,
    ) -> Result<FetchedExport, UseCaseError> {
        app.fetch_export(&self.tenant.viewer, job, &origin()).await
    }

    async fn refusal(&self, app: &Orchestrator, job: ExportJobId) -> String {
        self.fetch(app, job).await.unwrap_err().to_string()
    }

    /// The use cases, by which everything is large.
    fn large(&self) -> Orchestrator {
        let limits = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
        self.world.orchestrator.clone().with_export_limits(limits)
    }

    async fn sql(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.world.superuser).await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn a_large_export_is_made_by_a_worker_and_is_the_file_that_would_have_been_sent(
    pool: PgPool,
) {
    let reported = Reported::new(pool).await;
    let (world, app) = (&reported.world, &reported.world.orchestrator);
    for format in [Format::Csv, Format::Pdf] {
        let job = reported.queued(format).await;
        assert!(matches!(reported.state(job).await, ExportState::Queued));
        let refused = reported.refusal(app, job).await;
        assert_eq!(refused, Refusal::ExportNotReady.message());
        app.make_export(reported.tenant.workspace, job).await.unwrap();
        let ExportState::Ready(file) = reported.state(job).await else { panic!("not ready") };
        let fetched = bytes_of(reported.fetch(app, job).await.unwrap()).await;
        assert_eq!(ContentHash::of_bytes(&fetched), file.hash);
        assert_eq!(i64::try_from(fetched.len()).unwrap(), file.bytes);
        let at_once = reported.download(app, format).await.unwrap();
        assert_eq!(at_once.bytes, fetched, "{format:?}");
        // Kept for a day from now, by the database's clock.
        let kept = file.expires_at.duration_since(app.now().await.unwrap()).as_hours();
        assert!((23..=24).contains(&kept), "{kept}");
    }
    // Asked for, printed, fetched: each with its decision, and nothing else left.
    for (action, entries) in [("export.queued", 2), ("export.printing", 2), ("report.exported", 4)]
    {
        let details = details(world, action).await;
        assert_eq!(details.len(), entries, "{action}");
        for detail in details {
            assert_eq!(detail["decision"], "allow", "{action}");
            assert_eq!(detail["attributions"][0]["text"], "Sample data, not market data");
        }
    }
    let fetched = &details(world, "report.exported").await[0];
    assert_eq!(fetched["address"], "192.0.2.1");
    assert!(fetched["job"].is_string() && fetched["file_hash"].is_string(), "{fetched}");
    assert_eq!(details(world, "export.printing").await[0]["attempt"], 1);
}

#[sqlx::test(migrations = false)]
async fn small_exports_are_sent_at_once_and_pages_weigh_tenfold(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let queued = async |cells_at_once: usize, format: Format| {
        let limits = ExportLimits { cells_at_once, ..ExportLimits::default() };
        let app = reported.world.orchestrator.clone().with_export_limits(limits);
        let viewer = &reported.tenant.viewer;
        let answer = app.download_report(viewer, reported.run, format, &origin()).await.unwrap();
        matches!(answer, Download::Job(_))
    };
    let job = reported.queued(Format::Json).await;
    let cells = format!("select cells from export_jobs where id = '{job}'");
    let cells = usize::try_from(count(&reported.world.superuser, &cells).await).unwrap();
    assert!(cells > 100, "{cells}");
    assert!(!queued(cells, Format::Csv).await && queued(cells - 1, Format::Csv).await);
    assert!(!queued(10 * cells, Format::Pdf).await && queued(10 * cells - 1, Format::Pdf).await);
}

#[sqlx::test(migrations = false)]
async fn whoever_asks_again_is_led_to_the_same_export_until_it_has_expired(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let job = reported.queued(Format::Xlsx).await;
    assert_eq!(reported.queued(Format::Xlsx).await, job);
    assert_ne!(reported.queued(Format::Csv).await, job);
    assert_eq!(reported.made(Format::Xlsx).await, job);
    assert_eq!(reported.queued(Format::Xlsx).await, job);
    reported.sql("update export_jobs set expires_at = now() where status = 'ready'").await;
    assert_ne!(reported.queued(Format::Xlsx).await, job);
}

impl Reported {
    /// Every worker sleeps at the first piece of a file, until it is woken.
    async fn hold_pieces(&self) {
        self.sql(
            "create function slow() returns trigger language plpgsql as
                 $$ begin perform pg_sleep(600); return new; end $$",
        )
        .await;
        let held = "create trigger slow before insert on export_pieces
            for each row when (new.number = 0) execute function slow()";
        self.sql(held).await;
    }

    fn making(&self, app: &Orchestrator, job: ExportJobId) -> JoinHandle<Result<(), UseCaseError>> {
        let (app, workspace) = (app.clone(), self.tenant.workspace);
        tokio::spawn(async move { app.make_export(workspace, job).await })
    }
}

/// A worker that is at the pieces of a large file holds nobody up: neither who asks for
/// the same again nor who asks for another.
#[sqlx::test(migrations = false)]
async fn whoever_asks_while_a_file_is_being_kept_does_not_wait_for_it(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let job = reported.queued(Format::Csv).await;
    reported.hold_pieces().await;
    let kept = reported.making(&reported.world.orchestrator, job);
    wait_for_sleepers(&reported.world.superuser, 1).await;
    let asked = async {
        assert_eq!(reported.queued(Format::Csv).await, job);
        assert_ne!(reported.queued(Format::Xlsx).await, job);
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("who asks waits");
    reported
        .sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and wait_event = 'PgSleep'",
        )
        .await;
    assert!(kept.await.unwrap().is_err());
    assert_eq!(pieces(&reported.world).await, 0);
}

/// Two files that fit alone and not together, both at their pieces: the second to end is
/// refused, whoever it is.
#[sqlx::test(migrations = false)]
async fn of_files_that_end_together_only_what_fits_is_kept(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (world, workspace) = (&reported.world, reported.tenant.workspace);
    let sizes = "select coalesce(max(file_bytes), 0) from export_jobs";
    world.orchestrator.make_export(workspace, reported.queued(Format::Csv).await).await.unwrap();
    world.orchestrator.make_export(workspace, reported.queued(Format::Json).await).await.unwrap();
    let larger = count(&world.superuser, sizes).await;
    reported.sql("update export_jobs set expires_at = now()").await;
    let limits = ExportLimits { workspace_bytes: larger, ..ExportLimits::default() };
    let app = world.orchestrator.clone().with_export_limits(limits);
    let jobs = [reported.queued(Format::Csv).await, reported.queued(Format::Json).await];
    // Held at the last thing that each does before it looks at the sum.
    let mut held = world.superuser.begin().await.unwrap();
    sqlx::query("lock table export_pieces in share mode").execute(&mut *held).await.unwrap();
    let [one, other] = jobs.map(|job| reported.making(&app, job));
    wait_for_locks(&world.superuser, 2).await;
    held.rollback().await.unwrap();
    one.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    let ended = "select string_agg(status, ' ' order by status) from export_jobs
        where coalesce(expires_at, 'infinity') > now()";
    let ended: String = sqlx::query_scalar(ended).fetch_one(&world.superuser).await.unwrap();
    assert_eq!(ended, "failed ready");
}

#[sqlx::test(migrations = false)]
async fn a_licence_that_is_gone_when_it_is_printed_or_fetched_keeps_it_here(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (admin, own) = (&reported.world.admin, reported.tenant.workspace);
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    let licence = app.record_licence(admin, own, &licence_for_samples()).await.unwrap();
    let large = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
    let asking = app.clone().with_export_limits(large);
    let ask = async |format| {
        let viewer = &reported.tenant.viewer;
        asking.download_report(viewer, reported.run, format, &origin()).await
    };
    let Download::Job(made) = ask(Format::Pdf).await.unwrap() else { panic!("sent at once") };
    app.make_export(own, made).await.unwrap();
    bytes_of(reported.fetch(&app, made).await.unwrap()).await;
    let Download::Job(waiting) = ask(Format::Html).await.unwrap() else { panic!("sent at once") };

    app.withdraw_licence(admin, licence).await.unwrap();
    let refused = reported.fetch(&app, made).await;
    let Err(UseCaseError::RightsBlocked(denial)) = refused else { panic!("{refused:?}") };
    assert_eq!(denial.blocked[0].unblock, "Wait for real feeds.");
    let last = details(&reported.world, "report.exported").await.pop().unwrap();
    assert_eq!((&last["decision"], &last["job"]), (&json!("deny"), &json!(made)));

    let before = pieces(&reported.world).await;
    app.make_export(own, waiting).await.unwrap();
    let ExportState::Failed(reason) = reported.state(waiting).await else { panic!("made") };
    assert!(reason.contains("Wait for real feeds."), "{reason}");
    assert_eq!(pieces(&reported.world).await, before, "nothing was printed");
    let printing = details(&reported.world, "export.printing").await.pop().unwrap();
    assert_eq!(printing["decision"], "deny");

    // What is denied at once is no job.
    let refused = ask(Format::Pdf).await;
    assert!(matches!(refused, Err(UseCaseError::RightsBlocked(_))), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn a_file_that_would_have_to_say_something_else_by_now_is_not_sent(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let job = reported.made(Format::Csv).await;
    let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");
    let text = text.replace("Sample data, not market data", "Sample data, by the new contract");
    let other = Registry::parse("rights.yaml", &text).unwrap();
    let app = reported.world.orchestrator.clone().with_rights(other);
    assert_eq!(reported.refusal(&app, job).await, Refusal::ExportOutdated.message());
    assert!(matches!(reported.state(job).await, ExportState::Expired));
    // Another version that asks for the same does no harm.
    let job = reported.made(Format::Csv).await;
    let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml").to_owned() + "# Seen.\n";
    let same = Registry::parse("rights.yaml", &text).unwrap();
    assert_ne!(same.version(), rights().version());
    let app = reported.world.orchestrator.clone().with_rights(same);
    reported.fetch(&app, job).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn an_expired_file_is_told_to_be_gone_and_is_deleted_and_no_other(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = &reported.world.orchestrator;
    let (old, young) = (reported.made(Format::Csv).await, reported.made(Format::Xlsx).await);
    assert_eq!(app.forget_exports().await.unwrap(), 0);
    for early in ["delete from export_pieces", "delete from export_jobs"] {
        let refused = sqlx::query(early).execute(&reported.world.superuser).await;
        let words = message_of(refused);
        assert!(words.contains("has not expired") || words.contains("kept for a month"), "{words}");
    }
    for change in ["update export_pieces set bytes = '\\x00'", "truncate export_pieces"] {
        let refused = sqlx::query(change).execute(&reported.world.superuser).await;
        assert!(message_of(refused).starts_with("export_pieces is immutable"), "{change}");
    }
    let sooner = format!("update export_jobs set expires_at = now() where id = '{old}'");
    sqlx::query(AssertSqlSafe(sooner)).execute(&reported.world.superuser).await.unwrap();
    assert!(matches!(reported.state(old).await, ExportState::Expired));
    assert_eq!(reported.refusal(app, old).await, Refusal::ExportExpired.message());
    assert_eq!(details(&reported.world, "report.exported").await.len(), 0);
    assert_eq!(app.forget_exports().await.unwrap(), 1);
    assert_eq!(app.forget_exports().await.unwrap(), 0);
    assert!(matches!(reported.state(old).await, ExportState::Expired), "its row stays");
    reported.fetch(app, young).await.unwrap();
    let longer = "update export_jobs set expires_at = expires_at + interval '1 hour'";
    let refused = sqlx::query(longer).execute(&reported.world.superuser).await;
    assert!(message_of(refused).contains("can only expire sooner"));
}

#[sqlx::test(migrations = false)]
async fn an_attempt_that_was_broken_off_is_made_again_and_can_no_longer_end_it(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, own) = (&reported.world.orchestrator, reported.tenant.workspace);
    let job = reported.queued(Format::Csv).await;
    let begin = async || {
        let mut tx = tenancy::begin_workspace(app.pool(), own).await.unwrap();
        let attempt = export_job::begin(&mut tx, job).await.unwrap();
        tx.commit().await.unwrap();
        attempt
    };
    // A worker that was killed before it put anything on record.
    assert_eq!(begin().await, Some(1));
    let printing = reported.state(job).await;
    assert!(matches!(printing, ExportState::Printing { attempt: 1, written: 0, .. }));
    app.make_export(own, job).await.unwrap();
    let entries = details(&reported.world, "export.printing").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["attempt"], 2);
    assert_eq!(begin().await, None, "it has ended");

    // It comes back, and writes what it has.
    let other = reported.queued(Format::Json).await;
    let file = NewFile {
        name: "a",
        media_type: "text/plain",
        bytes: b"late",
        hash: ContentHash::of_bytes(b"late"),
        terms: &json!({}),
        kept_hours: 1,
    };
    let mut tx = tenancy::begin_workspace(app.pool(), own).await.unwrap();
    export_job::begin(&mut tx, other).await.unwrap();
    export_job::begin(&mut tx, other).await.unwrap();
    assert!(!export_job::finish(&mut tx, own, other, 1, &file).await.unwrap());
    export_job::fail(&mut tx, other, 1, "late").await.unwrap();
    export_job::note_progress(&mut tx, other, 1, 7).await.unwrap();
    tx.commit().await.unwrap();
    let printing = reported.state(other).await;
    assert!(matches!(printing, ExportState::Printing { attempt: 2, written: 0, .. }));
}

#[sqlx::test(migrations = false)]
async fn an_export_that_breaks_off_again_and_again_is_given_up(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let job = reported.queued(Format::Csv).await;
    reported
        .sql("update export_jobs set status = 'printing', attempt = 5, started_at = now()")
        .await;
    reported.world.orchestrator.make_export(reported.tenant.workspace, job).await.unwrap();
    let ExportState::Failed(reason) = reported.state(job).await else { panic!("not given up") };
    assert!(reason.contains("given up"), "{reason}");
    assert_eq!(details(&reported.world, "export.printing").await.len(), 0);
}

#[sqlx::test(migrations = false)]
async fn a_workspace_has_so_many_exports_waiting_and_so_many_bytes(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let own = reported.tenant.workspace;
    let few = ExportLimits { cells_at_once: 0, workspace_bytes: 1_000, kept_hours: 24 };
    let app = reported.world.orchestrator.clone().with_export_limits(few);
    let ask = async |app: &Orchestrator, format| {
        let viewer = &reported.tenant.viewer;
        app.download_report(viewer, reported.run, format, &origin()).await
    };
    let Download::Job(job) = ask(&app, Format::Csv).await.unwrap() else { panic!("at once") };
    app.make_export(own, job).await.unwrap();
    let ExportState::Failed(reason) = reported.state(job).await else { panic!("kept") };
    assert_eq!(reason, Refusal::ExportStoreFull.message());
    assert_eq!(pieces(&reported.world).await, 0);

    reported.made(Format::Csv).await;
    let refused = ask(&app, Format::Xlsx).await.unwrap_err().to_string();
    assert_eq!(refused, Refusal::ExportStoreFull.message());
    let other = reported.world.tenant_by_day("South").await;
    let id = reported.world.active(&other, crate::world::draft("Weekly")).await;
    let theirs: RunId = reported.world.succeed(&other, id).await;
    let answer = app.download_report(&other.viewer, theirs, Format::Csv, &origin()).await;
    assert!(matches!(answer, Ok(Download::Job(_))), "each workspace has its own: {answer:?}");

    reported
        .sql(
            "insert into export_jobs
                 (id, workspace_id, asked_by, subject, subject_id, title, format, document_hash, cells)
             select gen_random_uuid(), workspace_id, asked_by, subject, gen_random_uuid(), title,
                 format, document_hash, cells
             from export_jobs, generate_series(1, 8) where status = 'ready'",
        )
        .await;
    let refused = ask(&reported.large(), Format::Xlsx).await.unwrap_err().to_string();
    assert_eq!(refused, Refusal::ExportsWaiting.message());
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_put_on_record_is_neither_queued_nor_printed_nor_fetched(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, own) = (&reported.world.orchestrator, reported.tenant.workspace);
    let made = reported.made(Format::Csv).await;
    let waiting = reported.queued(Format::Xlsx).await;
    let before = pieces(&reported.world).await;
    reported.sql("revoke insert on audit_log from observatory_app").await;
    let jobs = "select count(*) from export_jobs";
    let viewer = &reported.tenant.viewer;
    let asked =
        reported.large().download_report(viewer, reported.run, Format::Pdf, &origin()).await;
    assert!(matches!(asked, Err(UseCaseError::ExportUnrecorded(_))), "{asked:?}");
    assert_eq!(count(&reported.world.superuser, jobs).await, 2);
    let printed = app.make_export(own, waiting).await;
    assert!(matches!(printed, Err(UseCaseError::ExportUnrecorded(_))), "{printed:?}");
    assert_eq!(pieces(&reported.world).await, before);
    let fetched = reported.fetch(app, made).await;
    assert!(matches!(fetched, Err(UseCaseError::ExportUnrecorded(_))), "{fetched:?}");
    // The queue tries again once the log is back.
    reported.sql("grant insert on audit_log to observatory_app").await;
    app.make_export(own, waiting).await.unwrap();
    assert!(matches!(reported.state(waiting).await, ExportState::Ready(_)));
}
