-- The tenant, its members and what it has bought.

create table workspaces (
    id         uuid not null,
    name       text not null,
    time_zone  text not null,
    created_at timestamptz not null default now(),
    constraint workspaces_pkey primary key (id),
    constraint workspaces_name_length check (length(name) between 1 and 200),
    constraint workspaces_time_zone_named check (length(time_zone) between 1 and 64)
);
comment on column workspaces.time_zone is 'IANA name; periods are computed in it.';

create table memberships (
    workspace_id uuid not null,
    user_id      uuid not null,
    role         text not null,
    joined_at    timestamptz not null default now(),
    constraint memberships_pkey primary key (workspace_id, user_id),
    constraint memberships_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint memberships_user_fkey foreign key (user_id) references users (id),
    constraint memberships_role_known check (role in ('viewer', 'editor', 'owner'))
);
create index memberships_user_idx on memberships (user_id);
call isolate_by_workspace('memberships');
-- A signed-in user sees which workspaces they belong to, before one is chosen.
create policy own_memberships on memberships for select using (user_id = current_member());
grant select, insert on memberships to observatory_app;
grant update (role) on memberships to observatory_app;
grant select on memberships to observatory_verifier;

alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy tenant on workspaces using (id = current_workspace()) with check (id = current_workspace());
create policy platform_reads on workspaces for select using (reads_platform());
create policy verifier_reads on workspaces for select to observatory_verifier using (true);
create policy own_workspaces on workspaces for select
    using (exists (select from memberships m where m.workspace_id = id and m.user_id = current_member()));
grant select, insert on workspaces to observatory_app;
grant update (name, time_zone) on workspaces to observatory_app;
grant select on workspaces to observatory_verifier;

-- What a workspace has bought. The newest row counts; older ones stay readable.
create table entitlements (
    id                bigint generated always as identity,
    workspace_id      uuid not null,
    cadence           text not null,
    tier              text not null,
    company_news      boolean not null,
    value_chain_links boolean not null,
    seats             smallint not null,
    valid_from        date not null,
    valid_until       date not null,
    granted_by        uuid,
    granted_at        timestamptz not null default now(),
    constraint entitlements_pkey primary key (id),
    constraint entitlements_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint entitlements_granted_by_fkey foreign key (granted_by) references users (id),
    constraint entitlements_cadence_known check (cadence in ('daily', 'weekly', 'monthly')),
    constraint entitlements_tier_known check (tier in ('starter', 'medium', 'pro', 'enterprise')),
    constraint entitlements_seats_range check (seats between 1 and 500),
    constraint entitlements_dates_ordered check (valid_from <= valid_until)
);
comment on column entitlements.granted_by is 'Null for one granted from the command line.';
create index entitlements_newest_idx on entitlements (workspace_id, id desc);
call isolate_by_workspace('entitlements');
call make_immutable('entitlements');

-- The newest entitlement in the field's own words, or null.
create function entitlement_of(workspace uuid) returns jsonb
    language sql stable
    return (
        select jsonb_build_object(
            'cadence', e.cadence, 'tier', e.tier, 'company_news', e.company_news,
            'value_chain_links', e.value_chain_links, 'seats', e.seats,
            'valid_from', e.valid_from, 'valid_until', e.valid_until
        )
        from entitlements e where e.workspace_id = workspace order by e.id desc limit 1
    );
