//! Executions leave as files like reports do, with the pack and the ledger's commit in them;
//! and what may not be shown of them is withheld on screen.

use crate::world::{Market, PORTFOLIO, Tenant, World, count, origin, project, rights, samples};
use domain::{execution::RightsProfile, id::ExecutionId};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    execution::{Caller, Correlation, ExecuteRequest},
    export::{Download, Export, ExportChoice, ExportLimits, ExportState, FORMATS, Subject, WhatIf},
    rights::{Decision, Format},
};
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use std::fs;
use uuid::Uuid;

const DAY: &str = "2025-10-21";

pub struct Valued {
    pub world: World,
    pub tenant: Tenant,
    pub app: Orchestrator,
    pub execution: ExecutionId,
}

impl Valued {
    pub async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let market = Market::with_portfolio();
        let tenant = world.tenant("North", "Europe/Berlin").await;
        market.add_portfolio(&world, &tenant).await;
        let app = market.app(&world);
        market.build(&app, DAY, "262.77").await;
        let caller = Caller::from(tenant.viewer.clone());
        let answer = app.execute(&caller, request(), correlation()).await.unwrap();
        Self { world, tenant, app, execution: answer.execution }
    }

    pub async fn download(
        &self,
        app: &Orchestrator,
        format: Format,
    ) -> Result<Export, UseCaseError> {
        match self.asked(app, format).await? {
            Download::File { export, .. } => Ok(*export),
            Download::Job(job) => panic!("{job} is to be printed by a worker"),
        }
    }

    async fn asked(&self, app: &Orchestrator, format: Format) -> Result<Download, UseCaseError> {
        app.download_execution(&self.tenant.editor, self.execution, format, &origin()).await
    }

    async fn newest(&self) -> Value {
        sqlx::query_scalar(
            "select entry::jsonb -> 'detail' from audit_log where action = 'execution.exported'
             order by sequence desc limit 1",
        )
        .fetch_one(&self.world.superuser)
        .await
        .unwrap()
    }
}

fn request() -> ExecuteRequest {
    ExecuteRequest {
        pattern_id: "portfolio_overview".to_owned(),
        portfolio_id: Some(PORTFOLIO.parse().unwrap()),
        inputs: Map::new(),
        asof: Some(DAY.parse().unwrap()),
        require_fresh: true,
    }
}

fn correlation() -> Correlation {
    Correlation { trace_id: Uuid::now_v7().simple().to_string(), request_id: Uuid::now_v7() }
}

#[sqlx::test(migrations = false)]
async fn an_execution_leaves_with_its_providers_pack_and_commit(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let commit: String = sqlx::query_scalar("select ledger_commit::text from executions")
        .fetch_one(&valued.world.superuser)
        .await
        .unwrap();
    for format in FORMATS {
        let export = valued.download(&valued.app, format).await.unwrap();
        let detail = valued.newest().await;
        // The ledger is the member's own; the prices are the samples'.
        assert_eq!(detail["providers"], json!(["Manual", "Sample"]));
        assert_eq!(detail["attributions"].as_array().unwrap().len(), 1);
        assert_eq!(detail["decision"], "allow");
        assert_eq!(detail["format"], format.id());
        assert_eq!(detail["ledger_commit_hash"], commit);
        assert_eq!(detail["execution_id"], valued.execution.to_string());
        assert_eq!(detail["portfolio_id"], PORTFOLIO);
        let manifest = serde_json::to_value(&export.manifest).unwrap();
        assert_eq!(manifest["ledger_commit_hash"], commit);
        assert_eq!(manifest["pricing_pack_id"], detail["pricing_pack_id"]);
        assert_eq!(manifest["document_hash"], detail["document_hash"]);
        assert_eq!(export, valued.download(&valued.app, format).await.unwrap(), "the same again");
    }
    let Download::File { name, .. } = valued.asked(&valued.app, Format::Csv).await.unwrap() else {
        panic!("it is small")
    };
    let id = valued.execution.to_string();
    let expected = format!("observatory_main-book_portfolio_overview_{DAY}_{}.csv.zip", &id[..8]);
    assert_eq!(name, expected);
}

#[sqlx::test(migrations = false)]
async fn a_licence_that_forbids_it_blocks_an_execution_and_names_its_provider_alone(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let app = valued.app.clone().with_rights(samples("pdf: true", "pdf: false"));
    let refused = valued.download(&app, Format::Pdf).await;
    let Err(UseCaseError::RightsBlocked(denial)) = refused else { panic!("{refused:?}") };
    let named: Vec<&str> = denial.blocked.iter().map(|one| one.provider.as_str()).collect();
    assert_eq!(named, ["Sample"]);
    assert_eq!(valued.newest().await["decision"], "deny");
    valued.download(&app, Format::Csv).await.unwrap();
    let subject = Subject::Execution(valued.execution);
    let choices = app.export_choices(&valued.tenant.viewer, subject).await.unwrap();
    let denied: Vec<Format> = choices
        .iter()
        .filter(|choice| matches!(choice.decision, Decision::Denied(_)))
        .map(|choice| choice.format)
        .collect();
    assert_eq!((choices.len(), denied), (5, vec![Format::Pdf, Format::Html]));
}

#[sqlx::test(migrations = false)]
async fn only_who_may_export_takes_an_answer_of_fresh_prices(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let (app, id) = (&valued.app, valued.execution);
    let viewer = &valued.tenant.viewer;
    let refused = app.download_execution(viewer, id, Format::Csv, &origin()).await;
    assert!(matches!(refused, Err(UseCaseError::RoleTooLow { .. })), "{refused:?}");
    let role = refused.unwrap_err().to_string();
    for format in [Format::View, Format::Api, Format::Redistribute] {
        let refused = valued.download(app, format).await;
        assert!(matches!(refused, Err(UseCaseError::NotFound)), "{refused:?}");
    }
    let insert = |outcome: &str, stale: bool| {
        format!(
            "insert into executions
             select gen_random_uuid(), workspace_id, user_id, pattern_id, pattern_name, pattern_version,
                 pattern_hash, portfolio_id, inputs, false, asof, pricing_pack_id, ledger_commit,
                 base_currency, rights_profile, require_fresh, {stale}, trace_id, request_id,
                 '{outcome}', case when '{outcome}' = 'succeeded' then null else '{{}}'::jsonb end,
                 trace, panels, case when '{outcome}' = 'succeeded' then data end,
                 case when '{outcome}' = 'succeeded' then data_hash end, started_at, duration_ms
             from executions where id = '{id}' returning id"
        )
    };
    for (outcome, stale, refusal) in
        [("succeeded", true, Refusal::StaleExport), ("failed", false, Refusal::NothingToExport)]
    {
        let other: Uuid = sqlx::query_scalar(sqlx::AssertSqlSafe(insert(outcome, stale)))
            .fetch_one(&valued.world.superuser)
            .await
            .unwrap();
        let other = ExecutionId::from_uuid(other);
        let editor = &valued.tenant.editor;
        let refused = app.download_execution(editor, other, Format::Csv, &origin()).await;
        assert_eq!(refused.unwrap_err().to_string(), refusal.message());
    }
    // Each that came to no ruling is on record with its reason; nothing is that was guessed.
    let entries: Vec<Value> = sqlx::query_scalar(
        "select entry::jsonb -> 'detail' from audit_log
         where action = 'execution.exported' order by sequence",
    )
    .fetch_all(&valued.world.superuser)
    .await
    .unwrap();
    assert!(entries.iter().all(|entry| entry["decision"] == "refuse"), "{entries:?}");
    let reasons: Vec<_> = entries.iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
    let expected =
        [role.as_str(), Refusal::StaleExport.message(), Refusal::NothingToExport.message()];
    assert_eq!(reasons, expected);
}

#[sqlx::test(migrations = false)]
async fn a_large_answer_is_followed_and_fetched_by_those_alone_who_may_export_it(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let limits = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
    let app = valued.app.clone().with_export_limits(limits);
    let Download::Job(job) = valued.asked(&app, Format::Csv).await.unwrap() else {
        panic!("it was sent at once")
    };
    app.make_export(valued.tenant.workspace, job).await.unwrap();
    let (viewer, editor) = (&valued.tenant.viewer, &valued.tenant.editor);
    let refused = app.view_export(viewer, job).await;
    assert!(matches!(refused, Err(UseCaseError::RoleTooLow { .. })), "{refused:?}");
    let refused = app.fetch_export(viewer, job, &origin()).await;
    assert!(matches!(refused, Err(UseCaseError::RoleTooLow { .. })), "{refused:?}");
    let seen = app.view_export(editor, job).await.unwrap();
    assert!(matches!(seen.state, ExportState::Ready(_)), "{seen:?}");
    app.fetch_export(editor, job, &origin()).await.unwrap();
}

/// Nothing is sent, and each answer says which fault it is (invariant 17).
#[sqlx::test(migrations = false)]
async fn without_its_record_no_file_of_an_execution_leaves_by_whichever_way(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let limits = ExportLimits { cells_at_once: 0, ..ExportLimits::default() };
    let large = valued.app.clone().with_export_limits(limits);
    let workspace = valued.tenant.workspace;
    let Download::Job(made) = valued.asked(&large, Format::Csv).await.unwrap() else { panic!() };
    large.make_export(workspace, made).await.unwrap();
    let Download::Job(waiting) = valued.asked(&large, Format::Xlsx).await.unwrap() else {
        panic!()
    };
    let superuser = &valued.world.superuser;
    sqlx::query("revoke insert on audit_log from observatory_app")
        .execute(superuser)
        .await
        .unwrap();

    let unrecorded = |answer: UseCaseError| {
        assert!(matches!(answer, UseCaseError::ExportUnrecorded(_)), "{answer:?}");
    };
    for profile in RightsProfile::ALL {
        let app = valued.app.clone().with_rights_profile(*profile);
        for format in FORMATS {
            unrecorded(valued.download(&app, format).await.unwrap_err());
        }
    }
    // Also what no licence has to be asked for, and what goes through a worker.
    let viewer = &valued.tenant.viewer;
    let from = origin();
    let refused = valued.app.download_execution(viewer, valued.execution, Format::Csv, &from).await;
    unrecorded(refused.unwrap_err());
    unrecorded(valued.asked(&large, Format::Pdf).await.unwrap_err());
    unrecorded(large.make_export(workspace, waiting).await.unwrap_err());
    let editor = &valued.tenant.editor;
    unrecorded(large.fetch_export(editor, made, &origin()).await.unwrap_err());
    let attempts = "select count(*) from audit_log where action = 'execution.exported'";
    assert_eq!(count(superuser, attempts).await, 0);
    assert_eq!(count(superuser, "select count(*) from export_jobs").await, 2);
}

#[sqlx::test(migrations = false)]
async fn a_what_if_on_an_execution_shows_every_profile_and_says_what_cannot_be_exported(
    pool: PgPool,
) {
    let valued = Valued::new(pool).await;
    let admin = &valued.world.admin;
    let app = valued.app.clone().with_rights(samples("pdf: true", "pdf: false"));
    let id = valued.execution.as_uuid();
    let shown = app.what_if(admin, id, None).await.unwrap();
    assert_eq!(shown.subject, Subject::Execution(valued.execution));
    assert_eq!(shown.workspace, valued.tenant.workspace);
    assert!(shown.parts.iter().any(|part| part.key == "positions"), "{:?}", shown.parts);
    assert_eq!(shown.not_of_pattern, []);
    let pdf = |shown: &WhatIf| -> Vec<&'static str> {
        let of = |choices: &Vec<ExportChoice>| {
            choices.iter().find(|one| one.format == Format::Pdf).unwrap().decision.id()
        };
        shown.decisions.iter().map(|(_, choices)| of(choices)).collect()
    };
    // A demonstration, too, has nothing left: every panel rests on the samples' prices.
    assert_eq!(pdf(&shown), ["deny"; 3]);
    let assumed = app.what_if(admin, id, Some("Sample".parse().unwrap())).await.unwrap();
    assert_eq!(pdf(&assumed), ["allow"; 3]);
    let entries = "select count(*) from audit_log where action = 'execution.exported'";
    assert_eq!(count(&valued.world.superuser, entries).await, 0);

    let failed: Uuid = sqlx::query_scalar(
        "insert into executions
         select gen_random_uuid(), workspace_id, user_id, pattern_id, pattern_name, pattern_version,
             pattern_hash, portfolio_id, inputs, false, asof, pricing_pack_id, ledger_commit,
             base_currency, rights_profile, require_fresh, stale, trace_id, request_id, 'failed',
             '{}'::jsonb, trace, panels, null, null, started_at, duration_ms
         from executions returning id",
    )
    .fetch_one(&valued.world.superuser)
    .await
    .unwrap();
    let refused = app.what_if(admin, failed, None).await.unwrap_err().to_string();
    assert_eq!(refused, Refusal::NothingToExport.message());
}

#[sqlx::test(migrations = false)]
async fn a_pattern_says_which_files_its_executions_become(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(project("patterns")).unwrap() {
        let file = file.unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let text = text.replace(r#""exports": { "pdf": true"#, r#""exports": { "pdf": false"#);
        fs::write(folder.path().join(file.file_name()), text).unwrap();
    }
    let app = valued.world.process_of(folder.path()).await;
    assert_eq!(
        valued.download(&app, Format::Pdf).await.unwrap_err().to_string(),
        Refusal::NotOfPattern.message()
    );
    valued.download(&app, Format::Csv).await.unwrap();
    let of_pattern = async |app: &Orchestrator| -> Vec<Format> {
        let subject = Subject::Execution(valued.execution);
        let choices = app.export_choices(&valued.tenant.editor, subject).await.unwrap();
        choices.into_iter().map(|choice| choice.format).collect()
    };
    assert_eq!(of_pattern(&valued.app).await, FORMATS);
    assert_eq!(of_pattern(&app).await, FORMATS[1..]);
    let (admin, id) = (&valued.world.admin, valued.execution.as_uuid());
    let shown = app.what_if(admin, id, None).await.unwrap();
    assert_eq!(shown.not_of_pattern, [Format::Pdf]);

    // What a pattern that is gone may become, nobody can say.
    let file = folder.path().join("portfolio_overview.json");
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("portfolio_overview", "portfolio_outline");
    fs::write(folder.path().join("portfolio_outline.json"), text).unwrap();
    fs::remove_file(file).unwrap();
    let app = valued.world.process_of(folder.path()).await;
    assert_eq!(
        valued.download(&app, Format::Csv).await.unwrap_err().to_string(),
        Refusal::NotOfPattern.message()
    );
}

#[sqlx::test(migrations = false)]
async fn a_panel_that_may_not_be_shown_says_why_and_the_others_stay(pool: PgPool) {
    let valued = Valued::new(pool).await;
    let caller = Caller::from(valued.tenant.viewer.clone());
    let (shown, terms) = valued.app.shown_execution(&caller, valued.execution).await.unwrap();
    assert!(shown.data.is_some());
    assert_eq!(terms.attributions[0].text, "Sample data, not market data");
    assert_eq!(valued.app.rights_version(), *rights().version());

    let app = valued.app.clone().with_rights(samples("display: true", "display: false"));
    let (answer, shown) = app.execute_to_show(&caller, request(), correlation()).await.unwrap();
    let (kept, terms) = app.shown_execution(&caller, valued.execution).await.unwrap();
    assert!(answer.data.is_empty() && kept.data.is_none());
    assert!(terms.attributions.is_empty() && shown.attributions.is_empty());
    for panels in [answer.panels, kept.panels] {
        // Of the book alone: the list of what has no price, and cash in the base currency.
        let (withheld, shown): (Vec<_>, Vec<_>) =
            panels.into_iter().partition(|panel| panel.data.is_null());
        assert!(withheld.iter().any(|panel| panel.id == "positions"), "{withheld:?}");
        for panel in &withheld {
            let reason = panel.reason.as_deref().unwrap();
            assert!(reason.contains("does not allow to show on screen"), "{reason}");
            assert!(reason.contains("Wait for real prices."), "{reason}");
        }
        let text = serde_json::to_string(&shown).unwrap();
        assert!(!text.contains("262.77"), "{text}");
    }
}
