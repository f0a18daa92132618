//! The assistant: a language model that writes what the rules have let in.
//!
//! Which events enter a report, where they stand, what is cited and what was
//! quiet is decided before and after it, by the same rules as for the built-in
//! analyst. The model gives words alone, as a [`Draft`]; they are data until they
//! have passed every rule of `reports::validate`. It has no tools, is told
//! nothing but the run's package, and remembers nothing.

mod agent;
mod arrivals;
mod assemble;
mod book;
mod bounds;
mod compose;
mod conversation;
mod draft;
mod engine;
mod failure;
mod model;
pub mod openai;
mod probe;
mod prompt;
mod recorded;
mod schema;

#[cfg(test)]
mod tests;

pub use agent::agent;
pub use book::{Book, CallEnd, Entry, Found, Kept, NewCall, NotOpened, Opened};
pub use bounds::Bounds;
pub use compose::{Assistant, Composed};
pub use draft::Draft;
pub use engine::Engine;
pub use failure::{Failure, Recovery, Terms, TimedOut};
pub use model::{
    Answer, Answering, Ask, Author, Heard, Identity, Listener, Listing, Looking, Message, Model,
    Reply, Shutdown,
};
pub use recorded::{Recorded, RecordedAnswer};
