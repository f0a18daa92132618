-- Schedules: a specification that runs by itself, once a period. What is due stands
-- in a table, so that any number of processes may look, and none of them matters.
-- Safe beside an older process: the new column of runs has a default that is true of
-- every run that such a process claims, and the rest is new.

alter table runs add column run_trigger text not null default 'member';
alter table runs add constraint runs_trigger_known check (run_trigger in ('member', 'schedule'));
comment on column runs.run_trigger is 'Who or what asked for it. Of a schedule''s run, triggered_by is who set the schedule.';

create table schedules (
    specification_id uuid not null,
    workspace_id     uuid not null,
    local_time       text not null,
    weekday          smallint not null,
    month_day        smallint not null,
    missed           text not null,
    set_by           uuid not null,
    set_at           timestamptz not null default now(),
    paused_at        timestamptz,
    paused_by        uuid,
    paused_reason    text,
    failures_from    timestamptz not null default now(),
    planned_as       text,
    planned_until    timestamptz,
    constraint schedules_pkey primary key (specification_id),
    constraint schedules_tenant_key unique (specification_id, workspace_id),
    constraint schedules_specification_fkey
        foreign key (specification_id, workspace_id) references specifications (id, workspace_id),
    constraint schedules_set_by_fkey foreign key (set_by) references users (id),
    constraint schedules_paused_by_fkey foreign key (paused_by) references users (id),
    constraint schedules_local_time_form check (local_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    constraint schedules_weekday_range check (weekday between 1 and 7),
    constraint schedules_month_day_range check (month_day between 1 and 28),
    constraint schedules_missed_known check (missed in ('latest', 'skip')),
    constraint schedules_pause_has_reason check ((paused_at is null) = (paused_reason is null)),
    constraint schedules_pause_has_moment check (paused_by is null or paused_at is not null)
);
comment on column schedules.local_time is 'By the clock of the workspace''s time zone.';
comment on column schedules.weekday is 'Monday is 1. Of a weekly specification; kept for when the cadence changes.';
comment on column schedules.month_day is 'Of a monthly specification; every month has it.';
comment on column schedules.paused_by is 'Null in a pause: too many runs in a row had failed.';
comment on column schedules.failures_from is 'Failures before it do not count: when it was set, or last resumed.';
comment on column schedules.planned_as is 'What planned slots were computed from; another value means that they are planned anew.';
comment on column schedules.planned_until is 'The last planned slot is due then.';

call isolate_by_workspace('schedules');
grant select, insert on schedules to observatory_app;
grant update (
    local_time, weekday, month_day, missed, set_by, set_at, paused_at, paused_by, paused_reason, failures_from,
    planned_as, planned_until
) on schedules to observatory_app;
grant select on schedules to observatory_verifier;

create table planned_slots (
    id               uuid not null,
    workspace_id     uuid not null,
    specification_id uuid not null,
    period_key       text not null,
    due_at           timestamptz not null,
    starts_at        timestamptz not null,
    period_ends_at   timestamptz not null,
    next_try_at      timestamptz not null,
    state            text not null default 'planned',
    reason_code      text,
    reason           text,
    run_id           uuid,
    decided_at       timestamptz,
    constraint planned_slots_pkey primary key (id),
    constraint planned_slots_period_key unique (specification_id, period_key),
    constraint planned_slots_run_key unique (run_id),
    constraint planned_slots_schedule_fkey
        foreign key (specification_id, workspace_id) references schedules (specification_id, workspace_id),
    constraint planned_slots_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint planned_slots_state_known check (state in ('planned', 'triggered', 'not_run')),
    constraint planned_slots_ordered check (due_at <= starts_at and starts_at < period_ends_at and starts_at <= next_try_at),
    constraint planned_slots_decided check ((state = 'planned') = (decided_at is null)),
    constraint planned_slots_triggered_has_run check ((state = 'triggered') = (run_id is not null)),
    constraint planned_slots_reason_whole check ((reason is null) = (reason_code is null)),
    constraint planned_slots_not_run_has_reason check (state <> 'not_run' or reason is not null)
);
comment on table planned_slots is 'The regular slot of a period as a schedule has it: what is due, and what became of it.';
comment on column planned_slots.due_at is 'The moment that the schedule names; starts_at is up to two minutes later.';
comment on column planned_slots.reason is 'Why it was not run, or what it waits for.';

create index planned_slots_due_idx on planned_slots (next_try_at) where state = 'planned';
create index planned_slots_recent_idx on planned_slots (specification_id, due_at desc);

call isolate_by_workspace('planned_slots');
grant select, insert, delete on planned_slots to observatory_app;
grant update (next_try_at, state, reason_code, reason, run_id, decided_at) on planned_slots to observatory_app;
grant select on planned_slots to observatory_verifier;
create trigger refuse_truncate before truncate on planned_slots for each statement execute function refuse_change();

-- What became of a slot stays; only one that is still ahead may be withdrawn. A slot
-- is used by a run of its own specification and period which a schedule triggered.
create function guard_planned_slot() returns trigger
    language plpgsql
as $$
begin
    if old.state <> 'planned' then
        raise exception using errcode = 'restrict_violation', constraint = 'planned_slots_decided_once',
            message = format('planned slot %s is decided', old.id);
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    if new.run_id is not null and not exists (
        select from runs r
        where r.id = new.run_id and r.specification_id = new.specification_id
          and r.period_key = new.period_key and r.slot_ordinal = 0 and r.run_trigger = 'schedule'
    ) then
        raise exception using errcode = 'restrict_violation', constraint = 'planned_slots_own_run',
            message = format('planned slot %s is used by a scheduled run of its period only', old.id);
    end if;
    return new;
end
$$;
create trigger guard_planned_slot before update or delete on planned_slots
    for each row execute function guard_planned_slot();

-- A run of a schedule belongs to a slot that was planned; it is committed with it.
create function require_planned_slot() returns trigger
    language plpgsql
as $$
begin
    if not exists (select from planned_slots p where p.run_id = new.id) then
        raise exception using errcode = 'restrict_violation', constraint = 'runs_schedule_planned',
            message = format('run %s of a schedule has no planned slot', new.id);
    end if;
    return null;
end
$$;
create constraint trigger require_planned_slot
    after insert on runs deferrable initially deferred
    for each row when (new.run_trigger = 'schedule')
    execute function require_planned_slot();

-- What the slots of a schedule follow from: its own answers, the cadence in force and
-- the zone. 'nothing' where it plans none.
create function planning_basis(schedule schedules, specification_state text, cadence text, time_zone text)
    returns text
    language sql immutable
    return case
        when specification_state <> 'active' or cadence is null or schedule.paused_at is not null then 'nothing'
        else concat_ws(
            ' ', cadence, time_zone, schedule.local_time, schedule.weekday::text, schedule.month_day::text
        )
    end;
