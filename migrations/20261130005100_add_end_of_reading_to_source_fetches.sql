-- A reading of a source ends within its bounds, and says what it left to the next. Safe
-- beside an older process: both columns have defaults, and what such a process writes says
-- that it came to its end, as it always did.

alter table source_fetches
    add column cut_short text,
    add column entries_left integer not null default 0,
    add constraint source_fetches_cut_short_known
        check (cut_short in ('time', 'bytes', 'requests', 'busy', 'failing', 'pages')),
    add constraint source_fetches_left_has_cause check (entries_left = 0 or cut_short is not null),
    add constraint source_fetches_cut_short_is_read check (cut_short is null or outcome in ('read', 'failed')),
    add constraint source_fetches_left_counted check (entries_left >= 0);
comment on column source_fetches.cut_short is 'Why it did not come to its end; none: it did.';
comment on column source_fetches.entries_left is 'Entries that were listed and are left to the next reading; of parts that were not come to nobody knows.';
