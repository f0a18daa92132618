use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Account() -> impl IntoView {
    page("Account", |_request| async { Ok(view! { <h1>"Account"</h1> }) })
}
