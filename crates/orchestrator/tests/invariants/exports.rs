//! Nothing leaves without its licence and its record (invariants 17 and 28).

use crate::world::{Tenant, World, count, draft, licence, origin, rights};
use domain::{
    execution::RightsProfile,
    hash::ContentHash,
    id::{RunId, WorkspaceId},
    rights::ExportOutcome,
};
use jiff::civil::date;
use orchestrator::{
    Actor, Orchestrator, Refusal, UseCaseError,
    export::{Download, Export, ExportChoice, ExportState, FORMATS, Origin, Subject, WhatIf},
    press::PrintBounds,
    rights::{Decision, Format, Registry, Right},
    workspace_licence::LicenceTerms,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;
use storage::export_record::{ExportFilter, ExportRecord};
use uuid::Uuid;

pub struct Reported {
    pub world: World,
    pub tenant: Tenant,
    pub run: RunId,
}

impl Reported {
    pub async fn new(pool: PgPool) -> Self {
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

    pub async fn download(
        &self,
        app: &Orchestrator,
        format: Format,
    ) -> Result<Export, UseCaseError> {
        match app.download_report(&self.tenant.viewer, self.run, format, &origin()).await? {
            Download::File { export, .. } => Ok(*export),
            Download::Job(job) => panic!("{job} is to be printed by a worker"),
        }
    }
}

/// The registry of the repository, in which the samples may not be handed out as
/// a document.
pub fn without_samples() -> Registry {
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
    for format in [Format::View, Format::Api, Format::Redistribute] {
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
    let choices =
        app.export_choices(&reported.tenant.viewer, Subject::Report(reported.run)).await.unwrap();
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
    for format in FORMATS {
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
        for format in FORMATS {
            let refused = reported.download(&app, format).await;
            assert!(matches!(refused, Err(UseCaseError::ExportUnrecorded(_))), "{refused:?}");
        }
    }
    assert_eq!(reported.recorded().await.0, 0);
    // The preview is no export.
    app.shown_report(&reported.tenant.viewer, reported.run).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn what_may_not_be_shown_is_withheld_with_the_reason_and_all_else_is_shown(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let viewer = &reported.tenant.viewer;
    let app = &reported.world.orchestrator;
    let sealed: String = sqlx::query_scalar("select html from artifacts")
        .fetch_one(&reported.world.superuser)
        .await
        .unwrap();
    let shown = app.shown_report(viewer, reported.run).await.unwrap();
    assert_eq!(shown.html, sealed, "what may be shown whole is shown as it was sealed");
    assert!(shown.screen.withheld.is_empty());
    let claim = shown.document.claims().next().unwrap().1.text.clone();

    let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");
    let (before, sample) = text.split_once("  Sample:").unwrap();
    let sample = sample.replacen("display: true", "display: false", 1).replacen(
        "unblock: null",
        "unblock: \"wait for real feeds\"",
        1,
    );
    let hidden = Registry::parse("rights.yaml", &format!("{before}  Sample:{sample}")).unwrap();
    for profile in RightsProfile::ALL {
        let app = app.clone().with_rights(hidden.clone()).with_rights_profile(*profile);
        let shown = app.shown_report(viewer, reported.run).await.unwrap();
        // All rests on the samples; title and scope are the subscriber's own words.
        let title = &shown.document.title;
        assert!(shown.html.contains(title.as_str()) && !shown.html.contains(&claim));
        assert!(shown.html.contains("does not allow it to be shown"), "{}", shown.html);
        assert_eq!(shown.document.claims().count(), 0);
        assert!(shown.screen.withheld.iter().all(|part| part.blocked.len() == 1));
        let blocked = &shown.screen.withheld[0].blocked[0];
        assert_eq!(blocked.unblock, "Wait for real feeds.");
        assert!(blocked.reason.contains("Sample does not allow to show on screen"), "{blocked:?}");
    }
    let rights = vec![Right::Display];
    let terms = LicenceTerms { rights, ..licence_for_samples() };
    let app = app.clone().with_rights(hidden);
    app.record_licence(&reported.world.admin, reported.tenant.workspace, &terms).await.unwrap();
    assert_eq!(app.shown_report(viewer, reported.run).await.unwrap().html, sealed);
}

#[sqlx::test(migrations = false)]
async fn the_lineage_of_a_run_names_whose_licence_its_evidence_stands_under(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let named = "select count(*) from run_steps
        where lineage::text like '%provider:Sample%' and step in ('selection', 'document')";
    assert_eq!(count(&reported.world.superuser, named).await, 2);
}

/// The names of what is listed, with the outcome.
async fn listed(app: &Orchestrator, admin: &Actor, filter: &ExportFilter) -> Vec<String> {
    let page = app.export_records(admin, filter, None).await.unwrap();
    let words =
        |one: &ExportRecord| format!("{} {}", one.detail.format.id(), one.detail.outcome.id());
    page.records.iter().map(words).collect()
}

#[sqlx::test(migrations = false)]
async fn administrators_find_attempts_by_each_filter_and_take_them_as_a_file(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (app, admin) = (&reported.world.orchestrator, &reported.world.admin);
    reported.download(app, Format::Json).await.unwrap();
    let strict = app.clone().with_rights(without_samples());
    reported.download(&strict, Format::Html).await.unwrap_err();

    let all = ExportFilter::default();
    assert_eq!(listed(app, admin, &all).await, ["html deny", "json allow"]);
    let provider = |id: &str| Some(id.parse().unwrap());
    let now = app.now().await.unwrap();
    let found = [
        (ExportFilter { provider: provider("Sample"), ..all.clone() }, 2),
        (ExportFilter { provider: provider("FRED"), ..all.clone() }, 0),
        (ExportFilter { format: Some(Format::Json), ..all.clone() }, 1),
        (ExportFilter { outcome: Some(ExportOutcome::Deny), ..all.clone() }, 1),
        (ExportFilter { workspace: Some(reported.tenant.workspace), ..all.clone() }, 2),
        (ExportFilter { workspace: Some(WorkspaceId::from_uuid(Uuid::nil())), ..all.clone() }, 0),
        (ExportFilter { from: Some(now), ..all.clone() }, 0),
        (ExportFilter { until: Some(now), ..all.clone() }, 2),
    ];
    for (filter, expected) in found {
        assert_eq!(listed(app, admin, &filter).await.len(), expected, "{filter:?}");
    }
    let page = app.export_records(admin, &all, None).await.unwrap();
    let before = page.records[0].cursor;
    let older = app.export_records(admin, &all, Some(before)).await.unwrap();
    assert_eq!(older.records.len(), 1);
    assert_eq!(older.records[0].detail.format, Format::Json);

    let denied = ExportFilter { outcome: Some(ExportOutcome::Deny), ..all };
    let file = app.export_records_file(admin, &denied, &origin()).await.unwrap();
    let file = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 2, "{file}");
    assert!(lines[0].starts_with("Time,Workspace,"), "{file}");
    assert!(lines[1].contains(&reported.run.to_string()) && lines[1].contains(",html,deny,"));
    let taken = "select count(*) from audit_log where action = 'exports.listed'
        and workspace_id is null and entry::jsonb -> 'detail' ->> 'records' = '1'";
    assert_eq!(count(&reported.world.superuser, taken).await, 1);

    sqlx::query("revoke insert on audit_log from observatory_app")
        .execute(&reported.world.superuser)
        .await
        .unwrap();
    let refused = app.export_records_file(admin, &denied, &origin()).await;
    assert!(matches!(refused, Err(UseCaseError::ExportUnrecorded(_))), "{refused:?}");
}

pub fn licence_for_samples() -> LicenceTerms {
    LicenceTerms { provider: "Sample".parse().unwrap(), ..licence() }
}

#[sqlx::test(migrations = false)]
async fn a_workspaces_own_licence_lets_its_reports_leave_and_no_others(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let admin = &reported.world.admin;
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    reported.download(&app, Format::Pdf).await.unwrap_err();
    let other = reported.world.tenant_by_day("South").await;
    app.record_licence(admin, other.workspace, &licence_for_samples()).await.unwrap();
    reported.download(&app, Format::Pdf).await.unwrap_err();

    let own = reported.tenant.workspace;
    let licence = app.record_licence(admin, own, &licence_for_samples()).await.unwrap();
    let choices =
        app.export_choices(&reported.tenant.viewer, Subject::Report(reported.run)).await.unwrap();
    assert!(choices.iter().all(|one| matches!(one.decision, Decision::Allowed(_))));
    reported.download(&app, Format::Pdf).await.unwrap();
    let (_, detail) = reported.recorded().await;
    assert_eq!(detail["licensed_to_workspace"], json!(["Sample"]));
    // What it asks for stays due.
    assert_eq!(detail["watermarks"][0]["text"], "SAMPLE");

    assert_eq!(app.withdraw_licence(admin, licence).await.unwrap(), own);
    reported.download(&app, Format::Pdf).await.unwrap_err();
    let again = app.withdraw_licence(admin, licence).await;
    assert!(matches!(again, Err(UseCaseError::NotFound)), "{again:?}");
    let entries = "select count(*) from audit_log where action like 'licence.%'";
    assert_eq!(count(&reported.world.superuser, entries).await, 3);
}

#[sqlx::test(migrations = false)]
async fn a_licence_counts_on_its_days_alone(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (admin, own) = (&reported.world.admin, reported.tenant.workspace);
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    let spans = [(date(2020, 1, 1), date(2020, 12, 31)), (date(2998, 1, 1), date(2999, 1, 1))];
    for (valid_from, valid_until) in spans {
        let terms = LicenceTerms { valid_from, valid_until, ..licence_for_samples() };
        app.record_licence(admin, own, &terms).await.unwrap();
        reported.download(&app, Format::Pdf).await.unwrap_err();
    }
    let refused = |terms: LicenceTerms| {
        let app = app.clone();
        async move { app.record_licence(admin, own, &terms).await.unwrap_err().to_string() }
    };
    let (valid_from, valid_until) = (date(2027, 1, 1), date(2026, 1, 1));
    for (terms, refusal) in [
        (LicenceTerms { valid_from, valid_until, ..licence() }, Refusal::LicenceDates),
        (LicenceTerms { rights: Vec::new(), ..licence() }, Refusal::LicenceForm),
        (LicenceTerms { reference: " 17 ".to_owned(), ..licence() }, Refusal::LicenceForm),
        (
            LicenceTerms { provider: "Unheard_Of".parse().unwrap(), ..licence() },
            Refusal::LicenceProvider,
        ),
    ] {
        assert_eq!(refused(terms).await, refusal.message());
    }
}

#[sqlx::test(migrations = false)]
async fn a_licence_stays_as_it_was_recorded_and_is_withdrawn_once(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let own = reported.tenant.workspace;
    let app = &reported.world.orchestrator;
    app.record_licence(&reported.world.admin, own, &licence()).await.unwrap();
    let attempt = async |sql: &'static str| {
        sqlx::query(sql).execute(&reported.world.superuser).await.map_err(|error| error.to_string())
    };
    for change in [
        "update workspace_licences set rights = array['csv']",
        "update workspace_licences set provider = 'FMP'",
        "update workspace_licences set valid_until = valid_until + 1",
        "update workspace_licences set withdrawn_at = now()",
        "delete from workspace_licences",
        "truncate workspace_licences",
    ] {
        assert!(attempt(change).await.is_err(), "{change}");
    }
    let withdraw = "update workspace_licences set withdrawn_at = now(), withdrawn_by = recorded_by";
    attempt(withdraw).await.unwrap();
    assert!(attempt(withdraw).await.unwrap_err().contains("is withdrawn"));
    for refused in ["'{}'", "array['pdf', 'everything']"] {
        let sql = format!(
            "insert into workspace_licences
             select gen_random_uuid(), workspace_id, provider, {refused}, reference, valid_from,
                 valid_until, recorded_by, now(), null, null from workspace_licences"
        );
        let answer = sqlx::query(AssertSqlSafe(sql)).execute(&reported.world.superuser).await;
        assert!(answer.unwrap_err().to_string().contains("workspace_licences_rights_known"));
    }
}

#[sqlx::test(migrations = false)]
async fn a_what_if_shows_every_profile_and_format_and_leaves_no_trace(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let admin = &reported.world.admin;
    let app = reported.world.orchestrator.clone().with_rights(without_samples());
    let refused = app.what_if(&reported.tenant.owner, reported.run.as_uuid(), None).await;
    assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
    let shown = app.what_if(admin, reported.run.as_uuid(), None).await.unwrap();
    assert_eq!(shown.workspace, reported.tenant.workspace);
    assert!(shown.parts.iter().all(|part| part.providers.len() == 1), "{:?}", shown.parts);
    assert_eq!(shown.decisions.len(), RightsProfile::ALL.len());
    let pdf = |shown: &WhatIf| -> Vec<&'static str> {
        let of = |choices: &Vec<ExportChoice>| {
            choices.iter().find(|one| one.format == Format::Pdf).unwrap().decision.id()
        };
        shown.decisions.iter().map(|(_, choices)| of(choices)).collect()
    };
    assert_eq!(pdf(&shown), ["deny"; 3]);
    let sample = Some("Sample".parse().unwrap());
    let assumed = app.what_if(admin, reported.run.as_uuid(), sample).await.unwrap();
    assert_eq!(pdf(&assumed), ["allow"; 3]);
    assert_eq!(reported.recorded().await.0, 0);
    let unknown = app.what_if(admin, Uuid::nil(), None).await;
    assert!(matches!(unknown, Err(UseCaseError::NotFound)), "{unknown:?}");
}

#[sqlx::test(migrations = false)]
async fn a_file_beyond_its_bounds_is_refused_and_on_record_all_the_same(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let small = |_| PrintBounds { time: Duration::from_mins(5), bytes: 1_000 };
    let app = reported.world.orchestrator.clone().with_print_bounds(small);
    for format in FORMATS {
        let refused = reported.download(&app, format).await;
        let too_large = UseCaseError::Refused(Refusal::ExportTooLarge).to_string();
        assert_eq!(refused.unwrap_err().to_string(), too_large, "{format:?}");
    }
    assert_eq!(reported.recorded().await.0, 5);
}

#[sqlx::test(migrations = false)]
async fn what_no_longer_matches_its_seal_does_not_leave_and_that_is_on_record(pool: PgPool) {
    let reported = Reported::new(pool).await;
    let (world, app) = (&reported.world, &reported.world.orchestrator);
    let job = world.queued_export(&reported.tenant, reported.run, Format::Xlsx).await;
    let flip = r#"update artifacts set document = replace(document, '"schema":1', '"schema":7')"#;
    let hold = "alter table artifacts drop constraint artifacts_document_hash_matches";
    sqlx::query(hold).execute(&world.superuser).await.unwrap();
    world.tamper(flip).await;
    let (before, _) = reported.recorded().await;

    let talkative = Origin { agent: "a".repeat(1_000), ..origin() };
    let viewer = &reported.tenant.viewer;
    let refused = app.download_report(viewer, reported.run, Format::Csv, &talkative).await;
    assert!(matches!(refused, Err(UseCaseError::Quarantined)), "{refused:?}");
    let (after, detail) = reported.recorded().await;
    assert_eq!((after - before, &detail["decision"]), (1, &json!("quarantine")));
    assert_eq!((&detail["format"], &detail["address"]), (&json!("csv"), &json!("192.0.2.1")));
    // What a program says of itself is kept as far as 300 characters.
    assert_eq!(detail["agent"], json!("a".repeat(300)));

    app.make_export(reported.tenant.workspace, job).await.unwrap();
    let ended = app.view_export(viewer, job).await.unwrap().state;
    let ExportState::Failed(reason) = ended else { panic!("{ended:?}") };
    assert!(reason.contains("does not match its seal"), "{reason}");
    assert_eq!(count(&world.superuser, "select count(*) from export_pieces").await, 0);
}
