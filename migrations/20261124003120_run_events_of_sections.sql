-- What a language model has come to while it writes, as events of its run.
-- Beside an older process: it only takes more than before, and only new processes write such
-- events. An older one that serves cannot show the page of a run that has one: replace the
-- processes that serve before those that work with a language model.

alter table run_events drop constraint run_events_kind_known;
alter table run_events add constraint run_events_kind_known
    check (kind in ('queued', 'started', 'resumed', 'stage', 'section', 'succeeded', 'failed', 'cancelled')) not valid;
alter table run_events validate constraint run_events_kind_known;
