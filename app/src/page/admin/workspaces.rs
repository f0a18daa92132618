use crate::ssr::page;
use leptos::prelude::*;

#[component]
pub fn Workspaces() -> impl IntoView {
    page("Workspaces", |_request| async { Ok(view! { <h1>"Workspaces"</h1> }) })
}

#[component]
pub fn Workspace() -> impl IntoView {
    page("Workspace", |_request| async { Ok(view! { <h1>"Workspace"</h1> }) })
}
