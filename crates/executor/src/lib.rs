//! Capabilities, and the engine that runs a pattern over them.
//!
//! A pattern file becomes a checked plan at start-up; the runtime carries the
//! plan's steps, those that do not need each other side by side, through the
//! agents that own their capabilities, and returns the answer with a trace and
//! the lineage of every figure. This room knows no SQL, no HTTP and no page.

pub mod capability;
pub mod context;
pub mod lineage;
pub mod observe;
pub mod pattern;
pub mod runtime;
