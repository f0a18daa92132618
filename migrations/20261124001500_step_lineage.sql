-- Where the result of a step came from, so that a run which is taken up again knows
-- it of the steps that it does not repeat.
-- Safe beside an older process: the column may be null, which says nothing is known.

alter table run_steps add column lineage jsonb;
comment on column run_steps.lineage is 'Sources and warnings of the result and of its parts; null for what a stage does by itself.';
