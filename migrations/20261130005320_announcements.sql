-- What is announced of the securities of a pack, as its providers told it when it was built: a
-- third document beside content and sources, with a hash of its own.
-- Safe to run beside an older process: it adds columns that may be null. What an older process
-- builds has none, and it reads the rest as before. The guard of what a pack holds covers them.

alter table pricing_packs
    add column announced text,
    add column announced_hash bytea,
    add constraint pricing_packs_announced_hash_matches
        check (announced_hash = sha256(convert_to(announced, 'UTF8'))),
    add constraint pricing_packs_announced_has_hash check ((announced is null) = (announced_hash is null));
comment on column pricing_packs.announced is 'Canonical JSON: dividends and splits of the days after the pack''s, or who told nothing and why. Null where nobody was asked.';
