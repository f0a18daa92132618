use leptos::prelude::*;

/// An id or a hash, whole, breaking where it must.
#[component]
pub fn Digest(#[prop(into)] text: String) -> impl IntoView {
    view! { <code class="digest">{text}</code> }
}
