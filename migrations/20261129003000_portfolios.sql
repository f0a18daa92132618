-- Portfolios, and what the ledger has booked of them: a snapshot of a workspace's ledger
-- by the commit that it was read at, written once.
-- Safe to run beside an older process: it adds tables, and a column with a default.

alter table workspaces add column reads_ledger boolean not null default false;
comment on column workspaces.reads_ledger is 'The operator has connected the ledger of LEDGER_PATH to this workspace; no other reads a line of it.';
grant update (reads_ledger) on workspaces to observatory_app;

create table ledger_snapshots (
    workspace_id  uuid not null,
    ledger_commit char(40) not null,
    files         integer not null,
    transactions  integer not null,
    read_at       timestamptz not null default clock_timestamp(),
    constraint ledger_snapshots_pkey primary key (workspace_id, ledger_commit),
    constraint ledger_snapshots_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint ledger_snapshots_commit_form check (ledger_commit ~ '^[0-9a-f]{40}$'),
    constraint ledger_snapshots_counts check (files > 0 and transactions >= 0)
);
comment on table ledger_snapshots is 'A ledger that was read whole at a commit. One that is refused leaves nothing here.';
call isolate_by_workspace('ledger_snapshots');
call make_immutable('ledger_snapshots');

create table ledger_books (
    workspace_id  uuid not null,
    ledger_commit char(40) not null,
    portfolio_id  uuid not null,
    name          text not null,
    base_currency text not null,
    content       text not null,
    content_hash  bytea not null,
    constraint ledger_books_pkey primary key (workspace_id, ledger_commit, portfolio_id),
    constraint ledger_books_snapshot_fkey foreign key (workspace_id, ledger_commit)
        references ledger_snapshots (workspace_id, ledger_commit),
    constraint ledger_books_base_form check (base_currency ~ '^[A-Z]{3}$'),
    constraint ledger_books_content_hash_matches check (content_hash = sha256(convert_to(content, 'UTF8')))
);
comment on table ledger_books is 'What a commit has booked of one portfolio.';
comment on column ledger_books.portfolio_id is 'The metadata portfolio-id of its accounts.';
comment on column ledger_books.content is 'Canonical JSON (RFC 8785) of the book.';
call isolate_by_workspace('ledger_books');
call make_immutable('ledger_books');

create table ledger_postings (
    workspace_id  uuid not null,
    ledger_commit char(40) not null,
    portfolio_id  uuid not null,
    transaction   integer not null,
    posting       integer not null,
    date          date not null,
    kind          text not null,
    account       text not null,
    commodity     text not null,
    units         numeric(28, 10) not null,
    unit_cost     numeric(28, 10),
    acquired      date,
    constraint ledger_postings_pkey primary key (workspace_id, ledger_commit, portfolio_id, transaction, posting),
    constraint ledger_postings_book_fkey foreign key (workspace_id, ledger_commit, portfolio_id)
        references ledger_books (workspace_id, ledger_commit, portfolio_id),
    constraint ledger_postings_account_known check (account in ('position', 'cash', 'receivable')),
    constraint ledger_postings_lot_has_cost
        check ((account = 'position') = (unit_cost is not null) and (unit_cost is null) = (acquired is null)),
    constraint ledger_postings_cost_not_negative check (unit_cost >= 0)
);
comment on table ledger_postings is 'The movements of a book one by one: what reconciliation adds up on its own, by SQL.';
comment on column ledger_postings.unit_cost is 'Of a lot, in the currency of trading, without fees.';
call isolate_by_workspace('ledger_postings');
call make_immutable('ledger_postings');

create table ledger_readings (
    id            uuid not null,
    workspace_id  uuid not null,
    ledger_commit char(40),
    outcome       text not null,
    problem       text,
    faults        jsonb not null default '[]',
    read_by       uuid,
    read_at       timestamptz not null default clock_timestamp(),
    constraint ledger_readings_pkey primary key (id),
    constraint ledger_readings_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint ledger_readings_user_fkey foreign key (read_by) references users (id),
    constraint ledger_readings_outcome_known check (outcome in ('stored', 'unchanged', 'refused', 'unreadable')),
    constraint ledger_readings_commit_known check ((outcome = 'unreadable') = (ledger_commit is null)),
    constraint ledger_readings_problem_told check ((outcome = 'unreadable') = (problem is not null)),
    constraint ledger_readings_faults_told check ((outcome = 'refused') = (faults <> '[]'))
);
comment on table ledger_readings is 'Every attempt to read the ledger, with all that was wrong with it.';
comment on column ledger_readings.read_by is 'Null: the operator, by command.';
create index ledger_readings_newest_idx on ledger_readings (workspace_id, read_at desc);
call isolate_by_workspace('ledger_readings');
call make_immutable('ledger_readings');

create table portfolios (
    workspace_id  uuid not null,
    id            uuid not null,
    name          text not null,
    base_currency text not null,
    added_by      uuid,
    added_at      timestamptz not null default clock_timestamp(),
    constraint portfolios_pkey primary key (workspace_id, id),
    constraint portfolios_name_key unique (workspace_id, name),
    constraint portfolios_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint portfolios_user_fkey foreign key (added_by) references users (id),
    constraint portfolios_name_length check (length(name) between 1 and 100),
    constraint portfolios_base_form check (base_currency ~ '^[A-Z]{3}$')
);
comment on column portfolios.id is 'The metadata portfolio-id of the ledger''s accounts.';
comment on column portfolios.added_by is 'Null: the operator, by command.';
call isolate_by_workspace('portfolios');
call make_immutable('portfolios');

create table reconciliations (
    workspace_id  uuid not null,
    portfolio_id  uuid not null,
    pack_id       text not null,
    ledger_commit char(40) not null,
    nav_ledger    numeric(28, 10) not null,
    nav_stored    numeric(28, 10) not null,
    difference_bp numeric(28, 10) not null,
    differences   jsonb not null,
    made_at       timestamptz not null default clock_timestamp(),
    constraint reconciliations_pkey primary key (workspace_id, portfolio_id, pack_id),
    constraint reconciliations_portfolio_fkey foreign key (workspace_id, portfolio_id) references portfolios (workspace_id, id),
    constraint reconciliations_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint reconciliations_basis_points_passed check (difference_bp <= 1 or differences <> '[]')
);
comment on table reconciliations is 'A portfolio by the ledger''s text and by its stored movements, valued by one pack; it passed where no difference is listed.';
call isolate_by_workspace('reconciliations');
call make_immutable('reconciliations');
