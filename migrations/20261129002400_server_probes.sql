-- What was found of a server of OpenAI's kind, kept with each run that it was asked or
-- would have been asked for.
-- Safe beside an older process: it only adds.

create table server_probes (
    id            bigint generated always as identity,
    workspace_id  uuid not null,
    run_id        uuid not null,
    fencing_token bigint not null,
    server        text not null,
    model         text not null,
    holds_schema  boolean not null,
    counts_tokens boolean,
    asked         boolean not null,
    recorded_at   timestamptz not null default clock_timestamp(),
    constraint server_probes_pkey primary key (id),
    constraint server_probes_hold_key unique (run_id, fencing_token),
    constraint server_probes_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint server_probes_names_length check (
        char_length(server) between 1 and 500 and char_length(model) between 1 and 200
    ),
    constraint server_probes_counts_of_writer check ((counts_tokens is null) = (not holds_schema)),
    constraint server_probes_lack_was_found check (holds_schema or asked)
);
comment on table server_probes is 'One row for each hold on a run whose model''s server is probed.';
comment on column server_probes.server is 'Address without user, key or query.';
comment on column server_probes.holds_schema is 'Answers keep to the schema that is asked for; without it a server is told nothing.';
comment on column server_probes.counts_tokens is 'Says how many tokens a call used; not known of a server that was refused.';
comment on column server_probes.asked is 'Whether it was asked for this run, or by this process before.';
call isolate_by_workspace('server_probes');
call make_immutable('server_probes');

-- Only the worker that carries a run says what it found. After the insert, so that a row
-- for another workspace meets row-level security first.
create function require_probe_of_holder() returns trigger
    language plpgsql
as $$
begin
    perform from runs r
    where r.id = new.run_id and r.status = 'running' and r.fencing_token = new.fencing_token
    for share;
    if not found then
        raise exception using errcode = 'restrict_violation', constraint = 'server_probes_of_holder',
            message = format('run %s is not carried under token %s', new.run_id, new.fencing_token);
    end if;
    return null;
end
$$;
create trigger require_probe_of_holder after insert on server_probes
    for each row execute function require_probe_of_holder();
