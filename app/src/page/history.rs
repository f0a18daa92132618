use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn History() -> impl IntoView {
    page("History", |_request| async { Ok(view! { <h1>"History"</h1> }) })
}
