-- Runs that a worker lets go of in good order: because its process stops, or because
-- evidence is not fresh. They are no failed attempts, and their page says what they wait for.
-- Safe beside an older process: both columns have a default, and such a process neither
-- hands a run back nor makes it wait.

alter table runs
    add column handed_back integer not null default 0,
    add column waiting_for text;
comment on column runs.handed_back is 'Leases that were given back in good order; the fencing token less these counts the attempts.';
comment on column runs.waiting_for is 'What a live run that nobody carries waits for, as its page says it.';

alter table runs add constraint runs_handed_back_some_leases
    check (handed_back between 0 and fencing_token) not valid;
alter table runs validate constraint runs_handed_back_some_leases;

grant update (handed_back, waiting_for) on runs to observatory_app;
