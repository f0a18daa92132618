//! The administrators' list of exports: each filter by itself, page after page, with what
//! workers are making; and the file of it, which holds what the list shows.

use crate::{
    execution_exports::Valued,
    exports::{Reported, licence_for_samples, without_samples},
    world::{PORTFOLIO, origin},
};
use domain::{
    hash::ContentHash,
    id::WorkspaceId,
    rights::{ExportOutcome, ExportStage},
};
use orchestrator::{
    Actor, Orchestrator, UseCaseError,
    export::{Download, ExportLimits, Origin},
    rights::Format,
};
use sqlx::PgPool;
use storage::{
    export_job,
    export_record::{ExportFilter, ExportRecord, ExportStanding},
    tenancy,
};
use uuid::Uuid;

/// What is listed under a filter, the newest first; the file of it has as many rows.
async fn listed(app: &Orchestrator, admin: &Actor, filter: &ExportFilter) -> Vec<ExportRecord> {
    let page = app.export_records(admin, filter, None).await.unwrap();
    let file = app.export_records_file(admin, filter, &origin()).await.unwrap();
    let file = String::from_utf8(file).unwrap();
    // The number of its entry is the last of a row.
    let last = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    let entries: Vec<String> = file.lines().skip(1).map(last).collect();
    let shown: Vec<String> =
        page.records.iter().map(|record| record.cursor.sequence.to_string()).collect();
    assert!(page.older.is_some() || entries == shown, "the file is not what is listed: {filter:?}");
    page.records
}

async fn formats(app: &Orchestrator, admin: &Actor, filter: ExportFilter) -> Vec<&'static str> {
    listed(app, admin, &filter).await.iter().map(|one| one.detail.format.id()).collect()
}

fn traced(digit: &str) -> Origin {
    Origin { trace_id: digit.repeat(32), ..origin() }
}

fn all() -> ExportFilter {
    ExportFilter::default()
}

#[sqlx::test(migrations = false)]
async fn the_list_is_narrowed_by_who_asked_for_what_and_by_which_request(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (world, app, admin) =
        (&reported.world, &reported.world.orchestrator, &reported.world.admin);
    let other = world.tenant_by_day("South").await;
    let theirs = world.active(&other, crate::world::draft("Weekly")).await;
    let theirs = world.succeed(&other, theirs).await;
    let (viewer, owner) = (&reported.tenant.viewer, &reported.tenant.owner);
    let ask = async |actor, run, format, digit| {
        app.download_report(actor, run, format, &traced(digit)).await.unwrap();
    };
    ask(viewer, reported.run, Format::Json, "a").await;
    ask(owner, reported.run, Format::Csv, "b").await;
    ask(&other.viewer, theirs, Format::Html, "c").await;

    let user = |text: String| ExportFilter { user: Some(text), ..all() };
    let own = reported.tenant.workspace;
    let subject = |id| ExportFilter { subject: Some(id), ..all() };
    let trace = |digit: &str| ExportFilter { trace: Some(digit.repeat(32)), ..all() };
    let simple = own.as_uuid().simple();
    for (filter, expected) in [
        (all(), vec!["html", "csv", "json"]),
        // Whoever asked: by id, by a part of the name, in capitals too, by the address.
        (user(viewer.user.to_string()), vec!["json"]),
        (user(format!("OWNER.{simple}")), vec!["csv"]),
        (user("viewer.".to_owned()), vec!["html", "json"]),
        (user(format!("owner.{simple}@test.")), vec!["csv"]),
        (user("%".to_owned()), vec![]),
        (user("nobody".to_owned()), vec![]),
        (subject(reported.run.as_uuid()), vec!["csv", "json"]),
        (subject(theirs.as_uuid()), vec!["html"]),
        (subject(Uuid::now_v7()), vec![]),
        (trace("b"), vec!["csv"]),
        (trace("d"), vec![]),
        (ExportFilter { workspace: Some(other.workspace), ..all() }, vec!["html"]),
        (ExportFilter { stage: Some(ExportStage::Download), ..all() }, vec!["html", "csv", "json"]),
        (ExportFilter { stage: Some(ExportStage::Queued), ..all() }, vec![]),
        (ExportFilter { portfolio: Some(PORTFOLIO.parse().unwrap()), ..all() }, vec![]),
        (ExportFilter { is_pending: true, ..all() }, vec![]),
        // Together: both have to hold.
        (ExportFilter { format: Some(Format::Csv), ..trace("b") }, vec!["csv"]),
        (ExportFilter { format: Some(Format::Csv), ..trace("a") }, vec![]),
    ] {
        assert_eq!(formats(app, admin, filter.clone()).await, expected, "{filter:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn executions_are_found_by_their_portfolio_and_by_their_id_also_when_refused(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let (app, admin) = (&valued.app, &valued.world.admin);
    valued.download(app, Format::Xlsx).await.unwrap();
    let viewer = &valued.tenant.viewer;
    app.download_execution(viewer, valued.execution, Format::Csv, &origin()).await.unwrap_err();

    let of_portfolio = ExportFilter { portfolio: Some(PORTFOLIO.parse().unwrap()), ..all() };
    assert_eq!(formats(app, admin, of_portfolio).await, ["xlsx"]);
    let of_id = ExportFilter { subject: Some(valued.execution.as_uuid()), ..all() };
    let found = listed(app, admin, &of_id).await;
    let outcomes: Vec<ExportOutcome> = found.iter().map(|one| one.detail.outcome).collect();
    assert_eq!(outcomes, [ExportOutcome::Refuse, ExportOutcome::Allow]);
    for record in &found {
        assert_eq!((record.run, record.execution), (None, Some(valued.execution)));
    }
    let detail = &found[1].detail;
    assert!(detail.pricing_pack_id.as_deref().unwrap().starts_with("PP_"));
    assert_eq!(detail.ledger_commit_hash.as_deref().unwrap().len(), 40);
}

#[sqlx::test(migrations = false)]
async fn a_large_export_is_listed_while_it_waits_is_printed_and_is_fetched(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (world, app, admin) =
        (&reported.world, &reported.world.orchestrator, &reported.world.admin);
    let own = reported.tenant.workspace;
    let job = world.queued_export(&reported.tenant, reported.run, Format::Xlsx).await;
    let pending = ExportFilter { is_pending: true, ..all() };
    let only = async |filter: &ExportFilter| -> ExportRecord {
        let found = listed(app, admin, filter).await;
        let [record] = found.as_slice() else { panic!("{found:?}") };
        record.clone()
    };
    let standing = |record: &ExportRecord| record.job.as_ref().unwrap().standing.clone();

    let waits = only(&pending).await;
    assert_eq!((waits.stage, waits.run), (ExportStage::Queued, Some(reported.run)));
    assert_eq!(standing(&waits), ExportStanding::Queued);
    assert_eq!(app.export_records(admin, &all(), None).await.unwrap().pending.exports, 1);
    // Nobody else's.
    let nobody = WorkspaceId::from_uuid(Uuid::nil());
    let elsewhere = ExportFilter { workspace: Some(nobody), ..all() };
    assert_eq!(app.export_records(admin, &elsewhere, None).await.unwrap().pending.exports, 0);

    let mut tx = tenancy::begin_workspace(app.pool(), own).await.unwrap();
    export_job::begin(&mut tx, job).await.unwrap();
    export_job::note_progress(&mut tx, job, 1, 7).await.unwrap();
    tx.commit().await.unwrap();
    let printed = standing(&only(&pending).await);
    assert!(
        matches!(printed, ExportStanding::Printing { written: 7, attempt: 1, .. }),
        "{printed:?}"
    );

    app.make_export(own, job).await.unwrap();
    assert_eq!(listed(app, admin, &pending).await.len(), 0);
    assert_eq!(app.export_records(admin, &all(), None).await.unwrap().pending.exports, 0);
    app.fetch_export(&reported.tenant.viewer, job, &traced("e")).await.unwrap();
    let of_job = ExportFilter { subject: Some(job.as_uuid()), ..all() };
    let steps = listed(app, admin, &of_job).await;
    let stages: Vec<ExportStage> = steps.iter().map(|one| one.stage).collect();
    assert_eq!(stages, [ExportStage::Download, ExportStage::Printing, ExportStage::Queued]);
    for step in &steps {
        assert!(matches!(standing(step), ExportStanding::Ready { .. }), "{step:?}");
        assert_eq!(step.run, Some(reported.run));
    }
    assert_eq!(steps[1].detail.attempt, Some(2));
    for stage in ExportStage::ALL {
        let filter = ExportFilter { stage: Some(*stage), ..of_job.clone() };
        assert_eq!(only(&filter).await.stage, *stage);
    }
    sqlx::query("update export_jobs set expires_at = now()")
        .execute(&world.superuser)
        .await
        .unwrap();
    assert_eq!(standing(&listed(app, admin, &of_job).await[0]), ExportStanding::Expired);
}

#[sqlx::test(migrations = false)]
async fn what_a_worker_was_denied_is_listed_with_its_reason(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (admin, own) = (&reported.world.admin, reported.tenant.workspace);
    let limits = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    let app = app.with_export_limits(limits);
    let licence = app.record_licence(admin, own, &licence_for_samples()).await.unwrap();
    let viewer = &reported.tenant.viewer;
    let asked = app.download_report(viewer, reported.run, Format::Pdf, &origin()).await.unwrap();
    let Download::Job(job) = asked else { panic!("it was printed at once") };
    app.withdraw_licence(admin, licence).await.unwrap();
    app.make_export(own, job).await.unwrap();

    let denied = ExportFilter { outcome: Some(ExportOutcome::Deny), ..all() };
    let found = listed(&app, admin, &denied).await;
    let [record] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(record.stage, ExportStage::Printing);
    assert!(record.detail.blocked[0].reason.contains("Sample does not allow"), "{record:?}");
    let Some(ExportStanding::Failed(reason)) = record.job.as_ref().map(|job| &job.standing) else {
        panic!("{record:?}")
    };
    assert!(reason.contains("Wait for real feeds."), "{reason}");
}

#[sqlx::test(migrations = false)]
async fn a_filtered_list_is_read_page_after_page_without_gap_or_repetition(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, admin) = (&reported.world.orchestrator, &reported.world.admin);
    for number in 0..65 {
        let format = if number % 5 == 0 { Format::Csv } else { Format::Json };
        reported.download(app, format).await.unwrap();
    }
    let filter = ExportFilter { format: Some(Format::Json), ..all() };
    let mut pages = Vec::new();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = app.export_records(admin, &filter, before).await.unwrap();
        assert!(page.records.iter().all(|one| one.detail.format == Format::Json));
        seen.extend(page.records.iter().map(|one| one.cursor.sequence));
        pages.push(page.records.len());
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(pages, [50, 2]);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
}

#[sqlx::test(migrations = false)]
async fn all_that_is_on_record_of_one_attempt_is_read_by_its_place(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, admin) = (&reported.world.orchestrator, &reported.world.admin);
    reported.download(app, Format::Json).await.unwrap();
    let newest = listed(app, admin, &all()).await.remove(0).cursor;
    let (record, entry) = app.export_record(admin, newest.chain, newest.sequence).await.unwrap();
    assert_eq!(record.cursor, newest);
    let viewer = &reported.tenant.viewer;
    assert_eq!(record.actor, Some(viewer.user.to_string()));
    assert!(record.actor_email.unwrap().starts_with("viewer."));
    let detail = record.detail;
    assert_eq!((detail.address.as_str(), detail.agent.as_str()), ("192.0.2.1", "a test"));
    assert_eq!(detail.attributions.unwrap()[0].text, "Sample data, not market data");
    assert_eq!(detail.watermarks.unwrap()[0].text, "SAMPLE");
    assert!(detail.pack_hash.is_some() && detail.document_hash.is_some());
    // What anybody can compute again from what is shown.
    let mut hashed = entry.previous_hash.as_bytes().to_vec();
    hashed.extend_from_slice(entry.text.as_bytes());
    assert_eq!(ContentHash::of_bytes(&hashed), entry.hash);
    assert!(entry.text.contains(&reported.run.to_string()));

    // Neither what is no export nor what is not there.
    let elsewhere = (newest.chain, newest.sequence + 1_000);
    for (chain, sequence) in [(newest.chain, 1), elsewhere, (Uuid::now_v7(), 1)] {
        let answer = app.export_record(admin, chain, sequence).await;
        assert!(matches!(answer, Err(UseCaseError::NotFound)), "{answer:?}");
    }
}
