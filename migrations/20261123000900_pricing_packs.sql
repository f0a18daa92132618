-- Pricing packs: the prices and exchange rates of one day under one policy, sealed
-- once for everybody (no tenant here), and the policy that each workspace values by.
-- Safe to run beside an older process: it adds tables and a column with a default.

alter table workspaces
    add column pricing_policy text not null default 'CLOSE_USD',
    add constraint workspaces_pricing_policy_known check (pricing_policy ~ '^(WM4PM|CLOSE)_[A-Z]{3}$');
comment on column workspaces.pricing_policy is 'How the packs that it values by are fixed; the three letters are its base currency.';

create table pricing_packs (
    id               text not null,
    date             date not null,
    policy           text not null,
    version          integer not null,
    content_hash     bytea not null,
    content          text not null,
    sources_hash     bytea not null,
    sources          text not null,
    ledger_commit    char(40) not null,
    sample           boolean not null,
    supersedes       text,
    reason           text,
    status           text not null default 'building',
    stage            text not null,
    stages_done      smallint not null,
    stages_total     smallint not null,
    build_started_at timestamptz not null default clock_timestamp(),
    updated_at       timestamptz not null default clock_timestamp(),
    fresh_at         timestamptz,
    error            text,
    constraint pricing_packs_pkey primary key (id),
    constraint pricing_packs_version_key unique (date, policy, version),
    constraint pricing_packs_name check (
        id = format('PP_%s_%s_v%s_%s', to_char(date, 'YYYY-MM-DD'), policy, version, left(encode(content_hash, 'hex'), 12))
    ),
    constraint pricing_packs_version_positive check (version > 0),
    constraint pricing_packs_policy_known check (policy ~ '^(WM4PM|CLOSE)_[A-Z]{3}$'),
    constraint pricing_packs_content_hash_matches check (content_hash = sha256(convert_to(content, 'UTF8'))),
    constraint pricing_packs_sources_hash_matches check (sources_hash = sha256(convert_to(sources, 'UTF8'))),
    constraint pricing_packs_ledger_commit_form check (ledger_commit ~ '^[0-9a-f]{40}$'),
    constraint pricing_packs_supersedes_fkey foreign key (supersedes) references pricing_packs (id),
    constraint pricing_packs_restated_with_reason check ((supersedes is null) = (reason is null)),
    constraint pricing_packs_reason_length check (length(reason) between 1 and 500),
    constraint pricing_packs_status_known check (status in ('building', 'warming', 'fresh', 'error', 'superseded')),
    constraint pricing_packs_stage_known check (stage in ('build_pack', 'mark_pack_fresh')),
    constraint pricing_packs_progress_bounded check (stages_done between 0 and stages_total and stages_total > 0),
    constraint pricing_packs_fresh_when_done
        check ((status in ('fresh', 'superseded')) = (fresh_at is not null)),
    constraint pricing_packs_complete_when_fresh check (fresh_at is null or stages_done = stages_total),
    constraint pricing_packs_error_has_cause check ((status = 'error') = (error is not null))
);
comment on table pricing_packs is 'Prices are adjusted for splits up to the pack''s date, not for dividends.';
comment on column pricing_packs.content is 'Canonical JSON (RFC 8785) of schema, date, policy, base, prices, fx; its SHA-256 is content_hash.';
comment on column pricing_packs.sources is 'Canonical JSON: who supplied each value. Outside the content hash.';
comment on column pricing_packs.ledger_commit is 'HEAD of the ledger''s repository when the pack was built.';
comment on column pricing_packs.stage is 'The stage under way, or the last one; stages_done of stages_total are finished.';

-- At most one pack of a date and policy is building, warming or fresh.
create unique index pricing_packs_one_live_key on pricing_packs (date, policy)
    where status in ('building', 'warming', 'fresh');
create index pricing_packs_as_of_idx on pricing_packs (policy, date desc, version desc);

grant select, insert on pricing_packs to observatory_app;
grant update (status, stage, stages_done, updated_at, fresh_at, error) on pricing_packs to observatory_app;
grant select on pricing_packs to observatory_verifier;

create table pricing_pack_prices (
    pack_id  text not null,
    symbol   text not null,
    exchange text not null,
    currency text not null,
    close    numeric(28, 10) not null,
    as_of    date not null,
    source   text not null,
    constraint pricing_pack_prices_pkey primary key (pack_id, symbol, exchange),
    constraint pricing_pack_prices_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint pricing_pack_prices_close_positive check (close > 0),
    constraint pricing_pack_prices_currency_form check (currency ~ '^[A-Z]{3}$')
);
call make_immutable('pricing_pack_prices');

create table pricing_pack_rates (
    pack_id       text not null,
    from_currency text not null,
    to_currency   text not null,
    rate          numeric(28, 10) not null,
    as_of         timestamptz not null,
    source        text not null,
    constraint pricing_pack_rates_pkey primary key (pack_id, from_currency, to_currency),
    constraint pricing_pack_rates_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint pricing_pack_rates_rate_positive check (rate > 0),
    constraint pricing_pack_rates_two_currencies check (from_currency <> to_currency),
    constraint pricing_pack_rates_currency_form check (from_currency ~ '^[A-Z]{3}$' and to_currency ~ '^[A-Z]{3}$')
);
comment on table pricing_pack_rates is 'Rates as received; inverse and cross rates are derived from them when needed.';
call make_immutable('pricing_pack_rates');

-- A pack begins as building, or as an error that was found before it was built.
create function guard_pricing_pack_insert() returns trigger
    language plpgsql
as $$
begin
    if new.status not in ('building', 'error') then
        raise exception using errcode = 'restrict_violation',
            message = format('pricing pack %s cannot begin as %s', new.id, new.status);
    end if;
    return new;
end
$$;
create trigger guard_pricing_pack_insert before insert on pricing_packs
    for each row execute function guard_pricing_pack_insert();

-- Content is written once; the status moves along building, warming, fresh, superseded,
-- or from building and warming to error, and never otherwise.
create function guard_pricing_pack_change() returns trigger
    language plpgsql
as $$
declare
    progress constant text[] := array['status', 'stage', 'stages_done', 'updated_at', 'fresh_at', 'error'];
begin
    if to_jsonb(new) - progress is distinct from to_jsonb(old) - progress then
        raise exception using errcode = 'restrict_violation',
            message = format('the content of pricing pack %s is immutable', old.id);
    end if;
    if (old.status, new.status) not in (
        ('building', 'building'), ('warming', 'warming'),
        ('building', 'warming'), ('warming', 'fresh'), ('fresh', 'superseded'),
        ('building', 'error'), ('warming', 'error')
    ) then
        raise exception using errcode = 'restrict_violation',
            message = format('pricing pack %s is %s and cannot become %s', old.id, old.status, new.status);
    end if;
    if new.stages_done < old.stages_done or (old.fresh_at is not null and new.fresh_at <> old.fresh_at) then
        raise exception using errcode = 'restrict_violation',
            message = format('the progress of pricing pack %s only grows', old.id);
    end if;
    return new;
end
$$;
create trigger guard_pricing_pack_change before update on pricing_packs
    for each row execute function guard_pricing_pack_change();
create trigger refuse_row_delete before delete on pricing_packs
    for each row execute function refuse_change();
create trigger refuse_truncate before truncate on pricing_packs
    for each statement execute function refuse_change();

-- Prices and rates come with their pack: a sealed pack refuses a late one.
create function guard_pricing_pack_value() returns trigger
    language plpgsql
as $$
begin
    if (select p.status from pricing_packs p where p.id = new.pack_id) is distinct from 'building' then
        raise exception using errcode = 'restrict_violation',
            message = format('pricing pack %s is not being built: it takes no late value', new.pack_id);
    end if;
    return new;
end
$$;
create trigger guard_pricing_pack_value before insert on pricing_pack_prices
    for each row execute function guard_pricing_pack_value();
create trigger guard_pricing_pack_value before insert on pricing_pack_rates
    for each row execute function guard_pricing_pack_value();
