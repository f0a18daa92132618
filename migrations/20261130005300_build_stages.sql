-- The stages of a pack's build, each as it was entered and ended, so that a build that lost its
-- process goes on where it was; and what each portfolio was worth by a pack, which one of the
-- stages computes.
-- Safe to run beside an older process: it widens a check and adds tables. What an older process
-- builds has two stages and no rows here; what it left unfinished is given up and built anew. It
-- cannot read a pack that a newer one has in a stage it does not know, for as long as the build lasts.

alter table pricing_packs
    drop constraint pricing_packs_stage_known,
    add constraint pricing_packs_stage_known check (
        stage in ('build_pack', 'reconcile_ledger', 'compute_daily_metrics', 'prewarm_overviews', 'mark_pack_fresh')
    );

create table pricing_pack_stages (
    pack_id    text not null,
    stage      text not null,
    entered_at timestamptz not null default clock_timestamp(),
    ended_at   timestamptz,
    attempts   smallint not null default 1,
    outcome    text,
    constraint pricing_pack_stages_pkey primary key (pack_id, stage),
    constraint pricing_pack_stages_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint pricing_pack_stages_stage_known check (
        stage in ('build_pack', 'reconcile_ledger', 'compute_daily_metrics', 'prewarm_overviews', 'mark_pack_fresh')
    ),
    constraint pricing_pack_stages_attempts_positive check (attempts > 0),
    constraint pricing_pack_stages_ended_with_outcome check ((ended_at is null) = (outcome is null)),
    constraint pricing_pack_stages_ends_after_it_begins check (ended_at >= entered_at)
);
comment on table pricing_pack_stages is 'Packs of days gone by, which are stored complete, have no rows here.';
comment on column pricing_pack_stages.entered_at is 'When it was begun first; attempts says how often.';
comment on column pricing_pack_stages.outcome is 'What it did, a sentence for readers.';
grant select, insert on pricing_pack_stages to observatory_app;
grant update (ended_at, attempts, outcome) on pricing_pack_stages to observatory_app;
grant select on pricing_pack_stages to observatory_verifier;

-- A stage begins when all before it have ended, while its pack is being built; one that has
-- ended stays as it was.
create function guard_pricing_pack_stage() returns trigger
    language plpgsql
as $$
declare
    in_order constant text[] := array[
        'build_pack', 'reconcile_ledger', 'compute_daily_metrics', 'prewarm_overviews', 'mark_pack_fresh'
    ];
    missing text;
begin
    if tg_op = 'UPDATE' then
        if old.ended_at is not null
            or (new.pack_id, new.stage, new.entered_at) is distinct from (old.pack_id, old.stage, old.entered_at)
            or new.attempts < old.attempts
        then
            raise exception using errcode = 'restrict_violation',
                message = format('stage %s of pricing pack %s is over', old.stage, old.pack_id);
        end if;
        return new;
    end if;
    if (select p.status from pricing_packs p where p.id = new.pack_id) not in ('building', 'warming')
        and not (new.stage = 'build_pack' and new.ended_at is null)
    then
        raise exception using errcode = 'restrict_violation',
            message = format('pricing pack %s is not being built: it enters no stage', new.pack_id);
    end if;
    select earlier into missing
    from unnest(in_order[1 : array_position(in_order, new.stage) - 1]) as earlier
    where not exists (
        select from pricing_pack_stages s
        where s.pack_id = new.pack_id and s.stage = earlier and s.ended_at is not null
    )
    limit 1;
    if missing is not null then
        raise exception using errcode = 'restrict_violation',
            message = format('pricing pack %s cannot enter %s before %s has ended', new.pack_id, new.stage, missing);
    end if;
    return new;
end
$$;
create trigger guard_pricing_pack_stage before insert or update on pricing_pack_stages
    for each row execute function guard_pricing_pack_stage();
create trigger refuse_row_delete before delete on pricing_pack_stages
    for each row execute function refuse_change();
create trigger refuse_truncate before truncate on pricing_pack_stages
    for each statement execute function refuse_change();

create table portfolio_daily_values (
    workspace_id    uuid not null,
    portfolio_id    uuid not null,
    pack_id         text not null,
    nav             numeric(28, 10),
    flow            numeric(28, 10),
    earned          numeric(28, 10),
    earned_fraction numeric(18, 12),
    reason          text,
    computed_at     timestamptz not null default clock_timestamp(),
    constraint portfolio_daily_values_pkey primary key (workspace_id, portfolio_id, pack_id),
    constraint portfolio_daily_values_portfolio_fkey foreign key (workspace_id, portfolio_id) references portfolios (workspace_id, id),
    constraint portfolio_daily_values_pack_fkey foreign key (pack_id) references pricing_packs (id),
    constraint portfolio_daily_values_value_or_reason check ((nav is null) = (reason is not null)),
    constraint portfolio_daily_values_earned_has_nav check (nav is not null or (flow is null and earned is null)),
    constraint portfolio_daily_values_fraction_has_earned check (earned is not null or earned_fraction is null)
);
comment on table portfolio_daily_values is 'What a portfolio was worth by a pack, in its base currency; computed while the pack was built.';
comment on column portfolio_daily_values.flow is 'What the owner brought (+) or took (-) since the pack before; null where there is none before it.';
comment on column portfolio_daily_values.earned is 'Net asset value less that by the pack before, flow aside.';
comment on column portfolio_daily_values.earned_fraction is 'Earned over the value before; null also where that is not above zero.';
comment on column portfolio_daily_values.reason is 'Why there is no value.';
call isolate_by_workspace('portfolio_daily_values');
call make_immutable('portfolio_daily_values');
