use leptos::prelude::*;

/// One of the icons of `style/icons.svg`, decorative: text stands beside it.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("#icon-{name}")></use>
        </svg>
    }
}
