use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Queue() -> impl IntoView {
    page("Queue", |_request| async { Ok(view! { <h1>"Queue"</h1> }) })
}
