-- Runs. The slot is an index: at most one live or succeeded run per
-- specification, period and slot ordinal, whatever the code does.

create table runs (
    id                       uuid not null,
    workspace_id             uuid not null,
    specification_id         uuid not null,
    specification_version_id uuid not null,
    period                   jsonb not null,
    period_key               text not null,
    period_starts_at         timestamptz not null,
    period_ends_at           timestamptz not null,
    slot_ordinal             smallint not null default 0,
    window_from              date not null,
    window_to                date not null,
    status                   text not null default 'queued',
    triggered_by             uuid not null,
    claimed_at               timestamptz not null default now(),
    started_at               timestamptz,
    finished_at              timestamptz,
    fencing_token            bigint not null default 0,
    lease_until              timestamptz,
    failure_kind             text,
    failure_detail           jsonb,
    constraint runs_pkey primary key (id),
    constraint runs_tenant_key unique (id, workspace_id),
    constraint runs_specification_fkey
        foreign key (specification_id, workspace_id) references specifications (id, workspace_id),
    constraint runs_version_fkey
        foreign key (specification_version_id, specification_id, workspace_id)
        references specification_versions (id, specification_id, workspace_id),
    constraint runs_triggered_by_fkey foreign key (triggered_by) references users (id),
    constraint runs_status_known check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    constraint runs_failure_kind_known check (failure_kind in (
        'gate', 'coverage', 'assistant', 'validation', 'empty', 'budget', 'timeout', 'lease_lost',
        'quarantine', 'internal'
    )),
    constraint runs_failed_has_kind check ((status = 'failed') = (failure_kind is not null)),
    constraint runs_finished_when_final check ((status in ('queued', 'running')) = (finished_at is null)),
    constraint runs_running_has_lease check (status <> 'running' or (lease_until is not null and started_at is not null)),
    constraint runs_period_ordered check (period_starts_at < period_ends_at and window_from <= window_to)
);
comment on column runs.fencing_token is 'Raised by each claim of a worker; a write that carries an older one changes nothing.';
comment on column runs.period_key is 'Computed at claim from the database''s clock, in the workspace''s zone; never moves.';

create unique index runs_slot_key on runs (specification_id, period_key, slot_ordinal)
    where status in ('queued', 'running', 'succeeded');
create unique index runs_one_live_key on runs (specification_id) where status in ('queued', 'running');
create index runs_history_idx on runs (workspace_id, claimed_at desc, id desc);
create index runs_specification_idx on runs (specification_id, claimed_at desc);
create index runs_platform_idx on runs (claimed_at desc, id desc);

call isolate_by_workspace('runs');
grant select, insert on runs to observatory_app;
grant update (status, started_at, finished_at, fencing_token, lease_until, failure_kind, failure_detail)
    on runs to observatory_app;
grant select on runs to observatory_verifier;

-- A final state is final, a fencing token only grows, and success without an
-- artifact and its audit entry cannot be committed.
create function guard_run_change() returns trigger
    language plpgsql
as $$
begin
    if old.status in ('succeeded', 'failed', 'cancelled') then
        raise exception using errcode = 'restrict_violation',
            message = format('run %s is %s, which is final', old.id, old.status);
    end if;
    if old.status = 'running' and new.status = 'queued' then
        raise exception using errcode = 'restrict_violation',
            message = format('run %s cannot go back to queued', old.id);
    end if;
    if new.fencing_token < old.fencing_token then
        raise exception using errcode = 'restrict_violation',
            message = format('the fencing token of run %s only grows', old.id);
    end if;
    return new;
end
$$;
create trigger guard_run_change before update on runs for each row execute function guard_run_change();

-- The full and only context of a run.
create table run_packages (
    run_id       uuid not null,
    workspace_id uuid not null,
    pack_id      uuid not null,
    content_hash bytea not null,
    document     text not null,
    assembled_at timestamptz not null default now(),
    constraint run_packages_pkey primary key (run_id),
    constraint run_packages_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint run_packages_pack_fkey foreign key (pack_id) references packs (id),
    constraint run_packages_hash_matches check (content_hash = sha256(convert_to(document, 'UTF8')))
);
call isolate_by_workspace('run_packages');
call make_immutable('run_packages');

-- The journal: each finished step, once. A resumed run reads it and repeats none.
create table run_steps (
    run_id        uuid not null,
    workspace_id  uuid not null,
    stage         text not null,
    step          text not null default '',
    started_at    timestamptz not null,
    finished_at   timestamptz not null default clock_timestamp(),
    input         text not null,
    output        text not null,
    result        jsonb not null,
    fencing_token bigint not null,
    constraint run_steps_pkey primary key (run_id, stage, step),
    constraint run_steps_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint run_steps_stage_known check (stage in (
        'retrieve_specification', 'enforce_cadence', 'assemble_package', 'execute', 'validate', 'persist', 'return'
    ))
);
comment on column run_steps.step is 'Key of the pattern''s step; empty for what the stage does by itself.';
comment on column run_steps.input is 'What went in, in one sentence for the reader of the run page.';
call isolate_by_workspace('run_steps');
call make_immutable('run_steps');

create table run_events (
    id           bigint generated always as identity,
    run_id       uuid not null,
    workspace_id uuid not null,
    kind         text not null,
    stage        text,
    message      text not null,
    at           timestamptz not null default clock_timestamp(),
    constraint run_events_pkey primary key (id),
    constraint run_events_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint run_events_kind_known check (kind in ('queued', 'started', 'resumed', 'stage', 'succeeded', 'failed', 'cancelled'))
);
create index run_events_run_idx on run_events (run_id, id);
call isolate_by_workspace('run_events');
call make_immutable('run_events');

-- Wakes the streams of whichever server holds a reader of this run.
create function announce_run_event() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('run_events', new.run_id::text);
    return null;
end
$$;
create trigger announce_run_event after insert on run_events for each row execute function announce_run_event();
