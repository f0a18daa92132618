//! The invariants of `docs/architecture.md`, each shown on a fresh Postgres
//! database. `DATABASE_URL` names a superuser of a cluster to make them in.
//!
//! One binary, because linking takes longer than testing; a file per subject.

#[cfg(test)]
mod world;

#[cfg(test)]
mod failures;
#[cfg(test)]
mod slots;
