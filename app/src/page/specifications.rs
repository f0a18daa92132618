use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Specifications() -> impl IntoView {
    page("Specifications", |_request| async { Ok(view! { <h1>"Specifications"</h1> }) })
}
