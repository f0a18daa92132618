-- People, their sessions, and the failed sign-ins that limit guessing.

create table users (
    id             uuid not null,
    email          text not null,
    name           text not null,
    password_hash  text not null,
    password_epoch integer not null default 0,
    is_admin       boolean not null default false,
    created_at     timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_email_form check (email = lower(email) and email like '%_@_%' and length(email) <= 254),
    constraint users_email_key unique (email),
    constraint users_name_length check (length(name) between 1 and 100),
    constraint users_password_is_argon2id check (password_hash like '$argon2id$%')
);
comment on column users.password_epoch is 'Raised by every password change; a session of an earlier epoch is dead.';
grant select, insert on users to observatory_app;
grant update (password_hash, password_epoch) on users to observatory_app;
grant select (id, email, name, is_admin, created_at) on users to observatory_verifier;

create table sessions (
    id         text not null,
    data       jsonb not null,
    expires_at timestamptz not null,
    constraint sessions_pkey primary key (id)
);
comment on column sessions.id is 'SHA-256 of the cookie''s value: a reader of this table cannot sign in with it.';
create index sessions_expires_at_idx on sessions (expires_at);
grant select, insert, update, delete on sessions to observatory_app;

create table sign_in_failures (
    id        bigint generated always as identity,
    account   bytea not null,
    address   text not null,
    failed_at timestamptz not null default now(),
    constraint sign_in_failures_pkey primary key (id)
);
comment on column sign_in_failures.account is 'SHA-256 of the address typed, known or not: the table tells nobody who has an account.';
create index sign_in_failures_account_idx on sign_in_failures (account, failed_at);
create index sign_in_failures_address_idx on sign_in_failures (address, failed_at);
grant select, insert, delete on sign_in_failures to observatory_app;
