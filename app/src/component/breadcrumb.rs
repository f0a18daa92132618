use leptos::prelude::*;

/// The pages that lead here, the outermost first, each with its address and name.
#[component]
pub fn Breadcrumb(#[prop(into)] pages: Vec<(String, String)>) -> impl IntoView {
    let items = pages
        .into_iter()
        .map(|(href, name)| {
            view! {
                <li class="breadcrumb__item">
                    <a class="breadcrumb__link" href=href>
                        {name}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol class="breadcrumb__list">{items}</ol>
        </nav>
    }
}

/// One page that leads here.
pub fn step(href: &str, name: &str) -> (String, String) {
    (href.to_owned(), name.to_owned())
}
