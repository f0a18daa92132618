-- Where every entry that is known stands on its way into reports, for administrators: one
-- place for each, so that the sums balance. Only a function, which an older process does
-- not call. It sees what its caller may see: across workspaces only in a transaction that
-- says so.

create function funnel_entries(pack uuid, files text[], since date, read_at timestamptz, reports_max integer)
returns table (
    place     text,
    title     text,
    url       text,
    source    text,
    published date,
    held      bigint,
    event     text,
    merged    boolean
)
language sql stable
as $$
    with cited as materialized (
        select distinct reference ->> 'evidence' as evidence
        from (select a.document from artifacts a order by a.sealed_at desc limit reports_max) newest
        cross join lateral jsonb_array_elements(newest.document::jsonb -> 'references') reference
    ), collected as materialized (
        select
            i.title,
            i.url,
            s.name as source,
            coalesce(d.published, i.published) as published,
            case when i.drop_reason in ('undated_held', 'not_pu_proven') then i.id end as held,
            coalesce(d.item, i.item) ->> 'id' as evidence,
            case
                when i.drop_reason is not null and coalesce(d.decision, '') not in ('dated', 'released')
                    then i.drop_reason
                when not s.enabled then 'source_off'
                when coalesce(d.published, i.published) < since then 'outside_window'
                when greatest(i.first_seen_at, d.decided_at) > read_at then 'next_pack'
            end as left_at
        from source_items i
        join sources s on s.id = i.source_id
        left join lateral (
            select decision, published, item, decided_at
            from held_decisions where item_id = i.id order by id desc limit 1
        ) d on true
    ), held_by_pack as materialized (
        select
            e.evidence_id,
            e.title,
            e.url,
            c.item ->> 'source' as source,
            e.published,
            c.event_id,
            coalesce(c.joined <> 'first', false) as merged
        from evidence_items e
        left join event_citations c on c.pack_id = e.pack_id and c.evidence_id = e.evidence_id
        where e.pack_id = pack
    )
    select left_at, title, url, source, published, held, null::text, false
    from collected
    where left_at is not null
    union all
    select 'duplicate', title, url, source, published, held, null, false
    from collected
    where left_at is null
      and not exists (select from held_by_pack h where h.evidence_id = collected.evidence)
    union all
    select dropped ->> 'reason', dropped ->> 'title', dropped ->> 'url', dropped ->> 'source', null, null, null, false
    from packs p
    cross join lateral jsonb_array_elements(p.document::jsonb -> 'dropped') dropped
    where p.id = pack and cardinality(files) > 0 and dropped ->> 'source' = any (files)
    union all
    select
        case when cited.evidence is null then 'unwritten' else 'written' end,
        h.title, h.url, h.source, h.published, null, h.event_id, h.merged
    from held_by_pack h
    left join cited on cited.evidence = h.evidence_id
$$;
comment on function funnel_entries is
    'Entries of sources and of the feeds that are files, each at one place; written: cited by one of the newest reports.';
