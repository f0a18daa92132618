//! The invariants of `docs/architecture.md`, each shown on a fresh Postgres
//! database. `DATABASE_URL` names a superuser of a cluster to make them in.
//!
//! One binary, because linking takes longer than testing; a file per subject.

#[cfg(test)]
mod api_tokens;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod build_stages;
#[cfg(test)]
mod collecting;
#[cfg(test)]
mod event_decisions;
#[cfg(test)]
mod evidence_filters;
#[cfg(test)]
mod evidence_rights;
#[cfg(test)]
mod execution_exports;
#[cfg(test)]
mod executions;
#[cfg(test)]
mod export_list;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod following_reports;
#[cfg(test)]
mod funnel;
#[cfg(test)]
mod held_items;
#[cfg(test)]
mod host_turns;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod immutability;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod language_model;
#[cfg(test)]
mod large_exports;
#[cfg(test)]
mod large_report;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod model_budgets;
#[cfg(test)]
mod model_faults;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod own_ledgers;
#[cfg(test)]
mod pack_builds;
#[cfg(test)]
mod periods;
#[cfg(test)]
mod portfolio_exports;
#[cfg(test)]
mod portfolio_runs;
#[cfg(test)]
mod portfolios;
#[cfg(test)]
mod pricing_packs;
#[cfg(test)]
mod provider_use;
#[cfg(test)]
mod queue_room;
#[cfg(test)]
mod quoted_packs;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod run_page;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod slots;
#[cfg(test)]
mod source_terms;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod world;
