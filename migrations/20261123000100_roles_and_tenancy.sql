-- Roles and the functions every later table leans on.
-- Safe to run beside an older process: it only adds.
--
-- observatory_app       what serve and work are after SET ROLE: owns nothing, obeys row-level security.
-- observatory_verifier  reads every row for `observatory verify`, writes none.
-- Roles are shared by all databases of a cluster, hence the tolerance for one that exists.

do $$
begin
    create role observatory_app nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    create role observatory_verifier nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- The migrating login must be able to become both. From Postgres 16 on, who makes
-- a role administers it, and still may not SET it unless that is granted too.
do $$
declare
    role_name text;
    may_set   text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
begin
    foreach role_name in array array['observatory_app', 'observatory_verifier'] loop
        if not pg_has_role(current_user, role_name, may_set) then
            execute format(
                'grant %I to current_user%s', role_name, case when may_set = 'set' then ' with set true' else '' end
            );
        end if;
    end loop;
end
$$;

grant usage on schema public to observatory_app, observatory_verifier;

-- The tenant of the transaction; null when none is set, which matches no row.
create function current_workspace() returns uuid
    language sql stable
    return nullif(current_setting('app.workspace_id', true), '')::uuid;

-- The signed-in user of the transaction; null when none is set.
create function current_member() returns uuid
    language sql stable
    return nullif(current_setting('app.user_id', true), '')::uuid;

-- Set only by the use cases of the platform's administrators and by the worker's
-- own housekeeping: reads across workspaces, never writes.
create function reads_platform() returns boolean
    language sql stable
    return coalesce(current_setting('app.platform', true), '') = 'on';

comment on function current_workspace() is 'Tenant of this transaction, set with set_config(''app.workspace_id'', …, true).';
comment on function reads_platform() is 'True in transactions that read across workspaces; no policy lets such a transaction write.';

-- Rows of an immutable table are written once. A superuser, too, meets this trigger.
create function refuse_change() returns trigger
    language plpgsql
as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s is immutable: %s is refused', tg_table_name, lower(tg_op));
end
$$;

create procedure make_immutable(target regclass)
    language plpgsql
as $$
begin
    execute format(
        'create trigger refuse_row_change before update or delete on %s for each row execute function refuse_change()',
        target
    );
    execute format(
        'create trigger refuse_truncate before truncate on %s for each statement execute function refuse_change()',
        target
    );
    execute format('grant select, insert on %s to observatory_app', target);
    execute format('grant select on %s to observatory_verifier', target);
end
$$;

-- Forced row-level security by workspace: reads and writes within the tenant,
-- reads across tenants only where the transaction says so.
create procedure isolate_by_workspace(target regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy tenant on %s using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
        target
    );
    execute format('create policy platform_reads on %s for select using (reads_platform())', target);
    execute format('create policy verifier_reads on %s for select to observatory_verifier using (true)', target);
end
$$;
