use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Report() -> impl IntoView {
    page("Report", |_request| async { Ok(view! { <h1>"Report"</h1> }) })
}
