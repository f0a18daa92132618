-- A model may be listed with a shutdown in a form that nobody here can read. The look then
-- has the model as listed, no day, and the reason; before, the whole list counted as not read.
-- Safe beside an older process: it writes what the wider rule takes, too.

alter table model_listings
    drop constraint model_listings_reason_where_not_known,
    add constraint model_listings_reason_where_not_read check (
        case listing
            when 'not_known' then reason is not null
            when 'listed' then reason is null or shutdown_on is null
            else reason is null
        end
    );
comment on column model_listings.reason is
    'Code of the failure that kept the list, or the shutdown of a listed model, from being read.';
