-- What administrators decided on events: that two are one, or that a citation does not
-- belong. The next pack is built by it; sealed packs stay. Only a new table, so an older
-- process goes on beside it and builds packs without.

create table event_decisions (
    id         bigint generated always as identity,
    kind       text not null,
    one        text[] not null,
    other      text[] not null,
    undoes     bigint,
    reason     text not null,
    decided_by uuid not null,
    decided_at timestamptz not null default now(),
    constraint event_decisions_pkey primary key (id),
    constraint event_decisions_undoes_fkey foreign key (undoes) references event_decisions (id),
    constraint event_decisions_undone_once unique (undoes),
    constraint event_decisions_decided_by_fkey foreign key (decided_by) references users (id),
    constraint event_decisions_kind_known check (kind in ('merged', 'separated', 'undone')),
    constraint event_decisions_undone_names_one check ((kind = 'undone') = (undoes is not null)),
    constraint event_decisions_has_sides
        check (cardinality(one) between 1 and 200 and cardinality(other) between 1 and 200 and not one && other),
    constraint event_decisions_reason_length check (char_length(btrim(reason)) between 10 and 500)
);
comment on column event_decisions.one is 'Ids of evidence items; each of them with each of the other side is decided on.';
comment on column event_decisions.undoes is 'The decision that counts no more; it stands with the same sides.';
create index event_decisions_one_idx on event_decisions using gin (one);
create index event_decisions_other_idx on event_decisions using gin (other);
create index event_decisions_newest_idx on event_decisions (decided_at);
call make_immutable('event_decisions');
