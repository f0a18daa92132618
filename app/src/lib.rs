//! Pages, islands and server functions. Shows and asks; decides nothing: every
//! rule it applies is `domain`'s, every answer it shows `orchestrator`'s.
//!
//! Pages and their components are rendered on the server only. What reaches the
//! browser as WebAssembly are the islands, the views they are given, and the
//! rules of `domain` that they check with.

#![recursion_limit = "512"] // the types of a page nest as its elements do
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties, whether it consumes them or not"
)]

pub mod action;
pub mod component;
pub mod island;
pub mod view;

#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;

/// Wakes the islands of the page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
