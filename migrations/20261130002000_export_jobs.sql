-- Large exports: made by a worker, kept for a time, fetched by the members of one
-- workspace. Also exports of executions in the list of exports.
-- Safe beside an older process: it only adds; the index that goes is one that it can
-- do without.

create table export_jobs (
    id             uuid not null,
    workspace_id   uuid not null,
    asked_by       uuid not null,
    subject        text not null,
    subject_id     uuid not null,
    title          text not null,
    format         text not null,
    document_hash  bytea not null,
    cells          bigint not null,
    asked_at       timestamptz not null default now(),
    status         text not null default 'queued',
    attempt        integer not null default 0,
    started_at     timestamptz,
    written        bigint not null default 0,
    finished_at    timestamptz,
    failure        text,
    file_name      text,
    media_type     text,
    file_bytes     bigint,
    file_hash      bytea,
    terms          jsonb,
    expires_at     timestamptz,
    constraint export_jobs_pkey primary key (id),
    constraint export_jobs_of_workspace unique (workspace_id, id),
    constraint export_jobs_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint export_jobs_asked_by_fkey foreign key (asked_by) references users (id),
    constraint export_jobs_subject_known check (subject in ('report', 'execution')),
    constraint export_jobs_status_known check (status in ('queued', 'printing', 'ready', 'failed')),
    constraint export_jobs_counts_not_negative check (cells >= 0 and written >= 0 and attempt >= 0),
    constraint export_jobs_printing_began check ((status = 'queued') = (started_at is null)),
    constraint export_jobs_ended_has_time check ((status in ('ready', 'failed')) = (finished_at is not null)),
    constraint export_jobs_failed_has_reason check ((status = 'failed') = (failure is not null)),
    constraint export_jobs_ready_has_file check (
        num_nonnulls(file_name, media_type, file_bytes, file_hash, terms, expires_at)
        = case when status = 'ready' then 6 else 0 end
    )
);
comment on table export_jobs is 'Exports that a worker prints. Who may have them is decided when they are fetched, not by this row.';
comment on column export_jobs.document_hash is 'Of the document as it was when somebody asked.';
comment on column export_jobs.written is 'Cells written so far, for whoever waits.';
comment on column export_jobs.terms is 'What the file carries: attributions, watermarks and the parts left out.';
create index export_jobs_subject_idx on export_jobs (workspace_id, subject_id, asked_at desc);
create index export_jobs_expiry_idx on export_jobs (expires_at) where status = 'ready';

call isolate_by_workspace('export_jobs');
grant select, insert on export_jobs to observatory_app;
grant update (
    status, attempt, started_at, written, finished_at, failure, file_name, media_type, file_bytes, file_hash, terms, expires_at
) on export_jobs to observatory_app;
grant select on export_jobs to observatory_verifier;

-- The file in pieces, so that nobody has to hold all of it to send it.
create table export_pieces (
    workspace_id uuid not null,
    job_id       uuid not null,
    number       integer not null,
    bytes        bytea not null,
    constraint export_pieces_pkey primary key (job_id, number),
    constraint export_pieces_job_fkey foreign key (workspace_id, job_id) references export_jobs (workspace_id, id),
    constraint export_pieces_number_not_negative check (number >= 0),
    constraint export_pieces_bounded check (octet_length(bytes) between 1 and 262144)
);
-- A file is compressed already.
alter table export_pieces alter column bytes set storage external;

call isolate_by_workspace('export_pieces');
grant select, insert on export_pieces to observatory_app;
grant select on export_pieces to observatory_verifier;
create trigger refuse_row_change before update on export_pieces for each row execute function refuse_change();
create trigger refuse_truncate before truncate on export_pieces for each statement execute function refuse_change();
create trigger refuse_truncate before truncate on export_jobs for each statement execute function refuse_change();

-- A file goes when its time is over, and not before; its row a month later, which is how
-- long its address is told to have expired rather than to lead nowhere.
create function refuse_early_end_of_file() returns trigger
    language plpgsql
as $$
begin
    if exists (
        select from export_jobs j
        where j.id = old.job_id and (j.expires_at is null or j.expires_at > now())
    ) then
        raise exception using errcode = 'restrict_violation',
            message = format('the file of export %s has not expired', old.job_id);
    end if;
    return old;
end
$$;
create trigger refuse_early_delete before delete on export_pieces
    for each row execute function refuse_early_end_of_file();
create function refuse_early_end_of_export() returns trigger
    language plpgsql
as $$
begin
    if coalesce(old.expires_at, old.finished_at, now()) > now() - interval '30 days' then
        raise exception using errcode = 'restrict_violation',
            message = format('export %s is kept for a month', old.id);
    end if;
    return old;
end
$$;
create trigger refuse_early_delete before delete on export_jobs
    for each row execute function refuse_early_end_of_export();

-- What an export is stays; how it goes on, only forwards.
create function guard_export_job() returns trigger
    language plpgsql
as $$
begin
    if old.status = 'failed' then
        raise exception using errcode = 'restrict_violation', constraint = 'export_jobs_final',
            message = format('export %s has ended', old.id);
    end if;
    if old.status = 'ready' and (
        to_jsonb(new) - 'expires_at' <> to_jsonb(old) - 'expires_at' or new.expires_at > old.expires_at
    ) then
        raise exception using errcode = 'restrict_violation', constraint = 'export_jobs_final',
            message = format('export %s is ready, and can only expire sooner', old.id);
    end if;
    if new.attempt < old.attempt then
        raise exception using errcode = 'restrict_violation', constraint = 'export_jobs_final',
            message = format('export %s has been tried %s times', old.id, old.attempt);
    end if;
    return new;
end
$$;
create trigger guard_export_job before update on export_jobs
    for each row execute function guard_export_job();

-- Nobody but this function deletes: no transaction that writes a tenant's rows may.
create policy forgotten on export_pieces for delete using (reads_platform());
create policy forgotten_only on export_pieces as restrictive for delete using (reads_platform());
create policy forgotten on export_jobs for delete using (reads_platform());
create policy forgotten_only on export_jobs as restrictive for delete using (reads_platform());

create function forget_exports(at_most integer) returns bigint
    language plpgsql
    security definer
    set search_path = public, pg_temp
as $$
declare
    reading_before constant text := coalesce(current_setting('app.platform', true), '');
    forgotten      bigint;
begin
    perform set_config('app.platform', 'on', true);
    with expired as (
        select j.id from export_jobs j
        where j.status = 'ready' and j.expires_at <= now()
          and exists (select from export_pieces p where p.job_id = j.id)
        order by j.expires_at
        limit at_most
    ), gone as (
        delete from export_pieces p using expired e where p.job_id = e.id
    )
    select count(*) into forgotten from expired;
    delete from export_jobs j where j.id in (
        select old.id from export_jobs old
        where coalesce(old.expires_at, old.finished_at) < now() - interval '30 days'
          and not exists (select from export_pieces p where p.job_id = old.id)
        limit at_most
    );
    perform set_config('app.platform', reading_before, true);
    return forgotten;
end
$$;
comment on function forget_exports(integer) is 'Deletes the files of at most so many exports of all workspaces whose time is over, and rows a month later; returns how many files.';
revoke all on function forget_exports(integer) from public;
grant execute on function forget_exports(integer) to observatory_app;

create index audit_log_all_exports_idx on audit_log (recorded_at desc, chain desc, sequence desc)
    where action in ('report.exported', 'execution.exported');
drop index audit_log_exports_idx;
