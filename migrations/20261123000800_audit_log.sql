-- The audit log: one hash chain per workspace, one for the platform. The entry is
-- text, so that its hash can be recomputed anywhere; columns derive from it.

create table audit_log (
    chain         uuid not null,
    sequence      bigint not null,
    workspace_id  uuid,
    entry         text not null,
    previous_hash bytea not null,
    hash          bytea not null,
    action        text generated always as (entry::jsonb ->> 'action') stored,
    actor         text generated always as (entry::jsonb ->> 'actor') stored,
    target        text generated always as (entry::jsonb ->> 'target') stored,
    recorded_at   timestamptz not null default now(),
    constraint audit_log_pkey primary key (chain, sequence),
    constraint audit_log_chain_of_workspace check (chain = coalesce(workspace_id, '00000000-0000-0000-0000-000000000000')),
    constraint audit_log_sequence_positive check (sequence > 0),
    constraint audit_log_hash_matches check (hash = sha256(previous_hash || convert_to(entry, 'UTF8'))),
    constraint audit_log_workspace_fkey foreign key (workspace_id) references workspaces (id)
);
comment on column audit_log.chain is 'The workspace, or the nil uuid for what concerns the platform alone.';
comment on column audit_log.previous_hash is 'Hash of the entry before; 32 zero bytes for the first of a chain.';
create index audit_log_target_idx on audit_log (target, sequence desc);
create index audit_log_recorded_idx on audit_log (recorded_at desc);

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant on audit_log
    using (workspace_id = current_workspace())
    with check (workspace_id is not distinct from current_workspace());
create policy platform_reads on audit_log for select using (reads_platform());
create policy platform_chain on audit_log for select using (workspace_id is null and current_workspace() is null);
create policy verifier_reads on audit_log for select to observatory_verifier using (true);
call make_immutable('audit_log');

-- Each entry follows the one before it. Writers of a chain queue up behind a
-- transaction-scoped lock that the caller takes, so the newest row is known.
create function guard_audit_chain() returns trigger
    language plpgsql
as $$
declare
    expected_sequence bigint;
    expected_hash     bytea;
begin
    select a.sequence, a.hash into expected_sequence, expected_hash
    from audit_log a where a.chain = new.chain order by a.sequence desc limit 1;
    if new.sequence <> coalesce(expected_sequence, 0) + 1
        or new.previous_hash <> coalesce(expected_hash, decode(repeat('00', 32), 'hex')) then
        raise exception using errcode = 'restrict_violation',
            message = format('audit entry %s of chain %s does not follow its predecessor', new.sequence, new.chain);
    end if;
    return new;
end
$$;
create trigger guard_audit_chain before insert on audit_log for each row execute function guard_audit_chain();

-- Success, artifact and audit entry are one: checked when the transaction commits.
create function require_seal_of_success() returns trigger
    language plpgsql
as $$
begin
    if not exists (select from artifacts where run_id = new.id) then
        raise exception using errcode = 'restrict_violation',
            message = format('run %s cannot succeed without an artifact', new.id);
    end if;
    if not exists (select from audit_log where target = new.id::text and action = 'run.succeeded') then
        raise exception using errcode = 'restrict_violation',
            message = format('run %s cannot succeed without its audit entry', new.id);
    end if;
    return null;
end
$$;
create constraint trigger require_seal_of_success
    after insert or update on runs deferrable initially deferred
    for each row when (new.status = 'succeeded')
    execute function require_seal_of_success();
