-- Whose turn it is to ask a host, among all processes that read sources: one request at a
-- time, with a pause between two. Only a new table; an older process goes on beside it and
-- takes turns within itself, as before.

create table host_turns (
    host       text not null,
    ticket     bigint not null,
    asked_at   timestamptz not null,
    held_until timestamptz,
    constraint host_turns_pkey primary key (host),
    constraint host_turns_host_is_a_name check (length(host) between 1 and 255),
    constraint host_turns_ticket_counts check (ticket >= 1)
);
comment on column host_turns.ticket is 'One more with each turn; who gives a turn back names it.';
comment on column host_turns.asked_at is 'When the turn was taken, then when it was given back.';
comment on column host_turns.held_until is 'None: nobody has the turn. A process that died gives none back; its turn is free by then.';
grant select, insert, delete, update (ticket, asked_at, held_until) on host_turns to observatory_app;
grant select on host_turns to observatory_verifier;
