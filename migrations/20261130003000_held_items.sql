-- What an administrator needs to decide on items that are held, and the decisions. Safe
-- beside an older process: it only adds, and what such a process holds is decided by its
-- title alone, as is what was held before.

create table held_items (
    item_id            bigint not null,
    cause              text not null,
    proposed           date,
    proposed_from      text,
    excerpt            text not null default '',
    language           text,
    relevance          smallint,
    unrelated          boolean not null default false,
    constraint held_items_pkey primary key (item_id),
    constraint held_items_item_fkey foreign key (item_id) references source_items (id),
    constraint held_items_cause_known
        check (cause in ('no_date', 'ambiguous_date', 'future_date', 'unsure_date', 'not_proven')),
    constraint held_items_date_has_source check (num_nonnulls(proposed, proposed_from) in (0, 2)),
    constraint held_items_excerpt_bounded check (length(excerpt) <= 300),
    constraint held_items_relevance_known check (relevance between 1 and 5)
);
comment on column held_items.proposed is 'The date that it carries; not sure enough, but for what is held as too short.';
comment on column held_items.unrelated is 'Long enough to tell that it is not about polyurethane: it enters no pack whatever its date.';
comment on column held_items.relevance is 'How plainly it is about polyurethane; none where nobody looked.';
call make_immutable('held_items');

insert into held_items (item_id, cause, proposed, proposed_from)
select
    i.id,
    case
        when i.drop_reason = 'not_pu_proven' then 'not_proven'
        when i.held like 'day and month %' then 'ambiguous_date'
        when i.held like '%lies in the future' then 'future_date'
        when i.held like 'its date %' then 'unsure_date'
        else 'no_date'
    end,
    case when i.held like 'its date %' then substring(i.held from '\d{4}-\d\d-\d\d')::date end,
    case when i.held like 'its date %' then 'url_path' end
from source_items i
-- Of what was too short no date was kept, so that nobody can release it as it is.
where i.drop_reason in ('undated_held', 'not_pu_proven');

create table held_decisions (
    id         bigint generated always as identity,
    item_id    bigint not null,
    decision   text not null,
    published  date,
    item       jsonb,
    reading    jsonb,
    reason     text not null,
    decided_by uuid not null,
    decided_at timestamptz not null default now(),
    constraint held_decisions_pkey primary key (id),
    constraint held_decisions_item_fkey foreign key (item_id) references held_items (item_id),
    constraint held_decisions_decided_by_fkey foreign key (decided_by) references users (id),
    constraint held_decisions_decision_known check (decision in ('dated', 'released', 'dropped', 'reopened')),
    constraint held_decisions_admitted_has_item
        check ((decision in ('dated', 'released')) = (num_nonnulls(published, item, reading) = 3)),
    constraint held_decisions_nothing_half check (num_nonnulls(published, item, reading) in (0, 3)),
    constraint held_decisions_date_is_the_item_s check (item is null or (item ->> 'published')::date = published),
    constraint held_decisions_date_not_ahead check (published <= (decided_at at time zone 'UTC')::date + 1),
    constraint held_decisions_reason_length check (char_length(btrim(reason)) between 10 and 500)
);
comment on table held_decisions is 'The newest of an item counts; those before are its history.';
comment on column held_decisions.item is 'The evidence item that the decision admits, as it enters the next pack.';
create index held_decisions_item_idx on held_decisions (item_id, id desc);
create index held_decisions_newest_idx on held_decisions (decided_at);
call make_immutable('held_decisions');
