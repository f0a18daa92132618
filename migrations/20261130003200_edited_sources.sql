-- Administrators edit sources, say what each reports on, and bound it closer than the
-- platform does; and each reading of the sample feeds is on record beside the pack, so
-- that coverage can be asked for one scope. Safe beside an older process: every column
-- has a default, and what such a process reads leaves the new one empty.

alter table sources
    add column covers_regions text[] not null default '{}',
    add column covers_links text[] not null default '{}',
    add column limits jsonb not null default '{}',
    add constraint sources_covers_regions_known check (covers_regions <@ array[
        'emea', 'middle_east', 'china', 'ne_asia', 'sea', 'india', 'north_america', 'south_america'
    ]),
    add constraint sources_covers_links_known
        check (covers_links <@ array['raw_materials', 'system_houses', 'foam_converters', 'end_use']),
    add constraint sources_limits_are_an_object check (jsonb_typeof(limits) = 'object');
comment on column sources.covers_regions is 'Regions that it reports on; none named: all.';
comment on column sources.covers_links is 'Positions in the value chain that it reports on; none named: all.';
comment on column sources.limits is 'Closer than the platform''s: seconds, kilobytes, entries, pause_seconds.';
grant update (
    name, kind, publisher, url, language, country, tier, polyurethane_only, provider, selectors,
    interval_minutes, covers_regions, covers_links, limits
) on sources to observatory_app;

alter table pack_readings
    add column files jsonb,
    add constraint pack_readings_files_are_a_list check (jsonb_typeof(files) = 'array');
comment on column pack_readings.files is 'The feeds that were read as files, each with its tier and whether it was read; unknown of older readings.';
