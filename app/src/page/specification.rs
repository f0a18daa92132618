use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Specification() -> impl IntoView {
    page("Specification", |_request| async { Ok(view! { <h1>"Specification"</h1> }) })
}
