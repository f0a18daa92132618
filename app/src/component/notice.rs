use super::icon::Icon;
use crate::ssr::{Notice, Tone};
use leptos::prelude::*;

/// Says what the action before this page did, or why it did not. Takes focus,
/// so that a reader who cannot see it hears it.
#[component]
pub fn NoticeBanner(notice: Notice) -> impl IntoView {
    let (class, icon, role, title) = match notice.tone {
        Tone::Good => ("notice notice--good", "check", "status", "Done"),
        Tone::Attention => ("notice notice--attention", "clock", "status", "Please wait"),
        Tone::Bad => ("notice notice--bad", "attention", "alert", "That was not possible"),
    };
    view! {
        <div class=class role=role tabindex="-1">
            <Icon name=icon />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{notice.text}</p>
            </div>
        </div>
    }
}
