-- What a subscriber orders. The draft is kept as typed, right or wrong; a version
-- is written once, and only a version can be submitted, activated or run.

create table specifications (
    id                   uuid not null,
    workspace_id         uuid not null,
    name                 text not null,
    state                text not null default 'draft',
    state_reason         text,
    draft                jsonb not null,
    draft_saved_at       timestamptz not null default now(),
    draft_saved_by       uuid not null,
    active_version_id    uuid,
    submitted_version_id uuid,
    submitted_by         uuid,
    submitted_at         timestamptz,
    paused_by_admin      boolean not null default false,
    created_at           timestamptz not null default now(),
    constraint specifications_pkey primary key (id),
    constraint specifications_tenant_key unique (id, workspace_id),
    constraint specifications_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint specifications_draft_saved_by_fkey foreign key (draft_saved_by) references users (id),
    constraint specifications_submitted_by_fkey foreign key (submitted_by) references users (id),
    constraint specifications_name_length check (length(name) <= 200),
    constraint specifications_state_known check (state in ('draft', 'submitted', 'active', 'paused', 'cancelled')),
    constraint specifications_active_has_version check (state not in ('active', 'paused') or active_version_id is not null),
    constraint specifications_submitted_has_version check (state <> 'submitted' or submitted_version_id is not null),
    constraint specifications_submission_complete check (
        (submitted_version_id is null) = (submitted_by is null)
        and (submitted_version_id is null) = (submitted_at is null)
    )
);
comment on column specifications.name is 'Name in the last saved draft; empty until one is typed.';
comment on column specifications.submitted_version_id is 'Version that waits for an administrator; may stand beside an active one.';
create unique index specifications_name_key on specifications (workspace_id, lower(name))
    where name <> '' and state <> 'cancelled';
create index specifications_submitted_idx on specifications (submitted_at) where submitted_version_id is not null;
call isolate_by_workspace('specifications');
grant select, insert on specifications to observatory_app;
grant update (
    name, state, state_reason, draft, draft_saved_at, draft_saved_by, active_version_id,
    submitted_version_id, submitted_by, submitted_at, paused_by_admin
) on specifications to observatory_app;
grant select on specifications to observatory_verifier;

create table specification_versions (
    id               uuid not null,
    workspace_id     uuid not null,
    specification_id uuid not null,
    number           integer not null,
    document         jsonb not null,
    quote            jsonb not null,
    author           uuid not null,
    reason           text not null default '',
    saved_at         timestamptz not null default now(),
    constraint specification_versions_pkey primary key (id),
    constraint specification_versions_tenant_key unique (id, specification_id, workspace_id),
    constraint specification_versions_number_key unique (specification_id, number),
    constraint specification_versions_specification_fkey
        foreign key (specification_id, workspace_id) references specifications (id, workspace_id),
    constraint specification_versions_author_fkey foreign key (author) references users (id),
    constraint specification_versions_number_positive check (number > 0),
    constraint specification_versions_reason_length check (length(reason) <= 500)
);
call isolate_by_workspace('specification_versions');
call make_immutable('specification_versions');

-- A specification's versions are its own.
alter table specifications
    add constraint specifications_active_version_fkey
        foreign key (active_version_id, id, workspace_id)
        references specification_versions (id, specification_id, workspace_id),
    add constraint specifications_submitted_version_fkey
        foreign key (submitted_version_id, id, workspace_id)
        references specification_versions (id, specification_id, workspace_id);
