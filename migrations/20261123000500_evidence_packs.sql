-- Sealed evidence, collected once for everybody: no tenant here.

create table packs (
    id           uuid not null,
    content_hash bytea not null,
    document     text not null,
    as_of        date not null,
    sample       boolean not null,
    sealed_at    timestamptz not null default now(),
    constraint packs_pkey primary key (id),
    constraint packs_content_hash_key unique (content_hash),
    constraint packs_hash_matches check (content_hash = sha256(convert_to(document, 'UTF8')))
);
comment on column packs.document is 'Canonical JSON (RFC 8785); its SHA-256 is content_hash.';
call make_immutable('packs');

create table evidence_items (
    pack_id     uuid not null,
    evidence_id text not null,
    title       text not null,
    publisher   text not null,
    url         text not null,
    published   date not null,
    constraint evidence_items_pkey primary key (pack_id, evidence_id),
    constraint evidence_items_pack_fkey foreign key (pack_id) references packs (id),
    constraint evidence_items_url_is_web check (url ~ '^https?://')
);
create index evidence_items_published_idx on evidence_items (pack_id, published desc);
call make_immutable('evidence_items');

-- Each reading of the sources: either the pack it confirmed, or why there is none.
-- The newest reading decides whether the freshness gate is open.
create table pack_readings (
    id      bigint generated always as identity,
    pack_id uuid,
    error   text,
    read_at timestamptz not null default now(),
    constraint pack_readings_pkey primary key (id),
    constraint pack_readings_pack_fkey foreign key (pack_id) references packs (id),
    constraint pack_readings_has_outcome check ((pack_id is null) <> (error is null))
);
call make_immutable('pack_readings');
