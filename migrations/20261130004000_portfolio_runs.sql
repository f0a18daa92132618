-- Runs of the portfolio desk: their packages name a pricing pack in the place of an
-- evidence pack.
-- Safe to run beside an older process: it adds a column and lets another be empty.

alter table run_packages add column pricing_pack_id text;
alter table run_packages alter column pack_id drop not null;
alter table run_packages
    add constraint run_packages_pricing_pack_fkey foreign key (pricing_pack_id) references pricing_packs (id),
    add constraint run_packages_one_pack check ((pack_id is null) <> (pricing_pack_id is null));
comment on column run_packages.pack_id is 'The evidence pack of a run of the polyurethane desk.';
comment on column run_packages.pricing_pack_id is 'The pricing pack of a run of the portfolio desk.';
