//! What a reader sees instead of a page.

use crate::{component::frame::Frame, ssr::Request};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

/// An error with its status, in the frame where the reader is signed in.
#[component]
pub fn Problem(request: Option<Request>, status: u16, detail: String) -> impl IntoView {
    let title = match status {
        401 => "Sign in first",
        403 => "This is not for you",
        404 => "Nothing stands at this address",
        429 => "Too many requests",
        _ => "This page could not be shown",
    };
    let text = match status {
        404 => {
            "The page does not exist, or it belongs to a workspace that you are not looking at. \
                If you followed a link, switch the workspace and try again."
                .to_owned()
        }
        _ => detail,
    };
    let content = view! {
        <div class="error-page">
            <p class="error-page__code">{status}</p>
            <h1 class="error-page__title">{title}</h1>
            <p>{text}</p>
            <p class="row">
                <a class="button button--primary" href="/">
                    "To the first page"
                </a>
            </p>
        </div>
    };
    match request.filter(|request| request.signed_in().is_some()) {
        Some(request) => view! { <Frame request title>{content}</Frame> }.into_any(),
        None => view! {
            <Title text=title />
            <main class="sign-in__main" id="main">
                {content}
            </main>
        }
        .into_any(),
    }
}

/// The page of an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! { <Problem request=Request::current().ok() status=404 detail=String::new() /> }
}
