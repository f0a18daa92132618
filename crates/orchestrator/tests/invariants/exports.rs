//! Nothing leaves without its licence and its record (invariants 17 and 28).

use crate::world::{Tenant, World, count, draft, origin, rights};
use domain::{execution::RightsProfile, hash::ContentHash, id::RunId};
use orchestrator::{
    Orchestrator, UseCaseError,
    export::{Export, REPORT_FORMATS},
    rights::{Decision, Format, Registry},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use storage::artifact::Form;

struct Reported {
    world: World,
    tenant: Tenant,
    run: RunId,
}

impl Reported {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Weekly")).await;
        let run = world.succeed(&tenant, id).await;
        Self { world, tenant, run }
    }

    /// How many exports are on record, and the detail of the newest.
    async fn recorded(&self) -> (i64, Value) {
        let entries = "select count(*) from audit_log where action = 'report.exported'";
        let newest = "select coalesce((select entry::jsonb -> 'detail' from audit_log
            where action = 'report.exported' order by sequence desc limit 1), 'null')";
        let detail = sqlx::query_scalar(newest).fetch_one(&self.world.superuser).await.unwrap();
        (count(&self.world.superuser, entries).await, detail)
    }

    async fn download(&self, app: &Orchestrator, format: Format) -> Result<Export, UseCaseError> {
        app.download_report(&self.tenant.viewer, self.run, format, &origin()).await
    }
}

/// The registry of the repository, in which the samples may not be handed out as
/// a document.
fn without_samples() -> Registry {
    let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");
    let (before, sample) = text.split_once("  Sample:").unwrap();
    let sample = sample.replacen("pdf: true", "pdf: false", 1).replacen(
        "unblock: null",
        "unblock: \"wait for real feeds\"",
        1,
    );
    Registry::parse("rights.yaml", &format!("{before}  Sample:{sample}")).unwrap()
}

#[sqlx::test(migrations = false)]
async fn an_export_carries_its_licences_and_is_on_record_with_all_that_decided(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = &reported.world.orchestrator;
    let html = reported.download(app, Format::Html).await.unwrap();
    assert_eq!(html.hash, ContentHash::of_bytes(&html.bytes));
    let html = String::from_utf8(html.bytes).unwrap();
    assert!(html.contains("Sample data, not market data"));
    assert!(html.contains("class=\"watermark\""));
    let (entries, detail) = reported.recorded().await;
    assert_eq!(entries, 1);
    for (name, expected) in [
        ("format", "html"),
        ("decision", "allow"),
        ("rights_profile", "production"),
        ("rights_version", rights().version().as_str()),
        ("address", "192.0.2.1"),
        ("agent", "a test"),
        ("run_id", reported.run.to_string().as_str()),
    ] {
        assert_eq!(detail[name], expected, "{detail}");
    }
    assert_eq!(detail["providers"], json!(["Sample"]));
    assert_eq!(detail["attributions"][0]["text"], "Sample data, not market data");
    assert_eq!(detail["watermarks"][0]["text"], "SAMPLE");
    let document: String = sqlx::query_scalar("select document from artifacts")
        .fetch_one(&reported.world.superuser)
        .await
        .unwrap();
    let hash = ContentHash::of_bytes(document.as_bytes()).to_string();
    assert_eq!(detail["document_hash"], hash);
    let exported = reported.download(app, Format::Json).await.unwrap();
    let exported: Value = serde_json::from_slice(&exported.bytes).unwrap();
    assert_eq!(exported["manifest"]["document_hash"], hash);
    assert_eq!(exported["document"], serde_json::from_str::<Value>(&document).unwrap());
}

#[sqlx::test(migrations = false)]
async fn tables_leave_as_the_report_does_and_are_on_record(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = &reported.world.orchestrator;
    for (entry, format) in (1..).zip([Format::Csv, Format::Xlsx]) {
        let export = reported.download(app, format).await.unwrap();
        assert!(export.bytes.starts_with(b"PK"), "{format:?} is an archive");
        let (entries, detail) = reported.recorded().await;
        assert_eq!((entries, &detail["format"]), (entry, &json!(format.id())));
        assert_eq!(detail["attributions"][0]["text"], "Sample data, not market data");
    }
    for format in [Format::View, Format::Redistribute] {
        let refused = reported.download(app, format).await;
        assert!(matches!(refused, Err(UseCaseError::NotFound)), "{refused:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn pages_leave_as_the_report_does_and_are_on_record(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = &reported.world.orchestrator;
    let pdf = reported.download(app, Format::Pdf).await.unwrap();
    assert!(pdf.bytes.starts_with(b"%PDF-1.7"));
    assert_eq!((pdf.extension(), pdf.media_type()), ("pdf", "application/pdf"));
    let (entries, detail) = reported.recorded().await;
    assert_eq!((entries, &detail["format"]), (1, &json!("pdf")));
    assert_eq!(detail["watermarks"][0]["text"], "SAMPLE");
    assert_eq!(pdf, reported.download(app, Format::Pdf).await.unwrap(), "the same each time");
}

#[sqlx::test(migrations = false)]
async fn a_blocked_export_is_on_record_and_says_what_would_unblock_it(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    let choices = app.export_choices(&reported.tenant.viewer, reported.run).await.unwrap();
    assert_eq!(reported.recorded().await.0, 0, "to look is not to take");
    let allowed: Vec<_> = choices
        .iter()
        .map(|choice| (choice.format, matches!(choice.decision, Decision::Allowed(_))))
        .collect();
    let data = [Format::Xlsx, Format::Csv, Format::Json].map(|format| (format, true));
    let documents = [Format::Pdf, Format::Html].map(|format| (format, false));
    assert_eq!(allowed, [documents.as_slice(), &data].concat());

    let refused = reported.download(&app, Format::Html).await.unwrap_err();
    let UseCaseError::RightsBlocked(denial) = refused else { panic!("{refused:?}") };
    let [blocked] = denial.blocked.as_slice() else { panic!("{denial:?}") };
    assert_eq!((blocked.provider.as_str(), blocked.format), ("Sample", Format::Html));
    assert_eq!(blocked.unblock, "Wait for real feeds.");
    let (entries, detail) = reported.recorded().await;
    assert_eq!((entries, &detail["decision"]), (1, &json!("deny")));
    assert_eq!(detail["blocked"][0]["provider"], "Sample");
    assert_eq!(detail["attributions"], Value::Null);
    reported.download(&app, Format::Json).await.unwrap();
    // Everything rests on the samples, so a demonstration has nothing left to show.
    let demo = app.with_rights_profile(RightsProfile::Demo);
    assert!(reported.download(&demo, Format::Html).await.is_err());
}

#[sqlx::test(migrations = false)]
async fn without_a_registry_nothing_leaves_and_a_reload_is_seen_by_every_clone(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = reported.world.orchestrator.clone().with_rights(Registry::empty());
    let clone = app.clone();
    for format in REPORT_FORMATS {
        let refused = reported.download(&app, format).await;
        assert!(matches!(refused, Err(UseCaseError::RightsBlocked(_))), "{refused:?}");
    }
    app.reload_rights(rights());
    assert_eq!(&clone.rights_version(), rights().version());
    reported.download(&clone, Format::Html).await.unwrap();
    let (entries, detail) = reported.recorded().await;
    assert_eq!((entries, &detail["rights_version"]), (6, &json!(rights().version())));
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_put_on_record_does_not_leave(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let app = &reported.world.orchestrator;
    sqlx::query("revoke insert on audit_log from observatory_app")
        .execute(&reported.world.superuser)
        .await
        .unwrap();
    for profile in RightsProfile::ALL {
        let app = app.clone().with_rights_profile(*profile);
        for format in REPORT_FORMATS {
            let refused = reported.download(&app, format).await;
            assert!(matches!(refused, Err(UseCaseError::ExportUnrecorded(_))), "{refused:?}");
        }
    }
    assert_eq!(reported.recorded().await.0, 0);
    // The preview is no export.
    app.report_text(&reported.tenant.viewer, reported.run, Form::Html).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn the_lineage_of_a_run_names_whose_licence_its_evidence_stands_under(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let named = "select count(*) from run_steps
        where lineage::text like '%provider:Sample%' and step in ('selection', 'document')";
    assert_eq!(count(&reported.world.superuser, named).await, 2);
}
