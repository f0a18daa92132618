-- Licences that a workspace has bought of providers itself, beside the platform's.
-- Safe beside an older process: it only adds, and such a process decides by the
-- platform's licences alone, which allow less.

create table workspace_licences (
    id           uuid not null,
    workspace_id uuid not null,
    provider     text not null,
    rights       text[] not null,
    reference    text not null,
    valid_from   date not null,
    valid_until  date not null,
    recorded_by  uuid not null,
    recorded_at  timestamptz not null default now(),
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    constraint workspace_licences_pkey primary key (id),
    constraint workspace_licences_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint workspace_licences_recorded_by_fkey foreign key (recorded_by) references users (id),
    constraint workspace_licences_withdrawn_by_fkey foreign key (withdrawn_by) references users (id),
    constraint workspace_licences_provider_named check (provider <> ''),
    constraint workspace_licences_rights_known
        check (cardinality(rights) > 0 and rights <@ array['display', 'pdf', 'csv', 'redistribute']),
    constraint workspace_licences_reference_length
        check (char_length(btrim(reference)) >= 3 and char_length(reference) <= 200),
    constraint workspace_licences_dates check (valid_from <= valid_until),
    constraint workspace_licences_withdrawn_by_somebody check (num_nonnulls(withdrawn_by, withdrawn_at) in (0, 2))
);
comment on column workspace_licences.provider is 'An id of the rights registry.';
comment on column workspace_licences.reference is 'How the contract is found: its number or its place in the files.';
comment on column workspace_licences.valid_until is 'This day included, by the workspace''s clock.';
create index workspace_licences_workspace_idx on workspace_licences (workspace_id, recorded_at desc);

call isolate_by_workspace('workspace_licences');
grant select, insert on workspace_licences to observatory_app;
grant update (withdrawn_by, withdrawn_at) on workspace_licences to observatory_app;
grant select on workspace_licences to observatory_verifier;
create trigger refuse_row_delete before delete on workspace_licences for each row execute function refuse_change();
create trigger refuse_truncate before truncate on workspace_licences for each statement execute function refuse_change();

-- What was recorded stays as it was recorded. It is withdrawn once.
create function guard_workspace_licence() returns trigger
    language plpgsql
as $$
begin
    if to_jsonb(new) - 'withdrawn_by' - 'withdrawn_at' <> to_jsonb(old) - 'withdrawn_by' - 'withdrawn_at' then
        raise exception using errcode = 'restrict_violation', constraint = 'workspace_licences_as_recorded',
            message = format('licence %s stays as it was recorded', old.id);
    end if;
    if old.withdrawn_at is not null then
        raise exception using errcode = 'restrict_violation', constraint = 'workspace_licences_withdrawn_once',
            message = format('licence %s is withdrawn', old.id);
    end if;
    return new;
end
$$;
create trigger guard_workspace_licence before update on workspace_licences
    for each row execute function guard_workspace_licence();
