-- A run's place in the order between workspaces, and word of its cancellation.
-- Safe beside an older process: the column has a default, so that a run that such a
-- process queues simply has rank 0.

alter table runs add column queue_rank integer not null default 0;
comment on column runs.queue_rank is 'Start tag of fair queueing: smaller ranks are carried first.';

create index runs_live_workspace_idx on runs (workspace_id, queue_rank) where status in ('queued', 'running');
create index runs_queued_rank_idx on runs (queue_rank) where status = 'queued';
create index runs_lease_idx on runs (lease_until) where status = 'running';

-- Start-time fair queueing (Goyal, Vin and Cheng 1996) with every run of the same
-- length: a workspace's next run comes after its last live one, and never before
-- what the queue has come to. So a workspace that queues a thousand runs makes
-- nobody else wait for more than one of them.
-- It reads across workspaces for this one question, and says only a number.
create function next_queue_rank(of_workspace uuid) returns integer
    language plpgsql
as $$
declare
    reading_before constant text := coalesce(current_setting('app.platform', true), '');
    next_rank      integer;
begin
    perform set_config('app.platform', 'on', true);
    select greatest(
        (select max(r.queue_rank) + 1 from runs r
         where r.workspace_id = of_workspace and r.status in ('queued', 'running')),
        (select min(r.queue_rank) from runs r where r.status = 'queued'),
        0
    ) into next_rank;
    perform set_config('app.platform', reading_before, true);
    return next_rank;
end
$$;
comment on function next_queue_rank(uuid) is 'The rank of a run that this workspace queues now.';

-- A cancellation must reach the worker that carries the run, at once.
create or replace function announce_run_event() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('run_events', new.run_id::text);
    if new.kind = 'cancelled' then
        perform pg_notify('run_cancellations', new.run_id::text);
    end if;
    return null;
end
$$;
