//! Governed reports of the portfolio desk leave as files like those of the other desk, with
//! the pack and the ledger's commit in them; and what may not be shown of them is withheld.

use crate::{
    portfolio_runs::{Desks, draft},
    world::{PORTFOLIO, licence, origin, samples},
};
use domain::{hash::ContentHash, id::RunId};
use orchestrator::{
    Orchestrator, UseCaseError,
    export::{Download, Export, ExportLimits, ExportState, FORMATS, Subject},
    rights::{Decision, Format, Right},
    workspace_licence::LicenceTerms,
};
use serde_json::{Value, json};
use sqlx::PgPool;

struct Reported {
    desks: Desks,
    run: RunId,
}

impl Reported {
    async fn new(pool: PgPool) -> Self {
        let desks = Desks::new(pool).await;
        let specification = desks.active(draft("Daily book")).await;
        desks.market.build(&desks.app, &desks.day, "262.77").await;
        let run = desks.succeed(specification).await;
        Self { desks, run }
    }

    async fn asked(&self, app: &Orchestrator, format: Format) -> Result<Download, UseCaseError> {
        app.download_report(&self.desks.tenant.viewer, self.run, format, &origin()).await
    }

    async fn download(&self, app: &Orchestrator, format: Format) -> Result<Export, UseCaseError> {
        match self.asked(app, format).await? {
            Download::File { export, .. } => Ok(*export),
            Download::Job(job) => panic!("{job} is to be printed by a worker"),
        }
    }

    /// Every attempt, the oldest first.
    async fn recorded(&self) -> Vec<Value> {
        sqlx::query_scalar(
            "select entry::jsonb -> 'detail' from audit_log where action = 'report.exported'
             order by sequence",
        )
        .fetch_all(&self.desks.world.superuser)
        .await
        .unwrap()
    }
}

#[sqlx::test(migrations = false)]
async fn a_portfolio_report_leaves_in_every_form_with_its_pack_its_commit_and_its_record(
    pool: PgPool,
) {
    let reported = Reported::new(pool).await;
    let app = &reported.desks.app;
    let report = reported.desks.report(reported.run).await;
    let hash = ContentHash::of_json(&report).unwrap().to_string();
    for (entry, format) in FORMATS.into_iter().enumerate() {
        let export = reported.download(app, format).await.unwrap();
        let recorded = reported.recorded().await;
        assert_eq!(recorded.len(), entry + 1);
        let detail = &recorded[entry];
        // The ledger is the member's own; the prices are the samples'.
        assert_eq!(detail["providers"], json!(["Manual", "Sample"]));
        assert_eq!(detail["attributions"][0]["text"], "Sample data, not market data");
        for (name, expected) in [
            ("decision", "allow"),
            ("format", format.id()),
            ("document_hash", &hash),
            ("run_id", &reported.run.to_string()),
            ("portfolio_id", PORTFOLIO),
            ("pricing_pack_id", report.pricing_pack_id.as_str()),
            ("ledger_commit_hash", report.ledger_commit_hash.as_str()),
            ("address", "192.0.2.1"),
        ] {
            assert_eq!(detail[name], expected, "{name}: {detail}");
        }
        let manifest = serde_json::to_value(&export.manifest).unwrap();
        for name in ["document_hash", "run_id", "pricing_pack_id", "ledger_commit_hash"] {
            assert_eq!(manifest[name], detail[name], "{name}");
        }
        if format == Format::Json {
            let file: Value = serde_json::from_slice(&export.bytes).unwrap();
            assert_eq!(ContentHash::of_json(&file["document"]).unwrap().to_string(), hash);
        }
    }
    let Download::File { name, .. } = reported.asked(app, Format::Csv).await.unwrap() else {
        panic!("it is small")
    };
    let (day, id) = (report.priced_on, reported.run.to_string());
    assert_eq!(name, format!("observatory_main-book_portfolio_report_{day}_{}.csv.zip", &id[..8]));
}

#[sqlx::test(migrations = false)]
async fn a_licence_that_forbids_pages_blocks_them_is_said_before_the_click_and_on_record(
    pool: PgPool,
) {
    let reported = Reported::new(pool).await;
    let viewer = &reported.desks.tenant.viewer;
    let app = reported.desks.app.clone().with_rights(samples("pdf: true", "pdf: false"));
    let choices = app.export_choices(viewer, Subject::Report(reported.run)).await.unwrap();
    let is_denied = |format| {
        let choice = choices.iter().find(|choice| choice.format == format).unwrap();
        matches!(choice.decision, Decision::Denied(_))
    };
    assert_eq!(choices.len(), FORMATS.len());
    assert_eq!(reported.recorded().await.len(), 0, "nobody asked for a file yet");
    for format in FORMATS {
        let given = reported.download(&app, format).await;
        assert_eq!(given.is_err(), is_denied(format), "{format:?}");
        if let Err(UseCaseError::RightsBlocked(denial)) = given {
            let named: Vec<&str> = denial.blocked.iter().map(|one| one.provider.as_str()).collect();
            assert_eq!(named, ["Sample"]);
            assert_eq!(denial.blocked[0].unblock, "Wait for real prices.");
        }
    }
    let decisions: Vec<Value> =
        reported.recorded().await.iter().map(|detail| detail["decision"].clone()).collect();
    assert_eq!(decisions, ["deny", "deny", "allow", "allow", "allow"]);
    let admin = &reported.desks.world.admin;
    let shown = app.what_if(admin, reported.run.as_uuid(), None).await.unwrap();
    assert!(shown.parts.iter().any(|part| part.key == "positions"));
}

#[sqlx::test(migrations = false)]
async fn without_its_record_no_file_of_a_portfolio_report_leaves(pool: PgPool) {
    let reported = Reported::new(pool).await;
    sqlx::query("revoke insert on audit_log from observatory_app")
        .execute(&reported.desks.world.superuser)
        .await
        .unwrap();
    for format in FORMATS {
        let refused = reported.download(&reported.desks.app, format).await;
        assert!(matches!(refused, Err(UseCaseError::ExportUnrecorded(_))), "{refused:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_large_portfolio_report_is_printed_by_a_worker_and_fetched_by_a_permit_of_its_own(
    pool: PgPool,
) {
    let reported = Reported::new(pool).await;
    let (app, tenant) = (&reported.desks.app, &reported.desks.tenant);
    let large = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
    let large = app.clone().with_export_limits(large);
    for format in FORMATS {
        let Download::Job(job) = reported.asked(&large, format).await.unwrap() else {
            panic!("{format:?} was printed at once")
        };
        large.make_export(tenant.workspace, job).await.unwrap();
        let view = large.view_export(&tenant.viewer, job).await.unwrap();
        assert!(matches!(view.state, ExportState::Ready(_)), "{:?}", view.state);
        let mut fetched = large.fetch_export(&tenant.viewer, job, &origin()).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = fetched.next_piece().await.unwrap() {
            bytes.extend(piece);
        }
        let at_once = reported.download(app, format).await.unwrap();
        assert!(bytes == at_once.bytes, "{format:?} is the same as at once");
    }
    // Fetched and taken at once, each with its entry.
    assert_eq!(reported.recorded().await.len(), 2 * FORMATS.len());
}

#[sqlx::test(migrations = false)]
async fn a_panel_that_may_not_be_shown_is_withheld_until_a_licence_gives_the_right(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, tenant) = (&reported.desks.app, &reported.desks.tenant);
    let shown = async |app: &Orchestrator| {
        app.portfolio_report(&tenant.viewer, reported.run).await.unwrap().unwrap()
    };
    let whole = shown(app).await;
    let sealed: String = sqlx::query_scalar("select html from artifacts")
        .fetch_one(&reported.desks.world.superuser)
        .await
        .unwrap();
    assert_eq!(whole.html, sealed, "what may be shown whole is shown as it was sealed");
    assert!(whole.screen.withheld.is_empty());
    assert_eq!(whole.screen.terms.attributions[0].text, "Sample data, not market data");
    assert!(whole.html.contains("262.77"));

    let app = app.clone().with_rights(samples("display: true", "display: false"));
    let part = shown(&app).await;
    assert!(part.html.contains("does not allow it to be shown"), "{}", part.html);
    let text = serde_json::to_string(&part.report).unwrap();
    assert!(!part.html.contains("262.77") && !text.contains("262.77"), "{}", part.html);
    let withheld = &part.screen.withheld;
    assert!(withheld.iter().any(|one| one.key == "positions"), "{withheld:?}");
    for one in withheld {
        assert!(one.blocked[0].reason.contains("does not allow to show on screen"), "{one:?}");
        assert_eq!(one.blocked[0].unblock, "Wait for real prices.");
    }
    // What came of the ledger alone stays.
    assert!(withheld.iter().all(|one| one.key != "transactions"), "{withheld:?}");

    let terms = LicenceTerms {
        provider: "Sample".parse().unwrap(),
        rights: vec![Right::Display],
        ..licence()
    };
    let admin = &reported.desks.world.admin;
    app.record_licence(admin, tenant.workspace, &terms).await.unwrap();
    assert_eq!(shown(&app).await.html, sealed);
}
