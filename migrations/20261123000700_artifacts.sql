-- Sealed reports.

create table artifacts (
    id                       uuid not null,
    run_id                   uuid not null,
    workspace_id             uuid not null,
    specification_id         uuid not null,
    specification_version_id uuid not null,
    period_key               text not null,
    title                    text not null,
    document                 text not null,
    document_hash            bytea not null,
    html                     text not null,
    html_hash                bytea not null,
    package_hash             bytea not null,
    pack_hash                bytea not null,
    sealed_at                timestamptz not null default now(),
    search                   tsvector generated always as (
        to_tsvector('simple', title || ' ' || jsonb_path_query_array(document::jsonb, '$.sections[*].developments[*].headline')::text)
    ) stored,
    constraint artifacts_pkey primary key (id),
    constraint artifacts_run_key unique (run_id),
    constraint artifacts_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint artifacts_version_fkey
        foreign key (specification_version_id, specification_id, workspace_id)
        references specification_versions (id, specification_id, workspace_id),
    constraint artifacts_document_hash_matches check (document_hash = sha256(convert_to(document, 'UTF8'))),
    constraint artifacts_html_hash_matches check (html_hash = sha256(convert_to(html, 'UTF8')))
);
comment on column artifacts.document is 'The report document as canonical JSON.';
create index artifacts_search_idx on artifacts using gin (search);
call isolate_by_workspace('artifacts');
call make_immutable('artifacts');

