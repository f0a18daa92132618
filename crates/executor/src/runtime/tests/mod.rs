//! Whole executions, over an agent of the tests' own.

mod caching;
mod failing;
mod ordering;
mod properties;
mod tracing;
mod world;

pub(in crate::runtime) use world::context;
