-- Repositories of workspaces' own for their ledgers, and the commit of one that a pack is
-- valued at: a pack names the commit of the operator's ledger alone.
-- Safe to run beside an older process, which goes on reading the operator's ledger: it adds
-- tables.

create table ledger_repositories (
    workspace_id uuid not null,
    number       bigint generated always as identity,
    address      text,
    set_by       uuid not null,
    set_at       timestamptz not null default clock_timestamp(),
    constraint ledger_repositories_pkey primary key (workspace_id, number),
    constraint ledger_repositories_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint ledger_repositories_user_fkey foreign key (set_by) references users (id),
    constraint ledger_repositories_address_length check (length(address) between 1 and 500)
);
comment on table ledger_repositories is 'What owners named as the repository of their workspace; the newest row counts.';
comment on column ledger_repositories.address is 'An address of https, or a name below the workspace''s folder on the server. Null: taken away.';
call isolate_by_workspace('ledger_repositories');
call make_immutable('ledger_repositories');

create table ledger_pins (
    workspace_id  uuid not null,
    pack_id       text not null,
    ledger_commit char(40) not null,
    pinned_at     timestamptz not null default clock_timestamp(),
    constraint ledger_pins_pkey primary key (workspace_id, pack_id),
    constraint ledger_pins_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint ledger_pins_snapshot_fkey foreign key (workspace_id, ledger_commit)
        references ledger_snapshots (workspace_id, ledger_commit)
);
comment on table ledger_pins is 'The commit of a workspace''s own repository that its portfolios are valued at by a pack. Without a row it is the commit that the pack names.';
call isolate_by_workspace('ledger_pins');
call make_immutable('ledger_pins');
