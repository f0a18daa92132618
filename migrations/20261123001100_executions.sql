-- Executions: one pass of a pattern that a person or a client asked for, with its
-- answer and its trace, also when it failed or was stopped. Written once, at its end.
-- Safe to run beside an older process: it only adds a table.

create table executions (
    id                uuid not null,
    workspace_id      uuid not null,
    user_id           uuid not null,
    pattern_id        text not null,
    pattern_name      text not null,
    pattern_version   text not null,
    pattern_hash      bytea not null,
    portfolio_id      uuid,
    inputs            jsonb not null,
    inputs_redacted   boolean not null,
    asof              date not null,
    pricing_pack_id   text,
    ledger_commit     char(40),
    base_currency     char(3),
    rights_profile    text not null,
    require_fresh     boolean not null,
    stale             boolean not null,
    trace_id          text not null,
    request_id        uuid not null,
    outcome           text not null,
    problem           jsonb,
    trace             jsonb not null,
    panels            jsonb not null,
    data              text,
    data_hash         bytea,
    started_at        timestamptz not null,
    duration_ms       double precision not null,
    constraint executions_pkey primary key (id),
    constraint executions_user_fkey foreign key (user_id) references users (id),
    constraint executions_pack_fkey foreign key (pricing_pack_id) references pricing_packs (id),
    constraint executions_outcome_known check (outcome in ('succeeded', 'failed', 'blocked', 'cancelled')),
    constraint executions_succeeded_has_data check ((outcome = 'succeeded') = (data is not null)),
    constraint executions_unsuccessful_has_problem check ((outcome = 'succeeded') = (problem is null)),
    constraint executions_data_hash_matches check (
        (data is null) = (data_hash is null)
        and (data is null or data_hash = sha256(convert_to(data, 'UTF8')))
    ),
    constraint executions_trace_id_form check (trace_id ~ '^[0-9a-f]{32}$'),
    constraint executions_duration_not_negative check (duration_ms >= 0)
);
comment on column executions.inputs is 'As checked, defaults included; null in the place of those that are not kept.';
comment on column executions.inputs_redacted is 'An input was not kept, so the execution cannot be replayed.';
comment on column executions.data is 'Canonical JSON of the declared outputs; its SHA-256 is data_hash.';
create index executions_latest_idx on executions (workspace_id, started_at desc, id desc);
create index executions_pattern_idx on executions (workspace_id, pattern_id, started_at desc, id desc);
call isolate_by_workspace('executions');
call make_immutable('executions');
