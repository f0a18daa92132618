-- Answers of executions are compressed by lz4, as other documents that are written once and
-- read whole: an overview's data, panels and trace are some hundred kilobytes for each request.
-- Safe beside an older process, which does not notice. Where Postgres was built without lz4,
-- they stay compressed as they are.
do $$
begin
    alter table executions alter column data set compression lz4;
    alter table executions alter column panels set compression lz4;
    alter table executions alter column trace set compression lz4;
exception
    when feature_not_supported then
        raise notice 'this Postgres has no lz4';
end
$$;
