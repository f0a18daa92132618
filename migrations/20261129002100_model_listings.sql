-- What the server's list of models said of the one that reports are written with: models
-- are shut down, and administrators are to know before. Concerns the platform: no tenant.
-- Safe beside an older process: it only adds.

create table model_listings (
    id          bigint generated always as identity,
    server      text not null,
    model       text not null,
    listing     text not null,
    shutdown_on date,
    reason      text,
    looked_at   timestamptz not null default clock_timestamp(),
    constraint model_listings_pkey primary key (id),
    constraint model_listings_names_length check (
        char_length(server) between 1 and 500 and char_length(model) between 1 and 200
    ),
    constraint model_listings_listing_known check (listing in ('listed', 'not_listed', 'not_known')),
    constraint model_listings_shutdown_of_listed check (shutdown_on is null or listing = 'listed'),
    constraint model_listings_reason_where_not_known check ((reason is null) = (listing <> 'not_known'))
);
comment on table model_listings is 'One row for each look; the newest of a server and model counts.';
comment on column model_listings.server is 'Address without user, key or query.';
comment on column model_listings.shutdown_on is 'The announced day; null where none is announced.';
comment on column model_listings.reason is 'Code of the failure that kept the list from being read.';

create index model_listings_newest_idx on model_listings (server, model, id desc);
call make_immutable('model_listings');
