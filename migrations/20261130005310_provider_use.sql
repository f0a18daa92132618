-- What every process together has asked of providers of market data, so that the limits of
-- their licences hold over restarts and for several processes.
-- Safe to run beside an older process: it adds tables. An older process keeps its own pace and
-- is not counted.

create table provider_turns (
    provider text not null,
    next_at  timestamptz not null,
    constraint provider_turns_pkey primary key (provider)
);
comment on table provider_turns is 'Who asks a provider takes its turn here; the row is locked for a moment only.';
comment on column provider_turns.next_at is 'When the next request may leave, by the pace of the licence and by what the provider asked for.';
grant select, insert on provider_turns to observatory_app;
grant update (next_at) on provider_turns to observatory_app;
grant select on provider_turns to observatory_verifier;

create table provider_use (
    provider text not null,
    day      date not null,
    requests bigint not null default 0,
    bytes    bigint not null default 0,
    constraint provider_use_pkey primary key (provider, day),
    constraint provider_use_counts_not_negative check (requests >= 0 and bytes >= 0)
);
comment on table provider_use is 'A row for each day, in UTC, on which a provider was asked: one a day for years.';
comment on column provider_use.requests is 'Booked before they are sent: one whose process died counts as well.';
comment on column provider_use.bytes is 'Of the bodies of answers.';
grant select, insert on provider_use to observatory_app;
grant update (requests, bytes) on provider_use to observatory_app;
grant select on provider_use to observatory_verifier;

-- What was used is not forgotten.
create function guard_provider_use() returns trigger
    language plpgsql
as $$
begin
    if new.requests < old.requests or new.bytes < old.bytes then
        raise exception using errcode = 'restrict_violation',
            message = format('what was used of %s on %s only grows', old.provider, old.day);
    end if;
    return new;
end
$$;
create trigger guard_provider_use before update on provider_use
    for each row execute function guard_provider_use();
create trigger refuse_row_delete before delete on provider_use
    for each row execute function refuse_change();
create trigger refuse_truncate before truncate on provider_use
    for each statement execute function refuse_change();
