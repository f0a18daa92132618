-- Executions are kept for a time that the operator sets, and then forgotten by the
-- worker's housekeeping. Until now they were kept without end.
-- Safe beside an older process: such a process deletes none.

-- A row is still written once. Only its end is new: no sooner than after a week, which
-- is longer than answers under an idempotency key live, however short the time is that
-- somebody sets.
create function refuse_change_of_the_week() returns trigger
    language plpgsql
as $$
begin
    if old.started_at > now() - interval '7 days' then
        raise exception using
            errcode = 'restrict_violation',
            message = format('%s is immutable: %s is refused', tg_table_name, lower(tg_op));
    end if;
    return old;
end
$$;
drop trigger refuse_row_change on executions;
create trigger refuse_row_change before update on executions
    for each row execute function refuse_change();
create trigger refuse_early_delete before delete on executions
    for each row execute function refuse_change_of_the_week();

-- Nobody but this function deletes an execution: the application has no right to, and
-- no other transaction reads across workspaces and deletes.
create policy forgotten on executions for delete using (reads_platform());
create policy forgotten_only on executions as restrictive for delete using (reads_platform());
create index executions_started_at_idx on executions (started_at);

create function forget_executions(older_than_days integer, at_most integer) returns bigint
    language plpgsql
    security definer
    set search_path = public, pg_temp
as $$
declare
    reading_before constant text := coalesce(current_setting('app.platform', true), '');
    forgotten      bigint;
begin
    perform set_config('app.platform', 'on', true);
    delete from executions where id in (
        select e.id from executions e
        where e.started_at < now() - make_interval(days => greatest(older_than_days, 7))
        order by e.started_at
        limit at_most
    );
    get diagnostics forgotten = row_count;
    perform set_config('app.platform', reading_before, true);
    return forgotten;
end
$$;
comment on function forget_executions(integer, integer) is 'Deletes the oldest executions of all workspaces that are older than so many days, seven at least; returns how many.';
revoke all on function forget_executions(integer, integer) from public;
grant execute on function forget_executions(integer, integer) to observatory_app;
