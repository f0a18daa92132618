-- Bounds on how many runs may wait, per workspace and in all, that hold between servers.
-- Safe beside an older process: it only adds functions. Such a process queues without
-- asking, so that until it is gone the bounds may be passed by what it queues.

-- Whether one more run may wait: 'free', 'workspace_full' or 'queue_full'. A look that
-- locks nothing. It reads across workspaces for this one question, and says only a word.
create function queue_room(of_workspace uuid, workspace_max integer, total_max integer) returns text
    language plpgsql
as $$
declare
    reading_before constant text := coalesce(current_setting('app.platform', true), '');
    of_workspace_queued bigint;
    queued              bigint;
begin
    select count(*) into of_workspace_queued from (
        select from runs r where r.workspace_id = of_workspace and r.status = 'queued' limit workspace_max
    ) counted;
    if of_workspace_queued >= workspace_max then
        return 'workspace_full';
    end if;
    perform set_config('app.platform', 'on', true);
    select count(*) into queued from (
        select from runs r where r.status = 'queued' limit greatest(total_max, 0)
    ) counted;
    perform set_config('app.platform', reading_before, true);
    return case when queued >= total_max then 'queue_full' else 'free' end;
end
$$;
comment on function queue_room(uuid, integer, integer) is 'Whether this workspace may queue one more run, at a glance.';

-- The same for who queues a run in this very transaction, and surely: what others have
-- queued and not committed cannot be seen, so they have to be waited for. Those of the
-- same workspace always are; those of all workspaces only where the queue is nearly
-- full. Further away everybody takes the lock together, and leaves room for as many
-- runs as there can be connections, each of which may have queued one unseen.
create function take_queue_room(of_workspace uuid, workspace_max integer, total_max integer) returns text
    language plpgsql
as $$
declare
    of_all     constant bigint := hashtextextended('queued runs', 0);
    unseen_max constant integer := current_setting('max_connections')::integer;
begin
    perform pg_advisory_xact_lock(hashtextextended('queued runs of ' || of_workspace, 0));
    if queue_room(of_workspace, workspace_max, total_max - 2 * unseen_max) = 'queue_full' then
        perform pg_advisory_xact_lock(of_all);
        return queue_room(of_workspace, workspace_max, total_max);
    end if;
    perform pg_advisory_xact_lock_shared(of_all);
    -- Twice the room was there a moment ago; if it is gone, trying again is not too much.
    return queue_room(of_workspace, workspace_max, total_max - unseen_max);
end
$$;
comment on function take_queue_room(uuid, integer, integer) is 'Whether this transaction may queue one more run of the workspace; until it ends, nobody can take the same room.';
