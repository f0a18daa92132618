-- Packs of evidence that administrators ask for, one at a time, beside those that are sealed
-- when they are due. Only a new table, so an older process goes on beside it; a job that it
-- takes and does not know stays in the queue for one that does.

create table pack_builds (
    id             bigint generated always as identity,
    requested_by   uuid not null,
    requested_at   timestamptz not null default now(),
    begun_at       timestamptz,
    finished_at    timestamptz,
    pack_id        uuid,
    items          integer,
    failed_sources integer,
    error          text,
    constraint pack_builds_pkey primary key (id),
    constraint pack_builds_requested_by_fkey foreign key (requested_by) references users (id),
    constraint pack_builds_pack_fkey foreign key (pack_id) references packs (id),
    constraint pack_builds_one_outcome
        check (num_nonnulls(pack_id, error) = case when finished_at is null then 0 else 1 end),
    constraint pack_builds_pack_is_counted
        check (num_nonnulls(items, failed_sources) = case when pack_id is null then 0 else 2 end),
    constraint pack_builds_counts_not_negative check (items >= 0 and failed_sources >= 0),
    constraint pack_builds_error_bounded check (char_length(error) between 1 and 1000)
);
comment on table pack_builds is 'What came of each pack that an administrator asked for. Rows without an end: at most one.';
comment on column pack_builds.failed_sources is 'Sources that could not be read for the pack, which names them.';
create unique index pack_builds_one_at_a_time on pack_builds ((true)) where finished_at is null;

grant select, insert on pack_builds to observatory_app;
grant update (begun_at, finished_at, pack_id, items, failed_sources, error) on pack_builds to observatory_app;
grant select on pack_builds to observatory_verifier;

-- Who asked, and what came of it, stays.
create function guard_pack_build() returns trigger
    language plpgsql
as $$
begin
    if old.finished_at is not null then
        raise exception using errcode = 'restrict_violation', constraint = 'pack_builds_final',
            message = format('build %s has ended', old.id);
    end if;
    return new;
end
$$;
create trigger guard_pack_build before update on pack_builds
    for each row execute function guard_pack_build();
create trigger refuse_row_delete before delete on pack_builds for each row execute function refuse_change();
create trigger refuse_truncate before truncate on pack_builds for each statement execute function refuse_change();
