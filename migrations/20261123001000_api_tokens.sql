-- Tokens with which a program acts for a member, and the answers kept for requests that may come twice.
-- Safe to run beside an older process: it only adds.

-- The token that is being presented in this transaction; null when none is.
create function presented_api_token() returns uuid
    language sql stable
    return nullif(current_setting('app.api_token', true), '')::uuid;

create table api_tokens (
    id           uuid not null,
    workspace_id uuid not null,
    user_id      uuid not null,
    name         text not null,
    scopes       text[] not null,
    secret_hash  bytea not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    constraint api_tokens_pkey primary key (id),
    constraint api_tokens_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint api_tokens_user_fkey foreign key (user_id) references users (id),
    constraint api_tokens_name_length check (length(name) between 1 and 100),
    constraint api_tokens_secret_hash_length check (octet_length(secret_hash) = 32),
    constraint api_tokens_expiry_bounded check (expires_at > created_at and expires_at <= created_at + interval '366 days'),
    constraint api_tokens_scopes_known check (
        cardinality(scopes) between 1 and 8
        and scopes <@ array['portfolio_read', 'portfolio_write', 'position_read', 'macro_read',
                            'fundamentals_read', 'news_read', 'scenario_run', 'export']
    )
);
comment on column api_tokens.secret_hash is 'SHA-256 of the secret half: 256 random bits, which need no slow hash. A reader of this table cannot act with it.';
comment on column api_tokens.scopes is 'The most that the token may do; what it does is bounded by the member''s present role as well.';
comment on column api_tokens.last_used_at is 'Written at most once a minute.';
create index api_tokens_of_workspace_idx on api_tokens (workspace_id, user_id, created_at desc);
call isolate_by_workspace('api_tokens');
-- Whoever presents a token is looked up before their workspace is known: that row, and no other.
create policy presented on api_tokens for select using (id = presented_api_token());
grant select, insert on api_tokens to observatory_app;
grant update (last_used_at, revoked_at) on api_tokens to observatory_app;
grant select (id, workspace_id, user_id, name, scopes, created_at, expires_at, last_used_at, revoked_at)
    on api_tokens to observatory_verifier;

-- A token that was revoked stays revoked, whatever the code does.
create function guard_api_token() returns trigger
    language plpgsql
as $$
begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception using errcode = 'restrict_violation', constraint = 'api_tokens_revoked_for_good',
            message = 'a revoked token stays revoked';
    end if;
    return new;
end
$$;
create trigger guard_api_token before update on api_tokens for each row execute function guard_api_token();

create table idempotency_keys (
    workspace_id uuid not null,
    user_id      uuid not null,
    key          text not null,
    request_hash bytea not null,
    claim        uuid not null,
    lease_until  timestamptz not null,
    status       smallint,
    headers      jsonb,
    body         text,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    constraint idempotency_keys_pkey primary key (workspace_id, user_id, key),
    constraint idempotency_keys_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint idempotency_keys_user_fkey foreign key (user_id) references users (id),
    constraint idempotency_keys_key_length check (length(key) between 1 and 255),
    constraint idempotency_keys_request_hash_length check (octet_length(request_hash) = 32),
    constraint idempotency_keys_answer_whole check (num_nulls(status, headers, body) in (0, 3)),
    constraint idempotency_keys_status_range check (status between 200 and 599)
);
comment on table idempotency_keys is 'One request of a person in a workspace under a key they chose; without a status it is still being answered.';
comment on column idempotency_keys.claim is 'Who is answering: an answer under an earlier claim is not stored.';
comment on column idempotency_keys.lease_until is 'A request that is unanswered by then has died; the key is free.';
create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);
call isolate_by_workspace('idempotency_keys');
grant select, insert, delete on idempotency_keys to observatory_app;
grant update (request_hash, claim, lease_until, status, headers, body, created_at, expires_at)
    on idempotency_keys to observatory_app;
grant select on idempotency_keys to observatory_verifier;

-- The worker's housekeeping removes what has expired, of whichever workspace it is; nothing else of a tenant's goes so.
create policy expired on idempotency_keys for delete using (expires_at <= now());
