use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Runs() -> impl IntoView {
    page("Runs", |_request| async { Ok(view! { <h1>"Runs"</h1> }) })
}
