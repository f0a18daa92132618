-- Overrides: an administrator opens one further slot of one period.
-- Safe beside an older process: it only adds, and such a process claims ordinal 0,
-- which the new rules of runs do not look at.

create table slot_overrides (
    id               uuid not null,
    workspace_id     uuid not null,
    specification_id uuid not null,
    period_key       text not null,
    slot_ordinal     smallint not null,
    kind             text not null,
    reason           text not null,
    granted_by       uuid not null,
    granted_at       timestamptz not null default now(),
    expires_at       timestamptz not null,
    used_by_run      uuid,
    lapsed_at        timestamptz,
    constraint slot_overrides_pkey primary key (id),
    constraint slot_overrides_ordinal_key unique (specification_id, period_key, slot_ordinal),
    constraint slot_overrides_used_by_run_key unique (used_by_run),
    constraint slot_overrides_specification_fkey
        foreign key (specification_id, workspace_id) references specifications (id, workspace_id),
    constraint slot_overrides_granted_by_fkey foreign key (granted_by) references users (id),
    constraint slot_overrides_used_by_run_fkey
        foreign key (used_by_run, workspace_id) references runs (id, workspace_id),
    constraint slot_overrides_kind_known check (kind in ('extra_run', 'slot_reset')),
    constraint slot_overrides_not_regular check (slot_ordinal > 0),
    constraint slot_overrides_reason_length check (char_length(btrim(reason)) >= 10 and char_length(reason) <= 500),
    constraint slot_overrides_granted_in_time check (expires_at > granted_at),
    constraint slot_overrides_one_end check (num_nonnulls(used_by_run, lapsed_at) <= 1)
);
comment on column slot_overrides.slot_ordinal is 'The slot that it opens: 1, 2, … of the period; 0 is the regular one.';
comment on column slot_overrides.kind is 'extra_run: one more report beside those of the period. slot_reset: one that takes their place, so that its package does not name them.';
comment on column slot_overrides.expires_at is 'End of the period; a run that was claimed before may still succeed after it.';
comment on column slot_overrides.used_by_run is 'The run whose success used it up; failures leave it null.';
comment on column slot_overrides.lapsed_at is 'When it was found to have expired unused, and the audit log said so.';

-- One at a time: nobody holds a stock of runs.
create unique index slot_overrides_one_open_key on slot_overrides (specification_id, period_key)
    where used_by_run is null and lapsed_at is null;
create index slot_overrides_granted_idx on slot_overrides (specification_id, granted_at desc);
create index slot_overrides_open_idx on slot_overrides (expires_at) where used_by_run is null and lapsed_at is null;

call isolate_by_workspace('slot_overrides');
grant select, insert on slot_overrides to observatory_app;
grant update (used_by_run, lapsed_at) on slot_overrides to observatory_app;
grant select on slot_overrides to observatory_verifier;

create trigger refuse_row_delete before delete on slot_overrides for each row execute function refuse_change();
create trigger refuse_truncate before truncate on slot_overrides for each statement execute function refuse_change();

-- What was granted stays as it was granted. It ends once: used by the success of
-- a run in its own slot, or lapsed after its period.
create function guard_slot_override() returns trigger
    language plpgsql
as $$
begin
    if to_jsonb(new) - 'used_by_run' - 'lapsed_at' <> to_jsonb(old) - 'used_by_run' - 'lapsed_at' then
        raise exception using errcode = 'restrict_violation', constraint = 'slot_overrides_as_granted',
            message = format('override %s stays as it was granted', old.id);
    end if;
    if old.used_by_run is not null or old.lapsed_at is not null then
        raise exception using errcode = 'restrict_violation', constraint = 'slot_overrides_one_use',
            message = format('override %s has ended', old.id);
    end if;
    if new.used_by_run is not null and not exists (
        select from runs r
        where r.id = new.used_by_run and r.specification_id = new.specification_id
          and r.period_key = new.period_key and r.slot_ordinal = new.slot_ordinal and r.status = 'succeeded'
    ) then
        raise exception using errcode = 'restrict_violation', constraint = 'slot_overrides_used_by_success',
            message = format('override %s is used up only by the success of a run in its slot', old.id);
    end if;
    if new.lapsed_at is not null and (now() < new.expires_at or exists (
        select from runs r
        where r.specification_id = new.specification_id and r.period_key = new.period_key
          and r.slot_ordinal = new.slot_ordinal and r.status in ('queued', 'running')
    )) then
        raise exception using errcode = 'restrict_violation', constraint = 'slot_overrides_lapse_after_period',
            message = format('override %s can still be used', old.id);
    end if;
    return new;
end
$$;
create trigger guard_slot_override before update on slot_overrides
    for each row execute function guard_slot_override();

-- A run outside the regular slot begins with a grant that is unused and not expired.
create function require_slot_override() returns trigger
    language plpgsql
as $$
begin
    if not exists (
        select from slot_overrides o
        where o.specification_id = new.specification_id and o.period_key = new.period_key
          and o.slot_ordinal = new.slot_ordinal and o.used_by_run is null and o.expires_at > now()
    ) then
        raise exception using errcode = 'restrict_violation', constraint = 'runs_slot_granted',
            message = format('slot %s of %s was not granted', new.slot_ordinal, new.period_key);
    end if;
    return new;
end
$$;
create trigger require_slot_override before insert on runs
    for each row when (new.slot_ordinal <> 0) execute function require_slot_override();

-- Its success uses the grant up in the same commit, and the audit log says so.
create function require_override_used() returns trigger
    language plpgsql
as $$
begin
    if not exists (
        select from slot_overrides o
        join audit_log a on a.target = o.id::text and a.action = 'override.used'
        where o.used_by_run = new.id
    ) then
        raise exception using errcode = 'restrict_violation', constraint = 'runs_override_used',
            message = format('run %s cannot succeed without using up its override', new.id);
    end if;
    return null;
end
$$;
create constraint trigger require_override_used
    after insert or update on runs deferrable initially deferred
    for each row when (new.status = 'succeeded' and new.slot_ordinal <> 0)
    execute function require_override_used();
