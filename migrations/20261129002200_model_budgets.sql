-- What one workspace may use of the language model in a month, where an administrator sets
-- it apart from the installation's own bound. The newest row counts; older ones stay.
-- Beside an older process: it does not read the setting, and the trigger refuses the calls
-- that break it; such a process says then that a call could not be recorded.

create table model_budgets (
    id           bigint generated always as identity,
    workspace_id uuid not null,
    tokens_max   bigint,
    cost_max     numeric,
    currency     char(3),
    set_by       uuid not null,
    set_at       timestamptz not null default clock_timestamp(),
    constraint model_budgets_pkey primary key (id),
    constraint model_budgets_workspace_fkey foreign key (workspace_id) references workspaces (id),
    constraint model_budgets_set_by_fkey foreign key (set_by) references users (id),
    constraint model_budgets_not_negative check (tokens_max >= 0 and cost_max >= 0),
    constraint model_budgets_money_has_currency check ((cost_max is null) = (currency is null))
);
comment on table model_budgets is 'One with neither bound gives the workspace that of the installation back.';
comment on column model_budgets.tokens_max is 'In a calendar month of UTC; 0 allows no call.';
create index model_budgets_newest_idx on model_budgets (workspace_id, id desc);
call isolate_by_workspace('model_budgets');
call make_immutable('model_budgets');

-- Whatever the code does: the calls of a month, each with what it used or has set aside,
-- stay within the workspace's own budget. Calls of one workspace are opened one after the
-- other; the lock is the one that the book takes. After the insert, so that the new row
-- counts, and a row for another workspace meets row-level security first.
create function require_room_in_budget() returns trigger
    language plpgsql
as $$
declare
    budget model_budgets;
    used   record;
begin
    perform pg_advisory_xact_lock(hashtextextended(format('language model calls of %s', new.workspace_id), 0));
    select b.* into budget from model_budgets b
    where b.workspace_id = new.workspace_id order by b.id desc limit 1;
    if budget.tokens_max is null and budget.cost_max is null then
        return null;
    end if;
    select sum(coalesce(c.input_tokens + c.output_tokens, c.reserved_tokens)) as tokens,
           sum(case when c.currency = budget.currency then coalesce(c.cost, c.reserved_cost) end) as cost,
           count(*) filter (where c.currency is distinct from budget.currency
                                  or coalesce(c.cost, c.reserved_cost) is null) as unpriced
    into used
    from assistant_calls c
    where c.workspace_id = new.workspace_id
      and c.sent_at >= date_trunc('month', clock_timestamp(), 'UTC');
    if used.tokens > budget.tokens_max
        or (budget.cost_max is not null and (used.unpriced > 0 or used.cost > budget.cost_max)) then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_within_budget',
            message = format('the month''s budget of workspace %s does not cover call %s', new.workspace_id, new.id);
    end if;
    return null;
end
$$;
create trigger require_room_in_budget after insert on assistant_calls
    for each row execute function require_room_in_budget();
