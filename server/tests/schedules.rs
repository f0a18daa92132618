//! Schedules across real processes: all that falls due in one second, once each.

mod support;

use std::time::Duration;
use support::World;

/// Specifications that fall due together in a plain test run; `cargo xtask soak`
/// takes a thousand.
const SCHEDULED: usize = 120;
const WORKSPACES: usize = 5;
/// A thousand runs of a debug build share two cores.
const PATIENCE_WITH_ALL: Duration = Duration::from_mins(10);

/// As many more specifications as one workspace has, in workspaces of their own, each
/// with a schedule whose slot of this week is due now.
fn copies(total: usize) -> String {
    format!(
        r"begin;
        set local session_replication_role = replica;
        create temporary table model on commit drop as
            select s.*, w.id as of_workspace from specifications s
            join workspaces w on w.id = s.workspace_id where s.name = 'Weekly process test';
        create temporary table house on commit drop as
            select gen_random_uuid() as id, n from generate_series(1, {WORKSPACES}) n;
        insert into workspaces
            select (jsonb_populate_record(null::workspaces, to_jsonb(w) || jsonb_build_object('id', h.id, 'name', 'House ' || h.n))).*
            from house h, workspaces w, model where w.id = model.of_workspace;
        insert into entitlements overriding system value
            select (jsonb_populate_record(null::entitlements, to_jsonb(e) || jsonb_build_object('id', 1000000 + h.n, 'workspace_id', h.id))).*
            from house h, entitlements e, model where e.workspace_id = model.of_workspace;
        create temporary table copy on commit drop as
            select gen_random_uuid() as id, gen_random_uuid() as version, h.id as workspace, g.n
            from generate_series(1, {total}) as g(n) join house h on h.n = 1 + g.n % {WORKSPACES};
        insert into specifications
            select (jsonb_populate_record(null::specifications, to_jsonb(s) || jsonb_build_object(
                'id', c.id, 'workspace_id', c.workspace, 'name', 'Copy ' || c.n, 'active_version_id', c.version))).*
            from copy c, specifications s, model where s.id = model.id;
        insert into specification_versions
            select (jsonb_populate_record(null::specification_versions, to_jsonb(v) || jsonb_build_object(
                'id', c.version, 'workspace_id', c.workspace, 'specification_id', c.id))).*
            from copy c, specification_versions v, model where v.id = model.active_version_id;
        insert into schedules (specification_id, workspace_id, local_time, weekday, month_day, missed, set_by)
            select c.id, c.workspace, '07:00', 1, 1, 'latest', model.draft_saved_by from copy c, model;
        commit;"
    )
}

/// Every schedule's next slot is that of this week, due at one and the same second.
const ALL_AT_ONCE: &str = r#"delete from planned_slots p where exists (
        select from planned_slots e where e.specification_id = p.specification_id and e.due_at < p.due_at);
    update planned_slots p
    set period_key = to_char(now() at time zone w.time_zone, 'IYYY-"W"IW'),
        due_at = now(), starts_at = now(), next_try_at = now()
    from workspaces w where w.id = p.workspace_id"#;

#[test]
fn specifications_that_fall_due_in_the_same_second_each_get_one_report() {
    let total = std::env::var("SCHEDULED").map_or(SCHEDULED, |count| count.parse().unwrap());
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    world.active_specification(&server);
    world.sql(&copies(total));
    // One worker plans; then all are due before any worker looks again.
    let planner = world.work();
    world
        .wait_for("select count(distinct specification_id) from planned_slots", &total.to_string());
    planner.kill();
    world.sql(ALL_AT_ONCE);
    let workers = [world.work(), world.work(), world.work()];
    let succeeded =
        "select count(*) from runs where status = 'succeeded' and run_trigger = 'schedule'";
    world.wait_for_up_to(PATIENCE_WITH_ALL, succeeded, &total.to_string());
    for query in [
        "select count(*) from runs",
        "select count(distinct specification_id) from runs",
        "select count(*) from artifacts",
        "select count(*) from audit_log where action = 'run.succeeded'",
        "select count(*) from planned_slots where state = 'triggered'",
    ] {
        assert_eq!(world.value(query), total.to_string(), "{query}");
    }
    assert_eq!(world.value("select count(*) from planned_slots where state = 'not_run'"), "0");
    drop(workers);
    world.succeeds(&["verify"], "");
}
