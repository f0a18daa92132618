-- What is known of a source from its readings: the addresses whose entries were handed on,
-- so that no page is opened twice, whatever address its item is filed under and whoever saw
-- it first; and the files of a sitemap, each with its validators. Only new tables. An older
-- process beside fills neither, so that a newer one opens some pages once more.

create table source_addresses (
    source_id uuid not null,
    address   text not null,
    seen_at   timestamptz not null default now(),
    constraint source_addresses_pkey primary key (source_id, address),
    constraint source_addresses_source_fkey foreign key (source_id) references sources (id),
    constraint source_addresses_address_bounded check (octet_length(address) between 1 and 2000)
);
comment on column source_addresses.address is 'Of the entry, as it is asked for; its item may be filed under another.';
grant select, insert on source_addresses to observatory_app;
grant select on source_addresses to observatory_verifier;

insert into source_addresses (source_id, address, seen_at)
select i.source_id, i.url, min(i.first_seen_at)
from source_items i
join sources s on s.id = i.source_id
where s.kind in ('sitemap', 'html_list') and octet_length(i.url) between 1 and 2000
group by i.source_id, i.url;

create table source_parts (
    source_id     uuid not null,
    position      integer not null,
    url           text not null,
    etag          text,
    last_modified text,
    constraint source_parts_pkey primary key (source_id, position),
    constraint source_parts_once unique (source_id, url),
    constraint source_parts_source_fkey foreign key (source_id) references sources (id),
    constraint source_parts_url_bounded check (octet_length(url) between 1 and 2000)
);
comment on table source_parts is 'The files of a sitemap as its last reading found them; of one that is no index, itself.';
comment on column source_parts.etag is 'None, with last_modified: it was not read to its end, and is asked for whole.';
grant select, insert, delete on source_parts to observatory_app;
grant select on source_parts to observatory_verifier;
