//! A schedule starts the run of each period once, or says why not, whatever number of
//! processes look at it (domain reference, section 3.5).

use crate::world::{Tenant, World, analyst, builtin_agents, count, draft, message_of};
use domain::{
    cadence::{Cadence, Period},
    id::{RunId, SpecificationId},
    schedule::ScheduleDraft,
    slot_override::OverrideKind,
    taxonomy::Region,
    workspace::Role,
};
use executor::capability::Agent;
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    run::{Executed, RunLimits},
    schedule::Dispatched,
};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use storage::{
    schedule::planned_slot::{SlotOutcome, SlotRow},
    tenancy,
};
use tokio::task::JoinSet;

const REASON: &str = "The plant is on holiday until August.";

struct Case {
    world: World,
    tenant: Tenant,
    id: SpecificationId,
}

fn typed(at: &str, missed: &str) -> ScheduleDraft {
    ScheduleDraft {
        at: at.to_owned(),
        weekday: String::new(),
        month_day: "28".to_owned(),
        missed: missed.to_owned(),
    }
}

impl Case {
    /// A monthly specification without evidence and without a schedule.
    async fn bare(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        Self { world, tenant, id }
    }

    async fn new(pool: PgPool, missed: &str) -> Self {
        let case = Self::bare(pool).await;
        case.world.read_samples().await;
        case.set(missed).await.unwrap();
        case
    }

    fn app(&self) -> &Orchestrator {
        &self.world.orchestrator
    }

    async fn set(&self, missed: &str) -> Result<(), UseCaseError> {
        self.app().set_schedule(&self.tenant.editor, self.id, &typed("07:00", missed)).await
    }

    async fn sql(&self, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.world.superuser).await.unwrap();
    }

    async fn count(&self, what: &str) -> i64 {
        count(&self.world.superuser, &format!("select count(*) from {what}")).await
    }

    /// One slot, of the present period, that was due so long ago.
    async fn let_it_fall_due(&self, ago: &str) {
        let now = self.app().now().await.unwrap();
        let zone = &self.tenant.editor.membership.as_ref().unwrap().time_zone;
        let period = Period::containing(Cadence::Monthly, zone, now).unwrap();
        self.sql(
            "delete from planned_slots where state = 'planned' and id <>
                 (select id from planned_slots where state = 'planned' order by due_at limit 1)"
                .to_owned(),
        )
        .await;
        self.sql(format!(
            "update planned_slots
             set period_key = '{}', period_ends_at = '{}', due_at = now() - interval '{ago}',
                 starts_at = now() - interval '{ago}', next_try_at = now() - interval '{ago}'
             where state = 'planned'",
            period.key, period.ends_at
        ))
        .await;
    }

    async fn dispatch(&self) -> Dispatched {
        self.app().dispatch_schedules().await.unwrap()
    }

    async fn recent(&self) -> Vec<SlotRow> {
        self.app().view_schedule(&self.tenant.viewer, self.id).await.unwrap().recent
    }

    /// Why the newest slot was not run.
    async fn not_run(&self) -> String {
        match self.recent().await.remove(0).outcome {
            SlotOutcome::NotRun { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn planned(&self) -> i64 {
        self.count("planned_slots where state = 'planned'").await
    }

    async fn audited(&self, action: &str) -> i64 {
        self.count(&format!("audit_log where action = '{action}'")).await
    }

    async fn run(&self) -> RunId {
        let id = sqlx::query_scalar("select id from runs")
            .fetch_one(&self.world.superuser)
            .await
            .unwrap();
        RunId::from_uuid(id)
    }
}

/// An analyst whose reports leave their scope.
fn widening() -> Vec<Agent> {
    analyst(|mut written| {
        written.value["coverage"]["quiet_regions"] = json!([Region::China]);
        Ok(written)
    })
}

const fn started(started: usize) -> Dispatched {
    Dispatched { started, not_run: 0, waiting: 0, is_full: false }
}

#[sqlx::test(migrations = false)]
async fn a_schedule_starts_the_run_of_its_period_and_says_that_it_did(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    assert_eq!(case.dispatch().await, Dispatched::default(), "nothing is due yet");
    case.let_it_fall_due("1 minute").await;
    assert_eq!(case.dispatch().await, started(1));
    let run = case.run().await;
    let by_schedule = "runs r join users u on u.id = r.triggered_by
                       where r.run_trigger = 'schedule' and u.name like 'editor%'";
    assert_eq!(case.count(by_schedule).await, 1);
    let audited = "audit_log where action = 'run.triggered' and actor is null";
    assert_eq!(case.count(audited).await, 1);
    assert_eq!(case.app().execute_run(case.tenant.workspace, run).await.unwrap(), Executed::Final);
    assert_eq!(case.world.status(run).await, "succeeded");
    let outcome = case.recent().await.remove(0).outcome;
    assert!(matches!(outcome, SlotOutcome::Triggered { run: by, .. } if by == run), "{outcome:?}");
    assert_eq!(case.dispatch().await, Dispatched::default());
    assert_eq!(case.world.blocked(&case.tenant, case.id).await.code(), "slot_taken");
}

#[sqlx::test(migrations = false)]
async fn many_processes_that_look_at_once_start_one_run(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.let_it_fall_due("1 minute").await;
    let mut looking = JoinSet::new();
    for _ in 0..4 {
        let process = case.world.process(builtin_agents()).await;
        for _ in 0..4 {
            let process = process.clone();
            looking.spawn(async move { process.dispatch_schedules().await.unwrap().started });
        }
    }
    assert_eq!(looking.join_all().await.into_iter().sum::<usize>(), 1);
    assert_eq!(case.count("runs").await, 1);
    assert_eq!(case.count("planned_slots where state = 'triggered'").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_closed_gate_makes_a_slot_wait_with_its_reason_until_it_opens(pool: PgPool) {
    let case = Case::bare(pool).await;
    case.set("skip").await.unwrap();
    case.let_it_fall_due("1 minute").await;
    for _ in 0..2 {
        case.sql("update planned_slots set next_try_at = starts_at".to_owned()).await;
        assert_eq!(case.dispatch().await, Dispatched { waiting: 1, ..started(0) });
        assert_eq!(case.dispatch().await, Dispatched::default(), "it is not tried again at once");
    }
    let outcome = case.recent().await.remove(0).outcome;
    assert!(matches!(outcome, SlotOutcome::Waiting { .. }), "{outcome:?}");
    assert_eq!(case.audited("run.blocked").await, 1, "the same reason is told once");
    // However late it has become, it was not missed: it waited.
    case.let_it_fall_due("2 hours").await;
    case.world.read_samples().await;
    assert_eq!(case.dispatch().await, started(1));
}

#[sqlx::test(migrations = false)]
async fn a_period_that_has_its_report_is_not_run_again(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.world.succeed(&case.tenant, case.id).await;
    case.let_it_fall_due("1 minute").await;
    assert_eq!(case.dispatch().await, Dispatched { not_run: 1, ..started(0) });
    assert!(case.not_run().await.contains("was completed on"), "{}", case.not_run().await);
    assert_eq!(case.count("runs").await, 1);
    // The page names no moment at which nothing will happen.
    let view = case.app().view_schedule(&case.tenant.viewer, case.id).await.unwrap();
    let taken = case.recent().await.remove(0).period_key;
    assert_eq!(view.upcoming.len(), 5);
    assert!(view.upcoming.iter().all(|slot| slot.period.key.as_str() > taken.as_str()));
}

#[sqlx::test(migrations = false)]
async fn a_slot_that_was_granted_is_left_to_the_members(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.world.succeed(&case.tenant, case.id).await;
    let reason = "The first report missed a correction of its source.";
    let (app, admin) = (case.app(), &case.world.admin);
    app.grant_override(admin, case.id, OverrideKind::ExtraRun, reason).await.unwrap();
    case.let_it_fall_due("1 minute").await;
    assert_eq!(case.dispatch().await, Dispatched { not_run: 1, ..started(0) });
    assert!(case.not_run().await.ends_with("exists already."), "{}", case.not_run().await);
    assert_eq!(case.count("runs").await, 1);
    case.world.succeed(&case.tenant, case.id).await;
    assert_eq!(case.count("runs where slot_ordinal = 1 and run_trigger <> 'schedule'").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_slot_waits_while_a_member_s_run_is_on_its_way_and_starts_if_that_fails(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let members = case.world.trigger(&case.tenant, case.id).await;
    case.let_it_fall_due("1 minute").await;
    assert_eq!(case.dispatch().await, Dispatched { waiting: 1, ..started(0) });
    let outcome = case.recent().await.remove(0).outcome;
    let SlotOutcome::Waiting { reason, .. } = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("on its way"), "{reason}");
    case.app().cancel_run(&case.tenant.editor, members).await.unwrap();
    case.sql("update planned_slots set next_try_at = starts_at".to_owned()).await;
    assert_eq!(case.dispatch().await, started(1));
}

#[sqlx::test(migrations = false)]
async fn what_was_missed_is_caught_up_once_or_skipped_as_the_schedule_says(pool: PgPool) {
    let case = Case::new(pool, "skip").await;
    case.let_it_fall_due("6 minutes").await;
    assert_eq!(case.dispatch().await, Dispatched { not_run: 1, ..started(0) });
    assert!(case.not_run().await.starts_with("No worker was running"));
    case.sql("delete from planned_slots where state = 'planned'".to_owned()).await;
    case.world.tamper("delete from planned_slots").await;
    case.world.tamper("update schedules set planned_as = null").await;
    case.set("latest").await.unwrap();
    case.let_it_fall_due("6 minutes").await;
    assert_eq!(case.dispatch().await, started(1));
}

#[sqlx::test(migrations = false)]
async fn a_past_period_is_never_written_later(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.let_it_fall_due("6 minutes").await;
    case.sql("update planned_slots set period_ends_at = now() - interval '1 minute'".to_owned())
        .await;
    assert_eq!(case.dispatch().await, Dispatched { not_run: 1, ..started(0) });
    assert_eq!(case.count("runs").await, 0);
    assert!(case.not_run().await.contains("before the period ended"));
}

#[sqlx::test(migrations = false)]
async fn after_months_without_a_process_the_present_period_is_planned_and_no_past_one(
    pool: PgPool,
) {
    let case = Case::new(pool, "latest").await;
    case.sql("delete from planned_slots".to_owned()).await;
    case.sql("update schedules set planned_until = now() - interval '200 days'".to_owned()).await;
    assert_eq!(case.app().plan_schedules().await.unwrap(), 1);
    assert_eq!(case.planned().await, 5);
    assert_eq!(case.count("planned_slots where period_ends_at <= now()").await, 0);
}

#[sqlx::test(migrations = false)]
async fn many_processes_that_find_failures_at_once_pause_a_schedule_once(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let process = case
        .world
        .process(widening())
        .await
        .with_limits(RunLimits { schedule_failures_max: 1, ..RunLimits::default() });
    case.let_it_fall_due("1 minute").await;
    case.dispatch().await;
    process.execute_run(case.tenant.workspace, case.run().await).await.unwrap();
    // All of them have found it failing before one may write.
    let mut held = case.world.superuser.begin().await.unwrap();
    sqlx::query("select from schedules for update").execute(&mut *held).await.unwrap();
    let mut planning = JoinSet::new();
    for _ in 0..3 {
        let process = process.clone();
        planning.spawn(async move { process.plan_schedules().await.unwrap() });
    }
    let waiting =
        "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while case.count(waiting).await < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    held.commit().await.unwrap();
    planning.join_all().await;
    assert_eq!(case.audited("schedule.paused").await, 1);
}

#[sqlx::test(migrations = false)]
async fn failures_in_a_row_pause_the_schedule_and_a_resumption_counts_anew(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let limits = RunLimits { schedule_failures_max: 1, ..RunLimits::default() };
    let process = case.world.process(widening()).await.with_limits(limits);
    case.let_it_fall_due("1 minute").await;
    assert_eq!(case.dispatch().await, started(1));
    process.plan_schedules().await.unwrap();
    assert_eq!(case.audited("schedule.paused").await, 0, "a run that is live has not failed");
    let run = case.run().await;
    process.execute_run(case.tenant.workspace, run).await.unwrap();
    assert_eq!(case.world.status(run).await, "failed");

    // One of three is not enough.
    case.app().plan_schedules().await.unwrap();
    assert_eq!(case.audited("schedule.paused").await, 0);
    process.plan_schedules().await.unwrap();
    process.plan_schedules().await.unwrap();
    assert_eq!(case.audited("schedule.paused").await, 1);
    assert_eq!(case.planned().await, 0);
    let view = case.app().view_schedule(&case.tenant.viewer, case.id).await.unwrap();
    let pause = view.schedule.unwrap().pause.unwrap();
    assert_eq!(pause.by, None);
    assert!(pause.reason.contains("failed"), "{}", pause.reason);

    case.app().resume_schedule(&case.tenant.editor, case.id).await.unwrap();
    process.plan_schedules().await.unwrap();
    assert_eq!(case.audited("schedule.paused").await, 1);
    assert!(case.planned().await > 0);
}

#[sqlx::test(migrations = false)]
async fn a_pause_withdraws_what_is_planned_and_every_change_is_on_record(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let (app, editor) = (case.app(), &case.tenant.editor);
    assert_eq!(case.planned().await, 5);
    let refusal = |answer: Result<(), UseCaseError>| match answer.unwrap_err() {
        UseCaseError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(app.pause_schedule(editor, case.id, "short").await), Refusal::ReasonLength);
    app.pause_schedule(editor, case.id, REASON).await.unwrap();
    assert_eq!(case.planned().await, 0);
    assert_eq!(refusal(app.pause_schedule(editor, case.id, REASON).await), Refusal::ScheduleStands);
    // Another time of day does not end the pause.
    case.set("skip").await.unwrap();
    assert_eq!(case.planned().await, 0);
    app.resume_schedule(editor, case.id).await.unwrap();
    assert_eq!(refusal(app.resume_schedule(editor, case.id).await), Refusal::ScheduleStands);
    assert_eq!(case.planned().await, 5);
    for (action, times) in [("schedule.set", 2), ("schedule.paused", 1), ("schedule.resumed", 1)] {
        assert_eq!(case.audited(action).await, times, "{action}");
    }
    let before_and_after = "audit_log where action = 'schedule.set'
         and entry::jsonb #>> '{detail,before,missed}' = 'latest'
         and entry::jsonb #>> '{detail,after,missed}' = 'skip'";
    assert_eq!(case.count(before_and_after).await, 1);
}

#[sqlx::test(migrations = false)]
async fn slots_are_planned_anew_when_zone_or_state_change(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let due = async || {
        sqlx::query_scalar::<_, String>(
            "select string_agg(extract(hour from due_at at time zone 'UTC')::text, ' ' order by due_at)
             from planned_slots where state = 'planned'",
        )
        .fetch_one(&case.world.superuser)
        .await
        .unwrap()
    };
    case.sql("update workspaces set time_zone = 'Asia/Tokyo'".to_owned()).await;
    assert_eq!(case.app().plan_schedules().await.unwrap(), 1);
    // Tokyo is nine hours ahead of UTC, all year.
    assert_eq!(due().await, "22 22 22 22 22");
    assert_eq!(case.app().plan_schedules().await.unwrap(), 0, "what is planned stays");

    let later = typed("09:00", "latest");
    case.app().set_schedule(&case.tenant.editor, case.id, &later).await.unwrap();
    assert_eq!(due().await, "0 0 0 0 0");

    case.app().pause_specification(&case.tenant.editor, case.id, REASON).await.unwrap();
    case.app().plan_schedules().await.unwrap();
    assert_eq!(case.planned().await, 0);
    let view = case.app().view_schedule(&case.tenant.viewer, case.id).await.unwrap();
    assert!(view.upcoming.is_empty());
    case.app().resume_specification(&case.tenant.owner, case.id).await.unwrap();
    case.app().plan_schedules().await.unwrap();
    assert_eq!(case.planned().await, 5);
}

#[sqlx::test(migrations = false)]
async fn a_slot_planned_in_another_zone_starts_no_run(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.let_it_fall_due("1 minute").await;
    case.sql("update planned_slots set period_key = '2001-01' where state = 'planned'".to_owned())
        .await;
    assert_eq!(case.dispatch().await, started(0));
    assert_eq!(case.count("runs").await, 0);
    assert_eq!(case.planned().await, 0);
}

#[sqlx::test(migrations = false)]
async fn only_an_editor_of_the_workspace_sets_a_schedule(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let (app, draft) = (case.app(), typed("07:00", "latest"));
    let refused = app.set_schedule(&case.tenant.viewer, case.id, &draft).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::RoleTooLow { needed: Role::Editor }));
    let other = case.world.tenant_by_day("South").await;
    for answer in [
        app.set_schedule(&other.owner, case.id, &draft).await,
        app.pause_schedule(&other.owner, case.id, REASON).await,
        app.resume_schedule(&other.owner, case.id).await,
        app.view_schedule(&other.owner, case.id).await.map(drop),
    ] {
        assert!(matches!(answer.unwrap_err(), UseCaseError::NotFound));
    }
    let wrong = app.set_schedule(&case.tenant.editor, case.id, &typed("25:00", "latest")).await;
    assert!(matches!(wrong.unwrap_err(), UseCaseError::Refused(Refusal::ScheduleForm)));
}

#[sqlx::test(migrations = false)]
async fn a_cancelled_specification_keeps_no_slot_and_takes_no_schedule(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    case.app().cancel_specification(&case.tenant.owner, case.id, REASON).await.unwrap();
    case.app().plan_schedules().await.unwrap();
    assert_eq!(case.planned().await, 0);
    let refused = case.set("skip").await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused(Refusal::Cancelled)), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn the_database_keeps_slots_and_their_runs_together_whatever_the_code_does(pool: PgPool) {
    let case = Case::new(pool, "latest").await;
    let by_hand = case.world.succeed(&case.tenant, case.id).await;
    case.let_it_fall_due("1 minute").await;
    let attempt = async |sql: String| {
        let mut tx =
            tenancy::begin_workspace(case.app().pool(), case.tenant.workspace).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        tx.commit().await
    };
    let foreign = format!(
        "update planned_slots set state = 'triggered', decided_at = now(), run_id = '{by_hand}'"
    );
    let refused = message_of(attempt(foreign).await);
    assert!(refused.ends_with("is used by a scheduled run of its period only"), "{refused}");
    let unplanned =
        "insert into runs (id, workspace_id, specification_id, specification_version_id,
             period, period_key, period_starts_at, period_ends_at, window_from, window_to,
             triggered_by, run_trigger)
         select gen_random_uuid(), workspace_id, specification_id, specification_version_id, period,
             '2001-01', period_starts_at, period_ends_at, window_from, window_to, triggered_by,
             'schedule'
         from runs";
    let refused = message_of(attempt(unplanned.to_owned()).await);
    assert!(refused.ends_with("of a schedule has no planned slot"), "{refused}");
    assert_eq!(case.dispatch().await, Dispatched { not_run: 1, ..started(0) });
    for sql in ["update planned_slots set reason = 'Another.'", "delete from planned_slots"] {
        let refused = message_of(attempt(sql.to_owned()).await);
        assert!(refused.ends_with("is decided"), "{sql}: {refused}");
    }
}
