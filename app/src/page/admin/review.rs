use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Review() -> impl IntoView {
    page("Review", |_request| async { Ok(view! { <h1>"Review"</h1> }) })
}
