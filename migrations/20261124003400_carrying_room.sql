-- A bound on how many runs are carried at once, by all processes and for all workspaces.
-- Safe beside an older process: it only adds a function. Such a process takes the same
-- lock of a workspace, and none for all, so that until it is gone the bound may be
-- passed by what it carries.

-- Whether this transaction may take one more run, and surely: nobody can take a run of
-- the same workspace until it ends, and nobody the same room. What others have taken and
-- not committed cannot be seen, so near the bound everybody takes the lock alone. Further
-- away they take it together, and leave room for as many runs as there can be
-- connections, each of which may have taken one unseen.
create function take_carrying_room(of_workspace uuid, total_max integer) returns boolean
    language plpgsql
as $$
declare
    reading_before constant text := coalesce(current_setting('app.platform', true), '');
    of_all         constant bigint := hashtextextended('carried runs', 0);
    unseen_max     constant integer := current_setting('max_connections')::integer;
    room           bigint := total_max;
    carried        bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('carried runs of ' || of_workspace, 0));
    if total_max > 2 * unseen_max then
        perform pg_advisory_xact_lock_shared(of_all);
        room := total_max - unseen_max;
    else
        perform pg_advisory_xact_lock(of_all);
    end if;
    -- Read across workspaces for this one question.
    perform set_config('app.platform', 'on', true);
    select count(*) into carried from (
        select from runs r
        where r.status = 'running' and r.lease_until >= clock_timestamp()
        limit room
    ) counted;
    perform set_config('app.platform', reading_before, true);
    return carried < room;
end
$$;
comment on function take_carrying_room(uuid, integer) is 'Whether this transaction may take one more run of the workspace; until it ends, nobody can take the same room.';
