use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Comparison() -> impl IntoView {
    page("Comparison", |_request| async { Ok(view! { <h1>"Comparison"</h1> }) })
}
