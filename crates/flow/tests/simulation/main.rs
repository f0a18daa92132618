//! Histories of the run flow in a world that goes wrong in every way we know: crashes
//! at any effect, processes that are halted and go on, lost replies, late commits, lost
//! and doubled jobs, a database that is away, a clock that jumps, a gate that closes.
//!
//! The flow is the real one. After every transition the invariants are checked, and at
//! the end that every run has ended in time. A seed gives the same history for good;
//! `regressions.txt` keeps those that once broke something.
//!
//! `SIMULATED_HISTORIES` says how many are played, `SIMULATION_SEED` plays one and
//! prints it.

mod actions;
mod database;
mod guards;
mod history;
mod machine;
mod pattern;
mod random;
mod world;

#[cfg(test)]
mod tests;
