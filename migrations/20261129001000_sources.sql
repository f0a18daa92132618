-- Sources of evidence, what was read of them, and what they held. Collected once for
-- everybody: no tenant here. Only new tables, so an older process goes on beside it.

create table sources (
    id                uuid not null,
    name              text not null,
    kind              text not null,
    publisher         text not null,
    url               text,
    language          text,
    country           text,
    tier              smallint not null,
    polyurethane_only boolean not null default false,
    provider          text not null,
    selectors         jsonb,
    terms             jsonb,
    interval_minutes  integer not null default 60,
    enabled           boolean not null default false,
    created_at        timestamptz not null default now(),
    etag              text,
    last_modified     text,
    tried_at          timestamptz,
    succeeded_at      timestamptz,
    last_status       smallint,
    last_entries      integer,
    last_error        text,
    failures          integer not null default 0,
    due_at            timestamptz not null default now(),
    constraint sources_pkey primary key (id),
    constraint sources_kind_known
        check (kind in ('rss', 'atom', 'json_feed', 'sitemap', 'html_list', 'manual')),
    constraint sources_name_given check (length(trim(name)) between 1 and 120),
    constraint sources_publisher_given check (length(trim(publisher)) between 1 and 120),
    constraint sources_url_is_web check (url ~ '^https?://' and length(url) <= 2000),
    constraint sources_url_unless_manual check ((kind = 'manual') = (url is null)),
    constraint sources_list_has_selectors check ((kind = 'html_list') = (selectors is not null)),
    constraint sources_tier_known check (tier between 1 and 4),
    constraint sources_interval_bounded check (interval_minutes between 5 and 10080),
    constraint sources_enabled_has_terms check (not enabled or terms is not null),
    constraint sources_failures_counted check (failures >= 0)
);
comment on column sources.terms is 'What the owner allows, with who read it and when. Nobody may enable a source without.';
comment on column sources.due_at is 'When it is read next: its interval after a success, later after failures.';
create unique index sources_name_key on sources (lower(name));
create index sources_due_idx on sources (due_at) where enabled;
grant select, insert on sources to observatory_app;
grant update (
    enabled, terms, etag, last_modified, tried_at, succeeded_at, last_status, last_entries, last_error, failures, due_at
) on sources to observatory_app;
grant select on sources to observatory_verifier;

create table source_fetches (
    id          bigint generated always as identity,
    source_id   uuid not null,
    outcome     text not null,
    status      smallint,
    error       text,
    entries     integer not null,
    new_items   integer not null,
    bytes       integer not null,
    duration_ms integer not null,
    tried_at    timestamptz not null default now(),
    constraint source_fetches_pkey primary key (id),
    constraint source_fetches_source_fkey foreign key (source_id) references sources (id),
    constraint source_fetches_outcome_known
        check (outcome in ('read', 'not_modified', 'failed', 'entered')),
    constraint source_fetches_failure_has_error check ((outcome = 'failed') = (error is not null)),
    constraint source_fetches_counts_kept check (new_items between 0 and entries)
);
comment on column source_fetches.new_items is 'Entries that were seen for the first time, kept or dropped.';
create index source_fetches_source_idx on source_fetches (source_id, id desc);
call make_immutable('source_fetches');

create table source_items (
    id            bigint generated always as identity,
    key           text not null,
    source_id     uuid not null,
    fetch_id      bigint not null,
    title         text not null,
    url           text,
    published     date,
    item          jsonb,
    reading       jsonb,
    drop_reason   text,
    held          text,
    first_seen_at timestamptz not null default now(),
    constraint source_items_pkey primary key (id),
    constraint source_items_first_sighting unique (key),
    constraint source_items_source_fkey foreign key (source_id) references sources (id),
    constraint source_items_fetch_fkey foreign key (fetch_id) references source_fetches (id),
    constraint source_items_kept_or_dropped check ((drop_reason is null) = (item is not null and reading is not null)),
    constraint source_items_kept_is_dated check (drop_reason is not null or published is not null),
    constraint source_items_held_has_cause check ((drop_reason is not distinct from 'undated_held') = (held is not null)),
    constraint source_items_date_is_the_item_s check (item is null or (item ->> 'published')::date = published),
    constraint source_items_title_bounded check (length(title) <= 300),
    constraint source_items_excerpt_bounded check (item is null or length(item ->> 'excerpt') <= 300)
);
comment on column source_items.key is 'Canonical address; for what has none, a hash of source, title and address. The first sighting counts.';
comment on column source_items.item is 'The evidence item, as it stands in packs.';
comment on column source_items.reading is 'What was read off its words, as it stands in the citations of packs.';
create index source_items_published_idx on source_items (published) where drop_reason is null;
create index source_items_source_idx on source_items (source_id, id desc);
create index source_items_held_idx on source_items (id desc) where drop_reason = 'undated_held';
call make_immutable('source_items');

-- What stands in each pack, so that pages can search it.
create table pack_events (
    pack_id         uuid not null,
    event_id        text not null,
    signal          text not null,
    regions         text[] not null,
    companies       text[] not null,
    title           text not null,
    first_published date not null,
    last_published  date not null,
    publishers      integer not null,
    event           jsonb not null,
    words           text not null,
    search          tsvector generated always as (to_tsvector('simple', words)) stored,
    constraint pack_events_pkey primary key (pack_id, event_id),
    constraint pack_events_pack_fkey foreign key (pack_id) references packs (id),
    constraint pack_events_dates_in_order check (first_published <= last_published),
    constraint pack_events_told check (publishers >= 1)
);
comment on column pack_events.event is 'The event as the pack has it: citations, label, doctrine.';
create index pack_events_search_idx on pack_events using gin (search);
create index pack_events_newest_idx on pack_events (pack_id, last_published desc, event_id);
create index pack_events_companies_idx on pack_events using gin (companies);
call make_immutable('pack_events');

create table event_citations (
    pack_id     uuid not null,
    evidence_id text not null,
    event_id    text not null,
    joined      text not null,
    item        jsonb not null,
    constraint event_citations_pkey primary key (pack_id, evidence_id),
    constraint event_citations_event_fkey foreign key (pack_id, event_id) references pack_events (pack_id, event_id),
    constraint event_citations_item_fkey foreign key (pack_id, evidence_id) references evidence_items (pack_id, evidence_id)
);
create index event_citations_event_idx on event_citations (pack_id, event_id);
create index event_citations_evidence_idx on event_citations (evidence_id);
call make_immutable('event_citations');
