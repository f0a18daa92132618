//! A run that fails, or a trigger that is refused, consumes nothing, says why,
//! and leaves the way free.

use crate::world::{Tenant, World, altered, analyst, count, draft, entitlement, hanging, project};
use domain::{
    cadence::Cadence,
    id::{PackId, RunId, SpecificationId},
    price::Tier,
    run::{FailureKind, Stage},
    taxonomy::Region,
};
use executor::capability::{Fault, FaultKind};
use harvest::assemble_pack;
use jiff::civil::date;
use orchestrator::{
    Orchestrator,
    run::{Executed, RunLimits, Swept, Triggered},
};
use serde_json::json;
use sqlx::PgPool;
use storage::{
    evidence_pack::{self, FileReading},
    tenancy,
};
use uuid::Uuid;

/// What the page of a failed run shows: stage, kind, message and reasons.
type Ending = (Stage, FailureKind, String, Vec<String>);

struct Case {
    world: World,
    tenant: Tenant,
    id: SpecificationId,
}

impl Case {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        Self { world, tenant, id }
    }

    /// A run carried by `process` to a failure that is told and audited.
    async fn fail(&self, process: &Orchestrator) -> Ending {
        let run = self.world.trigger(&self.tenant, self.id).await;
        self.fail_run(process, run).await
    }

    async fn fail_run(&self, process: &Orchestrator, run: RunId) -> Ending {
        let executed = process.execute_run(self.tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Final);
        let pool = &self.world.superuser;
        let entry = format!(
            "select count(*) from audit_log where action = 'run.failed' and target = '{run}'"
        );
        assert_eq!(count(pool, &entry).await, 1);
        assert_eq!(count(pool, "select count(*) from artifacts").await, 0);
        let view = self.world.orchestrator.view_run(&self.tenant.viewer, run).await.unwrap();
        let (stage, message, reasons) = view.failure().unwrap();
        (stage.unwrap(), view.row.failure_kind.unwrap(), message, reasons)
    }

    /// A monthly report needs a reading of the last 24 hours: section 5.
    async fn close_the_gate(&self) {
        self.world.tamper("update pack_readings set read_at = now() - interval '25 hours'").await;
    }

    /// The slot is free, and the next trigger gives a report.
    async fn succeeds_now(&self) {
        self.world.succeed(&self.tenant, self.id).await;
    }
}

#[sqlx::test(migrations = false)]
async fn a_report_outside_the_scope_is_never_published_and_each_finding_is_told(pool: PgPool) {
    let case = Case::new(pool).await;
    let widening = case
        .world
        .process(analyst(|mut written| {
            written.value["coverage"]["quiet_regions"] = json!([Region::China]);
            Ok(written)
        }))
        .await;
    let (stage, kind, message, reasons) = case.fail(&widening).await;
    assert_eq!((stage, kind), (Stage::Validate, FailureKind::Validation));
    assert_eq!(message, "The report did not pass validation.");
    assert_eq!(reasons, ["China lies outside the specification."]);
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn a_report_without_the_required_structure_is_never_published(pool: PgPool) {
    let case = Case::new(pool).await;
    let shapeless = case
        .world
        .process(analyst(|mut written| {
            written.value = json!({ "title": "All is well" });
            Ok(written)
        }))
        .await;
    let (stage, kind, _, reasons) = case.fail(&shapeless).await;
    assert_eq!((stage, kind), (Stage::Validate, FailureKind::Validation));
    assert!(
        reasons[0].starts_with("The report did not have the required structure"),
        "{reasons:?}"
    );
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn no_evidence_at_all_is_a_failed_run_and_not_a_quiet_period(pool: PgPool) {
    let case = Case::new(pool).await;
    let run = case.world.trigger(&case.tenant, case.id).await;
    let empty = assemble_pack(date(2025, 3, 1), Vec::new());
    let mut tx = tenancy::begin_global(case.world.orchestrator.pool()).await.unwrap();
    // It was read, so that the gate is open, and held nothing.
    let tier = 2.try_into().unwrap();
    let files = [FileReading { name: "Empty".to_owned(), tier, is_read: true }];
    evidence_pack::seal(&mut tx, PackId::from_uuid(Uuid::now_v7()), &empty, &files).await.unwrap();
    tx.commit().await.unwrap();
    let (stage, kind, message, _) = case.fail_run(&case.world.orchestrator, run).await;
    assert_eq!((stage, kind), (Stage::Execute, FailureKind::Empty));
    assert_eq!(message, "there was no evidence to report on: the evidence pack holds no items");
    case.world.read_samples().await;
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn a_closed_gate_refuses_the_trigger_with_what_is_missing(pool: PgPool) {
    let case = Case::new(pool).await;
    case.close_the_gate().await;
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "gate_closed");

    case.world.tamper("delete from pack_readings").await;
    let blocked = case.world.blocked(&case.tenant, case.id).await;
    assert!(blocked.message().contains("no source has been read yet"), "{}", blocked.message());
    case.world.read_samples().await;
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn a_queued_run_waits_for_the_freshness_gate_and_says_so_until_it_opens(pool: PgPool) {
    let case = Case::new(pool).await;
    let run = case.world.trigger(&case.tenant, case.id).await;
    case.close_the_gate().await;
    let uncalled = case.world.process(analyst(|_| panic!("the analyst was asked"))).await;
    for _ in 0..3 {
        let executed = uncalled.execute_run(case.tenant.workspace, run).await.unwrap();
        assert_eq!(executed, Executed::Waiting);
    }
    assert_eq!(case.world.status(run).await, "queued");
    let view = case.world.orchestrator.view_run(&case.tenant.viewer, run).await.unwrap();
    let said = view.row.waiting_for.unwrap();
    assert!(said.starts_with("Waiting for fresh evidence. "), "{said}");
    assert!(said.contains("last read 25 hours ago"), "{said}");
    let pool = &case.world.superuser;
    // Its readers hear of it once, it has a job for later, and no attempt is counted.
    let events =
        "select count(*) from run_events where message like 'Waiting for fresh evidence.%'";
    assert_eq!(count(pool, events).await, 1);
    let later = "select count(*) from graphile_worker.jobs where run_at > now()";
    assert_eq!(count(pool, later).await, 1);
    assert_eq!(count(pool, "select fencing_token from runs").await, 0);
    assert_eq!(case.world.orchestrator.sweep_runs().await.unwrap(), Swept::default());

    case.world.read_samples().await;
    let app = &case.world.orchestrator;
    assert_eq!(app.execute_run(case.tenant.workspace, run).await.unwrap(), Executed::Final);
    assert_eq!(case.world.status(run).await, "succeeded");
    assert_eq!(count(pool, "select count(*) from runs where waiting_for is not null").await, 0);
}

/// The gate stays closed until the run's limit; `swept` when the sweeper finds out.
async fn check_no_evidence(pool: PgPool, swept: bool) {
    let case = Case::new(pool).await;
    let run = case.world.trigger(&case.tenant, case.id).await;
    case.close_the_gate().await;
    let late = "update runs set claimed_at = claimed_at - interval '31 minutes'";
    sqlx::query(late).execute(&case.world.superuser).await.unwrap();
    let uncalled = case.world.process(analyst(|_| panic!("the analyst was asked"))).await;
    if swept {
        let found = uncalled.sweep_runs().await.unwrap();
        assert_eq!(found, Swept { queued_again: 0, overdue: 1 });
    }
    let (stage, kind, message, reasons) = case.fail_run(&uncalled, run).await;
    // Section 5: a queued run waits for the gate until its limit, then fails (coverage).
    assert_eq!((stage, kind), (Stage::AssemblePackage, FailureKind::Coverage));
    assert_eq!(message, "The run waited 30 minutes for fresh evidence, and there was none.");
    assert!(reasons[0].contains("last read 25 hours ago"), "{reasons:?}");
    case.world.read_samples().await;
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn a_run_that_waits_for_evidence_until_its_limit_fails_by_coverage(pool: PgPool) {
    check_no_evidence(pool, false).await;
}

#[sqlx::test(migrations = false)]
async fn the_sweeper_fails_a_run_that_waited_in_vain_by_coverage(pool: PgPool) {
    check_no_evidence(pool, true).await;
}

#[sqlx::test(migrations = false)]
async fn a_panic_of_an_agent_fails_the_run_and_not_the_worker(pool: PgPool) {
    let case = Case::new(pool).await;
    let panicking = case.world.process(analyst(|_| panic!("as the test wants"))).await;
    let (stage, kind, message, _) = case.fail(&panicking).await;
    assert_eq!((stage, kind), (Stage::Execute, FailureKind::Internal));
    assert_eq!(message, "assistant.compose_report broke off.");
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn a_step_that_hangs_fails_the_run_at_its_deadline(pool: PgPool) {
    let case = Case::new(pool).await;
    let limits = RunLimits { step_s: 3, ..RunLimits::default() };
    let hanging = case.world.process(hanging("assistant.compose_report")).await.with_limits(limits);
    let (stage, kind, message, _) = case.fail(&hanging).await;
    assert_eq!((stage, kind), (Stage::Execute, FailureKind::Timeout));
    assert!(message.ends_with("took longer than 3 s."), "{message}");
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn the_analysts_own_failure_keeps_its_kind_and_its_reasons(pool: PgPool) {
    let case = Case::new(pool).await;
    let refusing = case
        .world
        .process(analyst(|_| {
            let reasons = vec!["It was busy.".to_owned(), "It was busy again.".to_owned()];
            Err(Fault::new(FaultKind::Unavailable, "The analyst gave no answer.")
                .with_reasons(reasons))
        }))
        .await;
    let (stage, kind, message, reasons) = case.fail(&refusing).await;
    assert_eq!((stage, kind), (Stage::Execute, FailureKind::Assistant));
    assert_eq!(message, "The analyst gave no answer.");
    assert_eq!(reasons, ["It was busy.", "It was busy again."]);
    case.succeeds_now().await;
}

// Offered again it would fail again, so that the trigger would never end.
#[sqlx::test(migrations = false)]
async fn an_output_that_cannot_be_stored_ends_the_run_at_once(pool: PgPool) {
    let case = Case::new(pool).await;
    let unstorable = case
        .world
        .process(analyst(|mut written| {
            written.value["title"] = json!("no\u{0}database stores this");
            Ok(written)
        }))
        .await;
    let (stage, kind, ..) = case.fail(&unstorable).await;
    assert_eq!((stage, kind), (Stage::Execute, FailureKind::Internal));

    let blank = case
        .world
        .process(altered("reports.render", |mut rendered| {
            rendered.value = json!({});
            Ok(rendered)
        }))
        .await;
    let (stage, kind, ..) = case.fail(&blank).await;
    assert_eq!((stage, kind), (Stage::Persist, FailureKind::Internal));
    case.succeeds_now().await;
}

#[sqlx::test(migrations = false)]
async fn evidence_that_does_not_match_its_hash_is_not_used(pool: PgPool) {
    let case = Case::new(pool).await;
    let run = case.world.trigger(&case.tenant, case.id).await;
    unseal(&case.world.superuser, "packs", "packs_hash_matches").await;
    case.world.tamper("update packs set document = replace(document, 'TDI', 'MDI')").await;
    let uncalled = case.world.process(analyst(|_| panic!("the analyst was asked"))).await;
    let (stage, kind, ..) = case.fail_run(&uncalled, run).await;
    assert_eq!((stage, kind), (Stage::AssemblePackage, FailureKind::Quarantine));
}

/// Drops the check that a text has its hash.
async fn unseal(pool: &PgPool, table: &str, constraint: &str) {
    let sql = format!("alter table {table} drop constraint {constraint}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn what_is_not_active_or_not_paid_for_is_refused_with_the_reason_and_an_audit_row(
    pool: PgPool,
) {
    let case = Case::new(pool).await;
    let Case { world, tenant, id } = &case;
    let app = &world.orchestrator;
    let check = async |id: SpecificationId, code: &str, said: &str| {
        let reason = world.blocked(tenant, id).await;
        assert_eq!(reason.code(), code);
        assert!(reason.message().contains(said), "{} should say {said}", reason.message());
        let audited = format!(
            "select count(*) from audit_log where action = 'run.blocked' and target = '{id}'
               and entry::jsonb -> 'detail' ->> 'code' = '{code}'
               and entry::jsonb -> 'detail' ->> 'reason' like '%{said}%'"
        );
        assert_eq!(count(&world.superuser, &audited).await, 1, "{said}");
        assert_eq!(count(&world.superuser, "select count(*) from runs").await, 0);
    };

    let (other, _) = app.create_specification(&tenant.editor, draft("Other"), "").await.unwrap();
    check(other, "not_active", "It is a draft").await;
    app.submit_specification(&tenant.editor, other).await.unwrap();
    check(other, "not_active", "waits for an administrator").await;
    app.activate_specification(&world.admin, other).await.unwrap();
    app.pause_specification(&tenant.editor, other, "The budget is spent").await.unwrap();
    check(other, "not_active", "It is paused. Reason: The budget is spent").await;
    app.cancel_specification(&tenant.owner, other, "No longer wanted").await.unwrap();
    check(other, "not_active", "It is cancelled. Reason: No longer wanted").await;

    let mut narrow = entitlement();
    (narrow.cadence, narrow.tier) = (Cadence::Monthly, Tier::Starter);
    app.seed_entitlement(tenant.workspace, &narrow).await.unwrap();
    let mut wide = draft("Monthly");
    wide.regions.push("china".to_owned());
    app.seed_entitlement(tenant.workspace, &entitlement()).await.unwrap();
    world.change(tenant, *id, wide).await;
    app.seed_entitlement(tenant.workspace, &narrow).await.unwrap();
    check(*id, "exceeds_entitlement", "Regions (2, entitled: at most 1)").await;

    let mut ended = entitlement();
    ended.valid_until = date(2020, 12, 31);
    app.seed_entitlement(tenant.workspace, &ended).await.unwrap();
    check(*id, "entitlement_expired", "ended on 2020-12-31").await;
    world.tamper("delete from entitlements").await;
    check(*id, "no_entitlement", "no entitlement yet").await;

    app.seed_entitlement(tenant.workspace, &entitlement()).await.unwrap();
    assert!(matches!(app.trigger_run(&tenant.editor, *id).await.unwrap(), Triggered::Started(_)));
}

#[sqlx::test(migrations = false)]
async fn an_unreadable_manifest_is_recorded_and_keeps_the_evidence_there_was(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let before = world.orchestrator.current_pack().await.unwrap().unwrap();
    assert!(world.orchestrator.read_evidence(&project("patterns")).await.is_err());
    let after = world.orchestrator.current_pack().await.unwrap().unwrap();
    assert_eq!((before.id, before.read_at), (after.id, after.read_at));
    let recorded = "select count(*) from pack_readings where error is not null and pack_id is null";
    assert_eq!(count(&world.superuser, recorded).await, 1);
}
