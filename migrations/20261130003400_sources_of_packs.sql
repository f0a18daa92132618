-- How the sources of a pack were read, beside its document: pages ask for them at every view,
-- and a document has up to a hundred thousand items.

alter table packs add column sources json generated always as (document::json -> 'sources') stored;
comment on column packs.sources is 'The part of the document that says how each source was read.';
