use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn NewSpecification() -> impl IntoView {
    page("NewSpecification", |_request| async { Ok(view! { <h1>"NewSpecification"</h1> }) })
}

#[component]
pub fn EditSpecification() -> impl IntoView {
    page("EditSpecification", |_request| async { Ok(view! { <h1>"EditSpecification"</h1> }) })
}
