//! A server of OpenAI's API for tests: strict about what it is asked, written from
//! the published schema and not from our client, and able to fail at every point of
//! an answer. Never part of what is deployed.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a fault of it ends the test")]

mod background;
mod chat;
mod draft;
mod faults;
mod models;
mod reply;
mod schema;
mod server;
mod stream;

pub use background::{cancelled, is_cancel, rest_of, resumes};
pub use chat::{chat_events_of, is_probe, says_in_chat};
pub use draft::{faithful, package_of};
pub use faults::{Bound, Ends, Fault, faults};
pub use models::{model_listed, models_reply};
pub use reply::{Piece, Reply};
pub use server::{Seen, Server};
pub use stream::{events_in, events_of, sse};
