-- By what the events of a pack can be narrowed, so that pages count and filter without
-- opening an event. Safe beside an older process, which seals packs without: until the next
-- pack of a newer one, such a pack is narrowed by type, region, company and days alone.

create table event_facets (
    pack_id  uuid not null,
    event_id text not null,
    facet    text not null,
    value    text not null,
    constraint event_facets_pkey primary key (pack_id, facet, value, event_id),
    constraint event_facets_event_fkey foreign key (pack_id, event_id) references pack_events (pack_id, event_id),
    constraint event_facets_facet_known check (facet in ('source', 'tier', 'region', 'link', 'type', 'company'))
);
comment on table event_facets is 'Of an event the sources, trust tiers and links of its reports, its regions, type and companies.';
call make_immutable('event_facets');

-- Of the newest pack only: older ones are opened by their hash and not searched.
insert into event_facets (pack_id, event_id, facet, value)
with newest as (
    select pack_id from pack_readings where pack_id is not null order by id desc limit 1
)
select c.pack_id, c.event_id, 'source', c.item ->> 'source' from event_citations c join newest using (pack_id)
union
select c.pack_id, c.event_id, 'tier', c.item ->> 'tier' from event_citations c join newest using (pack_id)
union
select c.pack_id, c.event_id, 'link', link
from event_citations c join newest using (pack_id), jsonb_array_elements_text(c.item -> 'links') link
union
select e.pack_id, e.event_id, 'region', region from pack_events e join newest using (pack_id), unnest(e.regions) region
union
select e.pack_id, e.event_id, 'company', company from pack_events e join newest using (pack_id), unnest(e.companies) company
union
select e.pack_id, e.event_id, 'type', e.signal from pack_events e join newest using (pack_id);
